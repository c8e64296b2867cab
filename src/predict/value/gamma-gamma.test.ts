import { describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { drawGamma } from '../../util/gamma-draw.js';
import { createRng } from '../../util/rng.js';
import { expectedSpend, fitSpend, spendBelow, spendScale, type Spends } from './gamma-gamma.js';

const context = createContext();

function drawn([p, q, v]: readonly number[], rows: number): Spends {
  const rng = createRng(2, 'spend');
  const purchases = Float64Array.from({ length: rows }, () => 1 + rng.int(8));
  const mean = purchases.map((n) => {
    const rate = drawGamma(q, rng) / v;
    return drawGamma(p * n, rng) / rate / n;
  });
  return { rows, purchases, mean };
}

describe('Gamma-Gamma', () => {
  it('finds the parameters again by which 20,000 spends were drawn, whatever the currency', () => {
    const spends = drawn([6, 4, 15], 20_000);
    const fit = fitSpend(spends, context);
    [6, 4, 15].forEach((v, i) => expect(Math.abs(fit.parameters[i] - v)).toBeLessThan(4 * fit.errors![i]));
    const inYen = fitSpend({ ...spends, mean: spends.mean.map((m) => m * 150) }, context);
    expect(inYen.parameters[2] / fit.parameters[2]).toBeCloseTo(150, 4);
    expect(inYen.logLikelihood).toBeCloseTo(fit.logLikelihood - 20_000 * Math.log(150), 4);
    expect(fit.warnings).toEqual([]);
  });

  it('leaves out who spent 0 or less and says so', () => {
    const { rows, purchases, mean } = drawn([6, 4, 15], 200);
    mean[3] = 0;
    mean[7] = -20;
    purchases[9] = 0;
    const fit = fitSpend({ rows, purchases, mean }, context);
    expect([fit.entities, fit.notPositive, fit.without]).toEqual([197, 2, 1]);
    expect(fit.warnings).toEqual(['2 with a mean spend of 0 or less are left out of the model of spend.']);
    expect(() => fitSpend({ rows, purchases, mean: mean.map(() => -1) }, context)).toThrow(/Only 0 with repeat purchases spent more than 0 \(199 spent 0 or less\)/);
  });

  it('says that everyone has no mean where spends differ without end, and that how often and how much go together', () => {
    const wild = fitSpend(drawn([5, 0.7, 10], 3_000), context);
    expect(wild.warnings.join()).toMatch(/q = 0\.\d+ ≤ 1\) that everyone's mean is not finite/);
    expect(expectedSpend(wild.parameters, 0, 0)).toBe(Infinity);
    expect(Number.isFinite(expectedSpend(wild.parameters, 3, 12))).toBe(true);
    const spends = drawn([6, 4, 15], 2_000);
    expect(fitSpend({ ...spends, mean: spends.mean.map((m, i) => m * spends.purchases[i]) }, context).warnings.join()).toMatch(/Those who buy more often spend more each time/);
  });

  it('lies between what was spent and what everyone spends', () => {
    const p = [6.25, 3.74, 15.44];
    const everyone = expectedSpend(p, 0, 0);
    expect(expectedSpend(p, 1, 80)).toBeLessThan(80);
    expect(expectedSpend(p, 1, 80)).toBeGreaterThan(everyone);
    expect(expectedSpend(p, 500, 80)).toBeCloseTo(80, 0);
    expect(expectedSpend(p, 4, -5)).toBe(everyone);
    expect(expectedSpend(p, 4, 0)).toBe(everyone);
  });

  it('knows the spread of a sum of purchases as those who are drawn have it', () => {
    const p = [6, 4, 15];
    const rng = createRng(3, 'sums');
    const sums = Float64Array.from({ length: 40_000 }, () => drawGamma(6 * 3, rng) / (drawGamma(4, rng) / 15)).sort();
    for (const share of [0.1, 0.5, 0.9]) expect(spendBelow(p, 0, 3, sums[Math.floor(share * sums.length)] / spendScale(p, 0, 0))).toBeCloseTo(share, 2);
    expect(spendBelow(p, 2, 0, 0)).toBe(1);
    expect(spendBelow(p, 2, 4, 0)).toBe(0);
  });
});
