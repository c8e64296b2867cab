import { Page } from '../workspace/Page.js';

/** Two runs side by side. */
export function CompareRunsPage() {
  return <Page title="Two runs compared">{null}</Page>;
}
