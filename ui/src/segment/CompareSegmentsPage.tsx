import { Page } from '../workspace/Page.js';

/** Two segments side by side. */
export function CompareSegmentsPage() {
  return <Page title="Two segments compared">{null}</Page>;
}
