import type { Engine } from '../engine/engine.js';
import { quoteName, quoteText } from '../util/quote.js';
import { listWords } from '../util/words.js';
import { guessFormat, readType } from './format.js';
import { nameHints, nameKey } from './name.js';
import { refusedTable, type RawColumn, type RawTable } from './raw.js';

/**
 * Files with the same columns (orders-2023.csv, orders-2024.csv) are one table in several pieces: they become one, in the order given.
 * Tables without times get a column `file`, which may be what tells their rows apart.
 */
export async function stack(tables: readonly RawTable[], engine: Engine): Promise<RawTable[]> {
  const groups = new Map<string, RawTable[]>();
  for (const table of tables) {
    const key = table.columns.length < 2 || !table.named ? table.name : table.columns.map((c) => nameKey(c.name)).sort().join('\u0000');
    groups.set(key, [...(groups.get(key) ?? []), table]);
  }
  const out: RawTable[] = [];
  for (const group of groups.values()) out.push(group.length === 1 ? group[0] : await join(group, engine));
  return out;
}

async function join(group: readonly RawTable[], engine: Engine): Promise<RawTable> {
  const [first, ...others] = group;
  const columns: RawColumn[] = [];
  for (const column of first.columns) {
    const same = group.map((table) => table.columns.find((c) => nameKey(c.name) === nameKey(column.name))!);
    const agreed = agree(same);
    if (agreed.type !== column.type) await engine.run(`ALTER TABLE ${quoteName(first.table)} ALTER ${quoteName(column.name)} TYPE ${agreed.type}`, 'stack');
    columns.push(agreed);
  }
  const timed = columns.some((c) => c.format.kind === 'time');
  const labelled = !timed && !columns.some((c) => c.name.toLowerCase() === 'file');
  if (labelled) await engine.run(`ALTER TABLE ${quoteName(first.table)} ADD COLUMN "file" VARCHAR DEFAULT ${quoteText(first.name)}`, 'stack');
  for (const table of others) {
    const list = columns.map((c) => `CAST(${quoteName(table.columns.find((x) => nameKey(x.name) === nameKey(c.name))!.name)} AS ${c.type})`);
    if (labelled) list.push(quoteText(table.name));
    await engine.run(`INSERT INTO ${quoteName(first.table)} SELECT ${list.join(', ')} FROM ${quoteName(table.table)}; DROP TABLE ${quoteName(table.table)};`, 'stack');
    if (table.refused > 0) await engine.run(`UPDATE ${refusedTable} SET source = ${quoteText(first.name)} WHERE source = ${quoteText(table.name)}`, 'stack');
  }
  if (labelled) columns.push({ name: 'file', type: 'VARCHAR', format: { kind: 'text' }, sample: group.map((t) => t.name) });
  const sentence = `${group.length} files have the same columns and were put together: ${listWords(group.slice(0, 5).map((t) => `'${t.name}'`))}${group.length > 5 ? ' …' : ''}.`;
  return {
    ...first, columns, path: group.map((t) => t.path).join(', '), refused: group.reduce((sum, t) => sum + t.refused, 0),
    findings: [{ kind: 'other', rows: 0, sentence }, ...new Map(group.flatMap((t) => t.findings).map((f) => [f.sentence, f])).values()],
  };
}

/** One type and format for the same column of several files. */
function agree(columns: readonly RawColumn[]): RawColumn {
  const [first] = columns;
  const sample = columns.flatMap((c) => c.sample);
  if (columns.every((c) => c.type === first.type && JSON.stringify(c.format) === JSON.stringify(first.format))) return { ...first, sample };
  const numeric = columns.every((c) => c.type === 'DOUBLE' || c.type === 'BIGINT');
  const format = guessFormat(sample, { whole: false, decimalComma: false, ...nameHints(first.name) });
  if (numeric) return { ...first, sample, type: 'DOUBLE', format: format.kind === 'time' ? format : { kind: 'number', integer: false, digits: 0, width: 0 } };
  const type = columns.every((c) => c.type === readType(format, false)) ? first.type : 'VARCHAR';
  return { ...first, sample, format, type };
}
