import type { Engine, EngineOptions } from './engine.js';

const drivers = {
  duckdb: async (options: EngineOptions) => (await import('./drivers/duckdb.js')).openDuckdb(options),
} as const;

/** Opens an analytic engine; DuckDB in memory unless named otherwise. */
export function openEngine(options: EngineOptions = {}, name: keyof typeof drivers = 'duckdb'): Promise<Engine> {
  return drivers[name](options);
}
