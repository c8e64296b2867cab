import { describe, expect, it } from 'vitest';
import type { Feature, FeatureTable } from '../domain/feature.js';
import { createRng } from '../util/rng.js';
import { tiers } from './tiers.js';

describe('tiers', () => {
  it('put the latest, most frequent and highest-spending first and the opposite last', () => {
    const { tiers: found, labels } = tiers(tableOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], [100, 90, 80, 70, 60, 50, 40, 30, 20, 10]));
    expect(found[labels[0]].name).toBe('Champions');
    expect(found[labels[9]].name).toBe('Lost');
    expect(found[labels[4]].name).toBe('Needs attention');
  });

  it('call a lapsed big spender one not to lose, and a recent first buyer new', () => {
    const recency = [1, 20, 30, 40, 50, 60, 70, 80, 90, 400];
    const { tiers: found, labels } = tiers(tableOf(recency, [1, 2, 3, 4, 5, 6, 7, 8, 9, 30], [5, 20, 30, 40, 50, 60, 70, 80, 90, 3000]));
    expect(found[labels[0]].name).toBe('New');
    expect(found[labels[9]].name).toBe('Cannot lose');
  });

  it('hold every entity once, with all the revenue, and keep equal values together', () => {
    const rng = createRng(3, 'tiers');
    const draw = (f: () => number) => Array.from({ length: 500 }, f);
    const table = tableOf(draw(() => rng.int(300)), draw(() => 1 + rng.int(4)), draw(() => Math.exp(rng.normal())));
    const { tiers: found, labels } = tiers(table);
    expect(found.reduce((sum, tier) => sum + tier.entities, 0)).toBe(500);
    expect(found.reduce((sum, tier) => sum + tier.share, 0)).toBeCloseTo(1, 12);
    expect(found.reduce((sum, tier) => sum + (tier.revenueShare ?? 0), 0)).toBeCloseTo(1, 12);
    expect(labels.every((label) => label >= 0 && label < found.length)).toBe(true);
    const same = tiers(tableOf([5, 5, 5, 5, 5], [1, 1, 1, 1, 1], [2, 2, 2, 2, 2]));
    expect(new Set(same.labels).size).toBe(1);
  });

  it('say their rule in words', () => {
    const { tiers: found } = tiers(tableOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], [100, 90, 80, 70, 60, 50, 40, 30, 20, 10]));
    expect(found[0].rule).toBe('Last order within 2 days, and in the top 40 % by orders and spend together; or last order 2 to 4 days ago, and in the top fifth by orders and spend together.');
    expect(found[found.length - 1].rule).toBe('Last order more than 8 days ago, and in the lowest 40 % by orders and spend together.');
  });

  it('leave out entities with a missing value, and everything where a measure is missing', () => {
    expect(tiers(tableOf([1, Number.NaN, 3], [1, 2, 3], [1, 2, 3])).labels[1]).toBe(-1);
    const table = tableOf([1, 2], [1, 2], [1, 2]);
    expect(tiers({ ...table, features: table.features.slice(0, 2), columns: table.columns.slice(0, 2) })).toEqual({ tiers: [], labels: Int32Array.from([-1, -1]) });
  });
});

function tableOf(recency: number[], orders: number[], spend: number[]): FeatureTable {
  const feature = (name: string): Feature => ({
    name, title: name, kind: 'number', family: name, source: 'orders', words: { high: '', low: '' }, role: 'behaviour', movable: true, empty: Number.NaN,
  });
  return {
    rows: recency.length,
    asOf: 0,
    entities: recency.map(String),
    features: ['recency', 'orders', 'spend'].map(feature),
    columns: [recency, orders, spend].map((values) => Float64Array.from(values)),
    table: 'features',
    sql: '',
  };
}
