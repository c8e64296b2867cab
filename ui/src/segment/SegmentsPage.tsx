import { Page } from '../workspace/Page.js';

/** Every segment. */
export function SegmentsPage() {
  return <Page title="Segments">{null}</Page>;
}
