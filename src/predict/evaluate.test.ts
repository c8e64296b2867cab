import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { BinaryEvaluation, MulticlassEvaluation, RegressionEvaluation } from '../domain/evaluation.js';
import type { Answers } from '../domain/examples.js';
import { createRng } from '../util/rng.js';
import { compareModels, evaluate } from './evaluate.js';

// Frozen by test/golden/metrics.py (scikit-learn 1.9).
const golden = JSON.parse(readFileSync(new URL('../../test/golden/metrics.json', import.meta.url), 'utf8'));
const context = createContext({ seed: 3 });
const binary = (values: ArrayLike<number>, weights?: Float64Array): Answers => ({ task: 'binary', values: Float64Array.from(values), classes: ['no', 'yes'], weights });
const ofGolden = evaluate(binary(golden.y), Float64Array.from(golden.p), context, { threshold: 0.4 }) as BinaryEvaluation;

describe('an evaluation', () => {
  it('holds the scores of scikit-learn, each within its interval', () => {
    const { scores, decision } = ofGolden;
    for (const name of ['auc', 'averagePrecision', 'logLoss', 'brier'] as const) expect(scores[name]!.value, name).toBeCloseTo(golden.plain[name], 10);
    for (const name of ['accuracy', 'precision', 'recall', 'f1'] as const) expect(decision[name]!.value, name).toBeCloseTo(golden.plain[name], 12);
    for (const [name, { value, low, high }] of Object.entries({ ...scores, accuracy: decision.accuracy, precision: decision.precision!, f1: decision.f1! })) {
      expect(low, name).toBeLessThan(value);
      expect(high, name).toBeGreaterThan(value);
      expect(high - low, name).toBeLessThan(name === 'topDecileLift' ? 2 : 0.3);
    }
    const { reliability, resolution, uncertainty, within } = ofGolden.brierParts;
    expect(reliability - resolution + uncertainty + within).toBeCloseTo(scores.brier.value, 12);
  });

  it('is plain JSON, the same for the same seed', () => {
    expect(JSON.parse(JSON.stringify(ofGolden))).toEqual(ofGolden);
    expect(evaluate(binary(golden.y), Float64Array.from(golden.p), createContext({ seed: 3 }), { threshold: 0.4 })).toEqual(ofGolden);
  });

  it('counts whole weights as repeated rows', () => {
    const times = golden.y.map((_: number, i: number) => 1 + (i % 2));
    const rows = golden.y.flatMap((_: number, i: number) => new Array<number>(times[i]).fill(i));
    const many = evaluate(binary(rows.map((i: number) => golden.y[i])), Float64Array.from(rows, (i: number) => golden.p[i]), context) as BinaryEvaluation;
    const weighted = evaluate(binary(golden.y, Float64Array.from(times)), Float64Array.from(golden.p), context) as BinaryEvaluation;
    for (const name of ['auc', 'averagePrecision', 'logLoss', 'brier', 'topDecileLift'] as const) expect(weighted.scores[name]!.value, name).toBeCloseTo(many.scores[name]!.value, 10);
    expect(weighted.decision.precision!.value).toBeCloseTo(many.decision.precision!.value, 12);
  });

  it('leaves out rows whose answer is not known, and refuses where none is', () => {
    const holes = golden.y.map((value: number, i: number) => (i % 5 === 0 ? Number.NaN : value));
    const rest = golden.y.flatMap((_: number, i: number) => (i % 5 === 0 ? [] : [i]));
    const found = evaluate(binary(holes), Float64Array.from(golden.p), context) as BinaryEvaluation;
    expect(found).toEqual(evaluate(binary(rest.map((i: number) => golden.y[i])), Float64Array.from(rest, (i: number) => golden.p[i]), context));
    expect(() => evaluate(binary([Number.NaN]), Float64Array.of(0.5), context)).toThrow(expect.objectContaining({ code: 'predict/no-answers' }));
  });

  it.each([[[1]], [[0]], [[0, 0, 0]], [[1, 1]]])('of one class only (%j) leaves out what it cannot say', (values) => {
    const found = evaluate(binary(values), Float64Array.from(values, () => 0.4), context) as BinaryEvaluation;
    expect(found.scores.auc).toBeUndefined();
    expect(found.roc).toEqual([]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(JSON.stringify(found)).not.toContain('null');
  });

  it('of several classes is that of scikit-learn', () => {
    const { several } = golden;
    const found = evaluate({ task: 'multiclass', values: Float64Array.from(several.y), classes: ['a', 'b', 'c', 'd'] }, Float64Array.from(several.p), context) as MulticlassEvaluation;
    for (const name of ['auc', 'averagePrecision', 'logLoss', 'brier', 'accuracy', 'precision', 'recall', 'f1'] as const) expect(found.scores[name]!.value, name).toBeCloseTo(several[name], 10);
    expect(found.confusion).toEqual(several.confusion);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  it('of numbers is that of scikit-learn', () => {
    const { number } = golden;
    const found = evaluate({ task: 'regression', values: Float64Array.from(number.y) }, Float64Array.from(number.p), context, { quantile: 0.9 }) as RegressionEvaluation;
    for (const name of ['rmse', 'mae', 'r2', 'pinball'] as const) expect(found.scores[name]!.value, name).toBeCloseTo(number[name], 10);
    expect(found.gain!.at(-1)).toEqual({ share: 1, captured: expect.closeTo(1, 12), lift: expect.closeTo(1, 12) });
  });

  it('has intervals that hold the truth about as often as they say', () => {
    const rng = createRng(1, 'coverage');
    // Scores of a 1 are normal around 1, of a 0 around 0: the area is Φ(1/√2) = 0.76025.
    const held = { auc: 0, brier: 0 };
    const rounds = 120;
    const draw = (n: number) => {
      const y = Array.from({ length: n }, () => (rng.next() < 0.3 ? 1 : 0));
      return { y, p: Float64Array.from(y, (value) => 1 / (1 + Math.exp(-(rng.normal() + value - 0.5 - 0.8472978604)))) };
    };
    const large = draw(400_000);
    const truth = large.y.reduce<number>((sum, value, i) => sum + (value - large.p[i]) ** 2, 0) / large.y.length;
    for (let round = 0; round < rounds; round++) {
      const { y, p } = draw(300);
      const { scores } = evaluate(binary(y), p, createContext({ seed: round })) as BinaryEvaluation;
      if (scores.auc!.low <= 0.7602499389 && scores.auc!.high >= 0.7602499389) held.auc++;
      if (scores.brier.low <= truth && scores.brier.high >= truth) held.brier++;
    }
    expect(held.auc / rounds).toBeGreaterThan(0.9);
    expect(held.brier / rounds).toBeGreaterThan(0.9);
    expect(Math.min(held.auc, held.brier)).toBeLessThan(rounds);
  });
});

describe('two models on the same rows', () => {
  const rng = createRng(2, 'pair');
  const y = Array.from({ length: 2000 }, () => (rng.next() < 0.4 ? 1 : 0));
  const signal = y.map((value) => value + rng.normal());
  const logistic = (s: number) => 1 / (1 + Math.exp(-s));
  const good = Float64Array.from(signal, (s) => logistic(s - 0.9));
  const worse = Float64Array.from(signal, (s) => logistic(s - 0.9 + 0.8 * rng.normal()));

  it.each(['auc', 'averagePrecision', 'logLoss', 'brier', 'accuracy'] as const)('by %s: the better one wins, whichever comes first', (score) => {
    const found = compareModels(binary(y), good, worse, score, context);
    expect(found.better).toBe('first');
    expect(found.gain.low).toBeGreaterThan(0);
    expect(compareModels(binary(y), worse, good, score, context)).toMatchObject({ better: 'second', gain: { value: -found.gain.value } });
  });

  it('the same predictions are not better than themselves', () => {
    for (const score of ['auc', 'brier'] as const) expect(compareModels(binary(y), good, good, score, context)).toMatchObject({ better: 'neither', pValue: 1, gain: { value: 0 } });
  });

  it('equally good ones are told apart in no more than about 5 of 100', () => {
    let told = 0;
    for (let round = 0; round < 100; round++) {
      const truth = Array.from({ length: 200 }, () => (rng.next() < 0.4 ? 1 : 0));
      const one = () => Float64Array.from(truth, (value) => logistic(value + rng.normal()));
      if (compareModels(binary(truth), one(), one(), 'auc', context).better !== 'neither') told++;
    }
    expect(told).toBeLessThan(14);
    expect(told).toBeGreaterThan(0);
  });
});
