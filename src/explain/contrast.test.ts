import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { column } from './column.js';
import { contrast } from './contrast.js';
import { effects } from './effect.js';
import { market, marketKinds } from './market.test.fixture.js';
import { ranks } from './ranks.js';
import { traits } from './traits.js';
import { medians } from './typical.js';

const plain = { transform: 'none', low: -Infinity, high: Infinity, fill: Number.NaN } as const;
const one = (values: number[], labels: number[], weights = values.map(() => 1)) =>
  column(Float64Array.from(values), Int32Array.from(labels), Float64Array.from(weights), 2);

describe('one feature', () => {
  it("gives Cohen's d with the pooled spread, and its interval", () => {
    // By hand: means 4 and 1, population variances 2/3 both, pooled over n−2 = 4: sqrt((2+2)/4) = 1, so d = 3.
    const { d, low, high } = effects(one([3, 4, 5, 0, 1, 2], [0, 0, 0, 1, 1, 1]), plain);
    expect(d[0]).toBeCloseTo(3, 12);
    expect(d[1]).toBeCloseTo(-3, 12);
    expect(high[0] - low[0]).toBeCloseTo(2 * 1.959964 * Math.sqrt(6 / 9 + 9 / 12), 9);
  });

  it('never divides by zero: a constant says nothing, a clean split is capped', () => {
    expect([...effects(one([1, 1, 1, 1], [0, 0, 1, 1]), plain).d]).toEqual([0, 0]);
    expect([...effects(one([2, 2, 1, 1], [0, 0, 1, 1]), plain).d]).toEqual([20, -20]);
    expect([...effects(one([Number.NaN, Number.NaN, 1, 1], [0, 0, 1, 1]), plain).d]).toEqual([0, 0]);
  });

  it("gives Cliff's delta with ties shared, and the rank-sum p of scipy", () => {
    const { cliff, p } = ranks(one([1, 2, 2, 3, 2, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1]));
    // Pairs won − lost over 16, by hand: 1: (1,2 tied) vs 2 lost, 0 won; 2,2: win 3 each, tie 1; 3: wins 4 → (1+3+3+4 − 1)/16
    expect(cliff[0]).toBeCloseTo(10 / 16, 12);
    // scipy 1.17: mannwhitneyu([1,2,2,3],[2,1,1,0], use_continuity=False, method='asymptotic').pvalue
    expect(p[0]).toBeCloseTo(0.129155013990068, 6);
  });

  it('takes weighted medians here and elsewhere', () => {
    const found = medians(one([1, 2, 3, 10, 20, 30, 40], [0, 0, 0, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 5]));
    expect([...found.here]).toEqual([2, 40]);
    expect([...found.elsewhere]).toEqual([40, 2]);
    expect(medians(one([1, 2, 3, 4], [0, 0, 1, 1])).all).toBe(2.5);
  });
});

describe('contrast', () => {
  const subject = market();
  const found = contrast(subject, createContext());

  it('finds what was planted, one trait per family first', () => {
    const owls = traits(found, marketKinds.indexOf('night owls'), 'GBP');
    expect(new Set(owls.slice(0, 4).map((t) => t.feature))).toEqual(new Set(['night_share', 'category_organic_share', 'events_view_count', 'email_open_rate']));
    const families = owls.map((t) => subject.table.features.find((f) => f.name === t.feature)!.family);
    const distinct = new Set(families).size;
    expect(new Set(families.slice(0, distinct)).size).toBe(distinct);
  });

  it('gives no p-value for what made the segments, and corrected ones for the rest', () => {
    const all = Array.from({ length: found.k }, (_, s) => traits(found, s, 'GBP', 99, 0)).flat();
    expect(all.every((t) => t.usedToSegment === (t.p === undefined))).toBe(true);
    const lapsed = traits(found, marketKinds.indexOf('lapsed'), 'GBP', 99).find((t) => t.feature === 'churned')!;
    expect(lapsed.p).toBeLessThan(1e-6);
    expect(lapsed.hereText).toMatch(/^(6\d|7\d) %$/);
  });

  it('finds nothing to test in labels drawn by lot', () => {
    const lot = contrast(market(3000, 2, true), createContext());
    expect([...lot.p].filter((p) => p < 0.01)).toEqual([]);
    expect(traits(lot, 0).length).toBeLessThanOrEqual(3);
  });

  it('gives on a sample of many rows what it gives on all', () => {
    const large = market(60_000);
    const sampled = contrast(large, createContext());
    expect(sampled.sample.rows.length).toBeLessThan(45_000);
    const owls = marketKinds.indexOf('night owls');
    const j = large.table.features.findIndex((f) => f.name === 'night_share');
    const rows = [...large.assignment.labels.keys()].filter((i) => large.assignment.labels[i] === owls);
    const exact = rows.reduce((sum, i) => sum + large.table.columns[j][i], 0) / rows.length;
    expect(sampled.here[owls * large.table.features.length + j]).toBeCloseTo(exact, 2);
    expect(sampled.sizes[owls]).toBe(rows.length);
  });
});
