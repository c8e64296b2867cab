import type { AuditFinding, SourceKind } from '../domain/source.js';
import type { Engine } from '../engine/engine.js';
import { formatCount } from '../util/format-value.js';
import { quoteName, quoteText } from '../util/quote.js';
import { cleanText, listWords } from '../util/words.js';
import { type Column, isNumeric } from './column.js';
import { keyText, type Join } from './link.js';
import { attributeType, moneySql } from './clean.js';
import { isAgeName, isSensitiveName } from './name.js';
import { looksLikeTest } from './profile.js';
import type { Roles } from './roles.js';

const count = formatCount;
const rowsWord = (n: number): string => `${count(n)} ${n === 1 ? 'row' : 'rows'}`;
const names = (columns: readonly Column[]): string => `${listWords(columns.slice(0, 6).map((c) => `'${c.name}'`))}${columns.length > 6 ? ` and ${columns.length - 6} more` : ''}`;

/** Letters that begin the ids of orders which take an earlier one back: a prefix nearly all of whose rows are negative, learned from the data. */
export async function cancelPrefixes(table: string, roles: Roles, engine: Engine): Promise<{ prefix: string; rows: number }[]> {
  const { order } = roles;
  const { quantity, amount } = moneySql({ roles, cancelPrefixes: [], sharedAmount: false });
  const signed = [roles.quantity, roles.amount, roles.price].some((c) => c && c.negatives > 0);
  if (!order || order.type !== 'string' || !signed) return [];
  const negative = [roles.quantity ? `${quantity} < 0` : '', amount ? `${amount} < 0` : ''].filter(Boolean).join(' OR ');
  if (sameLetters(order)) return [];
  const rows = await engine.rows(
    `SELECT regexp_extract(${order.text}, '^[A-Za-z]+-?') AS p, count(*) AS n, count(*) FILTER (${negative}) AS neg FROM ${quoteName(table)} AS r WHERE ${order.text} >= 'A' GROUP BY 1 ORDER BY n DESC, p LIMIT 50`, 'audit');
  const found = rows.filter((r) => r['p'] && Number(r['n']) >= 5 && Number(r['neg']) >= 0.95 * Number(r['n']));
  const inside = found.reduce((sum, r) => sum + Number(r['n']), 0);
  // Where every row is negative the prefix tells nothing.
  if (inside === 0 || order.filled - inside < inside) return [];
  const most = roles.amountSql ? order.filled : [roles.quantity, roles.price, roles.amount].reduce((sum, c) => sum + (c?.negatives ?? 0), 0);
  if (most > 0.5 * order.filled) {
    const [all] = await engine.rows(`SELECT count(*) FILTER (${negative}) AS neg FROM ${quoteName(table)} AS r WHERE ${order.text} IS NOT NULL`, 'audit');
    if (Number(all['neg']) > 0.5 * order.filled) return [];
  }
  return found.map((r) => ({ prefix: String(r['p']), rows: Number(r['n']) }));
}

/** Every value lies between the first and the last: where both begin with a digit, or with the same letters, so does everything between. */
function sameLetters({ min, max }: Column): boolean {
  const [low, high] = [String(min ?? ''), String(max ?? '')];
  const letters = (v: string) => /^[A-Za-z]+-?/.exec(v)?.[0];
  return (/^\d/.test(low) && /^\d/.test(high)) || (letters(low) !== undefined && letters(low) === letters(high));
}

/** Rows that repeat an earlier row in every column; `about` where only a share of the rows was looked at. */
export interface Duplicates {
  readonly rows: number;
  readonly about: boolean;
}

const countedRows = 1_000_000;
const classes = 8;

/**
 * Counts rows that repeat an earlier one. Rows alike are alike in any one column, so of a large table it is enough to look at those whose value in one
 * column falls into one of eight classes; `exactly` looks at all.
 */
