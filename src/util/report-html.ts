/** Where the built template takes the data. */
export const REPORT_PLACEHOLDER = '<!--shoal:report-->';

/** The id of the data block in a finished report. */
export const REPORT_ELEMENT_ID = 'shoal-report';

/**
 * The report template with its data and title written in. The data is a JSON block that no browser executes, escaped so that
 * no string in it can end the block, open a comment or break a line; numbers JSON cannot hold (NaN, infinities) become null.
 * The same template and report give the same bytes.
 */
export function renderReport(template: string, report: { readonly title: string }): string {
  if (!template.includes(REPORT_PLACEHOLDER)) throw new TypeError(`bug: the report template has no ${REPORT_PLACEHOLDER}`);
  const block = `<script type="application/json" id="${REPORT_ELEMENT_ID}">${jsonForHtml(report)}</script>`;
  // Replacer functions, since a plain replacement string would read "$&" and "$'" in the data as instructions.
  return template
    .replace(/<title>[^<]*<\/title>/, () => `<title>${textForHtml(report.title)}</title>`)
    .replace(REPORT_PLACEHOLDER, () => block);
}

/** JSON that may stand inside a script element: `<` and the two line separators of Unicode are escaped. */
export function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Text that may stand inside an element or a quoted attribute. */
export function textForHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
