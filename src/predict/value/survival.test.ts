import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { Examples } from '../../domain/examples.js';
import { openKernel } from '../../kernel/catalog.js';
import type { Kernel } from '../../kernel/kernel.js';
import { createRng } from '../../util/rng.js';
import { predictorNamed } from '../catalog.js';
import { fitCox, relativeRisk } from './cox.js';
import { fitHazard, survivalAhead } from './discrete-hazard.js';
import { expectedStay, kaplanMeier, survivalAt } from './kaplan-meier.js';
import type { Lifetimes } from './lifetimes.js';

// Frozen by test/golden/value-survival.py (lifelines 0.30.3).
const read = (name: string) => readFileSync(new URL(`../../../test/golden/${name}`, import.meta.url), 'utf8');
const golden = JSON.parse(read('value-survival.json'));
const context = createContext();

const table = read('rossi.csv').trim().split('\n').map((line) => line.split(','));
const rossi = (name: string) => Float64Array.from(table.slice(1), (row) => Number(row[table[0].indexOf(name)]));
const arrests: Lifetimes = { rows: 432, duration: rossi('week'), ended: rossi('arrest') };
const names = ['fin', 'age', 'race', 'wexp', 'mar', 'paro', 'prio'];
const tiedRows = golden.tied.rows as Record<string, number[]>;
const tied: Lifetimes = { rows: 12, duration: Float64Array.from(tiedRows['t']), ended: Float64Array.from(tiedRows['e']) };

describe('Kaplan–Meier', () => {
  it.each([['rossi', arrests], ['tied', tied]] as const)('%s: shares and intervals as lifelines has them', (name, lifetimes) => {
    const expected = golden[name].km as { times: number[]; survival: number[]; interval: number[][]; median: number | null };
    const curve = kaplanMeier(lifetimes);
    expected.times.slice(1).forEach((time, i) => {
      expect(curve.times[i]).toBe(time);
      expect(curve.survival[i]).toBeCloseTo(expected.survival[i + 1], 12);
      if (curve.survival[i] > 0) {
        expect(curve.low[i]).toBeCloseTo(expected.interval[i + 1][0], 10);
        expect(curve.high[i]).toBeCloseTo(expected.interval[i + 1][1], 10);
      }
    });
    expect(curve.median ?? null).toBe(expected.median);
  });

  it('reads the curve at any time, and how long one stays from there', () => {
    const curve = { times: [2, 5], survival: [0.5, 0.25] };
    expect([0, 1.9, 2, 4, 5, 99].map((t) => survivalAt(curve, t))).toEqual([1, 1, 0.5, 0.5, 0.25, 0.25]);
    expect(expectedStay(curve, 0, 5)).toBeCloseTo(2 + 0.5 * 3, 12);
    // One who has come to 3: 2 more for sure, then half of them 1.
    expect(expectedStay(curve, 3, 3)).toBeCloseTo(2 + 0.5, 12);
    expect(expectedStay({ times: [2], survival: [0] }, 3, 3)).toBe(0);
  });
});