export async function countDuplicates(table: string, columns: readonly Column[], rows: number, exactly: boolean, engine: Engine): Promise<Duplicates> {
  // Numbers and times are quicker to sort into classes than text.
  const finest = [...columns].sort((a, b) => Number(a.rawType === 'VARCHAR') - Number(b.rawType === 'VARCHAR') || b.distinct - a.distinct)[0];
  const about = !exactly && rows > countedRows && finest.distinct >= 1000;
  const where = about ? ` WHERE hash(r.${quoteName(finest.name)}) % ${classes} = 0` : '';
  const [row] = await engine.rows(`SELECT count(*) - count(DISTINCT hash(${columns.map((c) => `r.${quoteName(c.name)}`).join(', ')})) AS n FROM ${quoteName(table)} AS r${where}`, 'audit');
  return { rows: about ? Number((classes * Number(row['n'])).toPrecision(2)) : Number(row['n']), about };
}

export interface AuditInput {
  readonly table: string;
  readonly clean: string;
  readonly kind: SourceKind;
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly roles: Roles;
  readonly joins: readonly Join[];
  readonly numbered: boolean;
  /** What an entity is called. */
  readonly word: string;
  readonly duplicates: Duplicates;
  readonly duplicatesDropped: boolean;
  readonly prefixes: readonly { readonly prefix: string; readonly rows: number }[];
  readonly sharedAmount: boolean;
}

/** What was found in a source and left in, each a sentence with its count. */
export async function audit(input: AuditInput, engine: Engine): Promise<AuditFinding[]> {
  const [money, tests] = await Promise.all([input.kind === 'transactions' ? moneyFindings(input, engine) : [], testFindings(input, engine)]);
  return [
    ...numberedFinding(input), ...duplicateFindings(input), ...columnFindings(input), ...formatFindings(input.columns), ...joinFindings(input), ...money, ...tests,
  ];
}

function numberedFinding({ numbered, rows, word }: AuditInput): AuditFinding[] {
  return numbered ? [{ kind: 'other', rows, sentence: `No column says who a row belongs to, so each row stands for itself, as one ${word} ("row 1", "row 2" …). Name one with --entity if there is one.` }] : [];
}

function duplicateFindings({ duplicates, duplicatesDropped, numbered, kind }: AuditInput): AuditFinding[] {
  const { rows, about } = duplicates;
  if (rows === 0) return [];
  const what = `${about ? 'About ' : ''}${rowsWord(rows)} repeat${rows === 1 ? 's' : ''} an earlier row in every column`;
  const did = duplicatesDropped ? 'and were rejected' : numbered ? 'and were kept: without an id, two alike may be two' : kind === 'lookup' ? `and ${rows === 1 ? 'changes' : 'change'} nothing` : 'and were kept: the same thing can happen twice (--duplicates drop rejects them)';
  return [{ kind: 'duplicates', rows, sentence: `${what} ${did}.` }];
}

