/** One record of RFC 4180: null is nothing, an empty text is "". */
export function csvLine(values: readonly (string | null)[]): string {
  return `${values.map((value) => (value === null ? '' : value === '' || /["\r\n,]/.test(value) || value !== value.trim() ? `"${value.replaceAll('"', '""')}"` : value)).join(',')}\n`;
}
