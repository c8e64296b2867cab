import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rule } from '../../domain/rule.js';
import type { Engine } from '../../engine/engine.js';
import { allRows, countRows, noRows, rowsIn, rowsWhere } from './bits.js';
import { openRules } from './evaluate.js';
import type { Ground } from './ground.js';
import { DAY, asOf, makeShop, openShop, type Row, type Shop } from './shop.test.fixture.js';

const shop = makeShop(9, 200, 900);
let ground: Ground & { readonly engine: Engine };
beforeAll(async () => {
  ground = await openShop(shop);
});
afterAll(() => ground.engine.close());

const many: Rule = { kind: 'performed', source: 'orders', op: '>=', value: 2 };
const loyal: Rule = { kind: 'segment', segment: 'loyal-regulars' };

describe('what is said about a rule', () => {
  it('is of one set of rows: the count, the share, the overlaps, the sample and the list', async () => {
    const answer = await openRules(ground).evaluate({ all: [many, { not: loyal }] });
    const members = rowsIn(answer.bits);
    expect(answer).toMatchObject({ run: 'a1b2', of: shop.entities.length, entities: members.length, share: members.length / shop.entities.length });
    expect(answer.bits).toEqual(await openRules(ground).members({ all: [many, { not: loyal }] }));
    for (const { segment, both, share, shareOfSegment, jaccard } of answer.overlap) {
      const size = shop.segment.filter((label) => label === segment).length, shared = members.filter((row) => shop.segment[row] === segment).length;
      expect({ both, share, shareOfSegment, jaccard }).toEqual({ both: shared, share: shared / members.length, shareOfSegment: shared / size, jaccard: shared / (members.length + size - shared) });
    }
    expect(answer.overlap[0].both).toBe(0);
    expect([...answer.sample].every((row) => members.includes(row))).toBe(true);
    const worth = (rows: Iterable<number>) => [...rows].reduce((sum, row) => sum + (shop.features.spend[row] ?? 0), 0);
    expect(answer.revenueShare).toBeCloseTo(worth(members) / worth(shop.entities.keys()), 12);
  });

  it('samples the same people for the same rule, and keeps those that are still in when the rule changes', async () => {
    const book = openRules(ground);
    const first = await book.evaluate(many, { sample: 10 });
    expect(first.sample).toHaveLength(10);
    expect((await openRules(ground).evaluate(many, { sample: 10 })).sample).toEqual(first.sample);
    expect((await book.evaluate(many, { sample: 0 })).sample).toHaveLength(0);
    const narrower = await book.evaluate({ all: [many, { not: loyal }] }, { sample: 10 });
    const staying = [...first.sample].filter((row) => shop.segment[row] !== 0);
    expect([...narrower.sample]).toEqual(expect.arrayContaining(staying));
    expect((await book.evaluate(loyal, { sample: 1000 })).sample).toEqual(rowsIn((await book.evaluate(loyal)).bits));
  });

  it('says what each condition loses, and what each alternative brings', async () => {
    const { conditions, entities } = await openRules(ground).evaluate({ all: [many, { any: [loyal, { kind: 'segment', segment: 'büro' }] }] });
    expect(conditions.map(({ path }) => path)).toEqual([[0], [1, 0], [1, 1]]);
    expect(conditions[0]).toMatchObject({ brought: 0, words: 'with at least two order lines' });
    expect(conditions[1].lost + conditions[2].lost).toBe(0);
    expect(conditions[1].brought + conditions[2].brought).toBe(entities);
  });

  it('keeps alternatives together in SQL, in whatever groups of one they stand', async () => {
    const nobody: Rule = { kind: 'feature', feature: 'spend', op: '>', value: 1e9 }, all: Rule = { kind: 'performed', source: 'orders', op: '>=', value: 0 };
    const { sql, entities } = await openRules(ground).evaluate({ all: [nobody, { any: [{ any: [nobody, all] }] }] });
    expect(entities).toBe(0);
    expect((await ground.engine.columns(sql)).rows).toBe(0);
  });

  it('of everyone is everyone', async () => {
    const { entities, conditions, words, sql, revenueShare } = await openRules(ground).evaluate({ all: [] });
    expect({ entities, conditions, words, revenueShare }).toEqual({ entities: shop.entities.length, conditions: [], words: 'All customers.', revenueShare: 1 });
    expect((await ground.engine.columns(sql)).rows).toBe(shop.entities.length);
  });

  it('asks nothing of the data before names and types are right, and stops when told to', async () => {
    const untouched = openRules({ ...ground, engine: new Proxy(ground.engine, { get: (_, key) => (key === 'dialect' ? 'duckdb' : () => expect.unreachable('the engine was asked')) }) });
    await expect(untouched.evaluate({ all: [many, { kind: 'feature', feature: 'spnd', op: '>', value: 1 }] })).rejects.toMatchObject({ code: 'rules/unknown-feature', details: { suggestion: 'spend' } });
    await expect(untouched.members({ kind: 'performed', source: 'orders', where: [{ column: 'prduct', op: '=', value: 'Mug' }], op: '=', value: 0 })).rejects.toMatchObject({ code: 'rules/unknown-column', details: { suggestion: 'product' } });
    await expect(untouched.evaluate(many, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'run/aborted' });
  });

  it('keeps what was read when segments are called otherwise', async () => {
    let asked = 0;
    const counted = { ...ground.engine, columns: (...args: Parameters<Engine['columns']>) => (asked++, ground.engine.columns(...args)) };
    const book = openRules({ ...ground, engine: counted });
    const before = await book.evaluate({ all: [many, loyal] });
    const reads = asked;
    const named = book.renamed({ ...ground.vocabulary, segments: ground.vocabulary.segments.map((segment) => ({ ...segment, name: `New ${segment.name}` })) });
    const after = await named.evaluate({ all: [many, loyal] });
    expect([after.entities, asked]).toEqual([before.entities, reads]);
    expect(reads).toBeGreaterThan(0);
    expect(after.words).toContain('‘New Loyal regulars’');
    expect(after.overlap[0].name).toBe('New Loyal regulars');
  });

  it('answers the same once more after the engine failed', async () => {
    let failing = true;
    const flaky = { ...ground.engine, columns: (...args: Parameters<Engine['columns']>) => (failing ? Promise.reject(new Error('no')) : ground.engine.columns(...args)) };
    const book = openRules({ ...ground, engine: flaky });
    await expect(book.evaluate(many)).rejects.toThrow('no');
    failing = false;
    expect((await book.evaluate(many)).entities).toBe((await openRules(ground).evaluate(many)).entities);
  });
});

