import { Page } from '../workspace/Page.js';

/** What was read. */
export function DataPage() {
  return <Page title="Data">{null}</Page>;
}
