import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Points } from '../kernel/kernel.js';
import { referenceKernel } from '../kernel/reference.js';
import { adjustedRand } from '../util/agreement.js';
import { createRng } from '../util/rng.js';
import { compare, type CompareSide } from './compare.js';
import { blobs } from './null-families.test.fixture.js';

const context = createContext({ seed: 3 });
const kernel = referenceKernel();
const side = (name: string, labels: ArrayLike<number>, more: Partial<CompareSide> = {}): CompareSide => ({ name, labels: Int32Array.from(labels), k: Math.max(...Array.from(labels)) + 1, ...more });
const column = (...values: number[]): Points => ({ rows: values.length, d: 1, stride: 1, data: Float64Array.from(values) });
const steady = (...jaccards: number[]) => jaccards.map((jaccard, segment) => ({ segment, jaccard, interval: [jaccard, jaccard] as const, separation: 1, silhouette: 0 }));

describe('two segmentations side by side', () => {
  it('are all but the same under other numbers', async () => {
    const x = blobs(300, 3, 3, 12, 1);
    const { agreement, moves, verdict, matches } = await compare(x, side('A', x.truth), side('B', x.truth.map((label) => (label + 1) % 3)), {}, context, kernel);
    expect(agreement.adjustedRand).toEqual({ value: 1, interval: [1, 1] });
    expect(agreement.adjustedMutualInformation.value).toBeCloseTo(1, 12);
    expect(agreement.unchanged.value).toBe(1);
    expect(moves).toEqual([]);
    expect(matches.map(({ b }) => b)).toEqual([1, 2, 0]);
    expect(verdict).toBe('The two are all but the same: 100 % of the customers stay in their segment (adjusted Rand index 1.00).');
  });

  // Segments {0 1 2}, {3 4 5} and outlier 6 against {0 1}, {2 3 4 5} and outlier 6 … none: 6 joins the second.
  it('say who moved, outliers among them, and in what the movers differ', async () => {
    const found = await compare(column(0, 1, 9, 20, 21, 22, 99), side('A', [0, 0, 0, 1, 1, 1, -1]), side('B', [0, 0, 1, 1, 1, 1, 1]), {}, context, kernel);
    expect(found.moves.map(({ from, to, entities, share }) => ({ from, to, entities, share }))).toEqual([
      { from: -1, to: 1, entities: 1, share: 1 }, { from: 0, to: 1, entities: 1, share: 1 / 3 }]);
    expect(found.matches).toEqual([{ a: 0, b: 0, entities: 2, shareOfA: 2 / 3, shareOfB: 1 }, { a: 1, b: 1, entities: 3, shareOfA: 1, shareOfB: 3 / 5 }]);
    expect([found.a.outliers, found.b.outliers]).toEqual([1, 0]);
    expect(found.agreement.unchanged.value).toBeCloseTo(5 / 7, 12);
  });

  it('measure movers against those who stay by Cohen’s d', async () => {
    const rng = createRng(2, 'movers');
    const rows = 400;
    const labels = Array.from({ length: rows }, (_, i) => (i < 300 ? 0 : 1));
    const moved = labels.map((label, i) => (i < 100 ? 1 : label));
    const data = Float64Array.from({ length: 2 * rows }, (_, v) => rng.normal() + (v % 2 === 0 && v < 200 ? 1.5 : 0));
    const { moves, text } = await compare({ rows, d: 2, stride: 2, data }, side('A', labels), side('B', moved), { features: ['orders', 'recency'] }, context, kernel);
    expect(moves[0]).toMatchObject({ from: 0, to: 1, entities: 100, share: 1 / 3 });
    expect(moves[0].differ.map(({ feature }) => feature)).toEqual(['orders']);
    // By hand from both samples.
    const of = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => data[2 * (from + i)]);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const squares = (values: number[]) => values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0);
    const [there, stayed] = [of(0, 100), of(100, 300)];
    expect(moves[0].differ[0].d).toBeCloseTo((mean(there) - mean(stayed)) / Math.sqrt((squares(there) + squares(stayed)) / 298), 10);
    expect(text).toMatch(/100 customers in “segment 1” of “A” \(33 % of it\) are in “segment 2” of “B”; against those who stay they differ in orders \(\+1\.\d\d sd\)\./);
  });

  it('say which separates better, is steadier and is easier to tell, with the numbers', async () => {
    const x = blobs(600, 4, 3, 8, 2);
    const rng = createRng(1, 'noise');
    const blurred = x.truth.map((label) => (rng.next() < 0.3 ? rng.int(3) : label));
    const { aspects, verdict, a, b } = await compare(x, side('Old', blurred, { stability: steady(0.6, 0.6, 0.6), fidelity: 0.7 }), side('New', x.truth, { stability: steady(0.9, 0.9, 0.9), fidelity: 0.71 }), {}, context, kernel);
    expect(aspects.map(({ question, better }) => [question, better])).toEqual([['steadier', 'b'], ['more separable', 'b'], ['easier to tell by rules', undefined]]);
    expect(b.silhouette).toBeGreaterThan(a.silhouette + 0.1);
    expect(b.daviesBouldin).toBeLessThan(a.daviesBouldin);
    expect(verdict).toMatch(/^“New” is steadier \(0\.90 against 0\.60\) and separates better \(0\.\d\d against −?0\.\d\d\)\. \d\d % of the customers stay/);
  });

  it('find no difference that matters between two ways to halve a round cloud', async () => {
    const rng = createRng(5, 'cloud');
    const x: Points = { rows: 1500, d: 2, stride: 2, data: Float64Array.from({ length: 3000 }, () => rng.normal()) };
    const half = (j: number) => Array.from({ length: 1500 }, (_, i) => (x.data[2 * i + j] > 0 ? 1 : 0));
    const { verdict, aspects, agreement } = await compare(x, side('A', half(0), { stability: steady(0.5, 0.5) }), side('B', half(1), { stability: steady(0.52, 0.5) }), {}, context, kernel);
    expect(aspects.every(({ better }) => better === undefined)).toBe(true);
    expect(verdict).toMatch(/^No difference that matters on steadier or more separable\./);
    expect(agreement.adjustedRand.interval[0]).toBeLessThan(0.01);
  });

  // Values 1 1 3 3: mean 2, total sum of squares 4. Halves {1 1} {3 3}: η² 1. {1 3} {1 3}: 0. The top segment of the first holds 6 of 8.
  it('say how much of the value lies between segments, and what the top one holds', async () => {
    const many = Array.from({ length: 100 }, (_, i) => i % 4);
    const x = column(...many);
    const value = Float64Array.from(many, (i) => (i < 2 ? 1 : 3));
    const { a, b, aspects } = await compare(x, side('A', many.map((i) => (i < 2 ? 0 : 1))), side('B', many.map((i) => i % 2), { segmentNames: ['even', 'odd'] }), { value }, context, kernel);
    expect(a.explained!.value).toBeCloseTo(1, 12);
    expect(b.explained!.value).toBeCloseTo(0, 12);
    expect(a.top).toEqual({ segment: 1, name: 'segment 2', valueShare: 0.75, entityShare: 0.5 });
    expect(b.top!.valueShare).toBe(0.5);
    expect(aspects.at(-1)).toMatchObject({ question: 'more valuable', better: 'a' });
  });

  it('make nothing of a difference that chance explains', async () => {
    const rng = createRng(10, 'chance');
    const labels = [0, 1].map(() => Array.from({ length: 40 }, () => rng.int(2)));
    const { aspects } = await compare(column(...labels[0]), side('A', labels[0]), side('B', labels[1]), { value: Float64Array.from(labels[0], () => Math.exp(rng.normal())) }, context, kernel);
    const { difference, better } = aspects.at(-1)!;
    expect(Math.abs(difference!.value)).toBeGreaterThan(0.01);
    expect(difference!.interval[0]).toBeLessThan(0);
    expect(difference!.interval[1]).toBeGreaterThan(0);
    expect(better).toBeUndefined();
  });

  it('leave out of value those without one, and say nothing of shares where values are negative', async () => {
    const many = Array.from({ length: 40 }, (_, i) => i % 2);
    const value = Float64Array.from(many, (label, i) => (i < 20 ? Number.NaN : label ? -1 : 1));
    const { a } = await compare(column(...many), side('A', many), side('B', many.map((label) => 1 - label)), { value }, context, kernel);
    expect(a.explained!.value).toBeCloseTo(1, 12);
    expect(a.top).toBeUndefined();
  });

  it('have intervals as wide as those of drawing the rows themselves anew', async () => {
    const x = blobs(400, 2, 3, 5, 3);
    const rng = createRng(9, 'rows');
    const blurred = x.truth.map((label) => (rng.next() < 0.3 ? rng.int(3) : label));
    const { agreement } = await compare(x, side('A', x.truth), side('B', blurred), { draws: 2000 }, context, kernel);
    const drawn = Array.from({ length: 2000 }, () => {
      const rows = Array.from({ length: 400 }, () => rng.int(400));
      return adjustedRand(rows.map((i) => x.truth[i]), rows.map((i) => blurred[i]));
    }).sort((p, q) => p - q);
    expect(agreement.adjustedRand.interval[0]).toBeCloseTo(drawn[50], 1.5);
    expect(agreement.adjustedRand.interval[1]).toBeCloseTo(drawn[1949], 1.5);
    expect(agreement.adjustedRand.value).toBe(adjustedRand(x.truth, blurred));
  });

  it('say the same whatever the order of the two', async () => {
    const x = blobs(300, 3, 3, 6, 4);
    const rng = createRng(4, 'swap');
    const blurred = x.truth.map((label) => (rng.next() < 0.2 ? -1 : label));
    const [one, other] = [await compare(x, side('A', x.truth), side('B', blurred), {}, context, kernel), await compare(x, side('B', blurred), side('A', x.truth), {}, context, kernel)];
    expect(other.agreement.adjustedRand.value).toBeCloseTo(one.agreement.adjustedRand.value, 12);
    expect(other.agreement.homogeneity).toBeCloseTo(one.agreement.completeness, 12);
    expect(other.agreement.unchanged).toEqual(one.agreement.unchanged);
    expect(other.a).toEqual(one.b);
    expect(other.aspects[0].difference!.value).toBeCloseTo(-one.aspects[0].difference!.value, 12);
  });
});
