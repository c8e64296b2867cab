import { join } from 'node:path';
import type { TimelineEvent } from '../../domain/answer.js';
import type { CanonicalColumn } from '../../domain/source.js';
import type { Value } from '../../engine/engine.js';
import { formatMoney, formatNumber } from '../../util/format-value.js';
import { quoteName, quoteText } from '../../util/quote.js';
import { cleanText, upperFirst } from '../../util/words.js';
import type { Held } from './held.js';
import type { KeptSource } from './keep.js';

/** Things of an order that are named, and its largest lines that they are looked for in. */
const namedThings = 3;
const lookedAt = 12;

/** Sources with times. */
export const toldSources = ({ file }: Held): KeptSource[] => file.meta.sources.filter(({ has }) => has.includes('at'));

/** SQL of the events of some sources, of rows `where`, that are before an instant and not after that of the run. */
export function eventsOf(held: Held, asked: readonly KeptSource[], where: string, before = Infinity): string {
  const { folder, asOf, file: { meta: { sources } } } = held;
  return asked.map((source) => `SELECT * FROM (${eventsOfSource(source, sources.indexOf(source), join(folder, source.file), where)}) WHERE "at" < ${Math.min(asOf + 1, before)}`).join('\nUNION ALL ');
}

/** One row per event: row, at (ms), source, key (tells events of one instant apart), what, things (as one text), kinds of things, quantity, amount, back, of. */
function eventsOfSource({ kind, has, attributes }: KeptSource, index: number, path: string, where: string): string {
  const own = (name: CanonicalColumn) => (has.includes(name) ? quoteName(name) : undefined);
  const text = (sql = 'NULL') => `CAST(${sql} AS VARCHAR)`;
  const number = (sql = 'NULL') => `CAST(${sql} AS DOUBLE)`;
  const thing = own('product_name') ?? own('product') ?? own('category');
  const [order, quantity, amount, returned] = [own('order_id'), own('quantity'), own('amount'), own('returned')];
  const rows = `FROM read_parquet(${quoteText(path)}, file_row_number = true) WHERE ${where} AND "at" IS NOT NULL`;
  if (kind === 'transactions') {
    const by = order ? `coalesce(${text(order)}, ${text('"at"')})` : text('"at"');
    const largest = `list(${text(thing)} ORDER BY abs(${amount ?? '0'}) DESC, ${text(thing)}) FILTER (${thing} IS NOT NULL)`;
    return `SELECT "row", epoch_ms(max("at")) AS "at", ${index} AS source, ${by} AS key, ${text(order ? `max(${order})` : undefined)} AS what,
      ${thing ? `array_to_string((${largest})[1:${lookedAt}], chr(31))` : text()} AS things, ${thing ? `count(DISTINCT ${thing})` : '0'} AS kinds,
      ${number(quantity && `sum(${quantity})`)} AS quantity, ${number(amount && `sum(${amount})`)} AS amount, ${returned ? `bool_and(coalesce(${returned}, false))` : 'false'} AS back, ${text()} AS of
    ${rows} GROUP BY "row", ${by}`;
  }
  const beside = attributes.find(({ type }) => type === 'category');
  return `SELECT "row", epoch_ms("at") AS "at", ${index} AS source, lpad(${text('file_row_number')}, 12, '0') AS key, ${text(own('event') ?? own('text'))} AS what,
      ${text(thing)} AS things, 1 AS kinds, ${number(quantity)} AS quantity, ${number(amount)} AS amount, false AS back, ${text(beside && quoteName(beside.column))} AS of
    ${rows}`;
}

/** What was read by it, in words. */
export function eventOf({ file, report: { currency } }: Held, event: Record<string, Value>): TimelineEvent {
  const { name, kind } = file.meta.sources[Number(event['source'])];
  const amount = typeof event['amount'] === 'number' ? event['amount'] : undefined;
  return {
    at: Number(event['at']), source: name, kind, words: wordsOf(kind, event),
    ...(amount !== undefined && { amount, amountText: formatMoney(amount, currency) }),
  };
}

function wordsOf(kind: KeptSource['kind'], event: Record<string, Value>): string {
  const said = (key: string, limit = 60) => (typeof event[key] === 'string' && event[key].trim() ? cleanText(event[key], limit) : undefined);
  const things = typeof event['things'] === 'string' ? [...new Set(event['things'].split('\x1f').filter((thing) => thing.trim()).map((thing) => cleanText(thing, 40)))].slice(0, namedThings) : [];
  if (kind === 'transactions') {
    const more = Number(event['kinds']) - things.length;
    const quantity = Math.abs(Number(event['quantity'] ?? 0));
    const list = things.length > 0 ? [...things, ...(more > 0 ? [`${formatNumber(more)} more`] : [])].join(', ') : quantity > 0 ? `${formatNumber(quantity)} ${quantity === 1 ? 'item' : 'items'}` : undefined;
    const head = `${event['back'] ? 'Return' : said('what') ? 'Order' : 'Purchase'}${said('what') ? ` ${said('what', 40)}` : ''}`;
    return list ? `${head}: ${list}` : head;
  }
  if (kind === 'text') return [things[0], said('what', 160) && `“${said('what', 160)}”`].filter(Boolean).join(': ') || 'Message';
  const what = upperFirst((said('what') ?? 'event').replaceAll('_', ' '));
  const of = things[0] ?? said('of', 40);
  return of ? `${what}: ${of}` : what;
}
