import type { Report } from '../../../src/domain/report.js';

/** The report inlined in this page, or undefined where the page is the bare template. */
export function readReport(page: Document): Report | undefined {
  const block = page.getElementById('shoal-report')?.textContent;
  return block ? (JSON.parse(block) as Report) : undefined;
}
