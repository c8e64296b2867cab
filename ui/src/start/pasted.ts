/** Files in what was pasted or dropped: files as they are, and text that looks like a table as a file of its own. */
export function filesIn(data: Pick<DataTransfer, 'files' | 'getData'>): File[] {
  const files = [...data.files];
  if (files.length > 0) return files;
  const text = data.getData('text/plain');
  return looksLikeTable(text) ? [new File([text], `pasted.${text.split('\n', 1)[0].includes('\t') ? 'tsv' : 'csv'}`, { type: 'text/plain' })] : [];
}

/** At least two lines, and the same separator at least once in the first two. */
export function looksLikeTable(text: string): boolean {
  const [first, second] = text.split(/\r?\n/);
  return second !== undefined && [',', ';', '\t', '|'].some((separator) => first.includes(separator) && second.includes(separator));
}