function columnFindings({ columns, roles, kind, rows }: AuditInput): AuditFinding[] {
  const findings: AuditFinding[] = [];
  const constants = columns.filter((c) => roles.ignored.get(c.index)?.endsWith('in every row'));
  if (constants.length) findings.push({ kind: 'constant', rows, sentence: `${names(constants)} ${constants.length === 1 ? 'has' : 'have'} one value in every row and ${constants.length === 1 ? 'is' : 'are'} left out.` });
  const empty = columns.filter((c) => c.filled === 0);
  if (empty.length) findings.push({ kind: 'missing', rows, sentence: `${names(empty)} ${empty.length === 1 ? 'is' : 'are'} empty and left out.` });
  const numbering = columns.filter((c) => roles.ignored.get(c.index) === 'it only numbers the rows');
  if (numbering.length) findings.push({ kind: 'id-like', rows, column: numbering[0].name, sentence: `${names(numbering)} only number${numbering.length === 1 ? 's' : ''} the rows and ${numbering.length === 1 ? 'is' : 'are'} left out.` });
  const played = new Set<Column | undefined>([roles.entity, roles.order, roles.product, roles.productName, roles.category, roles.text, roles.event, ...roles.times]);
  const echoes = columns.filter((c) => roles.ignored.get(c.index)?.startsWith('it goes one to one'));
  if (echoes.length) findings.push({ kind: 'id-like', rows, sentence: `${names(echoes)} ${echoes.length === 1 ? 'is' : 'are'} another id of the same ones as '${roles.entity?.name}' and ${echoes.length === 1 ? 'is' : 'are'} left out.` });
  const idLike = columns.filter((c) => !played.has(c) && !roles.ignored.has(c.index) && c.filled > 0 && typeof attributeType(c, kind) !== 'string' && c.type !== 'time');
  if (idLike.length) findings.push({ kind: 'id-like', rows, sentence: `${names(idLike)} ${idLike.length === 1 ? 'has' : 'have'} too many different values to compare and ${idLike.length === 1 ? 'is' : 'are'} left out.` });
  for (const column of columns) {
    if (column.filled === 0 || column === roles.entity) continue;
    if (column.missing > 0.2 * rows) findings.push({ kind: 'missing', column: column.name, rows: column.missing, sentence: `'${column.name}' is missing in ${rowsWord(column.missing)} (${share(column.missing, rows)}).` });
  }
  const coded = columns.filter((c) => c.codes.length > 0);
  if (coded.length) {
    const seen = [...new Set(coded.flatMap((c) => c.codes.map((x) => x.code)))];
    const cells = coded.reduce((sum, c) => sum + c.codes.reduce((n, x) => n + x.rows, 0), 0);
    findings.push({ kind: 'missing', rows: cells, sentence: `${listWords(seen.slice(0, 5).map((code) => `'${code}'`))} ${seen.length === 1 ? 'stands' : 'stand'} for "missing" in ${names(coded)} (${count(cells)} ${cells === 1 ? 'value' : 'values'}).` });
  }
  const sensitive = columns.filter((c) => c !== roles.entity && c.filled > 0 && isSensitiveName(c.name));
  if (sensitive.length) findings.push({ kind: 'other', rows: 0, sentence: `${names(sensitive)} ${sensitive.length === 1 ? 'is a protected characteristic' : 'are protected characteristics'}: shown, but never segmented on unless asked.` });
  const labels = columns.filter((c) => roles.labels.has(c.index));
  if (labels.length) findings.push({ kind: 'other', rows: 0, sentence: `${names(labels)} ${labels.length === 1 ? 'says' : 'say'} what happened rather than who they are: shown, but never segmented on.` });
  const ages = columns.filter((c) => c !== roles.entity && isAgeName(c.name) && !roles.ignored.has(c.index));
  if (ages.length) findings.push({ kind: 'other', rows: 0, sentence: `${names(ages)} ${ages.length === 1 ? 'tells' : 'tell'} age: used like any other attribute; leave out with --ignore where that is not allowed.` });
  return findings;
}

const share = (part: number, all: number): string => `${((100 * part) / all).toFixed(part / all < 0.1 ? 1 : 0)} %`;