describe('windows', () => {
  /** How many of the customers whose only order is at each of these distances from the edge (in ms) are in. */
  async function inside(rule: (source: string) => Rule, at: readonly number[]): Promise<number[]> {
    const entities = at.map((_, i) => `c${i}`);
    const none = Float32Array.from(entities, () => 0);
    const rows = at.map((ms, i): Row => ({ entity: `c${i}`, at: ms * 1000, order_id: 'o', product: 'Mug', amount: 1, quantity: 1, returned: false, shipped: null }));
    const small: Shop = { entities, features: Object.fromEntries(Object.keys(shop.features).map((name) => [name, entities.map(() => null)])), segment: new Int32Array(at.length), strength: none, x: none, y: none, sources: { orders: rows, web: [], support_tickets: [], people: [] } };
    const own = await openShop(small);
    try {
      const { bits, sql } = await openRules(own).evaluate(rule('orders'));
      expect((await own.engine.columns(sql)).rows).toBe(countRows(bits));
      return [...rowsIn(bits)];
    } finally {
      await own.engine.close();
    }
  }
  const edge = asOf - 30 * DAY;

  it('of the last 30 days leave out what happened exactly 30 days ago, and take in now, but nothing later', async () => {
    const rule = (source: string): Rule => ({ kind: 'performed', source, op: '>=', value: 1, window: { last: 30, unit: 'days' } });
    expect(await inside(rule, [edge - 1, edge, edge + 1, asOf, asOf + 1])).toEqual([2, 3]);
  });

  it('from and to take in the first instant and leave out the last', async () => {
    const rule = (source: string): Rule => ({ kind: 'performed', source, op: '>=', value: 1, window: { from: '2024-01-01', to: '2024-02-01T00:00:00.500Z' } });
    const from = Date.parse('2024-01-01'), to = Date.parse('2024-02-01T00:00:00.500Z');
    expect(await inside(rule, [from - 1, from, to - 1, to])).toEqual([1, 2]);
  });

  it('last at least 30 days ago begins at exactly 30 days, where less than 30 days ago ends', async () => {
    const rule = (op: '>=' | '<' | '>' | '<='): ((source: string) => Rule) => (source) => ({ kind: 'last', source, op, value: 30, unit: 'days' });
    const at = [edge - 1, edge, edge + 1];
    expect([await inside(rule('>='), at), await inside(rule('<'), at), await inside(rule('>'), at), await inside(rule('<='), at)]).toEqual([[0, 1], [2], [0], [1, 2]]);
  });

  it('what did not follow is only said once its time is over', async () => {
    const rule = (source: string): Rule => ({ kind: 'sequence', first: { source }, then: { source: 'web' }, followed: false, within: { length: 1, unit: 'days' } });
    expect(await inside(rule, [asOf - DAY - 1, asOf - DAY, asOf - DAY + 1])).toEqual([0, 1]);
  });
});

describe('rows as bits', () => {
  it.each([0, 1, 31, 32, 33, 100])('hold %i rows and not one more', (rows) => {
    expect(countRows(allRows(rows))).toBe(rows);
    expect(countRows(noRows(rows))).toBe(0);
    expect([...rowsIn(allRows(rows))]).toEqual([...Array(rows).keys()]);
    const odd = rowsWhere(rows, (row) => row % 2 === 1);
    expect([...rowsIn(odd)]).toEqual([...Array(rows).keys()].filter((row) => row % 2 === 1));
  });
});
