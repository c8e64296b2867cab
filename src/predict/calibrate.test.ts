import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answers } from '../domain/examples.js';
import { createRng } from '../util/rng.js';
import { applyCalibrations, calibrated, chooseCalibrations, isotonic, platt } from './calibrate.js';
import { binMeans, calibrationError, equalMassBins, rank } from './metrics.js';

// Frozen by test/golden/metrics.py (scikit-learn 1.9).
const golden = JSON.parse(readFileSync(new URL('../../test/golden/metrics.json', import.meta.url), 'utf8'));
const p = Float64Array.from(golden.p);
const answers = (y: ArrayLike<number>): Answers => ({ task: 'binary', values: Float64Array.from(y), classes: ['no', 'yes'] });

describe('isotonic regression', () => {
  it('is that of scikit-learn, ties and weights included, between and beyond the points too', () => {
    const found = isotonic(p, golden.y, golden.w);
    golden.isotonic.at.forEach((score: number, k: number) => expect(calibrated(found, score), `${score}`).toBeCloseTo(golden.isotonic.value[k], 12));
  });

  it('is the max–min formula', () => {
    const row = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 1 }), fc.integer({ min: 1, max: 4 }));
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
      const found = isotonic(Float64Array.from(rows, ([s]) => s), rows.map(([, y]) => y), rows.map(([, , w]) => w));
      const mean = (from: number, to: number) => {
        const inside = rows.filter(([s]) => s >= from && s <= to);
        return inside.reduce((sum, [, y, w]) => sum + w * y, 0) / inside.reduce((sum, [, , w]) => sum + w, 0);
      };
      const scores = [...new Set(rows.map(([s]) => s))];
      for (const s of scores) {
        const expected = Math.max(...scores.filter((from) => from <= s).map((from) => Math.min(...scores.filter((to) => to >= s).map((to) => mean(from, to)))));
        expect(calibrated(found, s)).toBeCloseTo(expected, 12);
      }
    }));
  });
});

describe("Platt's sigmoid", () => {
  it.each(['plain', 'weighted'] as const)('is that of scikit-learn (%s)', (kind) => {
    const found = platt(p, golden.y, kind === 'weighted' ? golden.w : undefined);
    const [a, b] = golden.platt[kind];
    expect(found).toMatchObject({ method: 'platt', a: expect.closeTo(a, 4), b: expect.closeTo(b, 4) });
  });

  it('stays finite where scores part the classes, and where they say nothing', () => {
    const parted = platt([-1, -2, 1, 2], [0, 0, 1, 1]);
    expect(calibrated(parted, -5)).toBeGreaterThan(0);
    expect(calibrated(parted, 2)).toBeLessThan(1);
    expect(calibrated(platt([3, 3, 3, 3], [0, 0, 0, 1]), 3)).toBeCloseTo((3 * 0.2 + 2 / 3) / 4, 6);
  });
});

describe('the choice of a calibration', () => {
  const rng = createRng(4, 'calibrate');
  const n = 6000;
  const truth = Float64Array.from({ length: n }, () => rng.next() ** 1.5);
  const y = Float64Array.from(truth, (share) => (rng.next() < share ? 1 : 0));
  const fold = Int32Array.from({ length: n }, (_, i) => i % 5);
  const error = (predicted: Float64Array) => calibrationError(binMeans(y, predicted, equalMassBins(rank(y, predicted), 10)));
  const odds = (share: number) => Math.log(share / (1 - share));
  const method = (predicted: Float64Array) => chooseCalibrations(answers(y), predicted, fold)[0].method;

  it('leaves good probabilities alone', () => {
    expect(method(truth)).toBe('none');
  });

  it('straightens over-confident ones by a sigmoid, and bent ones by steps', () => {
    const sure = truth.map((share) => 1 / (1 + Math.exp(-3 * odds(share))));
    expect(method(sure)).toBe('platt');
    const bent = truth.map((share) => (share < 0.5 ? share / 4 : 0.75 + share / 8));
    expect(method(bent)).toBe('isotonic');
    for (const off of [sure, bent]) {
      expect(error(off)).toBeGreaterThan(0.05);
      expect(error(applyCalibrations(chooseCalibrations(answers(y), off, fold), off))).toBeLessThan(0.015);
    }
  });

  it('is plain JSON and never says 0 or 1', () => {
    const bent = truth.map((share) => (share < 0.5 ? share / 4 : 0.75 + share / 8));
    const chosen = chooseCalibrations(answers(y), bent, fold);
    expect(JSON.parse(JSON.stringify(chosen))).toEqual(chosen);
    const found = applyCalibrations(chosen, Float64Array.of(-1, 0, 0.3, 1, 2));
    for (const share of found) {
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(1);
    }
  });

  it('of several classes is one against the rest, made to sum up to 1', () => {
    const k = 3;
    const shares = Array.from({ length: n }, () => {
      const raw = [rng.next(), rng.next(), rng.next()].map((value) => value ** 2 + 0.01);
      return raw.map((value) => value / raw.reduce((a, b) => a + b, 0));
    });
    const values = Float64Array.from(shares, (share) => { const u = rng.next(); return u < share[0] ? 0 : u < share[0] + share[1] ? 1 : 2; });
    const sure = Float64Array.from(shares.flatMap((share) => { const raised = share.map((value) => value ** 3); return raised.map((value) => value / raised.reduce((a, b) => a + b, 0)); }));
    const chosen = chooseCalibrations({ task: 'multiclass', values, classes: ['a', 'b', 'c'] }, sure, fold);
    expect(chosen).toHaveLength(k);
    const found = applyCalibrations(chosen, sure);
    let [before, after] = [0, 0];
    for (let i = 0; i < n; i++) {
      expect(found[i * k] + found[i * k + 1] + found[i * k + 2]).toBeCloseTo(1, 12);
      before -= Math.log(sure[i * k + values[i]]) / n;
      after -= Math.log(found[i * k + values[i]]) / n;
    }
    expect(after).toBeLessThan(before - 0.05);
  });
});
