import type { Source, SourceAttribute } from '../domain/source.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Dialect } from '../engine/dialect.js';
import type { Engine, Result } from '../engine/engine.js';

export const slotsPerDay = 48;

/** What was done when: half-hours of the week (7 × 48, Monday 00:00 first), counted per segment. */
export interface Activity {
  readonly from: 'e-mail opens' | 'browsing' | 'orders';
  readonly counts: readonly Float64Array[];
}

/** Something that can be taken (a product, a category, a kind of either), and how many rows of each segment took it. */
export interface Taken {
  readonly name: string;
  readonly what: 'category' | 'product' | 'kind' | 'channel';
  readonly from: 'orders' | 'browsing';
  readonly counts: Float64Array;
  /** Different entities per segment, by a 64-bit linear-counting sketch: exact for none and one, saturates near 250. */
  readonly takers: Float64Array;
  /** Rows per segment in which anything of its kind was taken: shares are counts ÷ these. */
  readonly totals: Float64Array;
}

export interface Behaviour {
  /** One per thing that was done with a clock time; none when the data has only dates. */
  readonly activity: readonly Activity[];
  readonly taken: readonly Taken[];
  /** Price paid per item: median per segment and over all; absent without prices. */
  readonly prices?: { readonly segments: readonly number[]; readonly everyone: number };
  /** Hour-of-week counts per segment (7 × 24, Monday first) of browsing and orders (or else of e-mail opens). */
  readonly rhythm?: readonly (readonly number[])[];
}

/**
 * What the members of each segment do, from the rows themselves: one pass over each source of transactions or events, joined to
 * `membership(entity, segment)`. Works with whatever canonical columns a source has. Results do not depend on the number of threads.
 */
export async function behaviour(sources: readonly Source[], engine: Engine, membership: string, k: number): Promise<Behaviour> {
  const dialect = dialectOf(engine.dialect);
  const activity: Activity[] = [];
  const taken: Taken[] = [];
  let prices: Behaviour['prices'];
  for (const source of sources) {
    if ((source.kind !== 'transactions' && source.kind !== 'events') || !source.has.includes('entity')) continue;
    const kinds = await rowKinds(source, engine, dialect);
    const cells = await engine.columns(passSql(source, membership, kinds, dialect), `behaviour of ${source.name}`, 'small');
    const read = readPass(cells, source, kinds, k);
    activity.push(...read.activity);
    taken.push(...(await named(read.taken, source, engine, dialect)));
    prices ??= read.prices;
  }
  const merged = mergeActivity(activity);
  return { activity: merged, taken, ...(prices ? { prices } : {}), ...rhythmOf(merged, k) };
}

/** Makes `name(entity, segment)` from the table of features and the labels of its rows, in the same order; outliers (−1) are in no segment. */
export async function createMembership(engine: Engine, featureTable: string, labels: Int32Array, name = 'membership'): Promise<string> {
  const d = dialectOf(engine.dialect);
  await engine.load(`${name}_labels`, { segment: labels });
  await engine.run(
    `CREATE OR REPLACE TABLE ${d.quote(name)} AS SELECT f.${d.quote('entity')}, l.${d.quote('segment')} FROM ${d.quote(featureTable)} f POSITIONAL JOIN ${d.quote(`${name}_labels`)} l WHERE l.${d.quote('segment')} >= 0`,
    'membership',
  );
  await engine.run(`DROP TABLE ${d.quote(`${name}_labels`)}`, 'membership');
  return name;
}

const mostKinds = 4;
const channelName = /^(sales_?)?(channel|device|platform|medium|touchpoint)(_?(type|name))?$/i;

/**
 * Category and flag columns that describe what is taken, not who takes it: for most entities with several rows they vary, for hardly any
 * product they do. Columns that say the channel need only vary. One look at a sample of entities and one at the products.
 */
async function rowKinds(source: Source, engine: Engine, d: Dialect): Promise<SourceAttribute[]> {
  const fit = source.attributes.filter((a) => (a.type === 'category' || a.type === 'flag') && !a.label && !a.sensitive && (a.values?.length ?? 0) >= 2 && a.values!.length < 50 && !a.values!.some(({ value }) => value.length > 40)).slice(0, 12);
  if (fit.length === 0) return [];
  const each = (f: (column: string, i: number) => string) => fit.map((a, i) => f(d.quote(a.column), i)).join(', ');
  const rows = await engine.rows(
    `SELECT ${each((_, i) => `avg(v${i}) AS v${i}`)} FROM (
  SELECT ${each((c, i) => `CASE WHEN min(${d.varchar(c)}) < max(${d.varchar(c)}) THEN 1e0 ELSE 0e0 END AS v${i}`)} FROM ${d.quote(source.table)}
  WHERE hash(${d.quote('entity')}) % ${source.audit.rowsKept > 500_000 ? 16 : 1} = 0 GROUP BY ${d.quote('entity')} HAVING count(*) >= 4) AS e`,
    `kinds of ${source.name}`,
  );
  const vary = fit.filter((_, i) => Number(rows[0]?.[`v${i}`] ?? 0) >= 0.3);
  const fixed = await fixedByProduct(vary.filter((a) => !channelName.test(a.column)), source, engine, d);
  return vary.filter((a) => channelName.test(a.column) || fixed.has(a.column)).slice(0, mostKinds);
}

