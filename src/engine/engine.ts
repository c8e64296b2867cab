/** A bulk result column: numbers (NaN = NULL; dates as ms, booleans as 0/1) or strings (null = NULL). */
export type ResultColumn =
  | { readonly name: string; readonly type: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly type: 'string'; readonly values: readonly (string | null)[] };

export interface Result {
  readonly rows: number;
  readonly columns: readonly ResultColumn[];
}

/** A plain value of a small result: bigint and decimals arrive as numbers, timestamps as ISO text. */
export type Value = string | number | boolean | null;

/** The analytic SQL engine. Changes are made one after another; questions (`rows`, `columns`) asked at the same time may be answered side by side. Long queries stop within ~50 ms of `signal` aborting and throw `run/aborted`. */
export interface Engine {
  readonly dialect: string;
  /** Runs statements for their effect. `step` names them in errors. */
  run(sql: string, step?: string): Promise<void>;
  /** A small result as row objects (audits, profiles): boxed, never for data. */
  rows(sql: string, step?: string): Promise<Record<string, Value>[]>;
  /**
   * A result as columns, streamed as this thread finds time. `size` is how many rows there will be, where that is known: it spares a copy; or 'small' for what may be
   * held twice: it comes all at once, however busy this thread is.
   */
  columns(sql: string, step?: string, size?: number | 'small'): Promise<Result>;
  /** Appends typed arrays (Float64Array → DOUBLE, Int32Array → INTEGER, Float32Array → FLOAT) as a new table. */
  load(table: string, columns: Readonly<Record<string, Float64Array | Float32Array | Int32Array>>): Promise<void>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** Threads of the engine; results never depend on it. */
  threads?: number;
  signal?: AbortSignal;
  /** Upper bound of the engine's own memory, e.g. '4GB'; beyond it, it spills to `temp`. */
  memory?: string;
  /** Folder for spilling and temporary files. */
  temp?: string;
}
