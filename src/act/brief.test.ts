import { describe, expect, it } from 'vitest';
import type { Feature, FeatureTable } from '../domain/feature.js';
import type { Profile } from '../domain/profile.js';
import type { Activity, Behaviour, Taken } from './behaviour.js';
import { briefs } from './brief.js';
import { goal } from './goal.js';
import { avoided, overRepresented } from './lift.js';
import { reach } from './reach.js';
import { standings } from './standing.js';

const feature = (name: string, title: string, kind: Feature['kind'], family: string, more: Partial<Feature> = {}): Feature => ({
  name, title, kind, family, source: 'orders', words: { high: 'high', low: 'low' }, role: 'behaviour', movable: true, empty: 0, ...more,
});
const shop = [
  feature('recency', 'Days since the last order', 'days', 'recency'), feature('orders', 'Orders', 'count', 'frequency', { unit: 'orders' }),
  feature('spend', 'Total spend', 'money', 'spend'), feature('average_order', 'Average order value', 'money', 'order value'),
  feature('tenure', 'Days since the first order', 'days', 'tenure'), feature('discounted_share', 'Share of lines at a discount', 'share', 'discount'),
  feature('items_per_order', 'Items per order', 'number', 'basket', { unit: 'items' }), feature('returned_share', 'Share of spend returned', 'share', 'returns'),
  feature('interval_mean', 'Days between orders', 'days', 'rhythm'), feature('events', 'Browsing: events', 'count', 'browsing_activity', { source: 'browsing', unit: 'events' }),
];

/** Ten entities per segment, all alike: one row of values per segment. */
function tableOf(features: readonly Feature[], rows: readonly (readonly number[])[]): { table: FeatureTable; labels: Int32Array } {
  const n = rows.length * 10;
  const labels = Int32Array.from({ length: n }, (_, i) => Math.floor(i / 10));
  const columns = features.map((_, j) => Float64Array.from(labels, (s) => rows[s][j]));
  return { table: { rows: n, asOf: 0, entities: [...labels].map((_, i) => `e${i}`), features, columns, table: 'features', sql: '' }, labels };
}

const goalsOf = (features: readonly Feature[], rows: readonly (readonly number[])[], many = 'customers') => {
  const { table, labels } = tableOf(features, rows);
  const known = standings(table, labels, rows.length);
  return rows.map((_, s) => goal(known, s, many, 'GBP'));
};

describe('goal', () => {
  //        recency orders spend average tenure discount items returns interval events
  const usual = [60, 4, 160, 40, 400, 0.1, 5, 0.02, 60, 40];
  const cases: [string, number[], string, RegExp][] = [
    ['who were worth much and stay away are won back', [280, 12, 1300, 110, 800, 0.1, 5, 0.02, 60, 40], 'win back', /£1,300 each.*280 days ago, where 60 days between orders are usual/],
    ['who bring much and are active are rewarded', [10, 24, 2000, 84, 700, 0.1, 5, 0.02, 60, 40], 'reward', /£2,000 each.*active \(last seen 10 days ago\)/],
    ['who wait for discounts are sold bundles', [50, 4, 100, 25, 400, 0.75, 5, 0.02, 60, 40], 'upsell', /75 % of what they buy is at a discount \(usual: 26 %\)/],
    ['who came once long ago for little are left alone', [200, 1, 30, 30, 200, 0.1, 5, 0.02, 60, 40], 'leave alone', /One order, 200 days ago/],
    ['who look like machines are left alone', [60, 0, 0, 40, 400, 0.1, 5, 0.02, 60, 4000], 'leave alone', /more likely machines than people/],
    ['who are new are nurtured', [20, 2, 70, 40, 60, 0.1, 5, 0.02, 60, 40], 'nurture', /first seen 60 days ago/],
    ['who come often and spend like others are sold more', [30, 6, 170, 30, 400, 0.1, 5, 0.02, 60, 40], 'upsell', /6 orders, usual 4 orders/],
    ['who buy in bulk are looked after as trade', [30, 14, 9000, 900, 400, 0.1, 120, 0.02, 60, 40], 'reward', /120 items an order/],
    ['who send everything back are left alone', [60, 4, 150, 40, 400, 0.1, 5, 0.6, 60, 40], 'leave alone', /send back 60 %/],
  ];
  for (const [name, row, wanted, why] of cases) {
    it(name, () => {
      const [decided] = goalsOf(shop, [row, usual, usual, usual]);
      expect(decided.goal).toBe(wanted);
      expect(decided.reason).toMatch(why);
      expect(decided.reason).not.toMatch(/NaN|undefined|Infinity/);
    });
  }

  it('uses the outcome, or says that it does not know, where nothing was bought', () => {
    const churn = [feature('churned', 'Churned', 'flag', 'churned', { role: 'label' })];
    expect(goalsOf(churn, [[1], [0], [0], [0]])[0]).toMatchObject({ goal: 'win back', reason: expect.stringMatching(/100 % of them, against 25 % of everyone/) });
    const height = [feature('height', 'Height', 'number', 'attribute height', { role: 'attribute' })];
    expect(goalsOf(height, [[1.8], [1.7]], 'patients')[0]).toMatchObject({ goal: 'nurture', reason: expect.stringMatching(/Nothing in the data says what these patients are worth/) });
  });
});

