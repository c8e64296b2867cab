import api, { type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { ShoalError } from '../../errors.js';
import type { Engine, EngineOptions, Result, ResultColumn, Value } from '../engine.js';

/**
 * DuckDB in this process, in memory; statements run off the main thread. What changes tables goes over one connection, one statement after another; questions asked at the
 * same time are answered side by side, as many as there are threads: few are large enough to keep all of them busy.
 */
export async function openDuckdb(options: EngineOptions = {}): Promise<Engine> {
  const threads = options.threads ?? 2;
  const settings: Record<string, string> = {
    threads: String(threads),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  };
  if (options.memory) settings['memory_limit'] = options.memory;
  if (options.temp) settings['temp_directory'] = options.temp;
  const instance = await api.DuckDBInstance.create(':memory:', settings);
  const main = await instance.connect();
  await main.run("SET GLOBAL TimeZone = 'UTC'");
  const connections = pool(main, () => instance.connect(), Math.max(1, Math.min(threads, mostReaders)));

  const running = new Set<Promise<unknown>>();
  const guarded = async <T>(step: string, connection: DuckDBConnection, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    const { signal } = options;
    if (signal?.aborted) throw new ShoalError('run/aborted', {});
    const interrupt = () => connection.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    const done = work(connection);
    running.add(done);
    try {
      return await done;
    } catch (cause) {
      if (signal?.aborted) throw new ShoalError('run/aborted', {});
      if (cause instanceof ShoalError) throw cause;
      throw new ShoalError('engine/failed', { step, reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
    } finally {
      running.delete(done);
      signal?.removeEventListener('abort', interrupt);
    }
  };
  const asked = <T>(step: string, work: (connection: DuckDBConnection) => Promise<T>) => connections.ask((connection) => guarded(step, connection, work));
  const changed = <T>(step: string, work: (connection: DuckDBConnection) => Promise<T>) => connections.change((connection) => guarded(step, connection, work));

  return {
    dialect: 'duckdb',
    run: (sql, step = 'run') => changed(step, async (connection) => void (await connection.run(sql))),
    rows: (sql, step = 'rows') =>
      asked(step, async (connection) => {
        const result = await connection.runAndReadAll(sql);
        return result.getRowObjectsJS().map(plainRow);
      }),
    columns: (sql, step = 'columns', size = 0) => asked(step, (connection) => readColumns(connection, sql, size)),
    load: (table, columns) => changed(`load ${table}`, (connection) => appendColumns(connection, table, columns)),
    close: async () => {
      // Where one of several questions fails, the others may still be on their way.
      while (running.size > 0) await Promise.allSettled(running);
      for (const connection of connections.all()) connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Each statement holds one of the four threads of the runtime, which files are read with too. */
const mostReaders = 3;

/**
 * Connections, each used by one statement at a time: `main`, and up to `most` − 1 others that are opened when it is taken. What asks alone always has the main one, where
 * temporary tables are.
 */
function pool(main: DuckDBConnection, open: () => Promise<DuckDBConnection>, most: number) {
  const opened = [main];
  const taken = new Set<DuckDBConnection>();
  const waiting: ((one: DuckDBConnection) => void)[] = [];
  const waitingForMain: ((one: DuckDBConnection) => void)[] = [];
  let opening = 0;
  const take = async (): Promise<DuckDBConnection> => {
    const free = opened.find((one) => !taken.has(one));
    if (free !== undefined) {
      taken.add(free); // at once: the next may ask before this one goes on
      return free;
    }
    if (opened.length + opening >= most) return new Promise((resolve) => waiting.push(resolve));
    opening++;
    const fresh = await open().finally(() => opening--);
    opened.push(fresh);
    return fresh;
  };
  const using = async <R>(one: DuckDBConnection, work: (one: DuckDBConnection) => Promise<R>): Promise<R> => {
    taken.add(one);
    try {
      return await work(one);
    } finally {
      const next = (one === main ? waitingForMain.shift() : undefined) ?? waiting.shift();
      if (next) next(one);
      else taken.delete(one);
    }
  };
  return {
    /** Any connection, for a question. */
    ask: async <R>(work: (one: DuckDBConnection) => Promise<R>): Promise<R> => using(await take(), work),
    /** The main connection, for a change. */
    change: async <R>(work: (one: DuckDBConnection) => Promise<R>): Promise<R> =>
      using(taken.has(main) ? await new Promise<DuckDBConnection>((resolve) => waitingForMain.push(resolve)) : main, work),
    all: () => opened,
  };
}

async function readColumns(connection: DuckDBConnection, sql: string, size: number | 'small'): Promise<Result> {
  const whole = size === 'small' ? await connection.run(sql) : undefined;
  const result = whole ?? (await connection.stream(sql));
  const expected = whole ? whole.rowCount : Number(size);
  let next = 0;
  const fetch = async () => (whole ? (next < whole.chunkCount ? whole.getChunk(next++) : null) : result.fetchChunk());
  const names = result.columnNames();
  const layouts = result.columnTypes().map((type) => numericLayouts[type.typeId]);
  const numbers: Float64Array[] = layouts.map((layout) => new Float64Array(layout ? expected : 0));
  const strings: (string | null)[][] = names.map(() => []);
  let rows = 0;
  for (;;) {
    const chunk = await fetch();
    if (!chunk || chunk.rowCount === 0) break;
    const end = rows + chunk.rowCount;
    layouts.forEach((layout, k) => {
      if (!layout) return readStrings(chunk, k, strings[k]);
      if (end > numbers[k].length) numbers[k] = longer(numbers[k], end);
      readNumbers(chunk, k, layout, numbers[k].subarray(rows, end));
    });
    rows = end;
  }
  const columns = names.map((name, k): ResultColumn => {
    if (!layouts[k]) return { name, type: 'string', values: strings[k] };
    return { name, type: 'number', values: numbers[k].length === rows ? numbers[k] : numbers[k].slice(0, rows) };
  });
  return { rows, columns };
}

/** The same numbers with room for at least `n`, and for as many again. */
function longer(values: Float64Array, n: number): Float64Array {
  const room = new Float64Array(Math.max(n, 2 * values.length));
  room.set(values);
  return room;
}

interface Layout {
  readonly bytes: number;
  readonly view: (buffer: ArrayBuffer, offset: number, n: number) => ArrayLike<number | bigint>;
  /** Raw value × scale, in doubles (timestamps become milliseconds). */
  readonly scale: number;
}

const layout = (bytes: number, view: Layout['view'], scale = 1): Layout => ({ bytes, view, scale });
const int64: Layout['view'] = (b, o, n) => new BigInt64Array(b, o, n);
/** By DuckDB type id: BOOLEAN 1, TINYINT 2 … DOUBLE 11, TIMESTAMP 12 (µs), DATE 13, _S 20, _MS 21, _NS 22, TZ 31. */
const numericLayouts: Record<number, Layout | undefined> = {
  1: layout(1, (b, o, n) => new Uint8Array(b, o, n)),
  2: layout(1, (b, o, n) => new Int8Array(b, o, n)),
  3: layout(2, (b, o, n) => new Int16Array(b, o, n)),
  4: layout(4, (b, o, n) => new Int32Array(b, o, n)),
  5: layout(8, int64),
  6: layout(1, (b, o, n) => new Uint8Array(b, o, n)),
  7: layout(2, (b, o, n) => new Uint16Array(b, o, n)),
  8: layout(4, (b, o, n) => new Uint32Array(b, o, n)),
  9: layout(8, (b, o, n) => new BigUint64Array(b, o, n)),
  10: layout(4, (b, o, n) => new Float32Array(b, o, n)),
  11: layout(8, (b, o, n) => new Float64Array(b, o, n)),
  12: layout(8, int64, 1e-3),
  13: layout(4, (b, o, n) => new Int32Array(b, o, n), 86_400_000),
  20: layout(8, int64, 1e3),
  21: layout(8, int64),
  22: layout(8, int64, 1e-6),
  31: layout(8, int64, 1e-3),
};

/** Reads one vector in bulk into `values`; NULL becomes NaN. The raw layout per type is DuckDB's C API (duckdb_vector_get_data). */
function readNumbers(chunk: DuckDBDataChunk, k: number, { bytes, view, scale }: Layout, values: Float64Array): void {
  const n = values.length;
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, k);
  const raw = duckdb.vector_get_data(vector, n * bytes);
  const aligned = raw.byteOffset % bytes === 0 ? raw : raw.slice();
  const source = view(aligned.buffer as ArrayBuffer, aligned.byteOffset, n);
  if (source instanceof Float64Array) values.set(source);
  else for (let i = 0; i < n; i++) values[i] = Number(source[i]);
  // Dividing by 1000 is exact where multiplying by 0.001 is not.
  if (scale < 1) for (let i = 0; i < n; i++) values[i] /= Math.round(1 / scale);
  else if (scale > 1) for (let i = 0; i < n; i++) values[i] *= scale;
  const valid = duckdb.vector_get_validity(vector, Math.ceil(n / 64) * 8);
  if (valid) for (let i = 0; i < n; i++) if (((valid[i >> 3] >> (i & 7)) & 1) === 0) values[i] = Number.NaN;
}

function readStrings(chunk: DuckDBDataChunk, k: number, values: (string | null)[]): void {
  const vector = chunk.getColumnVector(k);
  for (let i = 0; i < chunk.rowCount; i++) {
    const value = vector.getItem(i);
    values.push(value === null ? null : String(value));
  }
}

async function appendColumns(
  connection: DuckDBConnection, table: string, columns: Readonly<Record<string, Float64Array | Float32Array | Int32Array>>,
): Promise<void> {
  const { DuckDBDataChunk: Chunk, DOUBLE, FLOAT, INTEGER } = api;
  const names = Object.keys(columns);
  const typeOf = (a: Float64Array | Float32Array | Int32Array) => (a instanceof Float64Array ? DOUBLE : a instanceof Float32Array ? FLOAT : INTEGER);
  const quote = (id: string) => `"${id.replaceAll('"', '""')}"`;
  await connection.run(`CREATE OR REPLACE TABLE ${quote(table)} (${names.map((n) => `${quote(n)} ${typeOf(columns[n])}`).join(', ')})`);
  const total = names.length ? columns[names[0]].length : 0;
  const appender = await connection.createAppender(table);
  const step = 2048;
  const chunk = Chunk.create(names.map((n) => typeOf(columns[n])), step);
  for (let from = 0; from < total; from += step) {
    const n = Math.min(step, total - from);
    chunk.reset();
    names.forEach((name, k) => {
      const a = columns[name];
      const vector = duckdb.data_chunk_get_vector(chunk.chunk, k);
      duckdb.copy_data_to_vector(vector, 0, a.buffer as ArrayBuffer, a.byteOffset + from * a.BYTES_PER_ELEMENT, n * a.BYTES_PER_ELEMENT);
    });
    chunk.rowCount = n;
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function plain(value: unknown): Value {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return String(value);
}

/** In its place: there may be hundreds of thousands of them. */
function plainRow(row: Record<string, unknown>): Record<string, Value> {
  for (const key of Object.keys(row)) row[key] = plain(row[key]);
  return row as Record<string, Value>;
}
