import type { Engine } from '../engine/engine.js';
import { formatCount } from '../util/format-value.js';
import { quoteName } from '../util/quote.js';
import { type Column, isIdLike, isNumeric, isUnique, type Profiled } from './column.js';
import { entityName, isBareName, isIdName, isOtherMeasure, nameScore, tokens } from './name.js';
import type { Given, Roles } from './roles.js';

/** What the values alone say about a log whose names say nothing. */
export interface Structure {
  readonly entity?: Column;
  readonly order?: Column;
  readonly product?: Column;
  readonly reasons: ReadonlyMap<number, string>;
}

const sampleRows = 60_000;

/**
 * Finds who, what and which order in a log by what determines what, on its first 60,000 rows:
 * an order has one time; the entity is the finest thing that is the same throughout an order (or, without orders, the thing whose rows
 * come together in time); a product is neither. One query of distinct counts over pairs of at most seven columns.
 */
export async function findStructure(profiled: Profiled, times: readonly Column[], engine: Engine): Promise<Structure> {
  const candidates = profiled.columns.filter((c) => couldName(c, profiled.rows)).sort((a, b) => b.distinct - a.distinct || a.index - b.index).slice(0, 7);
  const time = times[0];
  if (!time || candidates.length === 0) return { reasons: new Map() };
  const counts = await pairs(profiled.table, candidates, time, engine);
  const one = (c: Column) => counts.get(`${c.index}`)!;
  const two = (a: Column, b: Column) => counts.get(a.index < b.index ? `${a.index}+${b.index}` : `${b.index}+${a.index}`)!;
  const withTime = (c: Column) => counts.get(`${c.index}+t`)!;
  const rows = counts.get('n')!;

  const notEntity = (c: Column) => nameScore(c.name, 'product') === 2 || nameScore(c.name, 'category') === 2 || nameScore(c.name, 'order') === 2;
  const orders = candidates.filter((c) => one(c) < 0.95 * rows && withTime(c) <= 1.03 * one(c) && one(c) > 20).sort((a, b) => one(b) - one(a));
  const order = orders[0];
  const determined = (c: Column) => order !== undefined && c !== order && two(order, c) <= 1.02 * one(order);
  const repeated = candidates.filter((c) => c !== order && one(c) < 0.98 * rows && one(c) >= Math.min(10, 0.05 * rows) && !notEntity(c));
  const among = order ? repeated.filter(determined) : repeated;
  // Without orders, an entity's rows share times more than a product's do; codes with leading zeros or letters before plain numbers.
  const entity = among.sort((a, b) => (order ? one(b) - one(a) : withTime(a) / one(a) - withTime(b) / one(b) || codeLike(b) - codeLike(a) || one(b) - one(a)))[0];
  const product = candidates
    .filter((c) => c !== order && c !== entity && !determined(c) && one(c) >= 5 && one(c) < 0.9 * rows && !(entity && two(entity, c) === one(entity)))
    .sort((a, b) => a.length - b.length || one(b) - one(a))[0];
  const reasons = new Map<number, string>();
  const n = formatCount;
  if (order) reasons.set(order.index, `by its values: ${n(order.distinct)} of them, each at one time`);
  if (entity) reasons.set(entity.index, order ? `by its values: ${n(entity.distinct)} of them, one per order` : `by its values: ${n(entity.distinct)} of them, each on several rows`);
  if (product) reasons.set(product.index, `by its values: ${n(product.distinct)} of them, several per order`);
  return { entity, order, product, reasons };
}

const codeLike = (c: Column): number => (c.type === 'string' ? 1 : 0);

/** Could be a name of someone or something: codes and whole numbers with many values, not measures. */
function couldName(c: Column, rows: number): boolean {
  if (!isIdLike(c) || c.filled < 0.3 * rows || c.distinct < 5 || isUnique(c) || isOtherMeasure(c.name)) return false;
  if (nameScore(c.name, 'quantity') === 2 || (isNumeric(c) && nameScore(c.name, 'amount') === 2)) return false;
  // Small whole numbers that run 0, 1, 2 … are counts unless their name says otherwise.
  return !isNumeric(c) || isIdName(tokens(c.name)) || Number(c.max) >= 500;
}

async function pairs(table: string, columns: readonly Column[], time: Column, engine: Engine): Promise<Map<string, number>> {
  const parts = ['count(*) AS "n"'];
  const names = columns.map((c) => `v${c.index}`);
  columns.forEach((c, i) => {
    parts.push(`count(DISTINCT ${names[i]}) AS "${c.index}"`, `count(DISTINCT CASE WHEN ${names[i]} IS NOT NULL THEN hash(${names[i]}, t) END) AS "${c.index}+t"`);
    for (let j = 0; j < columns.length; j++)
      if (columns[j].index > c.index)
        parts.push(`count(DISTINCT CASE WHEN ${names[i]} IS NOT NULL AND ${names[j]} IS NOT NULL THEN hash(${names[i]}, ${names[j]}) END) AS "${c.index}+${columns[j].index}"`);
  });
  const inner = `SELECT ${columns.map((c, i) => `${c.value} AS ${names[i]}`).join(', ')}, ${time.value} AS t FROM ${quoteName(table)} AS r LIMIT ${sampleRows}`;
  const [row] = await engine.rows(`SELECT ${parts.join(', ')} FROM (${inner})`, 'structure');
  return new Map(Object.entries(row).map(([key, value]) => [key, Number(value)]));
}

/**
 * Quantity, price and amount of a log by their values, for what names left open: the one decimal number is money; beside a small whole
 * number it is a price where it does not grow with it, and an amount where it does; of three numbers a × b = c says it all.
 */