describe('Cox', () => {
  const columns = names.map(rossi);

  it('finds the published effects on arrests after release, to the digits given and beyond', () => {
    const fit = fitCox(arrests, { names, columns }, context);
    const round = (v: number) => Math.round(v * 100) / 100;
    expect(fit.effects.map((e) => round(e.coefficient))).toEqual([-0.38, -0.06, 0.31, -0.15, -0.43, -0.08, 0.09]);
    expect(fit.effects.map((e) => round(e.error))).toEqual([0.19, 0.02, 0.31, 0.21, 0.38, 0.2, 0.03]);
    expect(round(fit.logLikelihood)).toBe(-658.75);
    expect(round(fit.concordance)).toBe(0.64);
    expect([round(fit.test.statistic), fit.test.degrees]).toEqual([33.27, 7]);
    expect([fit.rows, fit.ends]).toEqual([432, 114]);
  });

  it.each([['rossi', arrests, { names, columns }], ['tied', tied, { names: ['a', 'b'], columns: [Float64Array.from(tiedRows['a']), Float64Array.from(tiedRows['b'])] }]] as const)('%s: everything as lifelines has it', (name, lifetimes, covariates) => {
    const expected = golden[name].cox;
    const fit = fitCox(lifetimes, covariates, context);
    fit.effects.forEach((effect, j) => {
      expect(effect.coefficient).toBeCloseTo(expected.coefficients[j], 6);
      expect(effect.error).toBeCloseTo(expected.errors[j], 6);
      expect(effect.p).toBeCloseTo(expected.p[j], 5);
    });
    expect(fit.logLikelihood).toBeCloseTo(expected.logLikelihood, 8);
    expect(fit.concordance).toBeCloseTo(expected.concordance, 12);
    expect(fit.test.statistic).toBeCloseTo(expected.ratio, 7);
    expect(fit.test.p).toBeCloseTo(expected.ratioP, 8);
    expect(fit.baseline.times).toEqual(expected.times);
    for (let row = 0; row < 3; row++) {
      const risk = relativeRisk(fit, covariates.columns.map((column) => column[row]));
      fit.baseline.survival.forEach((share, i) => expect(share ** risk).toBeCloseTo(expected.first[row][i], 6));
    }
  });

  it('does not mind how large the numbers are, and multiplies with the unit', () => {
    const plain = fitCox(arrests, { names: ['age'], columns: [rossi('age')] }, context).effects[0];
    const inDays = fitCox(arrests, { names: ['age'], columns: [rossi('age').map((v) => v * 365.25e6 + 1e9)] }, context).effects[0];
    expect(inDays.coefficient * 365.25e6).toBeCloseTo(plain.coefficient, 8);
  });

  it('says which column has no effect to find, and why', () => {
    const with_ = (name: string, column: Float64Array) => () => fitCox(arrests, { names: [...names, name], columns: [...columns, column] }, context);
    expect(with_('one', new Float64Array(432).fill(1))).toThrow(/'one'.*is the same for everyone/);
    expect(with_('twice', rossi('age').map((v) => 2 * v))).toThrow(/'twice'.*says nothing that the other columns do not say together/);
    expect(with_('gap', rossi('age').map((v, i) => (i === 5 ? Number.NaN : v)))).toThrow(/'gap'.*missing/);
    expect(() => fitCox(arrests, { names: ['told'], columns: [arrests.duration.map((t, i) => (arrests.ended[i] ? 1000 - t : -1000))] }, context)).toThrow(/'told'.*no bound/);
    expect(() => fitCox({ ...arrests, ended: new Float64Array(432) }, { names, columns }, context)).toThrow(/Of 432 lifetimes none has ended/);
    expect(() => kaplanMeier({ rows: 1, duration: Float64Array.of(-1), ended: Float64Array.of(1) })).toThrow(/Row 1 lasts -1/);
  });
});

describe('the discrete-time hazard', () => {
  let kernel: Kernel;
  beforeAll(async () => void (kernel = await openKernel({ threads: 1 })));
  afterAll(() => kernel.close());

  it('of one risk for all is the share of periods that end', async () => {
    const naive = predictorNamed('naive');
    const none: Examples = { rows: 12, inputs: [], columns: [] };
    const fit = await fitHazard(naive, none, tied, 1, {}, context, kernel);
    const seen = tied.duration.reduce((a, b) => a + b);
    const risk = tied.ended.reduce((a, b) => a + b) / seen;
    const survival = survivalAhead(naive, fit, none, new Float64Array(12), 3);
    expect([...survival.slice(0, 3)]).toEqual([1, 2, 3].map((k) => expect.closeTo((1 - risk) ** k, 12)));
    expect(fit.periods).toBe(9);
  });

  it('with trees finds a risk that is high at first for some and late for others, where Cox sees nothing', async () => {
    const rng = createRng(8, 'crossing');
    const rows = 3_000;
    const group = Float64Array.from({ length: rows }, () => rng.int(2));
    const drawn = Array.from(group, (g) => {
      for (let k = 0; k < 12; k++) if (rng.next() < ((k < 4) === (g === 1) ? 0.16 : 0.02)) return [k + 1, 1];
      return [12, 0];
    });
    const lifetimes: Lifetimes = { rows, duration: Float64Array.from(drawn, ([t]) => t), ended: Float64Array.from(drawn, ([, e]) => e) };
    const trees = predictorNamed('boosted-trees');
    const x: Examples = { rows, inputs: [{ name: 'group' }], columns: [group] };
    const fit = await fitHazard(trees, x, lifetimes, 1, trees.options.parse({}), context, kernel);
    const asked: Examples = { rows: 2, inputs: x.inputs, columns: [Float64Array.of(0, 1)] };
    const survival = survivalAhead(trees, fit, asked, new Float64Array(2), 8);
    const truth = (g: number, k: number) => Array.from({ length: k }, (_, t) => 1 - ((t < 4) === (g === 1) ? 0.16 : 0.02)).reduce((a, b) => a * b, 1);
    for (const g of [0, 1]) for (const k of [4, 8]) expect(Math.abs(survival[g * 8 + k - 1] - truth(g, k))).toBeLessThan(0.05);
    // Of those who came to 4 only the later risk counts.
    const later = survivalAhead(trees, fit, asked, Float64Array.of(4, 4), 1);
    expect(later[0]).toBeLessThan(0.9);
    expect(later[1]).toBeGreaterThan(0.94);
  });
});