async function fixedByProduct(attributes: readonly SourceAttribute[], source: Source, engine: Engine, d: Dialect): Promise<ReadonlySet<string>> {
  if (attributes.length === 0 || !source.has.includes('product')) return new Set();
  const varies = attributes.map(({ column }, i) => `CASE WHEN min(${d.varchar(d.quote(column))}) < max(${d.varchar(d.quote(column))}) THEN 1e0 ELSE 0e0 END AS v${i}`);
  const rows = await engine.rows(
    `SELECT ${attributes.map((_, i) => `avg(v${i}) AS v${i}`).join(', ')} FROM (
  SELECT ${varies.join(', ')} FROM ${d.quote(source.table)} WHERE ${d.quote('product')} IS NOT NULL GROUP BY ${d.quote('product')} HAVING count(*) >= 4) AS p`,
    `kinds of ${source.name}`,
  );
  return new Set(attributes.filter((_, i) => Number(rows[0]?.[`v${i}`] ?? 1) <= 0.05).map((a) => a.column));
}

const mostEvents = 60;
const mostProducts = 100_000;

function passSql(source: Source, membership: string, kinds: readonly SourceAttribute[], d: Dialect): string {
  const has = new Set<string>(source.has);
  const col = (name: string) => `t.${d.quote(name)}`;
  const at = col('at');
  const distinct = (role: string) => source.columns.find((c) => c.role === role)?.distinct ?? 0;
  const event = has.has('event') && distinct('event') <= mostEvents;
  const parts: Record<string, string> = {};
  if (event) parts['event'] = d.varchar(col('event'));
  if (has.has('at')) parts['slot'] = `CAST((${d.weekday(at)} - 1) * ${slotsPerDay} + ${d.hour(at)} * 2 + CASE WHEN EXTRACT(MINUTE FROM ${at}) >= 30 THEN 1 ELSE 0 END AS SMALLINT)`;
  if (has.has('category')) parts['category'] = d.varchar(col('category'));
  if (has.has('product') && distinct('product') <= mostProducts) parts['product'] = d.varchar(col('product'));
  kinds.forEach((kind, i) => (parts[`kind${i}`] = d.varchar(col(kind.column))));
  const priced = has.has('price') && source.kind === 'transactions';
  // Medians from logarithmic bins 2 % wide: exact sums of decimals, so the same whatever the order of the rows.
  if (priced) parts['bin'] = `CASE WHEN ${col('price')} > 0 THEN CAST(floor(ln(${d.double(col('price'))}) * 50) AS SMALLINT) END`;
  const names = Object.keys(parts);
  const sets = names.map((name) => (name === 'slot' && event ? '(segment, event, slot)' : name === 'event' ? '' : `(segment, ${d.quote(name)})`)).filter(Boolean);
  const where = has.has('returned') ? `\nWHERE NOT coalesce(${col('returned')}, FALSE)` : '';
  return `WITH rows AS (
  SELECT m.${d.quote('segment')} AS segment${names.map((name) => `, ${parts[name]} AS ${d.quote(name)}`).join('')},
    CAST(1 AS UBIGINT) << CAST(hash(m.${d.quote('entity')}) % 64 AS UBIGINT) AS mark${priced ? `, ${col('price')} AS price` : ''}
  FROM ${d.quote(source.table)} AS t JOIN ${d.quote(membership)} AS m ON t.${d.quote('entity')} = m.${d.quote('entity')}${where}
)
SELECT CAST(segment AS INTEGER) AS segment, ${names.map((name) => d.quote(name)).join(', ')}${names.length ? ', ' : ''}${names.map((name) => `CAST(GROUPING(${d.quote(name)}) AS INTEGER) AS ${d.quote(`no_${name}`)}`).join(', ')}${names.length ? ', ' : ''}
  CAST(count(*) AS DOUBLE) AS n, CAST(bit_count(bit_or(mark)) AS INTEGER) AS marks${priced ? ', CAST(sum(price) AS DOUBLE) AS price' : ''}
FROM rows
GROUP BY GROUPING SETS (${['(segment)', ...sets].join(', ')})`;
}

