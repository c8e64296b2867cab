import { Page } from '../workspace/Page.js';

/** Finding one person. */
export function EntitiesPage() {
  return <Page title="Look someone up">{null}</Page>;
}
