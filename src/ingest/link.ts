import type { Engine } from '../engine/engine.js';
import { quoteName, quoteText } from '../util/quote.js';
import { type Column, isIdLike, isNumeric, type Profiled } from './column.js';
import { isIdName, nameKey, tokens } from './name.js';
import { exactDistinct } from './profile.js';

/** A table of extra columns joined to a source by one key. */
export interface Join {
  readonly lookup: Profiled;
  /** Column of the source. */
  readonly column: Column;
  /** Unique column of the lookup. */
  readonly key: Column;
  /** Values of the source that differ from a key only by case, blanks or punctuation. */
  readonly repairs: readonly { readonly from: string; readonly to: string; readonly rows: number }[];
  /** Rows of the source whose value is in no key, after repairs. */
  readonly unmatched: number;
}

/** The value as join text: whole numbers without a decimal point. */
export function keyText(column: Column): string {
  return isNumeric(column) && column.whole ? `CAST(CAST(${column.value} AS BIGINT) AS VARCHAR)` : column.text;
}

/** The column that tells the rows of a lookup apart, if there is one: unique but for at most 1 % repeats. */
export async function lookupKeys(lookup: Profiled, engine: Engine): Promise<Column[]> {
  const near = lookup.columns.filter((c) => c.filled > 0 && c.filled >= 0.9 * lookup.rows && isIdLike(c) && c.distinct >= 0.8 * c.filled);
  const exact = await exactDistinct(lookup.table, near.filter((c) => !c.exact), engine);
  return near.filter((c) => (exact.get(c.index) ?? c.distinct) >= 0.99 * c.filled);
}

/**
 * Finds the column of `source` that points into `lookup`: by the same name and at least half its values found there, or by another name and nearly
 * all of them (never for small numbers, which match by chance). Undefined where nothing points there.
 */
export async function findJoin(source: Profiled, lookup: Profiled, keys: readonly Column[], usable: (c: Column) => boolean, engine: Engine): Promise<Join | undefined> {
  let best: { column: Column; key: Column; score: number } | undefined;
  for (const key of keys) {
    const likeness = (column: Column) => nameLikeness(column, key, lookup.name);
    const thinkable = source.columns.filter((column) => {
      if (!usable(column) || !isIdLike(column) || column.filled === 0 || isNumeric(column) !== isNumeric(key)) return false;
      return likeness(column) > 0 || !(isNumeric(column) || column.distinct < 3 || column.distinct > 3 * key.distinct);
    });
    if (thinkable.length === 0) continue;
    const likely = await likelihoods(thinkable, lookup.table, key, engine);
    for (const column of thinkable) {
      if (likely.get(column)! < (likeness(column) > 0 ? 0.1 : 0.5)) continue;
      const contained = await containment(source.table, column, lookup.table, key, engine);
      const enough = contained >= [0.9, 0.6, 0.3][likeness(column)];
      const score = likeness(column) + contained;
      if (enough && (!best || score > best.score)) best = { column, key, score };
    }
  }
  if (!best) return undefined;
  const { repairs, unmatched } = await mend(source.table, best.column, lookup.table, best.key, engine);
  return { lookup, column: best.column, key: best.key, repairs, unmatched };
}

/** 2 = the same name, 1 = "product_id" in one and "id" in products.csv, or one name inside the other; 0 = unlike. */
function nameLikeness(column: Column, key: Column, lookup: string): 0 | 1 | 2 {
  const a = nameKey(column.name);
  const b = nameKey(key.name);
  if (a === b) return 2;
  const plainId = tokens(key.name).every((w) => isIdName([w]) || w === 'id');
  const about = tokens(lookup).map((w) => w.replace(/s$/, ''));
  if (plainId) return about.some((w) => w.length > 2 && tokens(column.name).includes(w)) ? 1 : 0;
  if (a.length > 3 && b.length > 3 && (a.includes(b) || b.includes(a)) && !isNumeric(column)) return 1;
  const strip = (name: string) => name.replace(/(id|code|key|no|nr|name)$/, '');
  return strip(a).length > 2 && strip(a) === strip(b) ? 1 : 0;
}

const sampled = 60;

/**
 * For each column, the share of up to 60 values of its sample that occur in another table's column: one cheap query that spares most exact ones.
 * A column without a sample to judge by counts as 1.
 */