function formatFindings(columns: readonly Column[]): AuditFinding[] {
  const findings: AuditFinding[] = [];
  for (const column of columns) {
    const { format } = column;
    if (format.kind === 'time' && format.style === 'pattern' && /first/.test(format.words))
      findings.push({ kind: 'mixed-format', column: column.name, rows: 0, sentence: `Dates in '${column.name}' are read ${format.words} ('${column.examples[0]}').` });
    if (format.kind === 'time' && format.style === 'epoch')
      findings.push({ kind: 'mixed-format', column: column.name, rows: 0, sentence: `'${column.name}' counts ${{ s: 'seconds', ms: 'milliseconds', us: 'microseconds' }[format.unit]} since 1970 (UTC).` });
    if (format.kind === 'time' && format.style === 'excel')
      findings.push({ kind: 'mixed-format', column: column.name, rows: 0, sentence: `'${column.name}' holds spreadsheet day numbers.` });
    if (format.kind === 'time' && format.style === 'iso' && format.offset)
      findings.push({ kind: 'mixed-format', column: column.name, rows: 0, sentence: `Times in '${column.name}' carry a UTC offset; they are kept as the local clock showed them.` });
    if (format.kind === 'money' && format.decimal === ',')
      findings.push({ kind: 'mixed-format', column: column.name, rows: 0, sentence: `'${column.name}' writes decimals with a comma ('${column.examples[0]}').` });
    if (column.unreadable > 0 && format.kind !== 'text')
      findings.push({ kind: 'mixed-format', column: column.name, rows: column.unreadable, sentence: `${count(column.unreadable)} ${column.unreadable === 1 ? 'value' : 'values'} of '${column.name}' cannot be read as ${column.type === 'time' ? 'a date' : 'a number'}.` });
  }
  return findings;
}

function joinFindings({ joins }: AuditInput): AuditFinding[] {
  return joins.flatMap((join): AuditFinding[] => {
    const out: AuditFinding[] = [];
    const mended = join.repairs.reduce((sum, r) => sum + r.rows, 0);
    if (mended > 0)
      out.push({ kind: 'unmatched-key', column: join.column.name, rows: mended, sentence: `${rowsWord(mended)} write '${join.column.name}' unlike '${join.lookup.name}' and were matched by letters and digits alone: ${listWords(join.repairs.slice(0, 3).map((r) => `'${r.from}' is '${r.to}'`))}${join.repairs.length > 3 ? ' …' : ''}.` });
    if (join.unmatched > 0)
      out.push({ kind: 'unmatched-key', column: join.column.name, rows: join.unmatched, sentence: `${rowsWord(join.unmatched)} ${join.unmatched === 1 ? 'has' : 'have'} a '${join.column.name}' that '${join.lookup.name}' does not list.` });
    return out;
  });
}

async function moneyFindings({ table, roles, prefixes, sharedAmount, clean }: AuditInput, engine: Engine): Promise<AuditFinding[]> {
  const { quantity, price, amount, returned } = moneySql({ roles, cancelPrefixes: prefixes.map((p) => p.prefix), sharedAmount: false });
  if (!amount && !quantity) return [];
  const [back, unusual] = await Promise.all([
    returned ? countReturned(table, roles, prefixes.length > 0, returned, engine) : 0,
    amount ? outliers(clean, roles.amount?.name ?? `${roles.quantity?.name} × ${roles.price?.name}`, engine) : [],
  ]);
  const free = roles.price?.zeros ?? 0;
  const zero = roles.amount?.zeros ?? 0;
  const below = roles.price?.negatives ?? 0;
  const findings: AuditFinding[] = [];
  const order = roles.order?.name ?? 'order';
  for (const { prefix, rows } of prefixes)
    findings.push({ kind: 'cancellations', column: order, rows, sentence: `${rowsWord(rows)} are cancellations: their '${order}' begins with '${prefix}' and they are negative.` });
  if (back > 0) findings.push({ kind: 'returns', rows: back, sentence: `${rowsWord(back)} take something back (returns and cancellations); they count as negative and are told apart from purchases.` });
  for (const { column, returned: words } of roles.statuses ?? [])
    if (words.length) findings.push({ kind: 'returns', column: column.name, rows: await countSaid(table, column, words, engine), sentence: `Rows whose '${column.name}' is ${listWords(words.map((v) => `'${cleanText(v, 30)}'`), 'or')} count as returned and bring no money.` });
  if (free > 0) findings.push({ kind: 'zero-price', column: roles.price?.name, rows: free, sentence: `${rowsWord(free)} have a price of 0; they were kept.` });
  else if (!price && zero > 0) findings.push({ kind: 'zero-price', column: roles.amount?.name, rows: zero, sentence: `${rowsWord(zero)} have an amount of 0; they were kept.` });
  if (below > 0) findings.push({ kind: 'zero-price', column: roles.price?.name, rows: below, sentence: `${rowsWord(below)} have a price below 0; they were kept.` });
  if (sharedAmount) findings.push({ kind: 'other', column: roles.amount?.name, rows: 0, sentence: `'${roles.amount?.name}' is the order's total, written on each of its lines; every line counts its equal share.` });
  findings.push(...unusual);
  return findings;
}

