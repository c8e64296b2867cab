import { Page } from '../workspace/Page.js';

/** The market on one page. */
export function OverviewPage() {
  return <Page title="Overview">{null}</Page>;
}
