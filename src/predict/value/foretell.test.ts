import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { drawBeta, drawGamma } from '../../util/gamma-draw.js';
import { createRng } from '../../util/rng.js';
import { bgNbd } from './bg-nbd.js';
import { bootstrap, expectationInterval } from './bootstrap.js';
import { comparePurchaseModels } from './compare.js';
import { expectedPurchases, purchaseCounts } from './expect.js';
import { fitPurchases } from './fit.js';
import { foretell } from './foretell.js';
import { fitSpend } from './gamma-gamma.js';
import type { Histories } from './histories.js';
import { mbgNbd } from './mbg-nbd.js';
import { nbd } from './nbd.js';
import { pastRate } from './past-rate.js';
import { paretoNbd } from './pareto-nbd.js';
import { spreadOf } from './spread.js';

const context = createContext();
const truth = [0.9, 30, 0.8, 2.5];
const spendTruth = [6, 4, 15];

/** People of BG/NBD and Gamma-Gamma, with what they do in the 200 days after. */
function market(rows: number) {
  const rng = createRng(21, 'foretell');
  const fresh = () => new Float64Array(rows);
  const [repeats, last, age, mean, later, laterSpent] = [fresh(), fresh(), fresh(), fresh(), fresh(), fresh()];
  for (let i = 0; i < rows; i++) {
    age[i] = 100 + rng.int(300);
    const [rate, leaves, own] = [drawGamma(truth[0], rng) / truth[1], drawBeta(truth[2], truth[3], rng), drawGamma(spendTruth[1], rng) / spendTruth[2]];
    let spent = drawGamma(spendTruth[0], rng) / own;
    for (let at = 0; (at -= Math.log(1 - rng.next()) / rate) <= age[i] + 200; ) {
      const amount = drawGamma(spendTruth[0], rng) / own;
      if (at <= age[i]) (repeats[i]++, (last[i] = at), (spent += amount));
      else (later[i]++, (laterSpent[i] += amount));
      if (rng.next() < leaves) break;
    }
    mean[i] = spent / (repeats[i] + 1);
  }
  return { histories: { rows, repeats, last, age } satisfies Histories, mean, later, laterSpent };
}

