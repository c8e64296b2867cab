import type { RowTest } from '../../domain/rule.js';
import { dialectOf } from '../../engine/dialects/catalog.js';
import { assert } from '../../errors.js';
import { fingerprint } from '../../util/fingerprint.js';
import { createLru } from '../../util/lru.js';
import type { Ground } from './ground.js';
import { compileTest } from './row-test.js';
import { columnNamed, sourceNamed, type ColumnWords } from './vocabulary.js';

/**
 * The rows of a source as typed columns, entity after entity and by time: those of row `r` are at `start[r]` … `start[r + 1] − 1`.
 * Columns are read from the engine when they are first asked for, and kept within a limit of memory.
 */
export interface SourceRows {
  readonly length: number;
  /** One more than there are entities. */
  readonly start: Uint32Array;
  /** Microseconds since the epoch, ascending within an entity, NaN = unknown (last); all 0 where the source has no times. */
  readonly at: Float64Array;
  /** 1 for each row that passes every test; undefined where there is none to pass. @throws `rules/unknown-column`, `rules/wrong-type` */
  passing(where: readonly RowTest[] | undefined): Promise<Uint8Array | undefined>;
  /** Values of a numeric column in ten-thousandths, whole, so that sums are exact in any order; NaN = missing. */
  scaled(column: string): Promise<Float64Array>;
  /** Equal where the column's values are equal, also of another source; NaN = missing. (53 bits of a hash of the text.) */
  identity(column: string): Promise<Float64Array>;
}

/** Beyond so many different texts a column is tested by the engine instead of by its dictionary. */
const DICTIONARY = 50_000;

/** Gives the rows of sources. `memory`: bytes of columns kept at most. */
export function openSources(ground: Ground, memory: number): (source: string) => Promise<SourceRows> {
  const columns = createLru<Column>(memory, bytesOf);
  const opened = new Map<string, Promise<SourceRows>>();
  return (source) => {
    // Where each entity's rows are is kept for good: a few bytes per entity, and without it no column means anything.
    if (!opened.has(source)) opened.set(source, openRows(ground, source, (key, make) => columns.get(JSON.stringify([source, key]), make)).catch((error) => {
      opened.delete(source);
      throw error;
    }));
    return opened.get(source)!;
  };
}

type Column = Float64Array | Uint8Array | { readonly codes: Int32Array; readonly values: readonly string[] };
const bytesOf = (column: Column) => ('codes' in column ? column.codes.byteLength + column.values.length * 64 : column.byteLength);

