import { Page } from '../workspace/Page.js';

/** One entity. */
export function EntityPage() {
  return <Page title="One person">{null}</Page>;
}
