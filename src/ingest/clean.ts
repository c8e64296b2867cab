import type { CanonicalColumn, SourceKind } from '../domain/source.js';
import { formatCount } from '../util/format-value.js';
import { quoteName, quoteText } from '../util/quote.js';
import { cleanText, listWords, singular } from '../util/words.js';
import { type Column, isNumeric } from './column.js';
import { isAttributeTime, isIdName, tokens } from './name.js';
import { keyText, repaired, type Join } from './link.js';
import type { Roles } from './roles.js';
import { saysSql } from './status.js';

/** What a source's rows are made into: the SELECT, what it rejects, and what it calls its columns. */
export interface Plan {
  /** Over the raw tables alone. */
  readonly select: string;
  /** The same over tables that are already made wider. */
  readonly body: string;
  /** Windows or joins: the engine may give rows in another order, so a table that is not too large to be looked at is made with ORDER BY. */
  readonly reorders: boolean;
  /** Row by row, of columns that need no reading: every question may as well clean its rows again. */
  readonly plain: boolean;
  readonly has: readonly CanonicalColumn[];
  readonly attributes: readonly PlannedAttribute[];
  /** First that holds says why a row is rejected. Conditions are never NULL; `early` ones need no window. */
  readonly rejects: readonly { readonly reason: string; readonly when: string }[];
  /** FROM clause shared by the SELECT and the list of rejected rows. */
  readonly from: string;
}

export interface PlannedAttribute {
  /** Name in the cleaned table. */
  readonly column: string;
  readonly title: string;
  readonly type: 'number' | 'category' | 'flag' | 'time';
  readonly source: Column;
  readonly joined?: string;
}

export interface PlanInput {
  readonly table: string;
  /** Steps before the SELECT: tables made wider with columns of others. */
  readonly steps: readonly { readonly name: string; readonly sql: string }[];
  readonly kind: SourceKind;
  readonly columns: readonly Column[];
  readonly roles: Roles;
  readonly rows: number;
  readonly blank: number;
  readonly format: string;
  readonly joins: readonly Join[];
  /** Type of `entity` in every source of the run. */
  readonly entityType: 'BIGINT' | 'VARCHAR';
  /** The row number is the entity. */
  readonly numbered: boolean;
  /** Letters that begin the order id of a row which takes an earlier one back. */
  readonly cancelPrefixes: readonly string[];
  /** The amount is the order's, on every line of it. */
  readonly sharedAmount: boolean;
  /** Drop exact repeats of a row. */
  readonly dropDuplicates: boolean;
  /** Keep one row per entity (tables with an id column). */
  readonly oneEach: boolean;
  /** Instant of the run, ms: what lies more than a day after it is not believed. */
  readonly now: number;
}

const day = 86_400_000;
const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
const futureLimit = (now: number): string => `TIMESTAMP '${stamp(now + day)}'`;

/** Larger tables made with joins have no order: sorting them costs as much again, and nothing later depends on it. */
const orderedRows = 200_000;

