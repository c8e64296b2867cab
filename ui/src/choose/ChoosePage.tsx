import { Page } from '../workspace/Page.js';

/** How the number of segments was chosen. */
export function ChoosePage() {
  return <Page title="How many groups">{null}</Page>;
}
