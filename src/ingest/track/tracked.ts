import type { CanonicalColumn, Source, SourceAttribute, SourceColumn } from '../../domain/source.js';
import type { Engine } from '../../engine/engine.js';
import { ShoalError } from '../../errors.js';
import { quoteName, quoteText } from '../../util/quote.js';
import { isSensitiveName } from '../name.js';
import type { Ingested } from '../ingest.js';
import { ownColumns, type TrackedColumn, type TrackedRow } from './rows-of.js';

/** Rows of events as files: a line of JSON per row of `rowsOf`, with its entity. */
export interface TrackedFiles {
  readonly events: string;
  /** Only where something was bought. */
  readonly orders?: string;
  /** What is carried beside the rows' own columns: those that hardly any row has, and texts that are no kinds, are left out. */
  readonly columns: readonly TrackedColumn[];
  /** The moment to look from, ms. */
  readonly asOf: number;
  readonly currency?: string;
}

const types: { readonly [column in (typeof ownColumns)[number]]?: string } = {
  entity: 'VARCHAR', at: 'BIGINT', event: 'VARCHAR', product: 'VARCHAR', category: 'VARCHAR', order_id: 'VARCHAR', quantity: 'BIGINT', price: 'BIGINT', amount: 'BIGINT', discount: 'BIGINT', returned: 'BOOLEAN',
};
const attributeTypes = { number: 'DOUBLE', text: 'VARCHAR', flag: 'BOOLEAN' } as const;
const units: ReadonlySet<string> = new Set(['quantity', 'price', 'amount', 'discount']);
const roles = { entity: 'entity', at: 'time', event: 'event', product: 'product', category: 'category', order_id: 'order', quantity: 'quantity', price: 'price', amount: 'amount', discount: 'discount', returned: 'attribute' } as const;
/** Where fewer rows than this share have a value, it says little; with more kinds than this a text is none. */
const LEAST = 0.05;
const KINDS = 50;

/** The line of a row. */
export const trackedLine = (entity: string, { source: _, ...row }: TrackedRow): string => `${JSON.stringify({ entity, ...row })}\n`;

/**
 * Rows of events → sources in the engine. Every column is what `rowsOf` says it is and every row is kept: nothing is inferred or cleaned, so that live and batch have the same rows.
 * @throws `ingest/no-rows`
 */
export async function ingestTracked(files: TrackedFiles, engine: Engine): Promise<Ingested> {
  const sources: Source[] = [];
  if (files.orders) sources.push(await load('orders', 'transactions', files.orders, ['entity', 'at', 'order_id', 'product', 'category', 'quantity', 'price', 'amount', 'discount', 'returned'], [], engine));
  sources.push(await load('events', 'events', files.events, ['entity', 'at', 'event', 'product', 'category'], files.columns, engine));
  const held = sources.filter(({ audit }) => audit.rowsKept > 0);
  if (held.length === 0) throw new ShoalError('ingest/no-rows', { path: 'the journal' });
  const all = held.map(({ table }) => `SELECT entity, "at" FROM ${quoteName(table)}`).join(' UNION ALL ');
  const [{ count, low, high }] = await engine.rows(`SELECT count(DISTINCT entity) AS count, epoch_ms(min("at")) AS low, epoch_ms(max("at")) AS high FROM (${all})`, 'entities');
  await engine.run('CREATE OR REPLACE VIEW shoal_rejected AS SELECT CAST(NULL AS VARCHAR) AS source, CAST(NULL AS BIGINT) AS "row", CAST(NULL AS VARCHAR) AS reason, CAST(NULL AS VARCHAR) AS content WHERE false', 'reject');
  return {
    sources: held, entity: { word: { one: 'customer', many: 'customers' }, sources: held.map(({ name }) => name), count: Number(count) }, rejectedTable: 'shoal_rejected', unused: [],
    // The journal is whole until it was exported: that nothing happened since the last event is known.
    span: { from: Number(low), to: Math.max(Number(high), files.asOf) }, asOf: files.asOf, ...(files.currency && { currency: files.currency }),
  };
}

