import type { ColumnRole, SourceKind } from '../domain/source.js';
import { type Column, isIdLike, isNumeric, isUnique, type Profiled } from './column.js';
import { entityName, isAttributeTime, isBareName, isCountName, isIdName, isLabelName, isOtherMeasure, nameScore, tokens, type NameKind } from './name.js';
import type { Status } from './status.js';

/** Which column plays which part in one file. */
export interface Roles {
  readonly entity?: Column;
  /** What the entity is called, [one, many]; undefined where the name does not say. */
  readonly word?: readonly [string, string];
  /** The time of a row is the first of these that is filled in. */
  readonly times: readonly Column[];
  /** Time of day in a column of its own. */
  readonly clock?: Column;
  readonly order?: Column;
  readonly product?: Column;
  /** Names the product that `product` gives a code. */
  readonly productName?: Column;
  readonly category?: Column;
  readonly quantity?: Column;
  readonly price?: Column;
  readonly amount?: Column;
  /** Amount as SQL from an expression a person gave. */
  readonly amountSql?: string;
  /** Some rows of that expression are negative. */
  readonly amountSqlNegative?: boolean;
  readonly discounts: readonly Column[];
  readonly event?: Column;
  readonly text?: Column;
  /** Columns of an order log that say "refunded" or "cancelled". */
  readonly statuses?: readonly Status[];
  /** Only the first line of an order has its time: the others take it from there. */
  readonly timeOfOrder?: boolean;
  /** Columns left out, and why. */
  readonly ignored: ReadonlyMap<number, string>;
  readonly labels: ReadonlySet<number>;
  /** Why a column has its role, where there is more to say than its name. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** Columns a person named, found in this file. */
export type Given = Partial<Record<'entity' | 'time' | 'order' | 'product' | 'category' | 'quantity' | 'price' | 'amount' | 'discount' | 'event' | 'text', Column>> & {
  readonly amountSql?: string;
  readonly labels?: readonly number[];
  readonly ignored?: readonly number[];
};

export interface EntityCandidate {
  readonly column: Column;
  readonly score: number;
  readonly word?: readonly [string, string];
}

/** Columns that by their name could say who a row belongs to, best first. */
export function entityCandidates(profiled: Profiled): EntityCandidate[] {
  const found: EntityCandidate[] = [];
  const timed = profiled.columns.some((c) => c.type === 'time' && !isAttributeTime(c.name));
  for (const column of profiled.columns) {
    if (column.filled === 0 || column.type === 'time' || column.type === 'boolean') continue;
    if (isNumeric(column) && !isIdLike(column)) continue;
    if (column.type === 'string' && column.length > 60) continue;
    const { score, word } = entityName(column.name);
    // A word of two or three answers ("customer": yes/no, new/returning) names no one; "account 1…85" does.
    if (score === 0 || (column.distinct <= 3 && profiled.rows > 20 && score < 100)) continue;
    const codes = column.type === 'string' && !/\s/.test(column.examples.join('')) ? 1 : 0;
    // A plain id that is on every row of a table without times is the row's own, whoever's e-mail stands beside it.
    const person = /unique|master|global|person/i.test(column.name) && score >= 100 ? 2 : 0;
    const own = person + (score === 60 && !timed && isUnique(column) && column.missing === 0 ? 16 : 0);
    found.push({ column, score: score + codes + own - (column.missing / Math.max(1, profiled.rows)) * 20, word });
  }
  if (found.length === 0) {
    const own = profiled.columns.find((c) => isUnique(c) && c.missing === 0 && isIdLike(c) && isIdName(tokens(c.name)) && c.filled === profiled.rows);
    if (own) found.push({ column: own, score: 40, word: wordOf(own.name) });
    const emails = profiled.columns.find((c) => c.type === 'string' && c.examples.length > 0 && c.examples.every((v) => /^\S+@\S+\.\S+$/.test(v)));
    if (emails) found.push({ column: emails, score: 55 });
  }
  return found.sort((a, b) => b.score - a.score || a.column.index - b.column.index);
}

/** "loan_id" → loan, loans. */
function wordOf(name: string): readonly [string, string] | undefined {
  const words = tokens(name).filter((w) => !isIdName([w]) && !/^(no|nr|nbr|num|number|key|code|ref|pk|unique|rec|row|index)$/.test(w));
  return words.length === 1 && words[0].length > 2 ? [words[0], `${words[0]}s`] : undefined;
}

/** What a file is, from its entity column and what else it holds. */
export function kindOf(profiled: Profiled, roles: Roles): SourceKind {
  const { entity } = roles;
  const money = roles.amount || roles.amountSql || (roles.price && (roles.quantity || roles.product));
  if (!entity) return 'entities';
  if (isUnique(entity) || entity.distinct >= 0.98 * entity.filled) {
    const sale = roles.order && roles.order !== entity && roles.times.length > 0 && (money || roles.quantity);
    return sale && profiled.rows > 1 ? 'transactions' : 'entities';
  }
  if (money || (roles.quantity && (roles.product || roles.order))) return 'transactions';
  if (roles.text && roles.text.length >= 20) return 'text';
  return roles.order && roles.product && roles.times.length > 0 ? 'transactions' : 'events';
}

/** Gives every column of a log its part; `entity` is already known (or absent). */
export function logRoles(profiled: Profiled, entity: Column | undefined, word: readonly [string, string] | undefined, given: Given): Roles {
  const ignored = emptyColumns(profiled, given, entity, true);
  const reasons = new Map<number, string>();
  const taken = new Set<number>([...ignored.keys(), ...(entity ? [entity.index] : []), ...(given.labels ?? [])]);
  const free = () => profiled.columns.filter((c) => !taken.has(c.index));
  const take = (column: Column | undefined): Column | undefined => {
    if (column) taken.add(column.index);
    return column;
  };
  for (const column of Object.values(given)) if (column && typeof column === 'object' && 'index' in column) taken.add(column.index);

  const times = given.time ? [given.time] : timeColumns(free(), profiled.rows);
  times.forEach(take);
  const clock = times.length > 0 && times[0].format.kind === 'time' && !times[0].format.clock ? take(free().find((c) => c.format.kind === 'clock')) : undefined;
  const named = (kind: NameKind, fits: (c: Column) => boolean, least = 1) => best(free(), (c) => (fits(c) ? nameScore(c.name, kind) : 0), least);

  const order = given.order ?? take(orderColumn(free(), profiled, entity));
  const product = given.product ?? take(productColumn(free(), profiled));
  const counts = free().filter((c) => isNumeric(c) && c.whole && isCountName(c.name));
  const sells = free().some((c) => amountScore(c) >= 0.5 || (isNumeric(c) && nameScore(c.name, 'price') > 0));
  const quantity = given.quantity ?? take(best(free(), (c) => (isNumeric(c) && !isIdName(tokens(c.name)) && !isOtherMeasure(c.name) ? nameScore(c.name, 'quantity') : 0), 1) ?? (counts.length === 1 && sells ? counts[0] : undefined));
  const price = given.price ?? take(best(free(), (c) => (isNumeric(c) && !isTotal(c) ? nameScore(c.name, 'price') + (tokens(c.name).some((w) => w === 'unit' || w === 'lineitem') ? 1 : 0) : 0), 1));
  const discounts = given.discount ? [given.discount] : free().filter((c) => isNumeric(c) && nameScore(c.name, 'discount') > 0 && !isIdName(tokens(c.name)));
  discounts.forEach(take);
  // Totals that only the first line of an order has do not tell what its lines cost.
  const lineTotals = (c: Column) => !(quantity && price && c.missing > 0.2 * profiled.rows);
  const amount = given.amountSql ? undefined : given.amount ?? take(best(free(), (c) => (lineTotals(c) ? amountScore(c) : 0), 0.5));
  const dealt = amount !== undefined || given.amountSql !== undefined || price !== undefined || quantity !== undefined;
  const productName = product && take(best(free(), (c) => (namesProduct(c, product) ? 1 : 0), 1));
  const category = given.category ?? take(named('category', (c) => (c.type === 'string' || isIdLike(c)) && c.distinct >= 2 && c.distinct <= 2000 && (product !== undefined || isCategoryName(c))));
  const text = given.text ?? take(textColumn(free(), profiled));
  const event = given.event ?? take(named('event', (c) => c.type === 'string' && c.distinct >= 2 && c.distinct <= 500 && c.length <= 60));
  const labels = new Set([...(given.labels ?? []), ...free().filter((c) => isLabel(c)).map((c) => c.index)]);
  return { entity, word, times, clock, order: order && isUnique(order) && !dealt && !given.order ? undefined : order, product, productName, category, quantity, price, amount, amountSql: given.amountSql, discounts, event, text, ignored, labels, reasons };
}

const isCategoryName = (c: Column): boolean =>
  nameScore(c.name, 'category') === 2 || tokens(c.name).some((w) => /^(category|categories|kategorie|categoria|categorie|department|dept|warengruppe)$/.test(w));

/** Roles in a table with one row per entity: everything describes it. */
export function entityRoles(profiled: Profiled, entity: Column | undefined, word: readonly [string, string] | undefined, given: Given): Roles {
  const ignored = emptyColumns(profiled, given, entity);
  const rest = profiled.columns.filter((c) => c !== entity && !ignored.has(c.index));
  const text = given.text ?? textColumn(rest, profiled);
  const labels = new Set([...(given.labels ?? []), ...rest.filter((c) => isLabel(c)).map((c) => c.index)]);
  return { entity, word, times: [], discounts: [], text, ignored, labels, reasons: new Map() };
}

/** The role of each column, for people and for the report. */
export function roleOf(column: Column, roles: Roles): ColumnRole {
  if (column === roles.entity) return 'entity';
  if (roles.ignored.has(column.index)) return 'ignore';
  if (roles.times.includes(column) || column === roles.clock) return 'time';
  for (const role of ['order', 'product', 'category', 'quantity', 'price', 'amount', 'event', 'text'] as const) if (roles[role] === column) return role;
  if (roles.discounts.includes(column)) return 'discount';
  if (roles.labels.has(column.index)) return 'label';
  return 'attribute';
}

/** Empty, constant and index columns. */
function emptyColumns(profiled: Profiled, given: Given, entity: Column | undefined, log = false): Map<number, string> {
  const ignored = new Map<number, string>();
  const wanted = new Set(Object.values(given).flatMap((c) => (c && typeof c === 'object' && 'index' in c ? [c.index] : [])));
  for (const column of profiled.columns) {
    if (column === entity || wanted.has(column.index)) continue;
    if (given.ignored?.includes(column.index)) ignored.set(column.index, 'left out because you asked for it');
    else if (column.filled === 0) ignored.set(column.index, 'it is empty');
    else if (column.distinct <= 1 && column.missing === 0 && profiled.rows > 1 && !(log && isMeasureName(column))) ignored.set(column.index, `it is '${column.examples[0] ?? column.min}' in every row`);
    else if (log && isPartOfTime(column) && profiled.columns.some((c) => c.type === 'time')) ignored.set(column.index, 'the time of the row tells it');
    else if (isIndex(column, profiled.rows)) ignored.set(column.index, 'it only numbers the rows');
  }
  return ignored;
}

/** A price that never changes is a price all the same. */
const isMeasureName = (c: Column): boolean => isNumeric(c) && (nameScore(c.name, 'price') > 0 || nameScore(c.name, 'quantity') === 2);

const isIndex = (c: Column, rows: number): boolean =>
  rows > 2 && isNumeric(c) && c.whole && isUnique(c) && c.missing === 0 && (c.min === 0 || c.min === 1) && Number(c.max) - Number(c.min) === rows - 1 &&
  ((rows > 20 && c.sample.slice(0, 20).every((v, i, all) => i === 0 || Number(v) === Number(all[i - 1]) + 1)) || isBareName(c.name) || /^(unnamed.*|index|idx|row.*|x|sr\.? ?no\.?|#|nr|no)$/i.test(c.name.trim()));

/** "week", "month", "hour" beside a time: calendar columns that only repeat it. */
const isPartOfTime = (c: Column): boolean => c.type !== 'time' && /^(year|month|week|weekday|dayofweek|day|hour|quarter|monthname|yearmonth|woche|monat|jahr|wochentag|stunde|mes|ano|semana|mois|annee)$/.test(tokens(c.name).join(''));

function isLabel(c: Column): boolean {
  return c.distinct >= 2 && c.distinct <= 20 && isLabelName(c.name);
}

function best(columns: readonly Column[], score: (c: Column) => number, least: number): Column | undefined {
  let found: Column | undefined;
  let most = least - 1e-9;
  for (const column of columns) {
    const s = score(column);
    if (s > most + 1e-9 || (!found && s >= least)) [found, most] = [column, s];
  }
  return found;
}

/** The times of a row, best first: a second one only helps where the first is often missing (open deals have no closing date). */
function timeColumns(columns: readonly Column[], rows: number): Column[] {
  const times = columns.filter((c) => c.type === 'time' && c.filled > 0 && !isAttributeTime(c.name));
  const ranked = times
    .map((c) => ({ c, score: timeScore(c) - (5 * c.missing) / Math.max(1, rows) + (c.format.kind === 'time' && c.format.clock ? 0.5 : 0) }))
    .sort((a, b) => b.score - a.score || a.c.index - b.c.index)
    .map((t) => t.c);
  if (ranked.length === 0) {
    const rest = columns.filter((c) => c.type === 'time' && c.filled > 0.5 * rows && !tokens(c.name).some((w) => /^(birth|dob|born|birthday|birthdate|hire|hired|expiry|expires|until)$/.test(w)));
    return rest.length === 1 ? rest : rest.slice(0, 1);
  }
  const [first, ...others] = ranked;
  return first.missing > 0.05 * rows ? [first, ...others.filter((c) => c.filled > 0.5 * rows && !/^(end|expiry|due)/i.test(c.name)).slice(0, 1)] : [first];
}

function timeScore(c: Column): number {
  const words = tokens(c.name);
  const has = (...some: string[]) => some.some((w) => words.includes(w));
  if (has('order', 'ordered', 'purchase', 'purchased', 'transaction', 'invoice', 'event', 'occurred', 'sale', 'sold', 'paid', 'placed', 'redemption', 'bestell', 'rechnung', 'trans', 'buy')) return 10;
  if (words.length === 1 && has('date', 'time', 'timestamp', 'datetime', 'ts', 'datum', 'fecha', 'zeit', 'data', 'at', 'when', 'day', 'created')) return 9;
  if (has('created', 'timestamp', 'datetime')) return 8.5;
  if (has('close', 'closed')) return 8;
  if (has('start', 'begin', 'visit', 'admission', 'engage')) return 6;
  if (has('end', 'shipped', 'delivered', 'delivery', 'ship', 'due', 'cancelled', 'canceled', 'cancel', 'approved', 'estimated', 'limit', 'returned', 'refunded')) return 3;
  return 5;
}

function orderColumn(columns: readonly Column[], profiled: Profiled, entity: Column | undefined): Column | undefined {
  return best(
    columns,
    (c) => {
      if (!isIdLike(c) || c.type === 'time' || c.distinct < 2) return 0;
      const name = nameScore(c.name, 'order');
      const id = isIdName(tokens(c.name));
      if (c.examples.length > 0 && c.examples.every((v) => /^#\d+$/.test(v))) return 5;
      if (name === 0 || (name === 1 && !id) || isCountName(c.name)) return 0;
      // "payment": card/cash is no order; an order id has many values, at least as many as there are entities buying.
      if (!id && (c.distinct < 0.2 * profiled.rows || /\s/.test(c.examples.join('')))) return 0;
      if (entity && c.distinct < 0.3 * entity.distinct) return 0;
      return name + (id ? 2 : 0) + (isUnique(c) ? 0 : 1);
    },
    1,
  );
}

function productColumn(columns: readonly Column[], profiled: Profiled): Column | undefined {
  return best(
    columns,
    (c) => {
      if ((c.type !== 'string' && !isIdLike(c)) || c.distinct < 2 || c.length > 80) return 0;
      const name = nameScore(c.name, 'product');
      const words = tokens(c.name);
      if (name === 0 || isCountName(c.name) || words.some((w) => /^(coupon|campaign|promotion|category|type|class|price|quantity|qty|group|department|feature|line|weight|length|height|width|photos|discount|total|count)$/.test(w))) return 0;
      const id = isIdName(words) || words.includes('stock') || words.includes('sku');
      if (isNumeric(c) && !id && name < 2) return 0;
      return name + (id ? 1 : 0) + (words.includes('name') || words.includes('title') ? 0.2 : 0) - (isUnique(c) && profiled.rows > 20 ? 2 : 0);
    },
    1,
  );
}

/** A text that goes one to one, or nearly, with the product's code. */
function namesProduct(c: Column, product: Column): boolean {
  return c.type === 'string' && c.length <= 80 && c.distinct >= 0.6 * product.distinct && c.distinct <= 1.5 * product.distinct && product.distinct > 3 &&
    tokens(c.name).some((w) => /^(name|description|desc|title|bezeichnung|beschreibung|nom|nombre|descripcion|libelle|designation|omschrijving|product|item|artikel|stock)$/.test(w));
}

const isTotal = (c: Column): boolean => tokens(c.name).some((w) => /^(total|gesamt|sum|line|extended|final|order|revenue|sales)$/.test(w)) && !/unit/i.test(c.name);

function amountScore(c: Column): number {
  const words = tokens(c.name);
  if (!isNumeric(c) || isIdName(words) || isCountName(c.name) || c.distinct < 2) return 0;
  if (isOtherMeasure(c.name) || nameScore(c.name, 'quantity') > 0) return 0;
  const name = nameScore(c.name, 'amount');
  const total = isTotal(c) && nameScore(c.name, 'price') > 0;
  if (name === 0 && !total) return 0;
  const strong = words.some((w) => /^(amount|total|revenue|sales|betrag|umsatz|importe|montant|spend|spent|monetary|gmv|subtotal|paid|turnover)$/.test(w)) ? 1 : 0;
  return Math.max(name, total ? 2 : 0) + strong - (words.includes('subtotal') || words.includes('net') ? 0.3 : 0) - (c.missing > 0 ? 0.2 : 0) - 0.01 * words.length;
}

function textColumn(columns: readonly Column[], profiled: Profiled): Column | undefined {
  return best(
    columns,
    (c) => {
      const wordy = c.sample.slice(0, 300).filter((v) => v.trim().split(/\s+/).length >= 4).length;
      const said = nameScore(c.name, 'text') > 0;
      const written = said && c.distinct >= 20 && (c.length >= 25 || wordy >= 0.5 * Math.min(300, c.sample.length));
      if (c.type !== 'string' || (c.distinct < 0.3 * c.filled && !written) || c.filled < 0.05 * profiled.rows) return 0;
      if (wordy === 0 || /^[[{]/.test(c.examples[0] ?? '')) return 0;
      if (c.length >= 60) return 3 + Math.min(c.length, 1000) / 1000;
      return said && c.length >= 15 ? 1 + c.length / 1000 : 0;
    },
    1,
  );
}