const week = (bumps: Readonly<Record<number, number>>, days = [0, 1, 2, 3, 4, 5, 6]) => {
  const counts = new Float64Array(7 * 48);
  for (const day of days) for (const [slot, n] of Object.entries(bumps)) counts[day * 48 + Number(slot)] += n;
  return counts;
};
const activity = (from: Activity['from'], counts: Float64Array): Activity => ({ from, counts: [counts] });

describe('reach', () => {
  it('finds 22:30 from counts around it, and the share within two hours', () => {
    const spread = week({ 43: 10, 44: 30, 45: 30, 46: 10, 20: 20 });
    expect(reach([activity('browsing', spread)], 0)).toEqual({ hour: '22:30', hourShare: 0.8, from: 'browsing' });
  });

  it('finds midnight from both sides of it', () => {
    expect(reach([activity('orders', week({ 46: 10, 47: 20, 0: 20, 1: 10 }))], 0)!.hour).toBe('00:00');
  });

  it('names a weekday only when one stands out', () => {
    expect(reach([activity('orders', week({ 20: 10 }))], 0)!.weekday).toBeUndefined();
    expect(reach([activity('orders', week({ 20: 100 }, [5, 5, 5, 0, 1]))], 0)).toMatchObject({ weekday: 'Saturday', weekdayShare: 0.6 });
  });

  it('takes the next source where one has too few rows, and says nothing where there is none', () => {
    expect(reach([activity('e-mail opens', week({ 20: 1 })), activity('orders', week({ 30: 50 }))], 0)!.from).toBe('orders');
    expect(reach([], 0)).toBeUndefined();
    expect(reach([activity('orders', new Float64Array(336))], 0)).toBeUndefined();
  });
});

const taken = (name: string, what: Taken['what'], counts: number[], totals: number[], takers = counts.map((c) => Math.min(c, 270))): Taken => ({
  name, what, from: 'orders', counts: Float64Array.from(counts), totals: Float64Array.from(totals), takers: Float64Array.from(takers),
});

describe('lift', () => {
  it('divides the share here by the share elsewhere', () => {
    const [tea] = overRepresented([taken('tea', 'category', [300, 100], [1000, 1000])], 0, 5);
    expect(tea.share).toBe(0.3);
    expect(tea.lift).toBeCloseTo(2.99, 2); // 0.3 ÷ (100.5 / 1001)
    expect(avoided([taken('tea', 'category', [300, 100], [1000, 1000])], 1, 5)[0]).toMatchObject({ name: 'tea', share: 0.1 });
  });

  it('shows nothing by chance, nothing of one heavy buyer, nothing rare', () => {
    expect(overRepresented([taken('chance', 'product', [110, 100], [1000, 1000])], 0, 5)).toEqual([]);
    expect(overRepresented([taken('one buyer', 'product', [500, 1], [1000, 1000], [1, 1])], 0, 5)).toEqual([]);
    expect(overRepresented([taken('rare', 'product', [5, 0], [1000, 1000])], 0, 5)).toEqual([]);
  });
});

describe('briefs', () => {
  const { table, labels } = tableOf(shop, [[10, 24, 2000, 84, 700, 0.1, 5, 0.02, 60, 40], [60, 4, 160, 40, 400, 0.1, 5, 0.02, 60, 40], [60, 4, 160, 40, 400, 0.1, 5, 0.02, 60, 40]]);
  const profiles = [0, 1, 2].map((segment) => ({ segment, name: `S${segment}` }) as Profile);
  const counts = [week({ 43: 10, 44: 30, 45: 30, 46: 10 }), week({ 20: 10 }), week({ 20: 10 })];
  const behaviour: Behaviour = {
    activity: [{ from: 'browsing', counts }],
    taken: [taken('Organic low-sugar', 'category', [700, 100, 100], [1000, 1000, 1000]), taken('Sugary boxes', 'category', [10, 300, 300], [1000, 1000, 1000]), taken('<b>Kefir</b>', 'product', [400, 20, 20], [1000, 1000, 1000])],
    prices: { segments: [2.8, 4, 4], everyone: 4 },
  };
  const [first] = briefs({ table, labels, profiles, behaviour, entityWord: { one: 'customer', many: 'customers' }, currency: 'GBP' });

  it('say the goal, when, with what, at what price and by which channel', () => {
    expect(first.goal).toBe('reward');
    expect(first.reach!.hour).toBe('22:30');
    expect(first.products.map((p) => p.name)).toEqual(['Organic low-sugar', 'b Kefir /b']);
    expect(first.avoid.map((p) => p.name)).toEqual(['Sugary boxes']);
    expect(first.priceLevel).toEqual({ typical: '£2.80', text: 'a typical item costs £2.80, 30 % below the usual £4' });
    expect(first.channels).toEqual(['site']);
    expect(first.text).toBe(
      'Reward them: they bring £2,000 each, 13 times the usual £160 and are active (last seen 10 days ago): keeping them matters more than selling them another thing. ' +
      "Reach them around 22:30 (100 % of their browsing falls within two hours of it). Lead with Organic low-sugar and b Kefir /b (Organic low-sugar: 70 % of what they take, seven times others' share); leave out Sugary boxes; a typical item costs £2.80, 30 % below the usual £4.",
    );
  });

  it('make do without behaviour', () => {
    const [bare] = briefs({ table, labels, profiles, entityWord: { one: 'customer', many: 'customers' } });
    expect(bare.reach).toBeUndefined();
    expect(bare.products).toEqual([]);
    expect(bare.text).not.toMatch(/NaN|undefined/);
  });
});
