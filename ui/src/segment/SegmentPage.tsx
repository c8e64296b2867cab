import { Page } from '../workspace/Page.js';

/** One segment. */
export function SegmentPage() {
  return <Page title="Segment">{null}</Page>;
}