async function countSaid(table: string, column: Column, words: readonly string[], engine: Engine): Promise<number> {
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM ${quoteName(table)} AS r WHERE ${column.text} IN (${words.map(quoteText).join(', ')})`, 'audit');
  return Number(n);
}

/** Where one column's sign alone says it, the profile has counted already. */
async function countReturned(table: string, roles: Roles, prefixed: boolean, returned: string, engine: Engine): Promise<number> {
  const signs = [roles.quantity, roles.amount].filter((c): c is Column => c !== undefined && c.negatives > 0);
  if (signs.length === 1 && !prefixed && !roles.amountSql && !roles.statuses?.length) return signs[0].negatives;
  const [{ n }] = await engine.rows(`SELECT count(*) FILTER (${returned}) AS n FROM ${quoteName(table)} AS r`, 'audit');
  return Number(n);
}

/** Amounts beyond a hundred times the 95th percentile: kept, because a wholesaler is a customer too. Amounts repeat, so they are counted once each. */
async function outliers(clean: string, name: string, engine: Engine): Promise<AuditFinding[]> {
  const [row] = await engine.rows(
    `WITH sizes AS MATERIALIZED (SELECT abs(amount) AS size, count(*) AS n FROM ${quoteName(clean)} WHERE amount <> 0 GROUP BY size),
       most AS (SELECT min(size) AS q FROM (SELECT size, sum(n) OVER (ORDER BY size) AS upto FROM sizes) WHERE upto >= 0.95 * (SELECT sum(n) FROM sizes))
     SELECT sum(n) AS n, CAST(max(size) AS DOUBLE) AS top FROM sizes WHERE size > 100 * (SELECT q FROM most)`, 'audit');
  const n = Number(row?.['n'] ?? 0);
  if (n === 0) return [];
  return [{ kind: 'outlier', rows: n, sentence: `${rowsWord(n)} ${n === 1 ? 'is' : 'are'} more than a hundred times what 95 % of rows stay under (${name} up to ${count(Number(row['top']))}); kept, and tamed later.` }];
}

/** Entities, e-mails or products that look like somebody trying things out. */
async function testFindings({ table, roles, columns, rows }: AuditInput, engine: Engine): Promise<AuditFinding[]> {
  const emails = columns.filter((c) => c.type === 'string' && c !== roles.entity && c.examples.some((v) => /^\S+@\S+\.\w+$/.test(v)));
  const looked = [roles.entity, rows <= 200_000 ? roles.product : undefined, ...emails.slice(0, 2)].filter((c): c is Column => c !== undefined && !isNumeric(c) && c.filled > 0);
  const open = rows > 3_000_000 ? [] : looked.filter((c) => c.tests === undefined);
  const select = open.map((c, i) => `count(*) FILTER (${looksLikeTest(keyText(c))}) AS n${i}`).join(', ');
  const [row] = open.length ? await engine.rows(`SELECT ${select} FROM ${quoteName(table)} AS r`, 'audit') : [{}];
  return looked.flatMap((c): AuditFinding[] => {
    const n = c.tests ?? Number(row[`n${open.indexOf(c)}`] ?? 0);
    return n === 0 || n > 0.2 * rows ? [] : [{ kind: 'test-data', column: c.name, rows: n, sentence: `${rowsWord(n)} look like tests by '${c.name}'; they were kept.` }];
  });
}
