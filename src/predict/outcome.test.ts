import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkedTarget } from './target.js';
import type { TimedTarget } from '../domain/prediction.js';
import type { Source } from '../domain/source.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { outcomes } from './outcome.js';
import { DAY, sourceOf } from './past.test.fixture.js';

let engine: Engine;
const cut = Date.UTC(2024, 5, 1);
const end = cut + 30 * DAY;
const instant = (ms: number) => `TIMESTAMP '${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'`;
const orders: Source = sourceOf('orders', 'transactions', ['entity', 'at', 'amount', 'returned']);
const visits: Source = sourceOf('visits', 'events', ['entity', 'at', 'event']);
/** Each customer has one row, at an instant that tells on which side of a border it lies. */
const rows: readonly (readonly [string, number, number, boolean])[] = [
  ['a-at-the-cut', cut, 10, false], ['b-just-after', cut + 1, 20, false], ['c-at-the-end', end, 30, false], ['d-just-too-late', end + 1, 40, false], ['e-sent-back', cut + DAY, -5, true],
];

beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
  await engine.run(`CREATE TABLE orders AS SELECT * FROM (VALUES ${rows.map(([who, at, amount, returned]) => `('${who}', ${instant(at)}, CAST(${amount} AS DECIMAL(18,4)), ${returned})`).join(', ')}) t(entity, "at", amount, returned)`);
  await engine.run(`CREATE TABLE visits AS SELECT * FROM (VALUES ('b-just-after', ${instant(cut + DAY)}, 'view'), ('c-at-the-end', ${instant(cut + DAY)}, 'upgrade')) t(entity, "at", event)`);
  await engine.run(`CREATE TABLE everyone AS SELECT DISTINCT entity FROM orders`);
});
afterAll(() => engine.close());

const ask = async (target: unknown, gap = 0) => Array.from(await outcomes(checkedTarget(target) as TimedTarget, { table: 'everyone', rows: rows.length, cut }, { gap, horizon: 30 * DAY }, [orders, visits], engine));

describe('an answer counts what happened', () => {
  it('strictly after the cut and until the end, and nothing that is sent back', async () => {
    expect(await ask({ any: 'orders', within: 30 })).toEqual([0, 1, 1, 0, 0]);
    expect(await ask({ none: 'orders', within: 30 })).toEqual([1, 0, 0, 1, 1]);
  });

  it('after the gap only', async () => {
    expect(await ask({ any: 'orders', within: 30 }, DAY)).toEqual([0, 0, 1, 1, 0]);
  });

  it('in money, less what is sent back', async () => {
    expect(await ask({ amount: 'orders', within: 30 })).toEqual([0, 20, 30, 0, -5]);
    expect(await ask({ amount: 'orders', over: 20, within: 30 })).toEqual([0, 0, 1, 0, 0]);
  });

  it('of one kind of event, or of a source', async () => {
    expect(await ask({ any: 'upgrade', within: 30 })).toEqual([0, 0, 1, 0, 0]);
    expect(await ask({ any: 'visits', within: 30 })).toEqual([0, 1, 1, 0, 0]);
    await expect(ask({ any: 'upgrades', within: 30 })).rejects.toThrow("Nothing called 'upgrades' happens in these files. Did you mean 'upgrade'?");
  });

  it('only of those who had such an event before, where asked', async () => {
    expect(await ask({ none: 'orders', within: 30, active: 30 })).toEqual([1, NaN, NaN, NaN, NaN]);
  });

  it('by a query of one\'s own', async () => {
    expect(await ask({ sql: 'SELECT entity, count(*) AS answer FROM orders WHERE "at" > $cut AND "at" <= $end GROUP BY entity;', within: 30 })).toEqual([0, 1, 1, 0, 1]);
    await expect(ask({ sql: 'SELECT nothing', within: 30 })).rejects.toThrow(/The target 'SELECT nothing' cannot be used/);
  });
});
