import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../domain/examples.js';
import { createRng } from '../util/rng.js';
import { chooseThreshold, judgeThreshold, type ThresholdRule } from './threshold.js';

const binary = (values: ArrayLike<number>): Answers => ({ task: 'binary', classes: ['no', 'yes'], values: Float64Array.from(values) });
const rng = createRng(6, 'threshold');
const p = Float64Array.from({ length: 4000 }, () => rng.next() ** 2);
const y = Float64Array.from(p, (share) => (rng.next() < share ? 1 : 0));

/** Chosen and judged on the same rows. */
const chosen = (answers: Answers, predicted: Float64Array, rule: ThresholdRule) => judgeThreshold(answers, predicted, rule, chooseThreshold(answers, predicted, rule));

describe('a threshold', () => {
  it('by cost is about where a false alarm costs as much as a miss, and says what it costs', () => {
    const found = chosen(binary(y), p, { by: 'cost', falsePositive: 1, falseNegative: 4 });
    expect(Math.abs(found.threshold - 0.2)).toBeLessThan(0.12);
    expect(found.cost!.value).toBeLessThan(Math.min(found.costOfNobody!, found.costOfEverybody!));
    expect(found.cost!.low).toBeLessThan(found.cost!.value);
  });

  it('by capacity says yes to no more than there is capacity for, ties included', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 }), fc.double({ min: 0, max: 1, noNaN: true }), (scores, share) => {
      const predicted = Float64Array.from(scores, (s) => s / 6);
      const { threshold, selectedShare } = chosen(binary(scores.map((_, i) => i % 2)), predicted, { by: 'capacity', share });
      const selected = predicted.filter((value) => value >= threshold).length;
      expect(selected).toBeLessThanOrEqual(share * scores.length + 1e-9);
      expect(selectedShare.value).toBeCloseTo(selected / scores.length, 12);
      const next = predicted.filter((value) => value < threshold).reduce((most, value) => Math.max(most, value), -1);
      if (next >= 0) expect(predicted.filter((value) => value >= next).length).toBeGreaterThan(share * scores.length - 1e-9);
    }));
    const five = chosen(binary(y), p, { by: 'capacity', share: 500 / 4000 });
    expect(five.selectedShare.value).toBe(0.125);
    expect(five.precision!.value).toBeGreaterThan(0.7);
  });

  it('by F1 is the best of all', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 1 })), { minLength: 1, maxLength: 25 }), (rows) => {
      const predicted = Float64Array.from(rows, ([s]) => s / 5);
      const f1 = (threshold: number) => {
        const selected = rows.filter((_, i) => predicted[i] >= threshold);
        return (2 * selected.filter(([, value]) => value).length) / (selected.length + rows.filter(([, value]) => value).length || 1);
      };
      const { threshold } = chosen(binary(rows.map(([, value]) => value)), predicted, { by: 'f1' });
      expect(f1(threshold)).toBeCloseTo(Math.max(...[0, 0.2, 0.4, 0.6, 0.8].map(f1)), 12);
    }));
  });

  it('is judged on rows that it was not chosen on: noise promises there what it can keep', () => {
    let [own, others] = [0, 0];
    for (let seed = 1; seed <= 40; seed++) {
      const noise = createRng(seed, 'judged');
      const draw = () => ({ y: binary(Array.from({ length: 120 }, () => Number(noise.next() < 0.3))), p: Float64Array.from({ length: 120 }, () => noise.next()) });
      const [here, there] = [draw(), draw()];
      const rule: ThresholdRule = { by: 'cost', falsePositive: 3, falseNegative: 7 };
      const threshold = chooseThreshold(here.y, here.p, rule);
      own += judgeThreshold(here.y, here.p, rule, threshold).cost!.value / 40;
      others += judgeThreshold(there.y, there.p, rule, threshold).cost!.value / 40;
    }
    expect(others - own).toBeGreaterThan(0.05);
    const judged = judgeThreshold(binary([1, 0, 1, 0]), Float64Array.of(0.9, 0.8, 0.2, 0.1), { by: 'capacity', share: 0.5 }, 0.5);
    expect(judged).toMatchObject({ by: 'capacity', threshold: 0.5, selectedShare: { value: 0.5 }, precision: { value: 0.5 }, recall: { value: 0.5 } });
  });

  it('where everyone is worth it, means everyone, also those who are less likely than anybody it was chosen on', () => {
    const rule: ThresholdRule = { by: 'cost', falsePositive: 0.001, falseNegative: 100 };
    const threshold = chooseThreshold(binary([0, 0, 1]), Float64Array.of(0.9, 0.8, 0.1), rule);
    expect(judgeThreshold(binary([0, 1]), Float64Array.of(0.01, 0.02), rule, threshold).selectedShare.value).toBe(1);
  });

  it('where too many for the capacity are certain, is above them', () => {
    expect(chosen(binary([0, 0, 1, 1]), Float64Array.of(1, 1, 1, 0.1), { by: 'capacity', share: 0.5 }).selectedShare.value).toBe(0);
  });

  it('where nobody is worth it, is above everyone', () => {
    const { threshold, selectedShare, precision } = chosen(binary([0, 0, 1]), Float64Array.of(0.9, 0.8, 0.1), { by: 'cost', falsePositive: 10, falseNegative: 1 });
    expect(threshold).toBeGreaterThan(0.9);
    expect(selectedShare.value).toBe(0);
    expect(precision).toBeUndefined();
  });

  it.each<ThresholdRule>([{ by: 'capacity', share: 2 }, { by: 'capacity', share: Number.NaN }, { by: 'cost', falsePositive: -1, falseNegative: 2 }, { by: 'cost', falsePositive: 0, falseNegative: 0 }])('refuses %j', (rule) => {
    expect(() => chooseThreshold(binary(y), p, rule)).toThrow(expect.objectContaining({ code: 'predict/bad-rule' }));
  });
});
