import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { ShoalError } from '../errors.js';
import { createRng } from '../util/rng.js';
import { anomalyOptions, fitAnomaly, isolationPath, scoreAnomaly } from './anomaly.js';

interface Golden {
  readonly rows: readonly (readonly number[])[];
  /** −score_samples of scikit-learn's IsolationForest with 1000 trees. */
  readonly anomaly: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL('../../test/golden/density.json', import.meta.url), 'utf8')) as Record<string, Golden>;
const context = createContext({ seed: 5 });
const points = (rows: readonly (readonly number[])[]) => ({ rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) });

describe('isolation forest', () => {
  it('expects as many cuts as an unsuccessful search in a random tree needs', () => {
    // 2 H(n−1) − 2 (n−1)/n with H(i) ≈ ln i + γ, as in the paper; 256 by hand: 2 (5.541263545 + .577215665) − 2 · 255/256.
    expect([0, 1, 2].map(isolationPath)).toEqual([0, 0, 1]);
    expect(isolationPath(256)).toBeCloseTo(10.24477092, 7);
  });

  it.each(Object.entries(golden))('scores %s as the reference forest does', async (_, { rows, anomaly }) => {
    const x = points(rows);
    const scores = scoreAnomaly(await fitAnomaly(x, anomalyOptions.parse({ trees: 500 }), context), x);
    const off = scores.map((score, i) => Math.abs(score - anomaly[i]));
    expect(Math.max(...off)).toBeLessThan(0.03);
    expect(off.reduce((sum, o) => sum + o, 0) / rows.length).toBeLessThan(0.006);
  });

  it('ranks planted outliers first', async () => {
    const rng = createRng(9, 'planted');
    const rows = Array.from({ length: 1000 }, (_, i) => Array.from({ length: 6 }, () => rng.normal() + (i < 10 ? 7 : 0)));
    const x = points(rows);
    const scores = scoreAnomaly(await fitAnomaly(x, anomalyOptions.parse({}), context), x);
    const first = Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a]).slice(0, 10);
    expect(first.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('gives the same forest for the same seed, and scores alike after a trip through JSON', async () => {
    const x = points(golden.iris.rows);
    const [a, b] = [await fitAnomaly(x, anomalyOptions.parse({}), context), await fitAnomaly(x, anomalyOptions.parse({}), context)];
    expect(b).toEqual(a);
    expect(scoreAnomaly(JSON.parse(JSON.stringify(a)), x)).toEqual(scoreAnomaly(a, x));
    expect(await fitAnomaly(x, anomalyOptions.parse({}), createContext({ seed: 6 }))).not.toEqual(a);
  });

  it('finds nobody unusual among identical rows or one row', async () => {
    const same = points(Array.from({ length: 20 }, () => [3, 3]));
    for (const score of scoreAnomaly(await fitAnomaly(same, anomalyOptions.parse({}), context), same)) expect(score).toBeCloseTo(0.5, 12);
    const one = points([[1, 2]]);
    expect(Array.from(scoreAnomaly(await fitAnomaly(one, anomalyOptions.parse({}), context), one))).toEqual([0.5]);
  });

  it('does not mind constant columns or one value of 1e12', async () => {
    const rng = createRng(2, 'far');
    const x = points(Array.from({ length: 300 }, (_, i) => [7, i === 42 ? 1e12 : rng.normal(), rng.normal()]));
    const scores = scoreAnomaly(await fitAnomaly(x, anomalyOptions.parse({ trees: 300 }), context), x);
    expect(scores.indexOf(Math.max(...scores))).toBe(42);
  });

  it('stops when asked', async () => {
    const stopped = createContext({ signal: AbortSignal.abort() });
    await expect(fitAnomaly(points(golden.iris.rows), anomalyOptions.parse({}), stopped)).rejects.toThrow(ShoalError);
  });
});