async function load(name: string, kind: Source['kind'], path: string, own: readonly CanonicalColumn[], carried: readonly TrackedColumn[], engine: Engine): Promise<Source> {
  const raw = [...own.map((column) => [column, types[column as keyof typeof types]!] as const), ...carried.map(({ column, type }) => [column, attributeTypes[type]] as const)];
  const shape = raw.map(([column, type]) => `${quoteText(column)}: ${quoteText(type)}`).join(', ');
  await engine.run(`CREATE OR REPLACE TABLE ${quoteName(name)} AS FROM read_json(${quoteText(path)}, format = 'newline_delimited', columns = {${shape}})`, `read ${name}`);
  const found = await described(name, raw.map(([column]) => column), engine);
  const { rows } = found;
  const has = own.filter((column) => found.filled(column) > 0 && (column !== 'returned' || found.distinct(column) > 1) && (column !== 'discount' || found.distinct(column) > 1));
  const attributes: SourceAttribute[] = [];
  for (const { column, type } of carried) {
    if (found.filled(column) < LEAST * rows || found.distinct(column) < 2 || (type === 'text' && found.distinct(column) > KINDS)) continue;
    attributes.push({ column, title: titleOf(column), type: type === 'text' ? 'category' : type, label: false, sensitive: isSensitiveName(column), ...(type !== 'number' && { values: await levels(name, column, engine) }) });
  }
  const table = `${name} clean`;
  const list = [...has.map((column) => `${column === 'at' ? 'make_timestamp("at" * 1000)' : units.has(column) ? `CAST(CAST(${quoteName(column)} AS DECIMAL(18, 0)) * CAST(0.0001 AS DECIMAL(5, 4)) AS DECIMAL(18, 4))` : quoteName(column)} AS ${quoteName(column)}`), ...attributes.map(({ column }) => quoteName(column))];
  const select = `SELECT ${list.join(',\n  ')}\nFROM ${quoteName(name)}`;
  await engine.run(`CREATE OR REPLACE TABLE ${quoteName(table)} AS ${select}`, `clean ${name}`);
  const columns = raw.map(([column, type]): SourceColumn => ({
    name: column, type: type === 'VARCHAR' ? 'string' : type === 'BOOLEAN' ? 'boolean' : column === 'at' ? 'time' : 'number',
    role: (has as readonly string[]).includes(column) ? roles[column as keyof typeof roles] : attributes.some((one) => one.column === column) ? 'attribute' : 'ignore',
    reason: column in types ? 'as events of the journal are read' : `carried by ${found.filled(column).toLocaleString('en')} events`, distinct: found.distinct(column), missing: rows - found.filled(column), examples: [],
  }));
  return { name, kind, path: name, format: 'journal', columns, table, has, attributes, select, audit: { rowsIn: rows, rowsKept: rows, rowsRejected: 0, rejected: [], findings: [] } };
}

async function described(table: string, columns: readonly string[], engine: Engine) {
  const counts = columns.map((column, i) => `count(${quoteName(column)}) AS f${i}, count(DISTINCT ${quoteName(column)}) AS d${i}`);
  const [row] = await engine.rows(`SELECT count(*) AS n, ${counts.join(', ')} FROM ${quoteName(table)}`, 'describe');
  const at = (letter: string, column: string) => Number(row[`${letter}${columns.indexOf(column)}`]);
  return { rows: Number(row.n), filled: (column: string) => at('f', column), distinct: (column: string) => at('d', column) };
}

async function levels(table: string, column: string, engine: Engine): Promise<{ value: string; rows: number }[]> {
  const rows = await engine.rows(`SELECT CAST(${quoteName(column)} AS VARCHAR) AS v, count(*) AS n FROM ${quoteName(table)} WHERE ${quoteName(column)} IS NOT NULL GROUP BY ALL ORDER BY n DESC, v LIMIT ${KINDS}`, 'attributes');
  return rows.map(({ v, n }) => ({ value: String(v), rows: Number(n) }));
}

const titleOf = (column: string): string => {
  const words = column.replace(/_+/g, ' ').trim();
  return words ? words[0].toUpperCase() + words.slice(1) : column;
};
