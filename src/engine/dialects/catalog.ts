import { ShoalError } from '../../errors.js';
import type { Dialect } from '../dialect.js';
import { DuckdbDialect } from './duckdb.js';
import { PostgresDialect } from './postgres.js';

const dialects: readonly Dialect[] = [
  new DuckdbDialect(),
  new PostgresDialect(),
];

/** The dialect an engine names (`engine.dialect`). Throws `engine/unsupported`. */
export function dialectOf(name: string): Dialect {
  const found = dialects.find((dialect) => dialect.name === name);
  if (!found) throw new ShoalError('engine/unsupported', { dialect: name, what: 'SQL generator' });
  return found;
}
