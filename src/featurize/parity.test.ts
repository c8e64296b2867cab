import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Source } from '../domain/source.js';
import { openEngine } from '../engine/catalog.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { takes, type Row } from './aggregate.js';
import { aggregates } from './catalog.js';
import { featurize } from './featurize.js';
import { evaluate } from './formula.js';
import type { Measure, View } from './measure.js';
import { plan } from './plan.js';
import { holds, type Fields } from './predicate.js';
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

/** Computes every feature row by row in memory and compares it with the table. */
async function agree(source: Source) {
  const found = await survey(source, engine, dialect);
  const planned = plan([{ source, survey: found }], dialect);
  const table = await featurize([source], {}, engine, createContext());
  const views = new Map<string, Map<string, Fields[]>>();
  for (const view of planned.parts[0].recipe.views) views.set(view.name, await rowsOf(view));
  const scales = new Map(planned.parts[0].recipe.views.map((view) => [view.name, view.scales]));
  const memo = new Map<string, number>();
  const live = (entity: string) => (m: Measure): number => {
    const key = JSON.stringify([entity, m]);
    if (!memo.has(key)) memo.set(key, fold(m, views.get(m.view)!.get(entity) ?? [], planned.asOf, scales.get(m.view)!));
    return memo.get(key)!;
  };
  let compared = 0;
  planned.features.forEach(({ feature, formula }, j) => {
    table.entities.forEach((entity, i) => {
      const value = evaluate(formula, live(entity));
      const expected = Number.isNaN(value) ? feature.empty : value;
      if (!Object.is(table.columns[j][i] + 0, expected + 0)) throw new Error(`${feature.name} of ${entity}: batch ${table.columns[j][i]}, live ${expected}`);
      compared++;
    });
  });
  expect(compared).toBeGreaterThan(1000);
}

function fold(m: Measure, rows: readonly Fields[], asOf: number, scales: Readonly<Record<string, number>>): number {
  const aggregate = aggregates[m.aggregate];
  const state = aggregate.init();
  for (const fields of rows) {
    if (m.where && !holds(m.where, fields, asOf)) continue;
    const value = m.value === undefined ? undefined : fields[m.value];
    const key = m.key === undefined ? undefined : fields[m.key];
    const row: Row = {
      at: fields.at, value: value === null || value === undefined ? undefined : Number(value), key: key === null || key === undefined ? undefined : String(key),
      holds: m.holds ? holds(m.holds, fields, asOf) : false,
    };
    if (takes(aggregate, row)) aggregate.add(state, row);
  }
  return aggregate.value(state, { asOf, scale: scales[m.value ?? ''] ?? 1, length: m.length, chosen: m.chosen, then: m.then, prior: m.prior }) as number;
}

async function rowsOf(view: View): Promise<Map<string, Fields[]>> {
  const rows = await engine.rows(`SELECT * REPLACE (epoch_ms("at") AS "at") FROM (${view.sql})`);
  const by = new Map<string, Fields[]>();
  for (const row of rows) by.set(String(row.entity), [...(by.get(String(row.entity)) ?? []), row as unknown as Fields]);
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
