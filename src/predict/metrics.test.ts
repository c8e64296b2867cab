import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  auc, averagePrecision, binMeans, brier, brierParts, brierOfClasses, calibrationError, captured, confusion, confusionOfClasses, cumulated, deLongVariance, equalMassBins, f1, likeliest,
  logLoss, logLossOfClasses, meanAbsoluteError, meanSquaredError, pinball, placements, r2, rank,
} from './metrics.js';

// Frozen by test/golden/metrics.py (scikit-learn 1.9).
const golden = JSON.parse(readFileSync(new URL('../../test/golden/metrics.json', import.meta.url), 'utf8'));
const p = Float64Array.from(golden.p);
const y: number[] = golden.y;

describe('scores of two answers', () => {
  it.each(['plain', 'weighted'] as const)('are those of scikit-learn, with many ties (%s)', (kind) => {
    const weights = kind === 'weighted' ? golden.w : undefined;
    const expected = golden[kind];
    const ranking = rank(y, p);
    const counts = confusion(y, p, 0.4, weights);
    expect(auc(ranking, weights)).toBeCloseTo(expected.auc, 12);
    expect(averagePrecision(ranking, weights)).toBeCloseTo(expected.averagePrecision, 12);
    expect(logLoss(y, p, weights)).toBeCloseTo(expected.logLoss, 12);
    expect(brier(y, p, weights)).toBeCloseTo(expected.brier, 12);
    expect([[counts.trueNegatives, counts.falsePositives], [counts.falseNegatives, counts.truePositives]]).toEqual(expected.confusion);
    expect(f1(counts)).toBeCloseTo(expected.f1, 12);
  });

  it('keep probabilities of 0 and 1 off the infinite', () => {
    expect(logLoss(y, golden.clipped.p)).toBeCloseTo(golden.clipped.logLoss, 10);
    expect(logLoss([1], [0])).toBeCloseTo(36.04, 2);
  });

  it('curves run through the points of scikit-learn', () => {
    const { ones, zeros } = cumulated(rank(y, p));
    const [one, zero] = [ones.at(-1)!, zeros.at(-1)!];
    expect([0, ...Array.from(zeros, (value) => value / zero)]).toEqual(golden.roc.x.map((v: number) => expect.closeTo(v, 12)));
    expect([0, ...Array.from(ones, (value) => value / one)]).toEqual(golden.roc.y.map((v: number) => expect.closeTo(v, 12)));
    const { precision, recall } = golden.precisionRecall;
    expect([1, ...Array.from(ones, (value, k) => value / (value + zeros[k]))].reverse()).toEqual(precision.map((v: number) => expect.closeTo(v, 12)));
    expect([0, ...Array.from(ones, (value) => value / one)].reverse()).toEqual(recall.map((v: number) => expect.closeTo(v, 12)));
  });

  it('AUC counts pairs, a tie for half', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: -3, max: 3 })), { minLength: 2, maxLength: 40 }), (rows) => {
      let [pairs, won] = [0, 0];
      for (const [a, s] of rows) for (const [b, t] of rows) if (a === 1 && b === 0) { pairs++; won += s > t ? 1 : s === t ? 0.5 : 0; }
      const found = auc(rank(rows.map(([a]) => a), Float64Array.from(rows, ([, s]) => s)));
      if (pairs === 0) expect(found).toBeNaN();
      else expect(found).toBeCloseTo(won / pairs, 12);
    }));
  });

  it('lift of ties at the cut does not depend on their order', () => {
    const same = Float64Array.from({ length: 10 }, () => 0.5);
    expect(captured(rank([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], same), 0.1)).toBeCloseTo(0.1, 12);
    expect(captured(rank([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], same), 0.1)).toBeCloseTo(0.1, 12);
    expect(captured(rank([0, 1, 0, 1], Float64Array.of(0.1, 0.9, 0.2, 0.8)), 0.5)).toBe(1);
  });

  it('whole weights are rows repeated', () => {
    const times = y.map((_, i) => 1 + (i % 3));
    const rows = y.flatMap((_, i) => new Array<number>(times[i]).fill(i));
    const [many, of] = [rank(rows.map((i) => y[i]), Float64Array.from(rows, (i) => p[i])), rank(y, p)];
    expect(auc(of, times)).toBeCloseTo(auc(many), 12);
    expect(averagePrecision(of, times)).toBeCloseTo(averagePrecision(many), 12);
    expect(captured(of, 0.13, times)).toBeCloseTo(captured(many, 0.13), 12);
  });

  it('the variance of DeLong is that of all pairs', () => {
    const ranking = rank(y, p);
    const placement = placements(ranking);
    const sides = [0, 1].map((side) => y.flatMap((value, i) => (value === side ? [i] : [])));
    for (const [side, other] of [[1, 0], [0, 1]]) {
      for (const i of sides[side]) {
        const won = sides[other].reduce((sum, j) => sum + (p[i] === p[j] ? 0.5 : p[i] > p[j] === (side === 1) ? 1 : 0), 0) / sides[other].length;
        expect(placement[i]).toBeCloseTo(won, 12);
      }
    }
    expect(Math.sqrt(deLongVariance(y, placement))).toBeGreaterThan(0.01);
    expect(Math.sqrt(deLongVariance(y, placement))).toBeLessThan(0.06);
  });
});

