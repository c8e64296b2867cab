import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Source } from '../domain/source.js';
import { openEngine } from '../engine/catalog.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { featurize } from './featurize.js';
import { liveFeatures, livePlan, type LivePlan } from './live.js';
import { plan } from './plan.js';
import type { Fields } from './predicate.js';
import { survey } from './survey.js';

const dialect = dialectOf('duckdb');
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
});
afterAll(() => engine.close());

describe('one definition, two executions', () => {
  it('every planned feature of a random market of orders is the same in the batch query and incrementally, to the bit', async () => {
    const source = await randomOrders(3000);
    await agree(source);
  });

  it('so is every planned feature of browsing events', async () => {
    const source = await randomEvents(4000);
    await agree(source);
  });

  it('so is every planned feature of e-mails, where what is sent is not what people do', async () => {
    const source = await randomEvents(3000, ['sent', 'sent', 'open', 'click']);
    await agree(source);
  });

  it('so is what attributes of the rows say: means, shares and ranks', async () => {
    const source = await randomEvents(2000);
    await engine.run(`ALTER TABLE parity_events ADD COLUMN minutes DOUBLE`);
    await engine.run(`ALTER TABLE parity_events ADD COLUMN device VARCHAR`);
    await engine.run(`ALTER TABLE parity_events ADD COLUMN mood VARCHAR`);
    await engine.run(`UPDATE parity_events SET minutes = CASE WHEN hash("at") % 7 > 0 THEN (hash("at") % 100003) / 977.0 * (CASE WHEN hash("at") % 11 = 0 THEN 1e7 ELSE 1 END) END,
      device = CASE WHEN hash("at") % 5 > 0 THEN ['phone', 'desktop', 'tablet'][1 + (hash("at") % 3)::INT] END, mood = ['low', 'medium', 'high'][1 + (hash("at") % 3)::INT]`);
    const values = (all: string[]) => all.map((value) => ({ value, rows: 600 }));
    const common = { label: false, sensitive: false };
    await agree({
      ...source, attributes: [
        { column: 'minutes', title: 'Minutes', type: 'number', ...common }, { column: 'device', title: 'Device', type: 'category', values: values(['phone', 'desktop', 'tablet']), ...common },
        { column: 'mood', title: 'Mood', type: 'category', values: values(['low', 'medium', 'high']), ...common },
      ],
    });
  });

  it('whoever only took things back has no lines, and what is said of lines is unknown in both', async () => {
    const source = await randomOrders(300);
    await engine.run(`UPDATE parity_orders SET returned = true, amount = -quantity * price WHERE entity IN ('c1', 'c2', 'c3')`);
    await agree(source);
  });

  it('the bits do not depend on the number of threads', async () => {
    const tables = [];
    for (const threads of [1, 2, 4]) {
      const own = await openEngine({ threads });
      const source = await randomOrders(40_000, own);
      tables.push(await featurize([source], {}, own, createContext()));
      await own.close();
    }
    expect(tables[1].columns).toEqual(tables[0].columns);
    expect(tables[2].columns).toEqual(tables[0].columns);
  });
});

/** Computes every feature in memory, of a plan that has been through JSON, and compares it with the table. */
async function agree(source: Source, compare = 1000) {
  const found = await survey(source, engine, dialect);
  const planned = plan([{ source, survey: found }], dialect);
  const table = await featurize([source], {}, engine, createContext());
  const live = liveFeatures(JSON.parse(JSON.stringify(livePlan(planned))) as LivePlan);
  const rows = await rowsOf(source);
  let compared = 0;
  table.entities.forEach((entity, i) => {
    const values = live.measure({ [source.name]: rows.get(entity)! }, planned.asOf);
    live.names.forEach((name, j) => {
      if (!Object.is(table.columns[j][i] + 0, values[j] + 0)) throw new Error(`${name} of ${entity}: batch ${table.columns[j][i]}, live ${values[j]}`);
      compared++;
    });
  });
  expect(compared).toBeGreaterThan(compare);
}

/** The rows of a source as they are in memory: money and quantities in units of 1/10,000. */
async function rowsOf({ table, has, attributes }: Source): Promise<Map<string, Fields[]>> {
  const units = ['quantity', 'price', 'amount', 'discount'];
  const columns = [...has, ...attributes.map(({ column }) => column)].map((column) => `${column === 'at' ? 'epoch_ms("at")' : units.includes(column) ? `CAST("${column}" * 10000 AS DOUBLE)` : `"${column}"`} AS "${column}"`);
  const by = new Map<string, Fields[]>();
  for (const row of await engine.rows(`SELECT ${columns.join(', ')} FROM "${table}"`)) by.set(String(row.entity), [...(by.get(String(row.entity)) ?? []), { ...row, at: Number(row.at) } as Fields]);
  return by;
}

async function randomOrders(lines: number, own = engine): Promise<Source> {
  await own.run(`CREATE OR REPLACE TABLE parity_orders AS
    WITH r AS (SELECT i, hash(i) AS h FROM range(${lines}) t(i))
    SELECT 'c' || (h % 97) AS entity, 'o' || (h % 97) || '-' || (h // 97 % 7) AS order_id,
      TIMESTAMP '2023-01-01' + to_milliseconds((hash((h % 97) * 31 + h // 97 % 7) % 70000000000)::BIGINT) AS "at",
      CAST(1 + h % 5 AS DECIMAL(18,4)) AS quantity, CAST((h % 9973) / 100.0 + 0.07 AS DECIMAL(18,4)) AS price,
      CAST((h % 3) / 10.0 AS DECIMAL(18,4)) AS discount, 'p' || (h % 23) AS product, 'k' || (h % 5) AS category, h % 29 = 0 AS returned
    FROM r`);
  await own.run(`ALTER TABLE parity_orders ADD COLUMN amount DECIMAL(18,4)`);
  await own.run(`UPDATE parity_orders SET amount = CAST(quantity * price * (CASE WHEN returned THEN -1 ELSE 1 END) AS DECIMAL(18,4))`);
  return sourceOf('orders', 'transactions', 'parity_orders', ['entity', 'order_id', 'at', 'quantity', 'price', 'discount', 'product', 'category', 'returned', 'amount']);
}

async function randomEvents(rows: number, kinds = ['view', 'view', 'search', 'purchase']): Promise<Source> {
  await engine.run(`CREATE OR REPLACE TABLE parity_events AS
    WITH r AS (SELECT i, hash(i + 1) AS h FROM range(${rows}) t(i))
    SELECT (h % 41)::BIGINT AS entity, TIMESTAMP '2024-01-01' + to_milliseconds((h // 64 % 20000000000)::BIGINT) AS "at",
      [${kinds.map((kind) => `'${kind}'`).join(', ')}][1 + (h % 4)::INT] AS event, 'p' || (h % 13) AS product, 'k' || (h % 4) AS category FROM r`);
  return sourceOf('web_events', 'events', 'parity_events', ['entity', 'at', 'event', 'product', 'category']);
}

const sourceOf = (name: string, kind: Source['kind'], table: string, has: Source['has']): Source => ({
  name, kind, path: name, format: 'csv', columns: [], table, has, attributes: [], select: '',
  audit: { rowsIn: 0, rowsKept: 0, rowsRejected: 0, rejected: [], findings: [] },
});
