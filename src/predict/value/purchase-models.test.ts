import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { createRng } from '../../util/rng.js';
import { hypergeometric } from '../../util/special.js';
import { bgNbd } from './bg-nbd.js';
import { purchaseModels } from './catalog.js';
import { discountedPurchases, expectedOfNew, expectedPurchases, purchaseCounts } from './expect.js';
import { fitPurchases } from './fit.js';
import { distinctHistories, type Histories } from './histories.js';
import { mbgNbd } from './mbg-nbd.js';
import { paretoNbd } from './pareto-nbd.js';
import type { PurchaseModel } from './purchase-model.js';

const context = createContext();
const truths: Readonly<Record<string, readonly number[]>> = {
  'bg-nbd': [0.8, 5, 0.9, 2.5], 'mbg-nbd': [0.9, 5, 0.8, 1.8], 'pareto-nbd': [0.9, 6, 0.7, 9], nbd: [0.7, 9], 'bg-bb': [1.2, 0.75, 0.66, 2.8],
};
const models = Object.values(purchaseModels).map((model) => [model.title, model, truths[model.name]] as const);
const sum = (v: ArrayLike<number>) => Array.from(v).reduce((a, b) => a + b, 0);

function drawn(model: PurchaseModel, p: readonly number[], rows: number, seed = 1): Histories {
  const rng = createRng(seed, model.name);
  const age = Float64Array.from({ length: rows }, () => (model.time === 'discrete' ? 4 + rng.int(8) : 20 + Math.round(rng.next() * 60)));
  const histories = Array.from(age, (t) => model.draw(p, t, rng));
  return { rows, age, repeats: Float64Array.from(histories, (h) => h.repeats), last: Float64Array.from(histories, (h) => h.last) };
}

