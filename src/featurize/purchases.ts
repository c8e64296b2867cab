import type { Source } from '../domain/source.js';
import type { Dialect } from '../engine/dialect.js';
import type { Engine } from '../engine/engine.js';
import { dialectOf } from '../engine/dialects/catalog.js';

/** When everyone bought, by days since the epoch; one row per entity that bought until `until`, in the order of the ids. Purchases on one day are one. */
export interface PurchaseLog {
  readonly rows: number;
  readonly entities: readonly string[];
  readonly until: number;
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** Days with a purchase. */
  readonly days: Float64Array;
  /** Spent on these days, without what was returned later; 0 where there are no amounts. */
  readonly spent: Float64Array;
  /** Days with a purchase after `until`, and what was spent on them. */
  readonly laterDays: Float64Array;
  readonly laterSpent: Float64Array;
}

/** Days with purchases as a table of the engine. */
export interface PurchaseDays {
  readonly table: string;
  readonly from: number;
  readonly to: number;
  /** Different days on which anyone bought. */
  readonly different: number;
  readonly money: boolean;
  /** The part of what was spent that was not returned. */
  readonly kept: number;
}

const dayMs = 86_400_000;
/** Money is added up as whole numbers of 1/10,000, so that its sum does not depend on the order. */
const UNITS = 10_000;
const units = (sum: string, d: Dialect) => d.round(`${d.double(`coalesce(${sum}, 0)`)} * 1e4`);

/**
 * The days on which entities bought, as a table (entity, day, spent): rows of `source` until `asOf` that are not returns. Rows need an entity and a time.
 * @returns undefined where there is none
 */
export async function purchaseDays(source: Source, asOf: number, table: string, engine: Engine): Promise<PurchaseDays | undefined> {
  const d = dialectOf(engine.dialect);
  const has = new Set<string>(source.has);
  const amount = amountOf(has, d);
  const known = `${d.quote('at')} <= ${d.timestamp(asOf)}`;
  const bought = has.has('returned') ? `${known} AND NOT ${d.quote('returned')}` : known;
  await engine.run(`CREATE OR REPLACE TABLE ${d.quote(table)} AS
SELECT ${d.quote('entity')}, ${d.quotient(d.epochMs(d.quote('at')), `${dayMs}`)} AS ${d.quote('day')}, ${amount ? units(`sum(${amount})`, d) : '0e0'} AS ${d.quote('spent')}
FROM ${d.quote(source.table)}
WHERE ${bought}
GROUP BY 1, 2`, 'purchases');
  const [row] = await engine.rows(`SELECT min(${d.quote('day')}) AS ${d.quote('from')}, max(${d.quote('day')}) AS ${d.quote('to')}, count(DISTINCT ${d.quote('day')}) AS ${d.quote('different')}, ${d.double(`sum(${d.quote('spent')})`)} AS ${d.quote('gross')} FROM ${d.quote(table)}`, 'purchases');
  if (row['from'] === null) return undefined;
  const gross = Number(row['gross']);
  const net = amount && has.has('returned') ? Number((await engine.rows(`SELECT ${units(`sum(${amount})`, d)} AS ${d.quote('net')} FROM ${d.quote(source.table)} WHERE ${known}`, 'purchases'))[0]['net']) : gross;
  return { table, from: Number(row['from']), to: Number(row['to']), different: Number(row['different']), money: amount !== undefined, kept: gross > 0 ? Math.min(1, Math.max(0, net / gross)) : 1 };
}

/** The days on which anyone bought, ascending: where they are few, they are opportunities. */
export async function differentDays({ table }: PurchaseDays, engine: Engine): Promise<Float64Array> {
  const d = dialectOf(engine.dialect);
  return (await engine.columns(`SELECT DISTINCT ${d.double(d.quote('day'))} AS ${d.quote('day')} FROM ${d.quote(table)} ORDER BY 1`, 'purchases', 'small')).columns[0].values as Float64Array;
}

/** Who had bought by the day `until`, and what they did after it. */
export async function purchaseLog({ table }: PurchaseDays, until: number, engine: Engine): Promise<PurchaseLog> {
  const d = dialectOf(engine.dialect);
  const day = d.quote('day');
  const spent = d.quote('spent');
  const [past, later] = [`${day} <= ${until}`, `${day} > ${until}`];
  const fields = {
    entity: d.varchar(d.quote('entity')),
    first: d.double(`min(${day})`), last: d.double(d.only('max', day, past)), days: d.double(d.only('count', '*', past)), spent: d.double(`coalesce(${d.only('sum', spent, past)}, 0)`),
    laterDays: d.double(d.only('count', '*', later)), laterSpent: d.double(`coalesce(${d.only('sum', spent, later)}, 0)`),
  };
  const { rows, columns } = await engine.columns(
    `SELECT ${Object.entries(fields).map(([name, sql]) => `${sql} AS ${d.quote(name)}`).join(', ')}\nFROM ${d.quote(table)}\nGROUP BY ${d.quote('entity')}\nHAVING min(${day}) <= ${until}\nORDER BY ${d.quote('entity')}`, 'purchases');
  const [, first, last, days, spend, laterDays, laterSpent] = columns.map(({ values }) => values as Float64Array);
  for (const amounts of [spend, laterSpent]) for (let i = 0; i < rows; i++) amounts[i] /= UNITS;
  return { rows, entities: columns[0].values as readonly string[], until, first, last, days, spent: spend, laterDays, laterSpent };
}

/** Purchases on each day after `until` of those who had bought by then, ascending. */
export async function purchasesAfter({ table }: PurchaseDays, until: number, engine: Engine): Promise<{ readonly days: Float64Array; readonly purchases: Float64Array }> {
  const d = dialectOf(engine.dialect);
  const [day, entity] = [d.quote('day'), d.quote('entity')];
  const known = `SELECT ${entity} FROM ${d.quote(table)} WHERE ${day} <= ${until}`;
  const { columns: [days, purchases] } = await engine.columns(`SELECT ${d.double(day)} AS ${day}, ${d.double('count(*)')} AS ${d.quote('purchases')}\nFROM ${d.quote(table)}\nWHERE ${day} > ${until} AND ${entity} IN (${known})\nGROUP BY 1\nORDER BY 1`, 'purchases', 'small');
  return { days: days.values as Float64Array, purchases: purchases.values as Float64Array };
}

function amountOf(has: ReadonlySet<string>, d: Dialect): string | undefined {
  if (has.has('amount')) return d.quote('amount');
  if (!has.has('price')) return undefined;
  return has.has('quantity') ? `${d.quote('price')} * ${d.quote('quantity')}` : d.quote('price');
}
