import { quoteName, quoteText } from './quote.js';

/** A column of what is written: its name in the file, its SQL, and whether it is text. */
export interface CsvColumn {
  readonly name: string;
  readonly sql: string;
  readonly text: boolean;
}

/**
 * What COPY needs so that no cell of a CSV can be taken for a formula by a spreadsheet: the columns to select, and its options. What could be one begins with an
 * apostrophe; numbers stay as they are. Text is quoted throughout: a spreadsheet that parts cells elsewhere than at commas still sees one cell begin where it
 * should. `bare` says that no text holds what others part cells at (`separators`), so that quotes are only where CSV itself needs them.
 */
export function harmlessCsv(columns: readonly CsvColumn[], { bare = false }: { readonly bare?: boolean } = {}): { readonly select: string; readonly options: string } {
  const select = columns.map(({ name, sql, text }) => `${text ? harmless(sql) : sql} AS ${quoteName(harmlessText(name))}`).join(', ');
  const texts = bare ? [] : columns.filter(({ text }) => text).map(({ name }) => quoteName(harmlessText(name)));
  return { select, options: `FORMAT csv, HEADER${texts.length > 0 ? `, FORCE_QUOTE (${texts.join(', ')})` : ''}` };
}

/** What spreadsheets part cells at instead of commas, as a regular expression. */
export const separators = String.raw`[;|\t]`;

/** What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection), wide forms too; a plain number is none. */
const dangerous = String.raw`^[=+\-@\t\r\n\x00＝＋－＠]`;
const plainNumber = String.raw`^-?[0-9]+(\.[0-9]+)?$`;

/** SQL of a text with an apostrophe before what could be taken for a formula. */
function harmless(sql: string): string {
  const text = `CAST(${sql} AS VARCHAR)`;
  return `CASE WHEN regexp_matches(${text}, ${quoteText(dangerous)}) AND NOT regexp_full_match(${text}, ${quoteText(plainNumber)}) THEN '''' || ${text} ELSE ${text} END`;
}

const harmlessText = (text: string): string => (new RegExp(dangerous).test(text) && !new RegExp(plainNumber).test(text) ? `'${text}` : text);
