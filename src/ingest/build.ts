import { checkAborted, type Context } from '../context.js';
import type { AuditFinding, Source, SourceAttribute, SourceColumn } from '../domain/source.js';
import type { Engine } from '../engine/engine.js';
import { assert, ShoalError } from '../errors.js';
import { formatCount } from '../util/format-value.js';
import { quoteName, quoteText } from '../util/quote.js';
import { listWords } from '../util/words.js';
import { audit, cancelPrefixes, countDuplicates } from './audit.js';
import { attributeType, plan, type Plan } from './clean.js';
import type { Column } from './column.js';
import type { Inference, Inferred } from './infer.js';
import { entityName, isSensitiveName } from './name.js';
import type { IngestOptions } from './options.js';
import { refusedTable } from './raw.js';
import { roleOf } from './roles.js';

export interface Built {
  readonly sources: readonly Source[];
  readonly entity: { readonly word: { readonly one: string; readonly many: string }; readonly sources: readonly string[]; readonly count: number };
  readonly rejectedTable: string;
  readonly unused: readonly { readonly source: string; readonly path: string; readonly reason: string }[];
  readonly span?: { readonly from: number; readonly to: number };
  readonly currency?: string;
}

export const rejectedTable = 'shoal_rejected';

/** Of a larger table whose rows need hardly any cleaning no second one is made: writing it takes longer than cleaning the few columns that a question asks for, every time. */
const viewedRows = 1_000_000;

/** Makes the cleaned tables, the table of rejected rows, and the sources that describe them. */
export async function build({ files, word }: Inference, options: IngestOptions, engine: Engine, context: Context): Promise<Built> {
  const entityType = sharedType(files);
  const keys = new Set(files.flatMap((f) => f.joins.map((j) => j.key)));
  const sources: Source[] = [];
  const rejections: string[] = [];
  for (const [i, file] of files.entries()) {
    checkAborted(context);
    context.progress({ stage: 'ingest', note: `cleaning ${file.raw.name}`, done: 0.8 + (0.2 * i) / files.length });
    const { source, rejected } = await buildSource(file, { keys, entityType, word: word.one }, options, engine, context);
    sources.push(source);
    rejections.push(...rejected);
  }
  await viewRejected(rejections, engine);
  const rank = { transactions: 0, events: 1, text: 2, entities: 3, lookup: 4 } as const;
  sources.sort((a, b) => rank[a.kind] - rank[b.kind] || b.audit.rowsKept - a.audit.rowsKept);
  const owned = sources.filter((s) => s.has.includes('entity'));
  const currency = files.flatMap((f) => [f.roles.amount, f.roles.price]).map((c) => (c?.format.kind === 'money' ? c.format.currency : '')).find(Boolean);
  const [count, span] = await Promise.all([countEntities(owned, engine), spanOf(owned, engine)]);
  return {
    sources, rejectedTable,
    entity: { word, sources: owned.map((s) => s.name), count },
    unused: files.flatMap((f) => (f.unused ? [{ source: f.raw.name, path: f.raw.path, reason: f.unused }] : [])),
    span, ...(currency ? { currency } : {}),
  };
}

/** What all sources of a run agree on. */
interface Shared {
  readonly keys: ReadonlySet<Column>;
  readonly entityType: 'BIGINT' | 'VARCHAR';
  readonly word: string;
}

