// The judgement against known truth: a few of the sets of bench/segment-truth.mjs, which runs 100 of each (evidence/segmentation.md).
import { afterAll, describe, expect, it } from 'vitest';
import { createContext } from '../src/context.js';
import { openKernel } from '../src/kernel/catalog.js';
import { assignNearest } from '../src/segment/algorithms/kmeans.js';
import { auto } from '../src/segment/auto.js';
import { choose } from '../src/segment/choose.js';
import { nullCloud, plantedCloud, truthPlan } from '../src/simulate/clouds.js';
import { adjustedRand } from '../src/util/agreement.js';
import { createRng } from '../src/util/rng.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());
const seed = 2026;
const sets = truthPlan(36).map((set, i) => ({ ...set, i })).filter(({ nothing, planted }) => Math.max(nothing.rows, planted.rows) <= 2000);

describe('clouds without segments', () => {
  it.each(sets.map(({ nothing, i }) => ({ ...nothing, i })))('$family, $rows × $d: none, by the gates', async ({ family, rows, d, i }) => {
    const { choice } = await choose(nullCloud(family, rows, d, createRng(seed + i, 'null')), {}, createContext({ seed: seed + i }), kernel);
    expect(choice.verdict, choice.reason).toBe('no-proven-structure');
  });

  it.each(sets.slice(0, 6).map(({ nothing, i }) => ({ ...nothing, i })))('$family, $rows × $d: none, by auto', async ({ family, rows, d, i }) => {
    const { choice } = await auto(nullCloud(family, rows, d, createRng(seed + i, 'null')), {}, createContext({ seed: seed + i }), kernel);
    expect(choice.verdict, choice.reason).toBe('no-proven-structure');
  });
});

describe('clouds with planted segments', () => {
  it.each(sets.map(({ planted, i }) => ({ ...planted, i })))('$k in $rows × $d, $apart apart: just as many, by the gates', async ({ i, ...planted }) => {
    const x = plantedCloud(planted, createRng(seed + i, 'planted'));
    const { choice, params } = await choose(x, {}, createContext({ seed: seed + i }), kernel);
    expect(choice, choice.reason).toMatchObject({ verdict: 'segments', k: planted.k });
    expect(adjustedRand(assignNearest(params, x).labels, x.truth)).toBeGreaterThan(0.9);
  });

  it.each(sets.slice(0, 6).map(({ planted, i }) => ({ ...planted, i })))('$k in $rows × $d, $apart apart: just as many, by auto', async ({ i, ...planted }) => {
    const x = plantedCloud(planted, createRng(seed + i, 'planted'));
    const { choice, labels } = await auto(x, {}, createContext({ seed: seed + i }), kernel);
    expect(choice, choice.reason).toMatchObject({ verdict: 'segments', k: planted.k });
    expect(adjustedRand(labels, x.truth)).toBeGreaterThan(0.9);
  });
});