describe.each(models)('%s', (_, model, truth) => {
  it('has the derivatives that its differences have', () => {
    const likelihood = model.likelihood(distinctHistories(drawn(model, truth, 300)));
    for (const p of [truth, truth.map((v, i) => v * (1.7 - 0.4 * i)), truth.map((v, i) => v * (0.3 + 0.9 * i)), truth.map((v, i) => v * 20 ** (i - 1)), truth.map((v, i) => v * 20 ** (1 - i))]) {
      const gradient = new Float64Array(p.length);
      likelihood(p, gradient);
      p.forEach((v, i) => {
        const h = 1e-5 * v;
        const at = (step: number) => likelihood(p.map((w, j) => (i === j ? w + step : w)), new Float64Array(p.length));
        const difference = (at(h) - at(-h)) / (2 * h);
        expect(Math.abs(gradient[i] - difference)).toBeLessThan(1e-5 * Math.max(1, Math.abs(difference)));
      });
    }
  });

  it('finds the parameters again by which 20,000 were drawn', () => {
    const fit = fitPurchases(model, drawn(model, truth, 20_000), context);
    truth.forEach((v, i) => expect(Math.abs(fit.parameters[i] - v)).toBeLessThan(4 * fit.errors![i]));
    expect(Math.max(...fit.errors!.map((error, i) => error / truth[i]))).toBeLessThan(0.5);
  });

  it('counts alike ones once and says the same', () => {
    const one = drawn(model, truth, 2_000);
    const twice: Histories = { rows: 4_000, repeats: Float64Array.from([...one.repeats, ...one.repeats]), last: Float64Array.from([...one.last, ...one.last]), age: Float64Array.from([...one.age, ...one.age]) };
    const weighted = fitPurchases(model, { ...one, weights: new Float64Array(2_000).fill(2) }, context);
    const plain = fitPurchases(model, twice, context);
    expect(plain.logLikelihood).toBeCloseTo(weighted.logLikelihood, 6);
    plain.parameters.forEach((v, i) => expect(v).toBeCloseTo(weighted.parameters[i], 6));
    expect(fitPurchases(model, twice, context)).toEqual(plain);
  });

  it('gives counts that are probabilities and have the mean that is expected', () => {
    for (const [x, last, age] of [[0, 0, 0], [0, 0, 12], [3, 6, 12], [11, 12, 12]]) {
      const t = model.time === 'discrete' ? 5 : 8;
      const counts = purchaseCounts(model, truth, x, last, age, t, 400);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(0);
      expect(sum(counts)).toBeCloseTo(1, 9);
      expect(counts.reduce((mean, probability, k) => mean + probability * k, 0)).toBeCloseTo(expectedPurchases(model, truth, x, last, age, t), 8);
    }
  });

  it('expects of the population what happens to those who are drawn', () => {
    const t = model.time === 'discrete' ? 9 : 40;
    const rng = createRng(5, model.name);
    const bought = Float64Array.from({ length: 40_000 }, () => model.draw(truth, t, rng).repeats);
    const mean = sum(bought) / bought.length;
    const error = Math.sqrt(sum(bought.map((v) => (v - mean) ** 2))) / bought.length;
    expect(Math.abs(expectedOfNew(model, truth, t) - mean)).toBeLessThan(4 * error);
  });

  it('expects of those with one past what they do later', () => {
    const rng = createRng(6, model.name);
    const [now, t] = model.time === 'discrete' ? [5, 4] : [20, 15];
    let [people, later, told] = [0, 0, 0];
    for (let i = 0; i < 60_000; i++) {
      // The same one, watched to now and beyond: what was drawn until the end, cut at now, is only known where nothing came later.
      const past = model.draw(truth, now, rng);
      const future = model.alive(truth, past.repeats, past.last, now);
      people++;
      told += future * model.expected(model.after(truth, past.repeats, now), t);
      later += model.draw(truth, now + t, rng).repeats - past.repeats;
    }
    expect(Math.abs(told / people - later / people)).toBeLessThan(0.06);
  });

  it('discounts towards less, and by nothing at a rate of 0', () => {
    const t = 10;
    const whole = discountedPurchases(model, truth, t, 0);
    expect(whole).toBe(model.expected(truth, t));
    const [some, much] = [discountedPurchases(model, truth, t, 0.01), discountedPurchases(model, truth, t, 0.5)];
    expect(some).toBeLessThan(whole);
    expect(much).toBeLessThan(some);
    // Purchase by purchase over small steps.
    const steps = model.time === 'discrete' ? t : 20_000;
    let byHand = 0;
    for (let k = 0; k < steps; k++) byHand += (model.expected(truth, (t * (k + 1)) / steps) - model.expected(truth, (t * k) / steps)) * Math.exp(-0.5 * ((t * (k + (model.time === 'discrete' ? 1 : 0.5))) / steps));
    expect(much).toBeCloseTo(byHand, 6);
  });

  it('keeps to numbers for a thousand purchases and very long times', () => {
    for (const [x, last, age, t] of [[1000, 1990, 2000, 500], [1000, 10, 2000, 500], [0, 0, 1e6, 1e6], [2, 1e-9, 1e9, 1e3], [150, 150, 150, 1e4]]) {
      if (model.time === 'discrete' && (age > 1e4 || last % 1 || x > last)) continue;
      const alive = model.alive(truth, x, last, age);
      expect(alive).toBeGreaterThanOrEqual(0);
      expect(alive).toBeLessThanOrEqual(1);
      const told = expectedPurchases(model, truth, x, last, age, t);
      expect(Number.isFinite(told) && told >= 0).toBe(true);
    }
    expect(Number.isFinite(model.likelihood(distinctHistories({ rows: 2, repeats: Float64Array.of(1000, 3), last: Float64Array.of(1999, 5), age: Float64Array.of(2000, 2000) }))(truth, new Float64Array(4)))).toBe(true);
  });

  it('says what is missing where nobody came back, or there is one', () => {
    const nobody: Histories = { rows: 500, repeats: new Float64Array(500), last: new Float64Array(500), age: new Float64Array(500).fill(30) };
    expect(() => fitPurchases(model, nobody, context)).toThrow(/Of 500 histories 0 have a repeat purchase/);
    expect(() => fitPurchases(model, { rows: 1, repeats: Float64Array.of(2), last: Float64Array.of(3), age: Float64Array.of(8) }, context)).toThrow(/1 has a repeat purchase/);
  });

  it('refuses histories that cannot be', () => {
    const with_ = (x: number, last: number, age: number) => () => fitPurchases(model, { rows: 1, repeats: Float64Array.of(x), last: Float64Array.of(last), age: Float64Array.of(age) }, context);
    expect(with_(1.5, 3, 8)).toThrow(/no count/);
    expect(with_(-1, 3, 8)).toThrow(/no count/);
    expect(with_(2, 9, 8)).toThrow(/last purchase at 9 in a time of 8/);
    expect(with_(2, 0, 8)).toThrow(/2 repeat purchases, and its last purchase is 0/);
    expect(with_(0, 4, 8)).toThrow(/0 repeat purchases/);
    expect(with_(2, Number.NaN, 8)).toThrow(/NaN/);
  });

  it('stops when told to', () => {
    const stop = new AbortController();
    stop.abort();
    expect(() => fitPurchases(model, drawn(model, truth, 300), createContext({ signal: stop.signal }))).toThrow(/Stopped/);
  });
});