async function buildSource(file: Inferred, { keys, entityType, word }: Shared, options: IngestOptions, engine: Engine, context: Context): Promise<{ source: Source; rejected: readonly string[] }> {
  const { raw, profiled, kind, roles, numbered, joins } = file;
  const withId = kind === 'entities' && !numbered;
  const drops = !numbered && kind !== 'lookup' && (options.duplicates ? options.duplicates === 'drop' : withId);
  const countable = profiled.columns.length < 300 || profiled.rows < 20_000;
  const counting = countable ? countDuplicates(raw.table, profiled.columns, profiled.rows, drops, engine) : Promise.resolve({ rows: 0, about: false });
  counting.catch(() => {});
  const prefixes = kind === 'transactions' ? await cancelPrefixes(raw.table, roles, engine) : [];
  // Only what decides about rows is waited for.
  const dropDuplicates = drops && (await counting).rows > 0;
  const made = plan({
    table: raw.table, steps: raw.widened?.steps ?? [], kind, columns: profiled.columns, roles, rows: profiled.rows, blank: profiled.blank, format: raw.format, joins, entityType, numbered,
    cancelPrefixes: prefixes.map((p) => p.prefix), sharedAmount: file.sharedAmount, dropDuplicates,
    oneEach: withId && roles.entity!.distinct < roles.entity!.filled, now: context.clock(),
  });
  const clean = `${raw.name} clean`;
  // The engine takes names for the same that differ in case, but only in that of A to Z.
  const [before] = (await engine.rows('SELECT table_name AS name, table_type AS type FROM information_schema.tables', 'clean')).filter(({ name }) => plainCase(String(name)) === plainCase(clean));
  if (before) await engine.run(`DROP ${before['type'] === 'VIEW' ? 'VIEW' : 'TABLE'} ${quoteName(clean)}`, 'clean');
  const kept = made.plain && profiled.rows > viewedRows ? 'VIEW' : 'TABLE';
  await engine.run(`CREATE ${kept} ${quoteName(clean)} AS ${made.body}${made.reorders ? '\nORDER BY r.rowid' : ''}`, `clean ${raw.name}`);
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM ${quoteName(clean)}`, 'clean');
  const rowsKept = Number(n);
  const { rejected, queries } = await findRejected(file, made, rowsKept, engine);
  const rowsIn = profiled.rows + raw.refused;
  const rowsRejected = rejected.reduce((sum, r) => sum + r.rows, 0);
  assert(rowsKept + rowsRejected === rowsIn, `${raw.name} read ${rowsIn} rows, kept ${rowsKept}, rejected ${rowsRejected}`);
  if (rowsKept === 0 && kind !== 'lookup') refuseEmpty(file, rejected, rowsIn);
  const attributes = attributesOf(clean, made, file, engine);
  attributes.catch(() => {});
  const duplicates = await counting;
  const findings = await audit({ table: raw.table, clean, kind, rows: profiled.rows, columns: profiled.columns, roles, joins, numbered, word, duplicates, duplicatesDropped: dropDuplicates, prefixes, sharedAmount: file.sharedAmount }, engine);
  const source: Source = {
    name: raw.name, kind, path: raw.path, format: raw.format, table: clean, has: made.has, select: made.select,
    columns: profiled.columns.map((c) => sourceColumn(c, file, keys)),
    attributes: await attributes,
    audit: { rowsIn, rowsKept, rowsRejected, rejected, findings: [...raw.findings, ...rejectFindings(rejected), ...unusedFinding(file), ...findings] },
  };
  return { source, rejected: queries };
}

const plainCase = (name: string) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Counts rejected rows by reason, and the queries that list them. */
async function findRejected({ raw, profiled, joins }: Inferred, { rejects }: Plan, rowsKept: number, engine: Engine): Promise<{ rejected: { reason: string; rows: number }[]; queries: string[] }> {
  const source = quoteText(raw.name);
  const queries: string[] = [];
  const reasons: string[] = [];
  if (raw.refused > 0) {
    queries.push(`SELECT source, "row", reason, content FROM ${refusedTable} WHERE source = ${source}`);
    reasons.push(`SELECT reason FROM ${refusedTable} WHERE source = ${source}`);
  }
  if (rejects.length > 0) {
    const reason = `CASE ${rejects.map((r) => `WHEN ${r.when} THEN ${quoteText(r.reason)}`).join(' ')} END`;
    const content = `concat_ws(',', ${profiled.columns.map(csvValue).join(', ')})`;
    // Records the reader refused lie between these rows: count those before each.
    const row = raw.refused > 0 ? `rid + 1 + (SELECT count(*) FROM ${refusedTable} AS f WHERE f.source = ${source} AND f.before <= rid)` : 'rid + 1';
    const filter = rejects.some((r) => r.when.includes(' OVER ')) ? 'QUALIFY reason IS NOT NULL' : `WHERE ${rejects.map((r) => `(${r.when})`).join(' OR ')}`;
    const from = `FROM ${quoteName(raw.table)} AS r ${filter}`;
    queries.push(`SELECT ${source}, ${row}, reason, content FROM (SELECT r.rowid AS rid, ${reason} AS reason, ${content} AS content ${from})`);
    reasons.push(`SELECT ${reason} AS reason ${from}`);
  }
  if (reasons.length === 0) return { rejected: [], queries };
  const lost = profiled.rows - rowsKept;
  // One reason for all that is missing need not be counted; joins must prove that they lose and double nothing.
  if (raw.refused === 0 && joins.length === 0 && (lost === 0 || rejects.length === 1)) return { rejected: lost === 0 ? [] : [{ reason: rejects[0].reason, rows: lost }], queries };
  const rows = await engine.rows(`SELECT reason, count(*) AS n FROM (${reasons.map((r) => `(${r})`).join(' UNION ALL ')}) GROUP BY reason ORDER BY n DESC, reason`, 'reject');
  return { rejected: rows.map((r) => ({ reason: String(r['reason']), rows: Number(r['n']) })), queries };
}

/** SQL of a raw value as it stands in a CSV file. Measured: half the time and half the bytes of JSON. */
function csvValue({ name, rawType, format }: Column): string {
  const x = `r.${quoteName(name)}`;
  if (rawType === 'TIMESTAMP' && format.kind === 'time' && !format.clock) return `coalesce(CAST(CAST(${x} AS DATE) AS VARCHAR), '')`;
  if (rawType !== 'VARCHAR') return `coalesce(CAST(${x} AS VARCHAR), '')`;
  return `CASE WHEN ${x} IS NULL THEN '' WHEN contains(${x}, ',') OR contains(${x}, '"') OR contains(${x}, chr(10)) THEN '"' || replace(${x}, '"', '""') || '"' ELSE ${x} END`;
}

/** A view, not a table: rejected rows are written out once, if at all, and may be many. */
async function viewRejected(queries: readonly string[], engine: Engine): Promise<void> {
  const none = 'SELECT CAST(NULL AS VARCHAR) AS source, CAST(NULL AS BIGINT) AS "row", CAST(NULL AS VARCHAR) AS reason, CAST(NULL AS VARCHAR) AS content WHERE false';
  await engine.run(`CREATE OR REPLACE VIEW ${rejectedTable} AS ${[none, ...queries].map((q) => `(${q})`).join('\nUNION ALL ')}`, 'reject');
}

function refuseEmpty({ raw, roles }: Inferred, rejected: readonly { reason: string; rows: number }[], rows: number): never {
  const { entity } = roles;
  if (entity && rejected.length === 1 && rejected[0].reason === `no ${entity.name}`) throw new ShoalError('ingest/all-ids-missing', { source: raw.name, column: entity.name, rows });
  throw new ShoalError('ingest/all-rows-rejected', { source: raw.name, rows, reasons: listWords(rejected.map((r) => `${formatCount(r.rows)}: ${r.reason}`)) });
}

const findingKinds: readonly (readonly [RegExp, AuditFinding['kind']])[] = [
  [/ is '/, 'cancellations'], [/^no /, 'missing-id'], [/before 1900$|^unreadable/, 'impossible-date'], [/in the future$/, 'future-date'],
];

function rejectFindings(rejected: readonly { reason: string; rows: number }[]): AuditFinding[] {
  return rejected.flatMap(({ reason, rows }): AuditFinding[] => {
    const kind = findingKinds.find(([pattern]) => pattern.test(reason))?.[1];
    return kind ? [{ kind, rows, sentence: `${formatCount(rows)} ${rows === 1 ? 'row' : 'rows'} rejected: ${reason}.` }] : [];
  });
}

const unusedFinding = ({ unused }: Inferred): AuditFinding[] => (unused ? [{ kind: 'other', rows: 0, sentence: `The file was not used: ${unused}.` }] : []);

/** BIGINT where every source's ids are whole numbers that JavaScript can hold, else text in all of them. */
function sharedType(files: readonly Inferred[]): 'BIGINT' | 'VARCHAR' {
  const columns = files.flatMap((f) => (f.kind !== 'lookup' && f.roles.entity ? [f.roles.entity] : []));
  const numbered = files.some((f) => f.numbered);
  const whole = (c: Column) => (c.type === 'integer' || c.type === 'number') && c.whole && Math.abs(Number(c.max)) <= Number.MAX_SAFE_INTEGER;
  return columns.length > 0 && !numbered && columns.every(whole) ? 'BIGINT' : 'VARCHAR';
}

function sourceColumn(column: Column, file: Inferred, keys: ReadonlySet<Column>): SourceColumn {
  const role = keys.has(column) ? 'key' : roleOf(column, file.roles);
  const join = file.joins.find((j) => j.column === column);
  const played = attributeType(column, file.kind);
  const left = role === 'attribute' && typeof played !== 'string' && !join;
  return {
    name: column.name, type: column.type, role: join && role === 'attribute' ? 'key' : left ? 'ignore' : role,
    reason: reasonOf(column, file, role, join ? `points to '${join.key.name}' in '${join.lookup.name}'` : left ? (played as { why: string }).why : undefined),
    distinct: column.distinct, missing: column.missing, min: column.min, max: column.max, examples: column.examples,
    ...(join ? { links: { source: join.lookup.name, column: join.key.name } } : {}),
  };
}

function reasonOf(column: Column, { roles, profiled }: Inferred, role: string, special: string | undefined): string {
  const known = roles.reasons.get(column.index) ?? roles.ignored.get(column.index) ?? special;
  const n = formatCount;
  if (role === 'entity') return `${n(column.distinct)} values over ${n(profiled.rows)} rows, ${known ?? `named like ${entityName(column.name).word ? `${/^[aeiou]/.test(entityName(column.name).word![0]) ? 'an' : 'a'} ${entityName(column.name).word![0]}` : 'an id'}`}`;
  if (known) return known;
  if (role === 'key') return `other files point to it, ${n(column.distinct)} values`;
  if (role === 'label') return 'says what happened rather than who they are';
  if (role === 'attribute') return isSensitiveName(column.name) ? 'a protected characteristic' : `${n(column.distinct)} ${column.distinct === 1 ? 'value' : 'values'}`;
  if (role === 'time') return 'the time of the row';
  return `named like ${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}, ${n(column.distinct)} values`;
}

async function attributesOf(clean: string, { attributes }: Plan, { roles }: Inferred, engine: Engine): Promise<SourceAttribute[]> {
  const listed = attributes.filter((a) => a.type === 'category' || a.type === 'flag');
  const values = new Map<string, { value: string; rows: number }[]>();
  for (let from = 0; from < listed.length; from += 60) {
    const part = listed.slice(from, from + 60);
    const parts = part.map((a, i) =>
      `(SELECT ${i} AS k, CAST(${quoteName(a.column)} AS VARCHAR) AS v, count(*) AS n FROM ${quoteName(clean)} WHERE ${quoteName(a.column)} IS NOT NULL GROUP BY ALL ORDER BY n DESC, v LIMIT 50)`);
    const rows = await engine.rows(`SELECT * FROM (${parts.join(' UNION ALL ')}) ORDER BY k, n DESC, v`, 'attributes');
    for (const row of rows) {
      const { column } = part[Number(row['k'])];
      values.set(column, [...(values.get(column) ?? []), { value: String(row['v']), rows: Number(row['n']) }]);
    }
  }
  return attributes.map((a) => ({
    column: a.column, title: a.title, type: a.type, ...(values.has(a.column) ? { values: values.get(a.column) } : {}),
    label: a.joined === undefined && roles.labels.has(a.source.index), sensitive: isSensitiveName(a.source.name),
  }));
}

async function countEntities(sources: readonly Source[], engine: Engine): Promise<number> {
  if (sources.length === 0) return 0;
  const all = sources.map((s) => `SELECT DISTINCT entity FROM ${quoteName(s.table)}`).join(' UNION ');
  const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM (${all})`, 'entities');
  return Number(n);
}

async function spanOf(sources: readonly Source[], engine: Engine): Promise<{ from: number; to: number } | undefined> {
  const timed = sources.filter((s) => s.has.includes('at'));
  if (timed.length === 0) return undefined;
  const all = timed.map((s) => `SELECT epoch_ms(min("at")) AS low, epoch_ms(max("at")) AS high FROM ${quoteName(s.table)}`).join(' UNION ALL ');
  const [{ low, high }] = await engine.rows(`SELECT min(low) AS low, max(high) AS high FROM (${all})`, 'span');
  return low === null || high === null ? undefined : { from: Number(low), to: Number(high) };
}
