import { cell } from '../../../segment/rules/live.js';
import type { ColumnWords } from '../../../segment/rules/vocabulary.js';

type Type = ColumnWords['type'];

/** The columns of events that some rule reads, each with its cell in every row; and the texts in them, as numbers. */
export interface Columns {
  /** Cells of a row that is written now. */
  readonly width: number;
  /** Column and type of each cell after the first ones. A column that is read as two types has two. */
  readonly read: readonly { readonly column: string; readonly type: Type }[];
  /** The cell of a column; a new one where it was not read before. */
  cellOf(column: string, type: Type): number;
  has(column: string, type: Type): boolean;
  codeOf(text: string): number;
  textOf(code: number): string;
  /** The same of a text in a rule: it is not forgotten. */
  constantOf(text: string): number;
  /** Forgets every text but these and those of rules. Their numbers are not given again. */
  keepOnly(codes: ReadonlySet<number>): void;
}

export function createColumns(saved: Columns['read'] = []): Columns {
  const read: { column: string; type: Type }[] = [];
  const cells = new Map<string, number>([['text event', cell.event]]);
  const codes = new Map<string, number>();
  const texts: string[] = [];
  const constants = new Set<number>();
  const columns: Columns = {
    get width() { return cell.first + read.length; },
    read,
    cellOf(column, type) {
      const key = `${type} ${column}`;
      let at = cells.get(key);
      if (at === undefined) {
        at = cell.first + read.length;
        cells.set(key, at);
        read.push({ column, type });
      }
      return at;
    },
    has: (column, type) => cells.has(`${type} ${column}`),
    codeOf(text) {
      let code = codes.get(text);
      if (code === undefined) {
        code = texts.length;
        codes.set(text, code);
        texts.push(text);
      }
      return code;
    },
    textOf: (code) => texts[code],
    constantOf(text) {
      const code = columns.codeOf(text);
      constants.add(code);
      return code;
    },
    keepOnly(kept) {
      for (const [text, code] of codes) {
        if (kept.has(code) || constants.has(code)) continue;
        codes.delete(text);
        delete texts[code];
      }
    },
  };
  for (const { column, type } of saved) columns.cellOf(column, type);
  return columns;
}