/** Writes the cleaning of one source as SQL over its raw table (alias `r`). */
export function plan(input: PlanInput): Plan {
  const canonical = canonicalColumns(input);
  const attributes = plannedAttributes(input, new Set(canonical.map(([name]) => name)), new Set(canonical.map(([, sql]) => sql)));
  const rejects = rejectRules(input);
  const joins = input.joins.map((join, i) => joinSql(join, i, attributes, canonical.map(([, sql]) => sql).join('\n')));
  const from = [`FROM ${quoteName(input.table)} AS r`, ...joins].join('\n');
  const where = rejects.filter((rule) => !rule.window).map((rule) => `NOT (${rule.when})`);
  const qualify = rejects.filter((rule) => rule.window).map((rule) => `NOT (${rule.when})`);
  const list = [
    ...canonical.map(([name, sql]) => `${sql} AS ${quoteName(name)}`),
    ...attributes.map((a) => `${a.sql} AS ${quoteName(a.column)}`),
  ];
  const steps = input.steps.map((s) => `${quoteName(s.name)} AS (\n${s.sql}\n)`);
  const body = [
    `SELECT\n  ${list.join(',\n  ') || '*'}`, from,
    where.length ? `WHERE ${where.join('\n  AND ')}` : '', qualify.length ? `QUALIFY ${qualify.join('\n  AND ')}` : '',
  ].filter(Boolean).join('\n');
  // A query that is kept must not hold today's date: it would call tomorrow's rows impossible, and differ from run to run.
  const lasting = body.replaceAll(futureLimit(input.now), 'CAST(now() AS TIMESTAMP) + INTERVAL 1 DAY');
  const select = steps.length ? `WITH ${steps.join(',\n')}\n${lasting}` : lasting;
  const asTheyAre = input.columns.every(({ rawType, format }) => rawType !== 'VARCHAR' || format.kind === 'text' || format.kind === 'empty');
  return {
    select, body, from, plain: asTheyAre && joins.length === 0 && !/ OVER \(/.test(body), rejects: rejects.map(({ reason, when }) => ({ reason, when })), attributes: attributes.map(({ sql: _, alias: __, ...a }) => a),
    has: canonical.map(([name]) => name), reorders: input.rows <= orderedRows && (joins.length > 0 || qualify.length > 0 || input.sharedAmount || input.roles.timeOfOrder === true),
  };
}

/** SQL of the entity in the type all sources agreed on. */
export function entitySql(column: Column, type: 'BIGINT' | 'VARCHAR'): string {
  if (type === 'BIGINT') return `CAST(${column.value} AS BIGINT)`;
  return keyText(column);
}

function canonicalColumns(input: PlanInput): [CanonicalColumn, string][] {
  const { roles, joins, kind } = input;
  const out: [CanonicalColumn, string][] = [];
  if (kind === 'lookup') return out;
  if (input.numbered) out.push(['entity', `'row ' || CAST(row_number() OVER () AS VARCHAR)`]);
  else if (roles.entity) out.push(['entity', entitySql(roles.entity, input.entityType)]);
  if (kind === 'entities') {
    if (roles.text) out.push(['text', roles.text.text]);
    return out;
  }
  if (roles.times.length) out.push(['at', timeSql(roles)]);
  if (roles.order) out.push(['order_id', keyText(roles.order)]);
  const { quantity, price, amount, returned } = moneySql(input);
  if (quantity) out.push(['quantity', decimal(quantity)]);
  if (price) out.push(['price', decimal(price)]);
  if (amount) out.push(['amount', decimal(amount)]);
  if (roles.discounts.length) out.push(['discount', decimal(roles.discounts.map((c) => `coalesce(${c.value}, 0)`).join(' + '))]);
  const fixed = (column: Column) => repaired(column, joins.find((j) => j.column === column)?.repairs ?? []);
  if (roles.product) out.push(['product', fixed(roles.product)]);
  const readable = roles.productName?.text ?? joinedProductName(input);
  if (readable) out.push(['product_name', readable]);
  if (roles.category) out.push(['category', fixed(roles.category)]);
  else {
    const found = categoryOf(input);
    if (found) out.push(['category', found]);
  }
  if (roles.event) out.push(['event', roles.event.text]);
  if (roles.text) out.push(['text', roles.text.text]);
  if (returned) out.push(['returned', returned]);
  return out;
}

const decimal = (sql: string): string => `TRY_CAST(${sql} AS DECIMAL(18, 4))`;

/** SQL of a row's time. */
export function timeSql({ times, clock, order, timeOfOrder }: Roles): string {
  if (timeOfOrder && order) return `coalesce(${times[0].value}, max(${times[0].value}) OVER (PARTITION BY ${keyText(order)}))`;
  const at = times.length > 1 ? `coalesce(${times.map((c) => c.value).join(', ')})` : times[0].value;
  return clock ? `coalesce(CAST(${at} AS DATE) + ${clock.value}, ${at})` : at;
}

/** Quantity, price, amount and whether a row takes something back. */
export function moneySql({ roles, cancelPrefixes, sharedAmount }: Pick<PlanInput, 'roles' | 'cancelPrefixes' | 'sharedAmount'>): {
  quantity?: string; price?: string; amount?: string; returned?: string;
} {
  const quantity = roles.quantity?.value;
  const price = roles.price?.value;
  const given = roles.amountSql ?? roles.amount?.value;
  const product = quantity && price ? `${quantity} * ${price}` : price;
  let amount = given ?? product;
  const signs = [roles.quantity && roles.quantity.negatives > 0 ? `${quantity} < 0` : '', roles.amount && roles.amount.negatives > 0 ? `${roles.amount.value} < 0` : '', roles.amountSql && roles.amountSqlNegative ? `${roles.amountSql} < 0` : ''].filter(Boolean);
  const prefixes = roles.order ? cancelPrefixes.map((p) => `starts_with(${keyText(roles.order!)}, ${quoteText(p)})`) : [];
  const said = saysSql(roles.statuses, 'returned');
  const marks = [...signs, ...prefixes, ...(said ? [said] : [])];
  const returned = marks.length > 0 ? `coalesce(${marks.join(' OR ')}, false)` : undefined;
  if (given && roles.quantity && roles.quantity.negatives > 0 && !roles.amountSql) amount = `CASE WHEN coalesce(${[...signs, ...prefixes].join(' OR ')}, false) THEN - abs(${given}) ELSE ${given} END`;
  // The row is the purchase itself, and its money went back: it comes to nothing rather than to a minus.
  if (amount && said) amount = `CASE WHEN (${said}) AND ${amount} > 0 THEN 0 ELSE ${amount} END`;
  if (amount && sharedAmount && roles.order) amount = `(${amount}) / count(*) OVER (PARTITION BY coalesce(${keyText(roles.order)}, CAST(r.rowid AS VARCHAR)))`;
  return { quantity, price, amount, returned };
}

/** The category of a joined product table, where the source has none: the column called so, else the one with a shelf's worth of values. */
function categoryOf({ joins, roles }: PlanInput): string | undefined {
  for (const [i, join] of joins.entries()) {
    if (join.column !== roles.product) continue;
    const texts = join.lookup.columns.filter((c) => c !== join.key && c.type === 'string' && c.distinct >= 2 && c.distinct <= Math.max(3, 0.5 * join.lookup.rows) && c.distinct <= 500);
    const rank = (c: Column) => {
      const words = tokens(c.name);
      const at = ['category', 'kategorie', 'categoria', 'department', 'dept', 'class', 'group', 'series', 'type', 'family', 'genre', 'division', 'brand'].findIndex((w) => words.includes(w));
      return at < 0 ? 99 : at;
    };
    const best = texts.sort((a, b) => rank(a) - rank(b) || a.distinct - b.distinct)[0];
    if (best) return `j${i}.${quoteName(best.name)}`;
  }
  return undefined;
}

/** A readable name for coded products from the table they point to. */
function joinedProductName({ joins, roles }: PlanInput): string | undefined {
  const at = joins.findIndex((join) => join.column === roles.product);
  if (at < 0 || !roles.product || (roles.product.type === 'string' && /\s/.test(roles.product.examples.join('')))) return undefined;
  const words = ['name', 'title', 'description', 'desc', 'bezeichnung', 'beschreibung', 'nombre', 'nom', 'type'];
  const rank = (c: Column) => words.findIndex((w) => tokens(c.name).includes(w));
  const named = joins[at].lookup.columns.filter((c) => c.type === 'string' && c !== joins[at].key && rank(c) >= 0 && c.distinct > 3 && c.length <= 80);
  const best = named.sort((a, b) => rank(a) - rank(b) || b.distinct - a.distinct)[0];
  return best && `j${at}.${quoteName(best.name)}`;
}

interface AttributeSql extends PlannedAttribute {
  readonly sql: string;
  readonly alias?: number;
}

function plannedAttributes(input: PlanInput, canonical: ReadonlySet<string>, spoken: ReadonlySet<string>): AttributeSql[] {
  const { roles, columns, joins, kind } = input;
  const played = new Set([roles.entity, ...roles.times, roles.clock, roles.order, roles.product, roles.productName, roles.category, roles.quantity, roles.price, roles.amount, ...roles.discounts, roles.event, roles.text].filter(Boolean));
  const taken = new Set([...canonical, 'entity', 'at', 'order_id', 'returned', 'product_name'].map((n) => n.toLowerCase()));
  const out: AttributeSql[] = [];
  const add = (column: Column, sql: string, wanted: string, title: string, joined?: string, alias?: number) => {
    const type = attributeType(column, kind);
    if (typeof type !== 'string') return;
    let name = wanted;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${wanted}_${i}`;
    taken.add(name.toLowerCase());
    out.push({ column: name, title, type, source: column, joined, sql, alias });
  };
  for (const column of columns) {
    if ((played.has(column) && !(kind === 'entities' && column !== roles.entity && column !== roles.text)) || roles.ignored.has(column.index)) continue;
    const repairs = joins.find((j) => j.column === column)?.repairs ?? [];
    add(column, attributeSql(column, kind, repairs), column.name, titleOf(column.name));
  }
  for (const [i, join] of joins.entries())
    for (const column of join.lookup.columns) {
      const sql = `j${i}.${quoteName(column.name)}`;
      if (column === join.key || column.filled === 0 || column.distinct < 2 || spoken.has(sql)) continue;
      // "name" and "price" say nothing away from their table: promotion name, product price.
      const bare = /^(name|title|type|price|status|description|code|category|value|date|label|kind|class|group)$/i.test(column.name) || taken.has(column.name.toLowerCase());
      const wanted = bare ? `${singular(join.lookup.name)}_${column.name}` : column.name;
      add(column, sql, wanted, titleOf(wanted), join.lookup.name, i);
    }
  return out;
}

/** Attribute type, or why the column cannot be compared. */
export function attributeType(column: Column, kind: SourceKind): PlannedAttribute['type'] | { readonly why: string } {
  const n = formatCount(column.distinct);
  if (column.filled === 0) return { why: 'it is empty' };
  if (column.type === 'time') return kind === 'entities' || isAttributeTime(column.name) ? 'time' : { why: 'a second time of the same row' };
  if (column.format.kind === 'clock') return { why: 'a time of day without its date' };
  if (column.type === 'boolean') return 'flag';
  const id = isIdName(tokens(column.name));
  if (isNumeric(column)) {
    if (column.whole && column.distinct === 2 && (column.min === 0 || column.min === 1) && Number(column.max) - Number(column.min) === 1) return 'flag';
    if (!id || !column.whole) return 'number';
    return column.distinct <= 1000 ? 'category' : { why: `a code with ${n} values` };
  }
  if (column.distinct > 0.5 * column.filled && column.distinct > 20) return { why: `a different value in almost every row (${n})` };
  if (column.distinct > 1000) return { why: `too many different values to compare (${n})` };
  if (column.length > 100) return { why: 'long text' };
  return 'category';
}

function attributeSql(column: Column, kind: SourceKind, repairs: Join['repairs']): string {
  const type = attributeType(column, kind);
  if (type === 'number') return `CAST(${column.value} AS DOUBLE)`;
  if (type === 'time') return column.value;
  return repaired(column, repairs);
}

function joinSql(join: Join, i: number, attributes: readonly AttributeSql[], select: string): string {
  const wanted = new Map<string, Column>();
  for (const a of attributes) if (a.alias === i) wanted.set(a.source.name, a.source);
  for (const c of join.lookup.columns) if (c !== join.key && c.type === 'string' && select.includes(`j${i}.${quoteName(c.name)}`)) wanted.set(c.name, c);
  const list = [...wanted.values()].map((c) => `${attributeSql(c, 'entities', [])} AS ${quoteName(c.name)}`);
  // A key that comes twice would double the rows it joins.
  const once = join.key.distinct < join.key.filled ? ` QUALIFY row_number() OVER (PARTITION BY ${keyText(join.key)} ORDER BY r.rowid) = 1` : '';
  return `LEFT JOIN (SELECT ${[`${keyText(join.key)} AS ${quoteName('shoal key')}`, ...list].join(', ')} FROM ${quoteName(join.lookup.table)} AS r WHERE ${keyText(join.key)} IS NOT NULL${once}) AS j${i}\n  ON j${i}.${quoteName('shoal key')} = ${repaired(join.column, join.repairs)}`;
}

const titleOf = (name: string): string => {
  const words = name.replace(/[_.]+/g, ' ').replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2').replace(/\s+/g, ' ').trim();
  return words ? words[0].toUpperCase() + words.slice(1).replace(/\b\p{Lu}\p{Ll}+/gu, (w) => w.toLowerCase()) : name;
};

interface RejectRule {
  readonly reason: string;
  readonly when: string;
  readonly window?: boolean;
}

function rejectRules(input: PlanInput): RejectRule[] {
  const { roles, kind, numbered } = input;
  const rules: RejectRule[] = [];
  if (kind === 'lookup') return rules;
  if (input.blank > 0)
    rules.push({ reason: /JSON/.test(input.format) ? 'not valid JSON, or empty' : 'empty row', when: input.columns.map((c) => `${c.text} IS NULL`).join(' AND ') });
  const { entity } = roles;
  if (entity && !numbered) {
    if (entity.missing > 0) rules.push({ reason: `no ${entity.name}`, when: `${entity.text} IS NULL` });
    if (input.entityType === 'BIGINT' ? entity.unreadable > 0 : false) rules.push({ reason: `unreadable ${entity.name}`, when: `${entity.value} IS NULL` });
  }
  if (kind !== 'entities') rules.push(...timeRules(input), ...numberRules(roles), ...statusRules(roles));
  if (entity && !numbered && input.dropDuplicates)
    rules.push({ reason: 'the same row again', window: true, when: `row_number() OVER (PARTITION BY ${input.columns.map((c) => `r.${quoteName(c.name)}`).join(', ')} ORDER BY r.rowid) > 1` });
  if (entity && input.oneEach)
    rules.push({ reason: `a second row for the same ${entity.name}`, window: true, when: `row_number() OVER (PARTITION BY ${entitySql(entity, input.entityType)} ORDER BY r.rowid) > 1` });
  return rules;
}

function timeRules({ roles, now }: PlanInput): RejectRule[] {
  const rules: RejectRule[] = [];
  const { times } = roles;
  if (times.length === 0) return rules;
  const at = timeSql(roles);
  const name = times[0].name;
  if (times.some((c) => c.unreadable > 0)) rules.push({ reason: `unreadable ${name}`, when: `${at} IS NULL AND (${times.filter((c) => c.unreadable > 0).map((c) => `${c.text} IS NOT NULL`).join(' OR ')})` });
  if (times.length === 1 && times[0].missing > 0) rules.push({ reason: `no ${name}`, when: roles.timeOfOrder ? `${at} IS NULL` : `${times[0].text} IS NULL`, window: roles.timeOfOrder });
  const limit = stamp(now + day);
  if (times.some((c) => String(c.min) < '1900-01-01' || /^-|BC/.test(String(c.min)))) rules.push({ reason: `${name} before 1900`, when: `coalesce(${at} < TIMESTAMP '1900-01-01 00:00:00', false)` });
  if (times.some((c) => String(c.max) > limit || !/^\d{4}-/.test(String(c.max)))) rules.push({ reason: `${name} in the future`, when: `coalesce(${at} > ${futureLimit(now)}, false)` });
  return rules.map((rule) => ({ ...rule, window: rule.when.includes(' OVER ') }));
}

function statusRules({ statuses }: Roles): RejectRule[] {
  return (statuses ?? []).flatMap((status) => {
    const when = saysSql([status], 'cancelled');
    return when ? [{ reason: `${status.column.name} is ${listWords(status.cancelled.map((v) => `'${cleanText(v, 30)}'`), 'or')}`, when }] : [];
  });
}

function numberRules({ quantity, price, amount }: Roles): RejectRule[] {
  return [quantity, price, amount].filter((c): c is Column => c !== undefined && c.unreadable > 0)
    .map((c) => ({ reason: `unreadable ${c.name}`, when: `${c.text} IS NOT NULL AND ${c.value} IS NULL` }));
}
