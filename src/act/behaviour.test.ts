import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CanonicalColumn, Source, SourceAttribute, SourceColumn } from '../domain/source.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { behaviour, createMembership, type Behaviour } from './behaviour.js';
import { avoided, overRepresented } from './lift.js';
import { reach } from './reach.js';

const source = (name: string, kind: Source['kind'], has: readonly CanonicalColumn[], more: Partial<Source> = {}): Source => ({
  name, kind, path: `${name}.csv`, format: 'csv', columns: [], table: name, has, attributes: [], select: '',
  audit: { rowsIn: 1, rowsKept: 1, rowsRejected: 0, rejected: [], findings: [] }, ...more,
});
const attribute = (column: string, values: string[], type: SourceAttribute['type'] = 'category'): SourceAttribute => ({
  column, title: column.charAt(0).toUpperCase() + column.slice(1), type, values: values.map((value) => ({ value, rows: 1 })), label: false, sensitive: false,
});

describe('behaviour', () => {
  let engine: Engine;
  let membership: string;
  let found: Behaviour;
  const orders = source('orders', 'transactions', ['entity', 'at', 'order_id', 'quantity', 'price', 'amount', 'product', 'category', 'returned'], {
    attributes: [attribute('organic', ['true', 'false'], 'flag'), attribute('country', ['UK', 'France']), attribute('seller', ['Ann', 'Bob']), attribute('channel', ['app', 'web'])],
  });
  const emails = source('emails', 'events', ['entity', 'at', 'event'], { columns: [{ role: 'event', distinct: 2 } as SourceColumn] });

  beforeAll(async () => {
    engine = await openEngine({ threads: 2 });
    // Entities 0–199: even ones are segment 0 (night, organic tea at £8), odd ones segment 1 (morning, crisps at £2).
    await engine.run(`CREATE TABLE features AS SELECT i::BIGINT AS entity FROM range(200) r(i)`);
    membership = await createMembership(engine, 'features', Int32Array.from({ length: 200 }, (_, i) => i % 2));
    await engine.run(`CREATE TABLE orders AS SELECT *, product = 'P1' AS organic FROM (
      SELECT (i % 200)::BIGINT AS entity, 'o' || i AS order_id,
        TIMESTAMP '2026-01-05' + (i % 28) * INTERVAL 1 DAY + CASE WHEN i % 2 = 0 THEN INTERVAL '22:05' HOUR + (i % 60) * INTERVAL 1 MINUTE ELSE INTERVAL '9:10' HOUR END AS at,
        1::DECIMAL(18,4) AS quantity, CASE WHEN i % 2 = 0 THEN 8 ELSE 2 END::DECIMAL(18,4) AS price, 1::DECIMAL(18,4) AS amount,
        CASE WHEN (i // 200) % 5 = 0 THEN 'P0' WHEN i % 2 = 0 THEN 'P1' ELSE 'P2' END AS product,
        CASE WHEN (i // 200) % 5 = 0 THEN 'bread' WHEN i % 2 = 0 THEN 'tea' ELSE 'crisps' END AS category,
        CASE WHEN (i // 200) % 5 = 0 THEN 'Bread roll' WHEN i % 2 = 0 THEN 'Green tea' ELSE 'Salt crisps' END AS description,
        CASE WHEN i % 3 = 0 THEN 'Ann' ELSE 'Bob' END AS seller, CASE WHEN i % 200 < 100 THEN 'UK' ELSE 'France' END AS country, CASE WHEN (i // 200) % 4 = 0 THEN 'web' ELSE 'app' END AS channel, i >= 8000 AS returned
      FROM range(8100) r(i))`.replaceAll(/INTERVAL '(\d+):(\d+)' HOUR/g, "INTERVAL '$1 hours $2 minutes'"));
    await engine.run(`CREATE TABLE emails AS SELECT (i % 200)::BIGINT AS entity, TIMESTAMP '2026-01-06 07:00' + CASE WHEN i % 3 = 0 THEN INTERVAL 0 HOUR ELSE INTERVAL 16 HOUR END AS at, CASE WHEN i % 3 = 0 THEN 'sent' ELSE 'opened' END AS event FROM range(3000) r(i)`);
    found = await behaviour([orders, emails], engine, membership, 2);
  });
  afterAll(() => engine.close());

  it('counts every kept row once, in the half-hour it fell in', () => {
    const bought = found.activity.find((a) => a.from === 'orders')!;
    const sum = (week: Float64Array) => week.reduce((a, b) => a + b, 0);
    expect(sum(bought.counts[0])).toBe(4000);
    expect(sum(bought.counts[1])).toBe(4000);
    expect(bought.counts[1][18] + bought.counts[1][48 + 18]).toBeGreaterThan(0); // Monday and Tuesday 9:00–9:30
    expect(bought.counts[1].filter((n, slot) => n > 0 && slot % 48 !== 18).length).toBe(0);
  });

  it('prefers e-mail opens to orders and ignores what was only sent', () => {
    const opens = found.activity.find((a) => a.from === 'e-mail opens')!;
    expect(opens.counts[0].reduce((a, b) => a + b, 0) + opens.counts[1].reduce((a, b) => a + b, 0)).toBe(2000);
    expect(reach(found.activity, 0)).toEqual({ from: 'e-mail opens', hour: '23:00', hourShare: 1 }); // mailed on a Tuesday, which says nothing of them
    expect(reach(found.activity.slice(1), 0)!.hour).toBe('22:30');
  });

  it('finds what is taken more and what is left, with names for codes and without what describes the person', () => {
    const groups = found.taken.filter((t) => t.from === 'orders');
    const liked = overRepresented(groups, 0, 9).map((l) => l.name);
    expect(liked).toEqual(expect.arrayContaining(['tea', 'Green tea', 'Organic']));
    expect(avoided(groups, 0, 9).map((l) => l.name)).toEqual(expect.arrayContaining(['crisps', 'Salt crisps']));
    expect(found.taken.map((t) => t.name)).not.toContain('UK');
    expect(found.taken.map((t) => t.name).join(' ')).not.toMatch(/Ann|Bob/); // varies for one product, so it is no kind of product
    expect(found.taken.filter((t) => t.what === 'channel').map((t) => t.name)).toEqual(['app', 'web']);
    const tea = overRepresented(groups, 0, 9).find((l) => l.name === 'tea')!;
    expect(tea.share).toBe(0.8);
  });

  it('takes the median price to within two percent', () => {
    expect(found.prices).toEqual({ segments: [8, 2], everyone: expect.any(Number) });
  });

  it('gives the rhythm of the week by hours', () => {
    expect(found.rhythm!.length).toBe(2);
    expect(found.rhythm![0].length).toBe(168);
    expect(found.rhythm!.flat().reduce((a, b) => a + b, 0)).toBe(8000);
  });

  it('manages with no more than an entity and a date', async () => {
    await engine.run(`CREATE TABLE bare AS SELECT (i % 200)::BIGINT AS entity, TIMESTAMP '2026-01-05' + (i % 9) * INTERVAL 1 DAY AS at FROM range(900) r(i)`);
    const bare = await behaviour([source('bare', 'transactions', ['entity', 'at'])], engine, membership, 2);
    expect(bare).toEqual({ activity: [], taken: [] });
    const only = await behaviour([source('bare', 'events', ['entity']), source('people', 'entities', ['entity'])], engine, membership, 2);
    expect(only.taken).toEqual([]);
  });

  it('gives the same every time', async () => {
    const again = await behaviour([orders, emails], engine, membership, 2);
    expect(JSON.stringify(again.taken)).toBe(JSON.stringify(found.taken));
  });
});
