import type { Engine } from './engine.js';

export interface EngineOptions {
  /** Threads of the engine; results never depend on it. */
  threads?: number;
  signal?: AbortSignal;
  /** Upper bound of the engine's own memory, e.g. '4GB'; beyond it, it spills to `temp`. */
  memory?: string;
  /** Folder for spilling and temporary files. */
  temp?: string;
}

const drivers = {
  duckdb: async (options: EngineOptions) => (await import('./drivers/duckdb.js')).openDuckdb(options),
} as const;

/** Opens an analytic engine; DuckDB in memory unless named otherwise. */
export function openEngine(options: EngineOptions = {}, name: keyof typeof drivers = 'duckdb'): Promise<Engine> {
  return drivers[name](options);
}
