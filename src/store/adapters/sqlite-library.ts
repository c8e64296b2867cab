import { createRequire } from 'node:module';

/** A connection to one SQLite file, of whichever library this Node has. Everything is synchronous. */
export interface SqliteConnection {
  /** Values are text, numbers, bytes and null; anything else is a bug of the caller. */
  prepare(sql: string): SqliteStatement;
  exec(sql: string): void;
  close(): void;
}

export interface SqliteStatement {
  /** True where it gives rows. */
  readonly reader: boolean;
  all(values: readonly unknown[]): Record<string, unknown>[];
  run(values: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

const require = createRequire(import.meta.url);

/** Before this version, two connections writing at once could damage a file in WAL mode; so could ours, were there ever two. */
const soundWal = [3, 51, 3];

/** Opens a file, made where absent: with Node's own SQLite where that is sound, else with libsql. */
export function openSqlite(path: string): SqliteConnection {
  return nodesOwn()?.(path) ?? libsql(path);
}

interface LibsqlStatement {
  readonly reader: boolean;
  all(values: readonly unknown[]): Record<string, unknown>[];
  run(values: readonly unknown[]): { changes: number; lastInsertRowid: number };
}

function libsql(path: string): SqliteConnection {
  const Database = require('libsql') as new (path: string) => { prepare(sql: string): LibsqlStatement; exec(sql: string): void; close(): void };
  const database = new Database(path);
  return {
    prepare(sql) {
      const statement = database.prepare(sql);
      return { reader: statement.reader, all: (values) => withBytes(statement.all(values)), run: (values) => statement.run(values) };
    },
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
  };
}

/** libsql gives bytes as ArrayBuffers; here they are what Node's SQLite gives. */
function withBytes(rows: Record<string, unknown>[]): Record<string, unknown>[] {
  for (const row of rows) for (const column in row) if (row[column] instanceof ArrayBuffer) row[column] = new Uint8Array(row[column]);
  return rows;
}

/** The parts of node:sqlite that are used; it is absent from Node 20 and from its types. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => {
    prepare(sql: string): { columns(): unknown[]; all(...values: unknown[]): Record<string, unknown>[]; run(...values: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } };
    exec(sql: string): void;
    close(): void;
  };
}

function nodesOwn(): ((path: string) => SqliteConnection) | undefined {
  if (!isSound(process.versions['sqlite'])) return undefined;
  const { DatabaseSync } = require('node:sqlite') as NodeSqlite;
  return (path) => {
    const database = new DatabaseSync(path);
    return {
      prepare(sql) {
        const statement = database.prepare(sql);
        return { reader: statement.columns().length > 0, all: (values) => statement.all(...values), run: (values) => statement.run(...values) };
      },
      exec: (sql) => database.exec(sql),
      close: () => database.close(),
    };
  };
}

function isSound(version: string | undefined): boolean {
  const parts = version?.split('.').map(Number) ?? [];
  const differing = soundWal.findIndex((part, i) => parts[i] !== part);
  return parts.length > 0 && (differing < 0 || parts[differing] > soundWal[differing]);
}
