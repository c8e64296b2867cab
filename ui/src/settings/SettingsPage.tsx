import { Page } from '../workspace/Page.js';

/** Workspaces, keys, audit. */
export function SettingsPage() {
  return <Page title="Settings">{null}</Page>;
}
