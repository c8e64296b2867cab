import type { Source } from '../domain/source.js';
import type { Dialect } from '../engine/dialect.js';
import type { Engine } from '../engine/engine.js';
import type { Cell } from './prior.js';

export interface Level {
  readonly value: string;
  readonly rows: number;
}

/** What a source's table can tell: it decides which features make sense. */
export interface Survey {
  readonly rows: number;
  readonly entities: number;
  /** 'integer' ids sort by size, 'text' ids by code point. */
  readonly ids: 'integer' | 'text';
  /** First and last instant, ms; NaN without times. `to` is rounded up to the millisecond. */
  readonly from: number;
  readonly to: number;
  readonly days: number;
  /** Rows have times of day, not only dates. */
  readonly clock: boolean;
  readonly returned: number;
  readonly discounted: number;
  readonly largestDiscount: number;
  readonly quantityVaries: boolean;
  readonly ordersMissing: number;
  /** Most frequent first, up to 60; `categoryCount` is how many there are. */
  readonly categories: readonly Level[];
  readonly events: readonly Level[];
  /** How the rows (without those that return something) lie over the quarters of the year and the kinds of events. */
  readonly calendar: readonly Cell[];
  /** Latest date among the attributes, ms; −Infinity without any. Stands for 'now' where nothing else has times. */
  readonly attributesTo: number;
}

/** Kinds of categories and events that are looked at. */
const LEVELS = 60;

/** Reads a source once (and once per label column) for what its features depend on. */
export async function survey(source: Source, engine: Engine, dialect: Dialect): Promise<Survey> {
  const has = new Set<string>(source.has);
  const col = (name: string) => dialect.quote(name);
  const table = dialect.quote(source.table);
  const time = has.has('at');
  const fields: Record<string, string> = {
    rows: 'count(*)',
    ids: `max(typeof(${col('entity')}))`,
    from: time ? dialect.epochMs(`min(${col('at')})`) : 'NULL',
    to: time ? dialect.epochMs(`max(${col('at')})`) : 'NULL',
    exact: time ? `max(${col('at')}) = ${dialect.fromMs(dialect.epochMs(`max(${col('at')})`))}` : 'TRUE',
    clocked: time ? dialect.only('count', '*', `${dialect.epochMs(col('at'))} % 86400000 <> 0`) : '0',
    hours: time ? `count(DISTINCT ${dialect.hour(col('at'))})` : '0',
    returned: has.has('returned') ? dialect.only('count', '*', col('returned')) : '0',
    discounted: has.has('discount') ? dialect.only('count', '*', `${col('discount')} <> 0`) : '0',
    largest_discount: has.has('discount') ? `coalesce(${dialect.double(`max(abs(${col('discount')}))`)}, 0)` : '0',
    quantity_varies: has.has('quantity') ? `min(${col('quantity')}) <> max(${col('quantity')})` : 'FALSE',
    orders_missing: has.has('order_id') ? `count(*) - count(${col('order_id')})` : '0',
  };
  source.attributes.filter((a) => a.type === 'time').forEach((a, i) => (fields[`date_${i}`] = dialect.epochMs(`max(${col(a.column)})`)));
  const list = Object.entries(fields).map(([name, sql]) => `${sql} AS ${dialect.quote(name)}`);
  const step = `survey ${source.name}`;
  const levels = async (column: string): Promise<Level[]> => {
    if (!has.has(column)) return [];
    const rows = await engine.rows(
      `SELECT ${dialect.varchar(col(column))} AS value, count(*) AS n FROM ${table} WHERE ${col(column)} IS NOT NULL GROUP BY ${col(column)} ORDER BY n DESC, value LIMIT ${LEVELS}`,
      step,
    );
    return rows.map((r) => ({ value: String(r.value), rows: Number(r.n) }));
  };
  const calendar = async (events: readonly Level[]): Promise<Cell[]> => {
    if (!time) return [];
    const byEvent = events.length > 0 && events.length < LEVELS;
    const at = col('at');
    const by = [dialect.quarter(at), ...(byEvent ? [dialect.varchar(col('event'))] : [])];
    const kept = has.has('returned') ? ` AND NOT ${col('returned')}` : '';
    const cells = await engine.rows(
      `SELECT ${dialect.epochMs(`min(${at})`)} AS "at", ${byEvent ? `${dialect.varchar(col('event'))} AS "event", ` : ''}count(*) AS n FROM ${table} WHERE ${at} IS NOT NULL${kept} GROUP BY ${by.join(', ')} ORDER BY "at"`,
      step,
    );
    return cells.map((cell) => ({ at: Number(cell.at), ...(byEvent ? { event: cell.event } : {}), rows: Number(cell.n) }));
  };
  const [[found], [{ entities }], categories, [events, cells]] = await Promise.all([
    engine.rows(`SELECT ${list.join(',\n  ')}\nFROM ${table}`, step),
    engine.rows(`SELECT count(*) AS entities FROM (SELECT DISTINCT ${col('entity')} FROM ${table}) t`, step),
    levels('category'),
    levels('event').then(async (events) => [events, await calendar(events)] as const),
  ]);
  const rows = Number(found.rows);
  const number = (name: string) => (found[name] === null ? Number.NaN : Number(found[name]));
  return {
    rows,
    entities: Number(entities),
    ids: /VARCHAR|CHAR|TEXT|ENUM|UUID/i.test(String(found.ids)) ? 'text' : 'integer',
    from: number('from'),
    to: number('to') + (found.exact === false ? 1 : 0),
    days: (number('to') - number('from')) / 86_400_000,
    clock: Number(found.clocked) > 0.05 * rows && Number(found.hours) >= 3,
    returned: Number(found.returned),
    discounted: Number(found.discounted),
    largestDiscount: Number(found.largest_discount),
    quantityVaries: found.quantity_varies === true,
    ordersMissing: Number(found.orders_missing),
    categories,
    events,
    calendar: cells,
    attributesTo: Math.max(...Object.keys(fields).filter((name) => name.startsWith('date_')).map(number).filter((ms) => !Number.isNaN(ms))),
  };
}