export async function findMeasures(profiled: Profiled, roles: Roles, engine: Engine): Promise<{ given: Given; reasons: Map<number, string> }> {
  const reasons = new Map<number, string>();
  const used = new Set([roles.entity, ...roles.times, roles.order, roles.product, roles.category, roles.quantity, roles.price, roles.amount, roles.text, ...roles.discounts].map((c) => c?.index));
  const free = profiled.columns.filter((c) => isNumeric(c) && !used.has(c.index) && !roles.ignored.has(c.index) && !isIdName(tokens(c.name)) && !isOtherMeasure(c.name) && !roles.labels.has(c.index) && entityName(c.name).score === 0);
  const decimals = free.filter((c) => !c.whole && c.distinct > 5);
  const small = free.filter((c) => c.whole && c.distinct > 1 && isBareish(c) && couldCount(c));
  if (roles.amount || roles.amountSql || roles.price || decimals.length === 0) return { given: {}, reasons };
  const quantity = roles.quantity ?? small[0];
  if (!roles.product && !roles.order && !decimals.every(isBareish)) return { given: {}, reasons };
  const triple = quantity && decimals.length >= 2 ? await findTriple(profiled.table, quantity, decimals.slice(0, 4), engine) : undefined;
  if (triple) {
    reasons.set(triple.amount.index, `by its values: it is '${quantity.name}' × '${triple.price.name}'`);
    reasons.set(triple.price.index, 'by its values');
    reasons.set(quantity.index, 'by its values');
    return { given: { quantity, price: triple.price, amount: triple.amount }, reasons };
  }
  const money = decimals[0];
  if (quantity && roles.product && (await isPrice(profiled.table, quantity, money, engine))) {
    reasons.set(money.index, `by its values: decimals that do not grow with '${quantity.name}'`);
    if (!roles.quantity) reasons.set(quantity.index, 'by its values: small whole numbers');
    return { given: { quantity, price: money }, reasons };
  }
  reasons.set(money.index, 'by its values: the decimal numbers of a log');
  if (quantity && !roles.quantity) reasons.set(quantity.index, 'by its values: small whole numbers');
  return { given: { amount: money, ...(quantity ? { quantity } : {}) }, reasons };
}

const couldCount = (c: Column): boolean => Number(c.max) > 1 && (c.distinct < 5000 || c.negatives > 0);
/** A name without a meaning we know: invented, or in a language we do not. */
const isBareish = (c: Column): boolean => isBareName(c.name) || (['order', 'product', 'category', 'event', 'text', 'time'] as const).every((kind) => nameScore(c.name, kind) === 0);

async function findTriple(table: string, quantity: Column, decimals: readonly Column[], engine: Engine): Promise<{ price: Column; amount: Column } | undefined> {
  for (const price of decimals)
    for (const amount of decimals) {
      if (price === amount) continue;
      const [row] = await engine.rows(
        `SELECT avg(CASE WHEN abs(q * p - a) <= 0.011 * greatest(1, abs(q)) THEN 1.0 ELSE 0 END) AS hit, count(DISTINCT q) AS kinds
         FROM (SELECT ${quantity.value} AS q, ${price.value} AS p, ${amount.value} AS a FROM ${quoteName(table)} AS r LIMIT ${sampleRows}) WHERE q IS NOT NULL AND p IS NOT NULL AND a IS NOT NULL AND p <> 0`, 'structure');
      if (Number(row['hit']) > 0.95 && Number(row['kinds']) > 1) return { price, amount };
    }
  return undefined;
}

async function isPrice(table: string, quantity: Column, money: Column, engine: Engine): Promise<boolean> {
  const [row] = await engine.rows(
    `SELECT coalesce(corr(ln(q), ln(v)), 0) AS r FROM (SELECT abs(${quantity.value}) AS q, ${money.value} AS v FROM ${quoteName(table)} AS r LIMIT ${sampleRows}) WHERE q > 0 AND v > 0`, 'structure');
  return Number(row['r']) < 0.3;
}

/** Is the amount the order's total, written again on every line of the order? Then each line may only count its share. */
export async function repeatsPerOrder(table: string, order: Column, amount: Column, engine: Engine): Promise<boolean> {
  const [row] = await engine.rows(
    `SELECT count(*) AS orders, count(*) FILTER (low = high) AS same FROM (
       SELECT min(a) AS low, max(a) AS high FROM (SELECT ${order.value} AS o, ${amount.value} AS a FROM ${quoteName(table)} AS r LIMIT ${sampleRows}) WHERE o IS NOT NULL AND a IS NOT NULL GROUP BY o HAVING count(*) > 1)`, 'structure');
  return Number(row['orders']) >= 20 && Number(row['same']) >= 0.98 * Number(row['orders']);
}

/** Do rows without a time belong to orders that have one, and only one, on another row? */
export async function timedByOrder(table: string, order: Column, time: Column, engine: Engine): Promise<boolean> {
  const [row] = await engine.rows(
    `SELECT count(*) AS orders, count(*) FILTER (low = high) AS timed FROM (
       SELECT min(t) AS low, max(t) AS high FROM (SELECT ${order.value} AS o, ${time.value} AS t FROM ${quoteName(table)} AS r LIMIT ${sampleRows}) WHERE o IS NOT NULL GROUP BY o HAVING count(*) > count(t))`, 'structure');
  return Number(row['orders']) >= 5 && Number(row['timed']) >= 0.9 * Number(row['orders']);
}
