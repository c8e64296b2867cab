import { readdir } from 'node:fs/promises';
import type { Feature } from '../../domain/feature.js';
import type { Source } from '../../domain/source.js';
import type { Engine } from '../../engine/engine.js';
import { createContext } from '../../context.js';
import { middlesOf } from '../../explain/centres.js';
import type { Contrast } from '../../explain/contrast.js';
import { mapAxes, placesOn } from '../../explain/map.js';
import { segmentCount, type Subject } from '../../explain/subject.js';
import { type ColumnFile, type Numbers, type Sink, writeColumnFile, writeColumns } from '../../util/column-file.js';
import { quoteName, quoteText } from '../../util/quote.js';
import { answersFile } from './answers.js';
import { type IdOrder, openIds, packIds } from './ids.js';
import { coarse } from './near.js';

/** Everyone's ids, places, memberships and features as columns: what quick questions are answered from. */
export const everyoneFile = 'everyone.columns';
/** Everyone's place on the map, for SQL. */
export const mapFile = 'map.parquet';
/** A cleaned source: rows of the entities of the run, by entity and time. */
const sourceFile = (index: number): string => `source-${index}.parquet`;

/** The files that a workspace asks more of a run, and those that an earlier one may have left in the folder. */
export async function viewFiles(folder: string, sources: readonly Source[]): Promise<string[]> {
  const there = (await readdir(folder).catch(() => [])).filter((file) => /^source-\d+\.parquet$/.test(file));
  return [...new Set([everyoneFile, mapFile, answersFile, ...keepable(sources).map(({ file }) => file), ...there])];
}

/** What is kept of a source beside its rows. */
export interface KeptSource extends Pick<Source, 'name' | 'kind' | 'has' | 'attributes'> {
  readonly file: string;
  /** Values of canonical text columns, most frequent first, up to 50 of each. */
  readonly values: Readonly<Record<string, readonly string[]>>;
}

/** What `everyone.columns` says of itself. */
export interface Everyone {
  readonly rows: number;
  readonly k: number;
  readonly order: IdOrder;
  /** What the axes of the map are. */
  readonly method: string;
  /** Empty where they were not kept. */
  readonly sources: readonly KeptSource[];
}

/**
 * Names of the columns beside those of the ids. Per row: x, y, segment, strength, second, tier, near (encoded features, see `near.ts`) and the features as they are.
 * Of the segments: here (k × features), centres (k × encoded), usual. Of the features: typical, range (4 each).
 */
export const featureColumn = (name: string): string => `feature ${name}`;

/** What everyone's columns are made of. */
export interface ToKeep {
  readonly subject: Subject;
  readonly contrast: Pick<Contrast, 'here' | 'typical' | 'range'>;
  readonly tierLabels: Int32Array;
  readonly seed: number;
  readonly sources: readonly KeptSource[];
}

function everyone({ subject, contrast, tierLabels, seed, sources }: ToKeep): { meta: Everyone; columns: Iterable<readonly [string, Numbers, boolean?]>; x: Float32Array; y: Float32Array } {
  const { table, matrix, assignment: { labels, strength, second } } = subject;
  const k = segmentCount(subject);
  const axes = mapAxes(subject, createContext({ seed }));
  const { x, y } = placesOn(axes, matrix);
  const { bytes, starts, order } = packIds(table.entities);
  const { centres, usual } = middlesOf(subject, k);
  function* columns(): Generator<readonly [string, Numbers, boolean?]> {
    yield* Object.entries({ ids: bytes, starts, x, y, segment: Int16Array.from(labels), strength, second: Int16Array.from(second), tier: Int8Array.from(tierLabels) });
    yield* Object.entries({ here: contrast.here, typical: contrast.typical, range: Float64Array.from(contrast.range.flat()), centres, usual });
    const near = coarse(matrix);
    yield* Object.entries({ near: near.bytes, 'near low': near.low, 'near step': near.step });
    for (const [j, { name }] of table.features.entries()) yield [featureColumn(name), table.columns[j], true];
  }
  return { meta: { rows: table.rows, k, order, method: axes.method, sources }, columns: columns(), x, y };
}

/** What is kept for each entity, beside its id: so many values each. */
const perRow = ['x', 'y', 'segment', 'strength', 'second', 'tier', 'near'] as const;
const perRun = ['here', 'typical', 'range', 'centres', 'usual', 'near low', 'near step'] as const;