async function openRows(ground: Ground, name: string, kept: (key: unknown, make: () => Promise<Column>) => Promise<Column>): Promise<SourceRows> {
  const { engine, rows, vocabulary } = ground;
  const d = dialectOf(engine.dialect);
  const source = sourceNamed(vocabulary, name);
  const from = `${ground.relations.sources[name]} WHERE "row" IS NOT NULL`;
  const read = async (select: string, expected?: number): Promise<readonly Float64Array[]> => {
    const { columns } = await engine.columns(`SELECT ${select} FROM ${from}`, `rows of ${name}`, expected);
    return columns.map((column) => {
      assert(column.type === 'number', `'${select}' of '${name}' is not read as numbers`);
      return column.values;
    });
  };
  const micros = (c: string) => d.double(`epoch_us(${c})`); // a double holds them exactly, and is read without a detour

  // One after the other: with ten million rows each is 80 MB while it is read.
  const owners = new Int32Array((await read('"row"'))[0]);
  const { length } = owners;
  const times = source.timed ? (await read(micros('"at"'), length))[0] : undefined;
  const start = startsOf(owners, rows);
  const order = orderOf(owners, start, times);
  const arranged = (values: Float64Array) => (order ? values.map((_, i) => values[order[i]]) : values);
  const at = times ? arranged(times) : new Float64Array(length);

  const column = (asked: string) => columnNamed(source, asked);
  const numbers = async (select: string) => arranged((await read(select, length))[0]);
  const values = (key: unknown, select: string) => kept(key, () => numbers(select)) as Promise<Float64Array>;
  const numeric = ({ name: c, type }: ColumnWords) => values(['number', c], type === 'time' ? micros(d.quote(c)) : d.double(d.quote(c)));

  const distinct = new Map<string, Promise<number>>();
  const distinctOf = (c: string) => {
    if (!distinct.has(c)) distinct.set(c, engine.rows(`SELECT approx_count_distinct(${d.quote(c)}) AS n FROM ${from}`).then(([{ n }]) => Number(n)));
    return distinct.get(c)!;
  };
  /** Codes of a text column, −1 = missing; undefined where it holds too many texts for a dictionary. */
  const dictionary = async ({ name: c }: ColumnWords) => {
    if ((await distinctOf(c)) > DICTIONARY) return undefined;
    return kept(['codes', c], async () => {
      const type = d.quote(`shoal_${fingerprint(JSON.stringify([name, c]))}`);
      await engine.run(`CREATE OR REPLACE TEMP TYPE ${type} AS ENUM (SELECT DISTINCT ${d.varchar(d.quote(c))} AS v FROM ${from} AND ${d.quote(c)} IS NOT NULL ORDER BY v)`);
      try {
        const codes = await numbers(`enum_code(CAST(${d.varchar(d.quote(c))} AS ${type}))`);
        const { columns: [texts] } = await engine.columns(`SELECT unnest(enum_range(CAST(NULL AS ${type})))`);
        return { codes: new Int32Array(codes.map((code) => (code === code ? code : -1))), values: texts.values as readonly string[] };
      } finally {
        await engine.run(`DROP TYPE ${type}`);
      }
    }) as Promise<{ codes: Int32Array; values: readonly string[] }>;
  };

  const passes = (test: RowTest): Promise<Uint8Array> => kept(['test', test], async () => {
    const tested = column(test.column);
    const { sql, number, text, missing } = compileTest(test, tested);
    if (tested.type !== 'text') {
      const values = await numeric(tested);
      return flags(length, (i) => (values[i] === values[i] ? number(values[i]) : missing));
    }
    const found = await dictionary(tested);
    if (!found) return new Uint8Array(await numbers(`coalesce(${sql(d, d.quote(tested.name))}, FALSE)`));
    const { codes, values } = found;
    // One entry more than there are texts: a missing one has the code −1, and stands first.
    const passing = Uint8Array.from([missing, ...values.map(text)], Number);
    const made = new Uint8Array(length);
    for (let i = 0; i < length; i++) made[i] = passing[codes[i] + 1];
    return made;
  }) as Promise<Uint8Array>;

  return {
    length, start, at,
    async passing(where) {
      if (!where?.length) return undefined;
      if (where.length === 1) return passes(where[0]);
      return kept(['where', where], async () => {
        const every = (await passes(where[0])).slice();
        for (const test of where.slice(1)) {
          const pass = await passes(test);
          for (let i = 0; i < length; i++) every[i] &= pass[i];
        }
        return every;
      }) as Promise<Uint8Array>;
    },
    scaled: (c) => values(['scaled', c], `round(${d.double(`TRY_CAST(${d.quote(column(c).name)} AS DECIMAL(18, 4))`)} * 10000)`),
    identity: (c) => values(['identity', c], `CASE WHEN ${d.quote(column(c).name)} IS NOT NULL THEN CAST(hash(${d.varchar(d.quote(c))}) >> 11 AS DOUBLE) END`),
  };
}

/** 1 where `holds`. */
function flags(length: number, holds: (i: number) => boolean): Uint8Array {
  const made = new Uint8Array(length);
  for (let i = 0; i < length; i++) if (holds(i)) made[i] = 1;
  return made;
}

function startsOf(owners: Int32Array, rows: number): Uint32Array {
  const start = new Uint32Array(rows + 1);
  for (const row of owners) {
    assert(row >= 0 && row < rows, `a source speaks of row ${row} of ${rows}`);
    start[row + 1]++;
  }
  for (let row = 0; row < rows; row++) start[row + 1] += start[row];
  return start;
}

/** Positions in the scan, entity after entity and by time; undefined where the scan comes so already. */
function orderOf(owners: Int32Array, start: Uint32Array, times: Float64Array | undefined): Uint32Array | undefined {
  const time = (i: number) => (times && times[i] === times[i] ? times[i] : Infinity);
  let inOrder = true;
  for (let i = 1; inOrder && i < owners.length; i++) inOrder = owners[i - 1] < owners[i] || (owners[i - 1] === owners[i] && time(i - 1) <= time(i));
  if (inOrder) return undefined;
  const order = new Uint32Array(owners.length);
  const next = start.slice();
  for (let i = 0; i < owners.length; i++) order[next[owners[i]]++] = i;
  if (times) for (let row = 0; row + 1 < start.length; row++) order.subarray(start[row], start[row + 1]).sort((a, b) => (time(a) === time(b) ? a - b : time(a) - time(b)));
  return order;
}
