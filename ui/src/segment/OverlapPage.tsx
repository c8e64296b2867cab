import { Page } from '../workspace/Page.js';

/** How far segments share people. */
export function OverlapPage() {
  return <Page title="Who is in several segments">{null}</Page>;
}
