import { Page } from '../workspace/Page.js';

/** Data in. */
export function StartPage() {
  return <Page title="Add data">{null}</Page>;
}