describe('calibration bins', () => {
  it('hold about equally many rows, never part equal predictions, and sum up to all', () => {
    const bin = equalMassBins(rank(y, p), 10);
    const seen = new Map<number, number>();
    for (let i = 0; i < p.length; i++) expect(seen.get(p[i]) ?? bin[i]).toBe(seen.set(p[i], bin[i]).get(p[i]));
    const { weight, predicted } = binMeans(y, p, bin);
    expect(weight.reduce((a, b) => a + b, 0)).toBe(400);
    expect(weight).toHaveLength(10);
    for (const w of weight) expect(Math.abs(w - 40)).toBeLessThan(20);
    expect([...predicted]).toEqual([...predicted].sort((a, b) => a - b));
  });

  it('one value makes one bin', () => {
    const bin = equalMassBins(rank([0, 1, 1], Float64Array.of(0.3, 0.3, 0.3)), 10);
    expect([...bin]).toEqual([0, 0, 0]);
    expect(calibrationError(binMeans([0, 1, 1], [0.3, 0.3, 0.3], bin))).toBeCloseTo(2 / 3 - 0.3, 12);
  });

  it('the parts of the Brier score sum up where each bin holds one value', () => {
    const coarse = p.map((value) => Math.round(value * 5) / 5);
    const ranking = rank(y, coarse);
    const distinct = [...new Set(coarse)].sort((a, b) => a - b);
    const { reliability, resolution, uncertainty } = brierParts(binMeans(y, coarse, Int32Array.from(coarse, (value) => distinct.indexOf(value))));
    expect(reliability - resolution + uncertainty).toBeCloseTo(brier(y, coarse), 12);
    expect(ranking.p).toHaveLength(400);
  });
});

describe('scores of several classes and of numbers', () => {
  it('are those of scikit-learn', () => {
    const { several, number } = golden;
    const k = 4;
    expect(logLossOfClasses(several.y, several.p, k)).toBeCloseTo(several.logLoss, 10);
    expect(brierOfClasses(several.y, several.p, k)).toBeCloseTo(several.brier, 12);
    expect(confusionOfClasses(several.y, likeliest(several.p, k), k)).toEqual(several.confusion);
    expect(Math.sqrt(meanSquaredError(number.y, number.p))).toBeCloseTo(number.rmse, 10);
    expect(meanAbsoluteError(number.y, number.p)).toBeCloseTo(number.mae, 10);
    expect(r2(number.y, number.p)).toBeCloseTo(number.r2, 12);
    expect(pinball(number.y, number.p, 0.9)).toBeCloseTo(number.pinball, 10);
    expect(Math.sqrt(meanSquaredError(number.y, number.p, golden.w))).toBeCloseTo(number.weighted.rmse, 10);
    expect(r2(number.y, number.p, golden.w)).toBeCloseTo(number.weighted.r2, 12);
    expect(pinball(number.y, number.p, 0.9, golden.w)).toBeCloseTo(number.weighted.pinball, 10);
  });
});
