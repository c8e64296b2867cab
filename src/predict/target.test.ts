import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { log, sourceOf } from './past.test.fixture.js';
import { checkedTarget, chooseTargets, horizonOf, question, readTarget, targetName } from './target.js';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ threads: 1 });
});
afterAll(() => engine.close());

describe('a target as written on a command line', () => {
  it('is read as it is meant', () => {
    expect(readTarget('none orders 90d')).toEqual({ none: 'orders', within: 90, unit: 'days' });
    expect(readTarget('any plan upgraded 2 weeks')).toEqual({ any: 'plan upgraded', within: 2, unit: 'weeks' });
    expect(readTarget('amount orders over 500 12m')).toEqual({ amount: 'orders', over: 500, within: 12, unit: 'months' });
    expect(readTarget('churn')).toEqual({ label: 'churn' });
    expect(readTarget('readmitted=<30')).toEqual({ label: 'readmitted', is: '<30' });
    expect(readTarget('{"label":"risk","is":1}')).toEqual({ label: 'risk', is: '1' });
  });

  it('is refused in words where it cannot be meant', () => {
    expect(() => readTarget('any orders')).toThrow("The target 'any orders' cannot be used: say how long, such as 90d: 'any orders 90d'.");
    expect(() => readTarget('{"any":')).toThrow(/it is not JSON/);
    expect(() => checkedTarget({ any: 'orders', within: -1 })).toThrow(/within must be more than 0/);
    expect(() => checkedTarget({ all: 'orders' })).toThrow(/must be one of \{ none: 'orders', within: 90 \}/);
  });

  it('is asked as a question, and names columns', () => {
    expect(question(checkedTarget({ any: 'orders', within: 3, unit: 'months' }), 'customer', { one: 'order', many: 'orders' })).toBe('Is there an order of this customer within 90 days?');
    expect(question(checkedTarget({ none: 'view', within: 7 }), 'user', { one: "'view'", many: "'view'" })).toBe("Does this user stay without a 'view' within 7 days?");
    expect(targetName(checkedTarget({ none: 'orders', within: 90 }))).toBe('no_orders_90d');
    expect(targetName(checkedTarget({ label: 'Read mitted?', is: '<30' }))).toBe('read_mitted_30');
  });
});

describe('with no target', () => {
  it('a log of orders asks who orders again and who lapses', async () => {
    const [orders] = await log(engine, 'plain');
    const found = await chooseTargets([{ ...orders, attributes: [] }], engine);
    expect(found.map(({ target }) => target)).toEqual([{ any: 'orders', within: 90, unit: 'days' }, { none: 'orders', within: 90, unit: 'days', active: 90 }]);
    expect(found[0].reason).toMatch(/^Of [\d,]+ repeat orders half come within \d+ days and \d+ % within 90, so that is how far is looked ahead\.$/);
  });

  it('a column that holds an answer is asked for, churn before others, a treatment never', async () => {
    const label = (column: string) => ({ column, title: column, type: 'flag' as const, label: true, sensitive: false, values: [] });
    const [found] = await chooseTargets([sourceOf('people', 'entities', ['entity'], [label('treatment'), label('visit'), label('Churned')])], engine);
    expect(found).toEqual({ target: { label: 'Churned' }, reason: "'Churned' of 'people' says what happened. 'visit' could be predicted too." });
  });

  it('files that say nothing of what happened are refused', async () => {
    await expect(chooseTargets([sourceOf('people', 'entities', ['entity'])], engine)).rejects.toThrow(/There is nothing to predict: no column says what happened, and no file says what happened when\./);
  });
});

describe('the horizon', () => {
  const waits = (days: readonly number[], span: number) => ({ days: Float64Array.from(days).sort(), span });

  it('covers four in five returns, in a length people think in', () => {
    expect(horizonOf(waits(Array.from({ length: 100 }, (_, i) => i + 1), 730), { kind: 'transactions' })).toEqual({ within: 90, reason: 'Of 100 repeat orders half come within 51 days and 90 % within 90, so that is how far is looked ahead.' });
    expect(horizonOf(waits(Array.from({ length: 100 }, () => 6), 730), { kind: 'transactions' }).within).toBe(7);
  });

  it('is no longer than the data can be learnt from and tested on', () => {
    expect(horizonOf(waits(Array.from({ length: 100 }, () => 80), 200), { kind: 'events' })).toEqual({ within: 30, reason: 'Of 100 returns half come within 80 days and 0 % within 30; longer would be better, but the data spans only 200 days.' });
    expect(horizonOf(waits([5, 6], 200), { kind: 'events' }).reason).toMatch(/there are only 2 returns to tell/);
  });
});