interface Pass {
  readonly activity: readonly Activity[];
  readonly taken: readonly Taken[];
  readonly prices?: { readonly segments: readonly number[]; readonly everyone: number };
}

function readPass(cells: Result, source: Source, kinds: readonly SourceAttribute[], k: number): Pass {
  const numbers = (name: string) => cells.columns.find((c) => c.name === name && c.type === 'number')?.values as Float64Array | undefined;
  const strings = (name: string) => cells.columns.find((c) => c.name === name && c.type === 'string')?.values as readonly (string | null)[] | undefined;
  const [segment, n, marks] = [numbers('segment')!, numbers('n')!, numbers('marks')!];
  const inSet = (name: string) => numbers(`no_${name}`);
  const from = source.kind === 'events' ? 'browsing' : 'orders';

  const timed = new Map<Activity['from'], Float64Array[]>();
  const [slot, noSlot, event] = [numbers('slot'), inSet('slot'), strings('event')];
  for (let i = 0; slot && noSlot && i < cells.rows; i++) {
    if (noSlot[i] !== 0 || Number.isNaN(slot[i])) continue;
    const what = doing(source, event?.[i] ?? null);
    if (!what) continue;
    if (!timed.has(what)) timed.set(what, Array.from({ length: k }, () => new Float64Array(7 * slotsPerDay)));
    timed.get(what)![segment[i]][slot[i]] += n[i];
  }
  const activity = [...timed].map(([what, counts]) => ({ from: what, counts })).filter(({ counts }) => hasClock(counts));

  const collect = (name: string, what: Taken['what'], label: (value: string) => string): Taken[] => {
    const [values, no] = [strings(name), inSet(name)];
    if (!values || !no) return [];
    const totals = new Float64Array(k);
    const by = new Map<string, { counts: Float64Array; takers: Float64Array }>();
    for (let i = 0; i < cells.rows; i++) {
      const value = values[i];
      if (no[i] !== 0 || value === null || value === '') continue;
      const found = by.get(value) ?? { counts: new Float64Array(k), takers: new Float64Array(k) };
      found.counts[segment[i]] += n[i];
      found.takers[segment[i]] = marks[i] >= 64 ? 270 : Math.round(-64 * Math.log(1 - marks[i] / 64));
      totals[segment[i]] += n[i];
      by.set(value, found);
    }
    return [...by].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, found]) => ({ name: label(value), what, from, ...found, totals }));
  };
  if (isMail(source, '')) return { activity, taken: [] }; // what was mailed was not their choice
  const plain = (value: string) => value;
  const taken = [
    ...collect('category', 'category', plain),
    ...collect('product', 'product', plain),
    ...kinds.flatMap((kind, i) => (channelName.test(kind.column) ? collect(`kind${i}`, 'channel', plain) : collect(`kind${i}`, 'kind', kindLabel(kind)))),
  ];
  return { activity, taken, ...pricesOf(numbers('bin'), inSet('bin'), numbers('price'), n, segment, k) };
}

/** "organic" for a flag that holds; "sugar level: low" for a category of its own; the value alone where it speaks for itself. */
function kindLabel({ title, type, values = [] }: SourceAttribute): (value: string) => string {
  const numeric = values.every(({ value }) => /^[\d.,-]*$/.test(value));
  const selfSpoken = !numeric && type === 'category' && values.every(({ value }) => value.length > 3);
  return (value) => {
    if (type === 'flag' && /^(true|t|yes|y|1)$/i.test(value)) return title;
    if (type === 'flag' && /^(false|f|no|n|0)$/i.test(value)) return `not ${title.charAt(0).toLowerCase()}${title.slice(1)}`;
    return selfSpoken ? value : `${title}: ${value}`;
  };
}

/** What a row says its entity was doing; undefined for what was done to it (an e-mail sent). */
function doing(source: Source, event: string | null): Activity['from'] | undefined {
  if (source.kind === 'transactions') return 'orders';
  if (isMail(source, event ?? '')) return event !== null && /open|click|read/i.test(event) ? 'e-mail opens' : undefined;
  if (event !== null && /\b(sent|deliver|bounce|impression|exposed|unsubscribe)/i.test(event.replace(/_/g, ' '))) return undefined;
  if (event !== null && /\b(purchase|order|bought|checkout complete|transaction)/i.test(event.replace(/_/g, ' '))) return 'orders';
  return 'browsing';
}

