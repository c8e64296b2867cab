// The model as SQL: scores the same rows in DuckDB and compares with the library. Run it: node examples/score-in-sql.mjs
import { DuckDBInstance } from '@duckdb/node-api';
import { createContext, discover, simulate } from 'shoal';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const out = await mkdtemp(join(tmpdir(), 'shoal-example-'));
const market = await simulate({ customers: 1000, seed: 3, out, only: ['orders'] }, createContext({ seed: 3 }));
const found = await discover([market.files.orders]);

const db = await (await DuckDBInstance.create()).connect();
await db.run(`CREATE TABLE orders AS FROM read_csv('${market.files.orders}')`);
const rows = (await db.runAndReadAll(found.assignSql)).getRowObjectsJS();
const byEntity = new Map(found.entities.map((id, i) => [id, found.assignment.labels[i]]));
const different = rows.filter((row) => byEntity.get(row.entity) !== Number(row.segment)).length;
console.log(`${rows.length} customers scored in SQL, ${different} differ from the library.`);
await found.close();
