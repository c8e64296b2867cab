/** How records of delimited text are written. `delimiter` ' ' with `runs` means any run of blanks. */
export interface Dialect {
  readonly delimiter: string;
  readonly quote: string;
  readonly runs: boolean;
}

export interface Records {
  readonly records: readonly (readonly string[])[];
  /** Line (from 0) each record begins on. */
  readonly lines: readonly number[];
  /** True where a quoted value held a line break, a doubled or a backslashed quote. */
  readonly backslash: boolean;
  /** True where lines end in more than one way. */
  readonly mixedEnds: boolean;
}

/** Splits up to `limit` records of `text`; tolerant, for samples only. A record cut off by the end of the text is left out unless `whole`. */
export function splitRecords(text: string, { delimiter, quote, runs }: Dialect, limit: number, whole: boolean): Records {
  if (runs) return splitBlanks(text, limit, whole);
  const records: string[][] = [];
  const lines: number[] = [];
  let backslash = false;
  const ends = new Set<string>();
  let line = 0;
  let at = 0;
  const n = text.length;
  const parts = delimiter.length === 1 ? delimiter.charCodeAt(0) : -1;
  while (at < n && records.length < limit) {
    const record: string[] = [];
    const firstLine = line;
    let finished = false;
    for (;;) {
      let value: string;
      if (quote && text[at] === quote) {
        let end = at + 1;
        for (;;) {
          end = text.indexOf(quote, end);
          if (end < 0) break;
          if (text[end - 1] === '\\' && !isCloser(text[end + 1], delimiter)) {
            backslash = true;
            end++;
          } else if (text[end + 1] === quote) end += 2;
          else if (isCloser(text[end + 1], delimiter)) break;
          else end++;
        }
        if (end < 0) return { records, lines, backslash, mixedEnds: ends.size > 1 };
        value = text.slice(at + 1, end).replaceAll(quote + quote, quote);
        for (let i = at; i < end; i++) if (text.charCodeAt(i) === 10) line++;
        at = end + 1;
      } else {
        let end = at;
        while (end < n) {
          const c = text.charCodeAt(end);
          if (c === 10 || c === 13 || c === parts) break;
          end++;
        }
        value = text.slice(at, end);
        at = end;
      }
      record.push(value);
      if (at >= n) {
        finished = whole;
        break;
      }
      if (text[at] === delimiter) {
        at++;
        if (at >= n) {
          record.push('');
          finished = whole;
          break;
        }
        continue;
      }
      const crlf = text[at] === '\r' && text[at + 1] === '\n';
      ends.add(crlf ? 'crlf' : text[at]);
      at += crlf ? 2 : 1;
      line++;
      finished = true;
      break;
    }
    const blank = record.length === 1 && record[0].trim() === '';
    if (finished && !blank) {
      records.push(record);
      lines.push(firstLine);
    }
  }
  return { records, lines, backslash, mixedEnds: ends.size > 1 };
}

const isCloser = (next: string | undefined, delimiter: string) => next === undefined || next === delimiter || next === '\n' || next === '\r';

function splitBlanks(text: string, limit: number, whole: boolean): Records {
  const records: string[][] = [];
  const lines: number[] = [];
  const all = text.split(/\r\n|\n|\r/);
  if (!whole) all.pop();
  for (let i = 0; i < all.length && records.length < limit; i++) {
    const line = all[i].trim();
    if (!line) continue;
    records.push(line.split(/[ \t]+/));
    lines.push(i);
  }
  return { records, lines, backslash: false, mixedEnds: false };
}