const isMail = (source: Source, event: string) => source.kind === 'events' && /mail|newsletter/i.test(`${source.name} ${event}`);

/** Times that are all midnight are dates. */
function hasClock(counts: readonly Float64Array[]): boolean {
  let midnight = 0, all = 0;
  for (const week of counts) {
    week.forEach((n, slot) => {
      all += n;
      if (slot % slotsPerDay === 0) midnight += n;
    });
  }
  return all > 0 && midnight < 0.9 * all;
}

function mergeActivity(parts: readonly Activity[]): Activity[] {
  const merged = new Map<Activity['from'], Activity>();
  for (const part of parts) {
    const before = merged.get(part.from);
    merged.set(part.from, before ? { from: part.from, counts: part.counts.map((week, s) => week.map((n, slot) => n + before.counts[s][slot])) } : part);
  }
  return (['e-mail opens', 'browsing', 'orders'] as const).flatMap((from) => merged.get(from) ?? []);
}

function rhythmOf(activity: readonly Activity[], k: number): { rhythm?: number[][] } {
  const own = activity.filter((a) => a.from !== 'e-mail opens');
  const shown = own.length > 0 ? own : activity;
  if (shown.length === 0) return {};
  const rhythm = Array.from({ length: k }, (_, s) =>
    Array.from({ length: 7 * 24 }, (_, hour) => shown.reduce((sum, { counts }) => sum + counts[s][2 * hour] + counts[s][2 * hour + 1], 0)));
  return { rhythm };
}

function pricesOf(bin: Float64Array | undefined, no: Float64Array | undefined, price: Float64Array | undefined, n: Float64Array, segment: Float64Array, k: number): { prices?: Pass['prices'] } {
  if (!bin || !no || !price) return {};
  const cells: { bin: number; segment: number; n: number; mean: number }[] = [];
  for (let i = 0; i < n.length; i++) if (no[i] === 0 && !Number.isNaN(bin[i])) cells.push({ bin: bin[i], segment: segment[i], n: n[i], mean: price[i] / n[i] });
  cells.sort((a, b) => a.bin - b.bin || a.segment - b.segment);
  const middle = (keep: (s: number) => boolean) => {
    const own = cells.filter((c) => keep(c.segment));
    let left = own.reduce((sum, c) => sum + c.n, 0) / 2;
    return own.find((c) => (left -= c.n) <= 0)?.mean ?? Number.NaN;
  };
  if (cells.length === 0) return {};
  return { prices: { segments: Array.from({ length: k }, (_, s) => middle((own) => own === s)), everyone: middle(() => true) } };
}

const namesWanted = 400;

/** Product codes become names where a column of the table spells them out. Only the more frequent ones are looked up. */
async function named(taken: readonly Taken[], source: Source, engine: Engine, d: Dialect): Promise<readonly Taken[]> {
  const products = taken.filter((c) => c.what === 'product');
  if (products.length === 0) return taken;
  const spelled = source.has.includes('product_name') ? 'product_name' : await nameColumn(source, engine, d);
  if (!spelled) return taken;
  const weight = (c: Taken) => c.counts.reduce((a, b) => a + b, 0);
  const wanted = [...products].sort((a, b) => weight(b) - weight(a) || (a.name < b.name ? -1 : 1)).slice(0, namesWanted);
  const rows = await engine.rows(
    `SELECT ${d.varchar(d.quote('product'))} AS product, ${d.quote(spelled)} AS name, count(*) AS n FROM ${d.quote(source.table)}
WHERE ${d.varchar(d.quote('product'))} IN (${wanted.map((c) => d.text(c.name)).join(', ')}) AND ${d.quote(spelled)} IS NOT NULL GROUP BY 1, 2 ORDER BY n DESC, 2`,
    `product names of ${source.name}`,
  );
  const spelling = new Map<string, string>();
  for (const row of rows) if (!spelling.has(String(row['product']))) spelling.set(String(row['product']), String(row['name']));
  return taken.map((c) => (c.what === 'product' && spelling.has(c.name) ? { ...c, name: spelling.get(c.name)! } : c));
}

async function nameColumn({ table }: Source, engine: Engine, d: Dialect): Promise<string | undefined> {
  const columns = await engine.rows(`SELECT column_name AS name FROM information_schema.columns WHERE table_name = ${d.text(table)} AND data_type = 'VARCHAR'`, 'columns');
  return columns.map((c) => String(c['name'])).find((name) => /^((products?|items?|stock|article)_?)?(name|title|desc|description)$/i.test(name));
}
