import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { FeatureTable } from '../domain/feature.js';
import type { Source, SourceAttribute } from '../domain/source.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { featurize } from './featurize.js';

let engine: Engine;
beforeEach(async () => {
  engine = await openEngine({ threads: 2 });
});
afterEach(() => engine.close());

describe('a transaction log', () => {
  it('gives recency, frequency, money and the rest as worked by hand', async () => {
    const table = await features([await orders()]);
    const ann = entity(table, 'ann');
    // Last event overall: bob's at 2024-06-30 12:00. Ann's orders: 1 Jan 10:00 (2 lines), 31 Jan 23:00, 30 Apr 23:00; her last line, 1 Jun, is a return.
    expect(ann.orders).toBe(3);
    expect(ann.spend).toBe(10 + 6 + 20 + 30 - 6);
    expect(ann.average_order).toBe(22);
    expect(ann.largest_order).toBe(30);
    expect(ann.first_order_value).toBe(16);
    expect(ann.last_order_value).toBe(30);
    expect(ann.recency).toBe(61 - 11 / 24);
    expect(ann.tenure).toBe(181 + 2 / 24);
    expect(ann.interval_mean).toBe((30 + 13 / 24 + 90) / 2);
    expect(ann.active_months).toBe(2);
    expect(ann.longest_streak).toBe(1);
    expect(ann.one_time).toBe(0);
    expect(ann.orders_90d).toBe(1);
    expect(ann.orders_30d).toBe(0);
    expect(ann.items).toBe(2 + 3 + 1 + 1);
    expect(ann.items_per_order).toBeCloseTo(7 / 3, 12);
    expect(ann.lines_per_order).toBeCloseTo(4 / 3, 12);
    expect(ann.products).toBe(3);
    expect(ann.top_product_share).toBe(0.5);
    expect(ann.repeat_share).toBe(0.25);
    expect(ann.returned_line_share).toBe(0.2);
    expect(ann.cancelled_orders).toBe(1);
    expect(ann.night_share).toBeCloseTo(2 / 3, 12);
    expect(ann.usual_hour).toBeGreaterThan(23);
    expect(ann.discounted_share).toBe(0.25);
    expect(ann.category_tea_share).toBe(0.75);
    // One line kept, made up to five with everyone's share: one line in seven comes back.
    expect(entity(table, 'cat').returned_line_share).toBeCloseTo((4 * (1 / 7)) / 5, 12);
    const bob = entity(table, 'bob');
    expect(bob.one_time).toBe(1);
    expect(bob.recency).toBe(0);
    expect(bob.interval_mean).toBeNaN();
    expect(bob.weekend_share).toBe(1);
    expect(bob.orders_trend).toBe(0);
  });

  it('knows nothing of what happened after asOf', async () => {
    const table = await features([await orders()], { asOf: Date.UTC(2024, 1, 1) });
    const ann = entity(table, 'ann');
    expect(ann.orders).toBe(2);
    expect(ann.spend).toBe(36);
    expect(table.entities).toEqual(['ann', 'cat']);
  });

  it('drops features that dates without a clock cannot give, and says so', async () => {
    const source = await orders(`UPDATE orders SET "at" = date_trunc('day', "at")`);
    const table = await features([source]);
    expect(table.features.map((f) => f.name)).not.toContain('night_share');
    expect(table.notes.join(' ')).toMatch(/without a clock/);
    expect(table.notes.join(' ')).toMatch(/season/);
  });

  it('works without times, products, prices or order ids', async () => {
    await engine.run(`CREATE TABLE bare AS SELECT * FROM (VALUES ('a', 5.5), ('a', 4.5), ('b', 1.0)) t("entity", "amount")`);
    await engine.run(`ALTER TABLE bare ALTER "amount" TYPE DECIMAL(18,4)`);
    const table = await features([sourceOf('bare', 'transactions', 'bare', ['entity', 'amount'])]);
    expect(entity(table, 'a').spend).toBe(10);
    expect(table.notes.join(' ')).toMatch(/no usable times/);
  });

  it('has at least 60 features when a log tells all it can', async () => {
    const source = await orders(`INSERT INTO orders SELECT 'ann', 'old', "at" - INTERVAL 3 YEAR, 1, 1, 1, 0, 'z' || i, 'k' || i, FALSE FROM orders, range(4) r(i)`);
    const table = await features([source]);
    expect(table.features.length).toBeGreaterThanOrEqual(60);
    expect(new Set(table.features.map((f) => f.name)).size).toBe(table.features.length);
    for (const feature of table.features) expect(feature.name).toMatch(/^[a-z][a-z0-9_]*$/);
  });

  it('survives hostile names of tables, columns and values', async () => {
    const evil = `we"ird '; DROP TABLE x; --`;
    await engine.run(`CREATE TABLE ${quote(evil)} AS SELECT * FROM (VALUES ('__proto__', 1.0, TIMESTAMP '2024-01-01 10:00', 'o''brien"'), ('constructor', 2.0, TIMESTAMP '2024-02-01 11:00', ${`'${evil.replaceAll("'", "''")}'`}), ('x', 2.0, TIMESTAMP '2024-03-01 12:00', 'c')) t("entity", "amount", "at", "category")`);
    await engine.run(`ALTER TABLE ${quote(evil)} ADD COLUMN ${quote(evil)} VARCHAR DEFAULT 'v"1'`);
    const attribute: SourceAttribute = { column: evil, title: evil, type: 'category', values: [{ value: 'v"1', rows: 2 }, { value: `it's`, rows: 1 }], label: false, sensitive: false };
    const table = await features([sourceOf(evil, 'transactions', evil, ['entity', 'amount', 'at', 'category'], [attribute])]);
    expect(table.rows).toBe(3);
    expect(table.features.map((f) => f.name).join()).toMatch(/category_o_brien_share/);
  });
});

describe('several sources', () => {
  it('meet per entity: the union of those who did something, with empty values where one source is silent', async () => {
    await engine.run(`CREATE TABLE visits AS SELECT * FROM (VALUES ('ann', TIMESTAMP '2024-05-01 09:00', 'view'), ('ann', TIMESTAMP '2024-05-01 09:10', 'purchase'), ('eve', TIMESTAMP '2024-06-01 11:00', 'view'), ('eve', TIMESTAMP '2024-06-02 15:00', 'view')) t("entity", "at", "event")`);
    await engine.run(`CREATE TABLE people AS SELECT * FROM (VALUES ('ann', 'Low', TRUE), ('bob', 'High', FALSE), ('zoe', 'Medium', TRUE)) t("entity", "band", "left")`);
    const attributes: SourceAttribute[] = [
      { column: 'band', title: 'Income band', type: 'category', values: [{ value: 'Low', rows: 1 }, { value: 'High', rows: 1 }, { value: 'Medium', rows: 1 }], label: false, sensitive: true },
      { column: 'left', title: 'Left', type: 'flag', values: [{ value: 'true', rows: 2 }, { value: 'false', rows: 1 }], label: true, sensitive: false },
    ];
    const table = await features([sourceOf('people', 'entities', 'people', ['entity'], attributes), await orders(), sourceOf('web_events', 'events', 'visits', ['entity', 'at', 'event'])]);
    expect(table.entities).toEqual(['ann', 'bob', 'cat', 'eve']);
    expect(entity(table, 'eve').orders).toBe(0);
    expect(entity(table, 'eve').recency).toBeNaN();
    expect(entity(table, 'bob').web_events_events).toBe(0);
    expect(entity(table, 'ann').web_events_sessions).toBe(1);
    expect(entity(table, 'ann').web_events_conversion).toBe(1);
    expect(entity(table, 'bob').people_band).toBe(2);
    expect(entity(table, 'ann').people_left).toBe(1);
    const roles = Object.fromEntries(table.features.map((f) => [f.name, f.role]));
    expect(roles.people_band).toBe('sensitive');
    expect(roles.people_left).toBe('label');
  });

  it('join numbers with texts when one source has numeric ids and another has not', async () => {
    await engine.run(`CREATE TABLE a AS SELECT * FROM (VALUES (1, TIMESTAMP '2024-05-01', 1.0), (2, TIMESTAMP '2024-05-02', 2.0)) t("entity", "at", "amount")`);
    await engine.run(`CREATE TABLE b AS SELECT * FROM (VALUES ('2', TIMESTAMP '2024-05-01', 'x'), ('10', TIMESTAMP '2024-05-09', 'y')) t("entity", "at", "event")`);
    const table = await features([sourceOf('a', 'transactions', 'a', ['entity', 'at', 'amount']), sourceOf('b', 'events', 'b', ['entity', 'at', 'event'])]);
    expect(table.entities).toEqual(['1', '10', '2']);
    expect(entity(table, '2').b_events).toBe(1);
  });
});

describe('a table of entities', () => {
  it('gives numbers as they are, ranks for ordered categories, one column per common kind for the others, days for dates', async () => {
    await engine.run(`CREATE TABLE people AS SELECT * FROM (VALUES
      (1, 30.25, '35-49K', 'red', DATE '2024-01-01'), (2, 40.0, 'Under 35K', 'blue', DATE '2024-01-11'), (3, NULL, '50K+', 'green', NULL)) t("entity", "age", "income", "colour", "joined")`);
    const category = (column: string, values: string[]): SourceAttribute => ({ column, title: column, type: 'category', values: values.map((value) => ({ value, rows: 1 })), label: false, sensitive: false });
    const table = await features([
      sourceOf('people', 'entities', 'people', ['entity'], [
        { column: 'age', title: 'Age', type: 'number', label: false, sensitive: false },
        category('income', ['35-49K', 'Under 35K', '50K+']),
        category('colour', ['red', 'blue', 'green']),
        { column: 'joined', title: 'Joined', type: 'time', label: false, sensitive: false },
      ]),
    ], { asOf: Date.UTC(2024, 0, 21) });
    expect(entity(table, '1')).toMatchObject({ age: 30.25, income: 1, colour_red: 1, colour_blue: 0, days_since_joined: 20 });
    expect(entity(table, '2')).toMatchObject({ income: 0, colour_blue: 1, days_since_joined: 10 });
    expect(entity(table, '3').age).toBeNaN();
    expect(table.features.every((f) => f.role === 'attribute')).toBe(true);
  });
});

it('a single customer is too few', async () => {
  await engine.run(`CREATE TABLE one AS SELECT 'a' AS "entity", TIMESTAMP '2024-05-01' AS "at", 1.0 AS "amount"`);
  await expect(features([sourceOf('one', 'transactions', 'one', ['entity', 'at', 'amount'])])).rejects.toThrow(/There is 1 customer; segments need at least/);
});

const features = (sources: Source[], options = {}) => featurize(sources, options, engine, createContext());

function entity(table: FeatureTable, id: string): Record<string, number> {
  const row = table.entities.indexOf(id);
  return Object.fromEntries(table.features.map((f, j) => [f.name, table.columns[j][row]]));
}

async function orders(then?: string): Promise<Source> {
  await engine.run(`CREATE TABLE orders AS SELECT "entity", "order_id", CAST("at" AS TIMESTAMP) AS "at", CAST("quantity" AS DECIMAL(18,4)) AS "quantity", CAST("price" AS DECIMAL(18,4)) AS "price",
      CAST("quantity" * "price" AS DECIMAL(18,4)) AS "amount", CAST("discount" AS DECIMAL(18,4)) AS "discount", "product", "category", "quantity" < 0 AS "returned"
    FROM (VALUES
      ('ann', 'o1', '2024-01-01 10:00:00',  2,  5.00, 0.0, 'green tea', 'Tea'),
      ('ann', 'o1', '2024-01-01 10:00:00',  3,  2.00, 0.2, 'biscuit',   'Food'),
      ('ann', 'o2', '2024-01-31 23:00:00',  1, 20.00, 0.0, 'teapot',    'Tea'),
      ('ann', 'o3', '2024-04-30 23:00:00',  1, 30.00, 0.0, 'green tea', 'Tea'),
      ('ann', 'r1', '2024-06-01 09:00:00', -3,  2.00, 0.0, 'biscuit',   'Food'),
      ('cat', 'o5', '2024-01-05 08:00:00',  1,  1.00, 0.0, 'mug',       'Food'),
      ('bob', 'o4', '2024-06-30 12:00:00',  1,  7.50, 0.0, 'mug',       'Food')
    ) t("entity", "order_id", "at", "quantity", "price", "discount", "product", "category")`);
  if (then) await engine.run(then);
  return sourceOf('orders', 'transactions', 'orders', ['entity', 'order_id', 'at', 'quantity', 'price', 'amount', 'discount', 'product', 'category', 'returned']);
}

const quote = (id: string) => `"${id.replaceAll('"', '""')}"`;

const sourceOf = (name: string, kind: Source['kind'], table: string, has: Source['has'], attributes: readonly SourceAttribute[] = []): Source => ({
  name, kind, path: name, format: 'csv', columns: [], table, has, attributes, select: '',
  audit: { rowsIn: 0, rowsKept: 0, rowsRejected: 0, rejected: [], findings: [] },
});
