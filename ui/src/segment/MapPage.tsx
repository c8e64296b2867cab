import { Page } from '../workspace/Page.js';

/** Everyone on a plane. */
export function MapPage() {
  return <Page title="Map">{null}</Page>;
}