describe('foretelling', () => {
  const { histories, mean, later, laterSpent } = market(6_000);
  const purchases = histories.repeats.map((x) => x + 1);
  const fit = fitPurchases(bgNbd, histories, context);
  const spend = fitSpend({ rows: histories.rows, purchases, mean }, context);
  const { columns, variance } = foretell(bgNbd, fit, histories, { horizon: 200, rate: 0, level: 0.8, spend: { fit: spend, purchases, mean, kept: 1 } });
  const sum = (v: Float64Array) => v.reduce((a, b) => a + b);

  it('totals come out within what their variances say', () => {
    expect(Math.abs(sum(columns.purchases) / sum(later) - 1)).toBeLessThan(0.06);
    expect(Math.abs(sum(columns.value!) - sum(laterSpent))).toBeLessThan(3.5 * Math.sqrt(sum(variance)));
  });

  it('intervals hold what happens about as often as they say, of purchases and of money', () => {
    const held = (low: Float64Array, high: Float64Array, what: Float64Array) => what.filter((v, i) => v >= low[i] && v <= high[i]).length / what.length;
    const [ofPurchases, ofMoney] = [held(columns.purchasesLow, columns.purchasesHigh, later), held(columns.valueLow!, columns.valueHigh!, laterSpent)];
    expect(ofPurchases).toBeGreaterThan(0.79);
    expect(ofMoney).toBeGreaterThan(0.79);
    // Most are 0 or their interval begins there, so it holds more than 80 %; at the upper end a tenth lies beyond.
    const likely = [...later.keys()].filter((i) => columns.alive[i] > 0.9 && columns.purchases[i] > 3);
    const beyond = likely.filter((i) => laterSpent[i] > columns.valueHigh![i]).length / likely.length;
    expect(likely.length).toBeGreaterThan(200);
    expect(Math.abs(beyond - 0.1)).toBeLessThan(0.06);
    const under = likely.filter((i) => laterSpent[i] < columns.valueLow![i]).length / likely.length;
    expect(Math.abs(under - 0.1)).toBeLessThan(0.06);
  });

  it('stays finite where spends differ so much that nobody has an expected one', () => {
    const wild = { ...spend, parameters: [0.2, 0.5, 10] };
    const told = foretell(bgNbd, fit, histories, { horizon: 200, rate: 0.001, level: 0.8, spend: { fit: wild, purchases, mean, kept: 1 } });
    for (const column of Object.values(told.columns)) expect(column.every(Number.isFinite)).toBe(true);
    const once = histories.repeats.findIndex((x) => x === 0);
    expect(told.columns.spend![once]).toBe(mean[once]);
  });

  it('the spread of purchases is that of the exact probabilities', () => {
    const spread = spreadOf(bgNbd, fit.parameters, undefined, 200, 24);
    // Ages in the middle of their group are not moved.
    const [x, age] = [5, 20.5];
    const alive = bgNbd.alive(fit.parameters, x, 18, age);
    const counts = purchaseCounts(bgNbd, fit.parameters, x, 18, age, 200, 400);
    const average = counts.reduce((total, p, k) => total + p * k, 0);
    expect(spread.variance(x, age, alive)).toBeCloseTo(counts.reduce((total, p, k) => total + p * (k - average) ** 2, 0), 0);
    for (const share of [0.2, 0.5, 0.9]) {
      let [k, below] = [0, counts[0]];
      while (below < share) below += counts[++k];
      expect(spread.purchases(x, age, alive, share)).toBe(k);
    }
  });

  it('bootstrapped parameters stray as far as the standard errors say, and give the interval of an expectation', () => {
    const draws = bootstrap(bgNbd, fit, histories, 40, context);
    expect(draws.length).toBe(40);
    fit.errors!.forEach((error, j) => {
      const values = draws.map((p) => p[j]);
      const middle = values.reduce((a, b) => a + b) / 40;
      const deviation = Math.sqrt(values.reduce((total, v) => total + (v - middle) ** 2, 0) / 39);
      expect(deviation / error).toBeGreaterThan(0.6);
      expect(deviation / error).toBeLessThan(1.5);
    });
    const told = expectedPurchases(bgNbd, fit.parameters, 4, 150, 200, 200);
    const [low, high] = expectationInterval(bgNbd, draws, 4, 150, 200, 200);
    expect(low).toBeLessThan(told);
    expect(high).toBeGreaterThan(told);
    expect((high - low) / told).toBeLessThan(0.3);
    // Fewer people per draw stray more, and are scaled back.
    const fewer = bootstrap(bgNbd, fit, histories, 30, context, 1_500).map((p) => Math.log(p[0]));
    const middle = fewer.reduce((a, b) => a + b) / 30;
    const ratio = (Math.sqrt(fewer.reduce((total, v) => total + (v - middle) ** 2, 0) / 29) * fit.parameters[0]) / fit.errors![0];
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.5);
  });

  it('of the naive rate what is expected lies within its range at every age', () => {
    const ages = Float64Array.from({ length: 400 }, (_, i) => i + 1);
    const naive: Histories = { rows: 400, repeats: ages.map((age) => Math.min(age, 1 + (age % 5))), last: ages, age: ages };
    const { columns: told } = foretell(pastRate('continuous'), { parameters: [1.5] }, naive, { horizon: 365, rate: 0, level: 0.8 });
    ages.forEach((age, i) => {
      expect(told.purchasesLow[i], `${age}`).toBeLessThanOrEqual(told.purchases[i]);
      expect(told.purchasesHigh[i], `${age}`).toBeGreaterThanOrEqual(Math.floor(told.purchases[i]));
    });
    expect(told.purchases[1]).toBe((2 / 2) * 365);
  });

  it('of several models one of people who leave is chosen, and why is said', () => {
    const made = comparePurchaseModels([bgNbd, mbgNbd, paretoNbd, nbd], histories, { time: 200, purchases: later }, context);
    expect(made.chosen).not.toBe('nbd');
    const by = Object.fromEntries(made.candidates.map((one) => [one.model, one]));
    expect(by['nbd'].score!).toBeLessThan(by['bg-nbd'].score!);
    expect(by['nbd'].ratio!).toBeGreaterThan(1.1);
    expect(Math.abs(by['bg-nbd'].ratio! - 1)).toBeLessThan(0.08);
    expect(made.why).toMatch(/gave what happened later/);
    expect(comparePurchaseModels([bgNbd, nbd], histories, undefined, context).why).toMatch(/too short to try it/);
    expect(() => comparePurchaseModels([bgNbd, nbd], { rows: 40, repeats: new Float64Array(40), last: new Float64Array(40), age: new Float64Array(40).fill(9) }, undefined, context)).toThrow(/0 have a repeat purchase/);
  });
});
