import { Page } from '../workspace/Page.js';

/** A segment from conditions. */
export function RulesPage() {
  return <Page title="Build a segment">{null}</Page>;
}