export async function likelihoods(columns: readonly Column[], otherTable: string, other: Column, engine: Engine): Promise<Map<Column, number>> {
  const samples = columns.map((c) => keysOfSample(c));
  const values = samples.flatMap((keys, i) => keys.map((key) => `(${i}, ${quoteText(key)})`));
  if (values.length === 0) return new Map(columns.map((c) => [c, 1]));
  const rows = await engine.rows(
    `SELECT i, count(*) AS hit FROM (SELECT DISTINCT s.i, s.key FROM ${quoteName(otherTable)} AS r JOIN (VALUES ${values.join(', ')}) AS s(i, key) ON s.key = ${keyText(other)}) GROUP BY i`, 'link');
  const hits = new Map(rows.map((row) => [Number(row['i']), Number(row['hit'])]));
  return new Map(columns.map((c, i) => [c, samples[i].length === 0 ? 1 : (hits.get(i) ?? 0) / samples[i].length]));
}

/** Different values of a column's sample, spread over it, written as `keyText` writes them. */
function keysOfSample(column: Column): string[] {
  const codes = new Set(column.codes.map((c) => c.code));
  const filled = [...new Set(column.sample.map((v) => v.trim()))].filter((v) => v !== '' && !codes.has(v));
  const step = Math.max(1, Math.floor(filled.length / sampled));
  const some = filled.filter((_, i) => i % step === 0).slice(0, sampled);
  if (!isNumeric(column) || !column.whole) return some;
  const numbers = some.map(Number);
  return numbers.every(Number.isSafeInteger) ? numbers.map(String) : [];
}

/** Share of the distinct values of a column that occur in another table's column. */
export async function containment(table: string, column: Column, otherTable: string, other: Column, engine: Engine): Promise<number> {
  const [row] = await engine.rows(
    `SELECT count(*) AS n, count(k.key) AS hit
     FROM (SELECT DISTINCT key FROM (SELECT ${keyText(column)} AS key FROM ${quoteName(table)} AS r LIMIT 200000) WHERE key IS NOT NULL) AS s
     LEFT JOIN (SELECT DISTINCT ${keyText(other)} AS key FROM ${quoteName(otherTable)} AS r) AS k ON k.key = s.key`, 'link');
  return Number(row['n']) === 0 ? 0 : Number(row['hit']) / Number(row['n']);
}

/** Pairs unmatched values with keys that are the same letters and digits, where only one key is; more than 200 are no slips. */
async function mend(table: string, column: Column, lookup: string, key: Column, engine: Engine): Promise<Pick<Join, 'repairs' | 'unmatched'>> {
  const plain = (x: string) => `lower(regexp_replace(${x}, '[^\\p{L}\\p{N}]', '', 'g'))`;
  const rows = await engine.rows(
    `WITH keys AS (SELECT DISTINCT ${keyText(key)} AS key FROM ${quoteName(lookup)} AS r WHERE ${keyText(key)} IS NOT NULL),
          lost AS (SELECT value, count(*) AS n FROM (SELECT ${keyText(column)} AS value FROM ${quoteName(table)} AS r) WHERE value IS NOT NULL AND value NOT IN (SELECT key FROM keys) GROUP BY value),
          alike AS (SELECT ${plain('key')} AS form, min(key) AS key FROM keys GROUP BY form HAVING count(*) = 1 AND form <> '')
     SELECT lost.value AS v, alike.key AS k, lost.n AS n, sum(lost.n) OVER () AS total FROM lost LEFT JOIN alike ON alike.form = ${plain('lost.value')} ORDER BY (alike.key IS NULL), n DESC, v LIMIT 201`, 'link');
  const total = rows.length ? Number(rows[0]['total']) : 0;
  const found = isNumeric(column) ? [] : rows.filter((r) => r['k'] !== null);
  const repairs = found.length > 200 ? [] : found.map((r) => ({ from: String(r['v']), to: String(r['k']), rows: Number(r['n']) }));
  return { repairs, unmatched: total - repairs.reduce((sum, r) => sum + r.rows, 0) };
}

/** SQL of a source column's key text with its repairs. */
export function repaired(column: Column, repairs: Join['repairs']): string {
  const x = keyText(column);
  if (repairs.length === 0) return x;
  return `CASE ${x} ${repairs.map((r) => `WHEN ${quoteText(r.from)} THEN ${quoteText(r.to)}`).join(' ')} ELSE ${x} END`;
}
