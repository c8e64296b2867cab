import { reading } from './connection.js';

/** A table, view or foreign table that can be read, and about how many rows it has. */
export interface PostgresTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
}

/** Milliseconds that listing may take. */
const patience = 15_000;
/** Tables that are listed at most. */
const most = 2000;

/** What there is to read in a database, by its planner's estimates, largest first. @throws `postgres/bad-url`, `postgres/failed` */
export async function tablesOf(url: string, signal: AbortSignal = AbortSignal.timeout(2 * patience)): Promise<PostgresTable[]> {
  return reading(url, signal, async (client) => {
    const { rows } = await client.query<{ schema: string; table: string; rows: string }>(`
      SELECT n.nspname AS schema, c.relname AS table, greatest(c.reltuples, s.n_live_tup, 0)::float8 AS rows
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
        AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
      ORDER BY 3 DESC, 1, 2 LIMIT ${most}`);
    return rows.map(({ schema, table, rows: count }) => ({ schema, table, rows: Math.round(Number(count)) }));
  }, { statement: patience });
}
