import { parseCsv } from './csv.js';

/** Rows of one source that were left out for one reason, a few of them. */
export interface RejectedExamples {
  readonly source: string;
  readonly reason: string;
  readonly rows: readonly { readonly row: string; readonly content: string }[];
}

const FEW = 5;

/** The first few rows of each source and reason in (a beginning of) `rejected.csv`: source, row, reason, content. */
export function examplesIn(csv: string): RejectedExamples[] {
  const groups = new Map<string, { source: string; reason: string; rows: { row: string; content: string }[] }>();
  for (const [source, row, reason, content] of parseCsv(csv).slice(1)) {
    if (content === undefined) continue;
    const key = JSON.stringify([source, reason]);
    const group = groups.get(key) ?? { source, reason, rows: [] };
    if (group.rows.length < FEW) group.rows.push({ row, content: asWritten(content) });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Without the apostrophe that keeps a spreadsheet from taking a cell for a formula. */
const asWritten = (cell: string): string => cell.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, '');

/** The text of an answer, at most `most` bytes of it: the rest is not fetched. */
export async function beginningOf(response: Response, most: number): Promise<string> {
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let taken = 0; taken < most; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    taken += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}