it('BG/NBD expects what its published formula says, whose pole at a = 1 it has not', () => {
  const [r, alpha, b] = [0.243, 4.414, 2.426];
  const formula = (a: number, t: number) => ((a + b - 1) / (a - 1)) * (1 - Math.pow(alpha / (alpha + t), r) * hypergeometric(r, b, a + b - 1, t / (alpha + t)));
  for (const a of [0.5, 0.793, 1.7, 12]) for (const t of [0.01, 1, 39, 520]) expect(Math.abs(bgNbd.expected([r, alpha, a, b], t) / formula(a, t) - 1)).toBeLessThan(1e-9);
  expect(bgNbd.expected([r, alpha, 1, b], 39)).toBeCloseTo((bgNbd.expected([r, alpha, 1 - 1e-6, b], 39) + bgNbd.expected([r, alpha, 1 + 1e-6, b], 39)) / 2, 9);
});

it('Pareto/NBD has no pole at s = 1, and α and β can change places', () => {
  const at = (s: number) => paretoNbd.expected([0.5, 10, s, 12], 39);
  expect(at(1)).toBeCloseTo((at(1 - 1e-6) + at(1 + 1e-6)) / 2, 9);
  const alive = (alpha: number, beta: number) => paretoNbd.alive([0.5, alpha, 0.6, beta], 3, 10, 30);
  expect(alive(10, 10)).toBeCloseTo((alive(10 - 1e-7, 10) + alive(10 + 1e-7, 10)) / 2, 9);
});

it('Pareto/NBD says the same by series and by integral, and what its definition says when summed by hand', () => {
  const odds = (p: readonly number[], x: number, tx: number, age: number) => {
    const [r, alpha, s, beta] = p;
    const steps = 200_000;
    let sum = 0;
    for (let k = 0; k < steps; k++) {
      const at = tx + ((age - tx) * (k + 0.5)) / steps;
      sum += Math.exp((r + x) * Math.log((alpha + age) / (alpha + at)) + s * Math.log((beta + age) / (beta + at))) / (beta + at);
    }
    return (s * sum * (age - tx)) / steps;
  };
  for (const [alpha, beta] of [[10, 12], [12, 10], [10, 60], [60, 10], [10, 2_000], [2_000, 10], [0.5, 1e6], [1e6, 0.5]]) {
    for (const [x, tx, age] of [[0, 0, 30], [3, 10, 30], [3, 29.9, 30], [25, 20, 30]]) {
      const p = [0.55, alpha, 0.6, beta];
      const alive = 1 / (1 + odds(p, x, tx, age));
      expect(Math.abs(paretoNbd.alive(p, x, tx, age) - alive)).toBeLessThan(2e-8);
    }
  }
  // Either side of where the one takes over from the other.
  const at = (beta: number) => paretoNbd.alive([0.55, 10, 0.6, beta], 3, 10, 30);
  expect(at(90 - 1e-9)).toBeCloseTo(at(90 + 1e-9), 11);
});

it('one who bought once and never came back is alive for ever with BG/NBD, less and less with MBG/NBD and Pareto/NBD', () => {
  expect(bgNbd.alive(truths['bg-nbd'], 0, 0, 1000)).toBe(1);
  expect(mbgNbd.alive(truths['mbg-nbd'], 0, 0, 10)).toBeGreaterThan(mbgNbd.alive(truths['mbg-nbd'], 0, 0, 1000));
  expect(paretoNbd.alive(truths['pareto-nbd'], 0, 0, 10)).toBeGreaterThan(paretoNbd.alive(truths['pareto-nbd'], 0, 0, 1000));
});

it('people who all buy alike have no end of r and α: the expectations hold, the standard errors do not', () => {
  const rng = createRng(1, 'alike');
  const rows = 3_000;
  const histories = Array.from({ length: rows }, () => {
    let [repeats, last] = [0, 0];
    for (let next = 0; (next -= Math.log(1 - rng.next()) / 0.2) <= 40; repeats++) last = next;
    return { repeats, last };
  });
  const fit = fitPurchases(purchaseModels['nbd'], { rows, repeats: Float64Array.from(histories, (h) => h.repeats), last: Float64Array.from(histories, (h) => h.last), age: new Float64Array(rows).fill(40) }, context);
  expect(fit.parameters[0] / fit.parameters[1]).toBeCloseTo(0.2, 2);
  if (fit.errors === undefined) expect(fit.warnings[0]).toMatch(/other values fit as well/);
});
