import { Page } from '../workspace/Page.js';

/** Every run. */
export function RunsPage() {
  return <Page title="Runs and models">{null}</Page>;
}