/** Writes everyone's columns again without some rows; the others keep their order, and what was measured over all of them stays as it was. */
export function writeWithout(path: string, file: ColumnFile<Everyone>, gone: ReadonlySet<number>, features: readonly Pick<Feature, 'name'>[]): void {
  const { meta } = file;
  const left = Int32Array.from({ length: meta.rows - gone.size });
  for (let row = 0, at = 0; row < meta.rows; row++) if (!gone.has(row)) left[at++] = row;
  const some = (values: Numbers): Numbers => {
    const each = values.length / meta.rows;
    const kept = values.slice(0, left.length * each);
    left.forEach((row, at) => kept.set(values.subarray(row * each, (row + 1) * each), at * each));
    return kept;
  };
  const ids = openIds({ bytes: file.read('ids') as Uint8Array, starts: file.read('starts') as Uint32Array, order: meta.order });
  const { bytes, starts } = packIds(Array.from(left, ids.text));
  function* columns(): Generator<readonly [string, Numbers, boolean?]> {
    yield* Object.entries({ ids: bytes, starts });
    for (const name of perRow) yield [name, some(file.read(name))];
    for (const name of perRun) yield [name, file.read(name)];
    for (const { name } of features) yield [featureColumn(name), some(file.numbers(featureColumn(name))), true];
  }
  writeColumnFile(path, { ...meta, rows: left.length }, columns());
}

/** Everyone's columns in memory, for a run that kept none. */
export function everyoneInMemory(of: ToKeep): Uint8Array {
  const parts: Uint8Array[] = [];
  const { meta, columns } = everyone(of);
  const sink: Sink = (bytes) => parts.push(bytes.slice());
  writeColumns(sink, meta, columns);
  return Buffer.concat(parts);
}

/** Sources that rows of entities come from. Lookups are joined into them. */
function keepable(sources: readonly Source[]): (Source & Pick<KeptSource, 'file'>)[] {
  return sources.filter(({ has }) => has.includes('entity')).map((source, i) => ({ ...source, file: sourceFile(i + 1) }));
}

/**
 * Writes what a workspace asks of a run beside its report: everyone's columns, their places, and the cleaned sources by entity and time with `"row"`, the
 * entity's row, before all else. `features`: the engine table whose rows everyone's are. `path` gives the place of a file.
 */
export async function keepForView(of: Omit<ToKeep, 'sources'>, sources: readonly Source[], features: string, engine: Engine, path: (file: string) => string): Promise<void> {
  const kept = keepable(sources);
  const descriptions: KeptSource[] = [];
  for (const source of kept) {
    const { name, kind, has, attributes, file } = source;
    descriptions.push({ name, kind, has, attributes: attributes.filter(({ column }) => !isRow(column)), file, values: await frequent(source, engine) });
  }
  const { meta, columns, x, y } = everyone({ ...of, sources: descriptions });
  writeColumnFile(path(everyoneFile), meta, columns);
  await engine.load('shoal_places', { x, y });
  await engine.run(`COPY (SELECT f.entity, p.x, p.y FROM ${quoteName(features)} f POSITIONAL JOIN shoal_places p) TO ${quoteText(path(mapFile))} (FORMAT parquet)`, 'map');
  await engine.run('DROP TABLE shoal_places', 'map');
  for (const { table, has, attributes, file } of kept) {
    // A view has no row numbers of the engine's.
    const ours = [place, ...(attributes.some(({ column }) => isRow(column)) ? ['row'] : [])];
    const order = ['"row"', ...(has.includes('at') ? ['s."at"'] : []), `s.${quoteName(place)}`];
    const rows = `SELECT CAST(f.rowid AS INTEGER) AS "row", s.* EXCLUDE (${ours.map(quoteName).join(', ')}) FROM (SELECT *, row_number() OVER () AS ${quoteName(place)} FROM ${quoteName(table)}) s
      JOIN ${quoteName(features)} f ON s.entity = f.entity ORDER BY ${order.join(', ')}`;
    await engine.run(`COPY (${rows}) TO ${quoteText(path(file))} (FORMAT parquet, ROW_GROUP_SIZE 30720)`, 'keep sources');
  }
}

/** The values to offer where one asks about a source's rows. */
async function frequent({ table, has }: Source, engine: Engine): Promise<KeptSource['values']> {
  const values: Record<string, string[]> = {};
  for (const column of ['event', 'category', 'product_name', 'product'] as const) {
    if (!has.includes(column)) continue;
    const rows = await engine.rows(`SELECT CAST(${column} AS VARCHAR) AS v FROM ${quoteName(table)} WHERE ${column} IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, v LIMIT 50`, 'keep sources');
    values[column] = rows.map(({ v }) => String(v));
  }
  return values;
}

/** Where a row was in its source, while it is put in another order. */
const place = 'row in the source, by Shoal';

/** A column of the data that is called like ours gives way. */
const isRow = (column: string) => column.toLowerCase() === 'row';
