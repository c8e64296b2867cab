// Advice follows the data: each test plants one thing and looks for the advice that it, and nothing else, should change.
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { Advice } from '../domain/advice.js';
import type { Choice } from '../domain/choice.js';
import type { Feature, FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import { encode } from '../featurize/encode.js';
import { openKernel } from '../kernel/catalog.js';
import { createRng } from '../util/rng.js';
import { advise, type AdviseOptions, armSize } from './advise.js';
import { algorithms } from './catalog.js';

const kernel = await openKernel({ threads: 2 });
afterAll(() => kernel.close());

type Column = readonly [feature: Partial<Feature> & { readonly name: string }, value: (i: number) => number];

function made(rows: number, columns: readonly Column[]): { table: FeatureTable; matrix: FeatureMatrix } {
  const features = columns.map(([f]): Feature => ({
    title: f.name, kind: 'number', family: `attribute ${f.name}`, source: 's', words: { high: 'high', low: 'low' }, role: 'attribute', movable: false, empty: Number.NaN, ...f,
  }));
  const table: FeatureTable = {
    rows, asOf: 0, entities: Array.from({ length: rows }, (_, i) => `c${i}`), features,
    columns: columns.map(([, value]) => Float64Array.from({ length: rows }, (_, i) => value(i))), table: 'features', sql: '',
  };
  const { matrix } = encode(table, {}, (n, d) => kernel.allocate(n, d), createContext());
  return { table, matrix };
}

const advised = ({ table, matrix }: ReturnType<typeof made>, options: AdviseOptions = {}) => advise(table, matrix, options, createContext(), kernel);
const ruled = (advice: Advice, name: string) => advice.ruledOut.find((r) => r.name === name)?.reason;
let rng = createRng(12, 'advice');
beforeEach(() => { rng = createRng(12, 'advice'); });
const numbers = (n: number, of = (_: number) => rng.normal()): Column[] => Array.from({ length: n }, (_, j): Column => [{ name: `n${j}` }, () => of(j)]);
const blobs = (): Column[] => ['x', 'y'].map((name, j): Column => [{ name }, (i) => 6 * (i % 3 === j ? 1 : 0) + 0.4 * rng.normal()]);

function rfm(draw: (i: number) => { recency: number; orders: number; spend: number }): Column[] {
  const list: { recency: number; orders: number; spend: number }[] = [];
  const at = (i: number) => (list[i] ??= draw(i));
  return [
    [{ name: 'recency', title: 'Days since the last order', kind: 'days', family: 'recency', role: 'behaviour' }, (i) => at(i).recency],
    [{ name: 'orders', title: 'Orders', kind: 'count', family: 'frequency', role: 'behaviour' }, (i) => at(i).orders],
    [{ name: 'spend', title: 'Total spend', kind: 'money', family: 'spend', role: 'behaviour' }, (i) => at(i).spend],
  ];
}
const slope = () => {
  const size = Math.exp(rng.normal());
  return { recency: 90 * Math.exp(0.8 * rng.normal()), orders: 3 * size * Math.exp(0.3 * rng.normal()), spend: 100 * size * Math.exp(0.5 * rng.normal()) };
};

describe('the algorithm', () => {
  it('is for mixed data where most variables are categories: factors where they go together, prototypes where they do not', async () => {
    const flags = (of: (i: number, j: number) => number): Column[] => Array.from({ length: 8 }, (_, j): Column => [{ name: `f${j}`, title: `Has ${j}`, kind: 'flag' }, (i) => of(i, j)]);
    const alone = await advised(made(2000, [...flags(() => rng.int(2)), ...numbers(2)]));
    expect(alone.algorithm.name).toBe('k-prototypes');
    expect(alone.algorithm.reason).toContain('8 of 10 variables are categories');
    expect((alone.algorithm.options['categorical'] as number[]).length).toBe(8);
    const together = await advised(made(2000, [...flags((i) => (rng.next() < 0.85 ? i % 2 : rng.int(2))), ...numbers(2)]));
    expect(together.algorithm.name).toBe('famd');
    expect(ruled(await advised(made(2000, [...flags(() => rng.int(2)).slice(0, 1), ...numbers(9)])), 'famd')).toContain('1 of 10');
  });

  it('is tiers for one long skewed slope, and k-means for what is neither skewed nor grouped', async () => {
    const skewed = await advised(made(4000, rfm(slope)));
    expect(skewed.algorithm.name).toBe('tiers');
    expect(skewed.facts.structure.verdict).toBe('continuum');
    expect(skewed.facts.skewedShare).toBe(1);
    const even = await advised(made(4000, rfm(() => ({ recency: 100 + 20 * rng.normal(), orders: 50 + 8 * rng.normal(), spend: 1000 + 150 * rng.normal() }))));
    expect(even.algorithm.name).toBe('kmeans');
    expect(even.algorithm.reason).toContain('slices of a continuum');
    expect(ruled(await advised(made(4000, numbers(3, () => Math.exp(rng.normal())))), 'tiers')).toContain('not all here');
  });

  it('is HDBSCAN* for dense groups that no round segment follows, k-means for the same as balls', async () => {
    const ring = made(2500, ['east', 'north'].map((name, axis): Column => [{ name }, (i) => {
      const angle = (2 * Math.PI * (i * 0.618)) % (2 * Math.PI);
      const radius = i % 2 === 0 ? 10 + 0.3 * Math.sin(i) : 0.6 * Math.cos(3 * i);
      return radius * (axis === 0 ? Math.cos(angle) : Math.sin(angle));
    }]));
    const odd = await advised(ring);
    expect(odd.algorithm.name).toBe('hdbscan');
    expect(odd.facts.structure.dense).toMatchObject({ groups: 2 });
    expect(odd.facts.structure.dense!.agreement).toBeLessThan(0.5);
    const round = await advised(made(2500, blobs()));
    expect(round.algorithm).toMatchObject({ name: 'kmeans', options: { k: 3 } });
    expect(round.alternatives.find(({ name }) => name === 'hdbscan')!.reason).toContain('round segments find the same');
  });

  it('does not take the two values of a category for dense groups', async () => {
    const flagged = await advised(made(2500, [[{ name: 'member', kind: 'flag' }, (i) => i % 2], ...numbers(2, () => rng.next())]));
    expect(flagged.facts.structure.dense).toMatchObject({ groups: 2, merely: 'member' });
    expect(flagged.facts.structure.verdict).toBe('continuum');
    expect(flagged.algorithm.name).toBe('kmeans');
    expect(ruled(flagged, 'hdbscan')).toContain('merely the values of “member”');
  });

  it('is the exact hierarchy for few rows, and not for many', async () => {
    expect((await advised(made(300, blobs()))).algorithm).toMatchObject({ name: 'agglomerative' });
    expect((await advised(made(3000, blobs()))).algorithm.name).toBe('kmeans');
  });

  it('is a Gaussian mixture where groups are long and cross', async () => {
    // Two bands, ten times as long as wide, that cross.
    const long = Array.from({ length: 3000 }, () => [3 * rng.normal(), 0.3 * rng.normal()]);
    const bands = made(3000, [[{ name: 'x' }, (i) => long[i][i % 2]], [{ name: 'y' }, (i) => long[i][1 - (i % 2)]]]);
    const advice = await advised(bands, { choice: choice({ verdict: 'segments', k: 2 }) });
    expect(advice.facts.structure.ellipsoids).toMatchObject({ better: true });
    expect(advice.facts.structure.ellipsoids!.agreement).toBeLessThan(0.8);
    expect(advice.algorithm).toMatchObject({ name: 'gaussian-mixture', options: { k: 2, covariance: 'full' } });
  });

  it('takes a million rows on a sample, and rules out what compares all pairs', async () => {
    const advice = await advised(made(1_000_000, blobs()));
    expect(['kmeans', 'mini-batch-kmeans']).toContain(advice.algorithm.name);
    expect(advice.algorithm.reason).toContain('1,000,000');
    expect(ruled(advice, 'agglomerative')).toContain('1,000,000');
    expect(advice.segments.to).toBe(10);
  });

  it('follows the verdict of a choice that was made', async () => {
    const data = made(3000, blobs());
    const none = await advised(data, { choice: choice({ verdict: 'no-proven-structure', k: 4 }) });
    expect(none.facts.structure).toMatchObject({ from: 'choice', verdict: 'continuum' });
    expect(none.algorithm.reason).toContain('no groups are proven');
    expect(none.validation[0].sentence).toContain('no separate groups');
  });
});

describe('variables', () => {
  const base = numbers(4);
  const twin: Column = [{ name: 'twin' }, (i) => first[i] + 0.4 * rng.normal()];
  const first = Float64Array.from({ length: 2000 }, () => rng.normal());
  const humps: Column = [{ name: 'humps' }, (i) => (i % 2) * 7 + rng.normal()];
  const flat: Column = [{ name: 'flat', kind: 'flag' }, (i) => (i % 50 === 0 ? 1 : 0)];
  const churn: Column = [{ name: 'churn', title: 'Churn', kind: 'flag', role: 'label' }, (i) => (first[i] + 0.5 * rng.normal() > 0.8 ? 1 : 0)];
  const data = made(2000, [...base, [{ name: 'first' }, (i) => first[i]], twin, humps, flat, churn]);
  const titles = (advice: Advice) => advice.variables.map(({ title }) => title);

  it('are five to seven that vary, with humps first, no two that say the same', async () => {
    const advice = await advised(data);
    expect(titles(advice)[0]).toBe('humps');
    expect(advice.variables[0].reasons.join()).toContain('more than one hump');
    expect(titles(advice).length).toBeGreaterThanOrEqual(5);
    expect(titles(advice).length).toBeLessThanOrEqual(7);
    expect(titles(advice).filter((title) => title === 'first' || title === 'twin').length).toBe(1);
    expect(titles(advice)).not.toContain('flat');
    expect(titles(advice)).not.toContain('Churn');
  });

  it('that go with the outcome of the goal come first', async () => {
    const advice = await advised(data, { goal: 'retention' });
    expect(['first', 'twin']).toContain(titles(advice)[0]);
    expect(advice.variables[0].reasons[0]).toMatch(/goes with “Churn” \(explains \d+ % of it\)/);
    expect(titles(await advised(data, { goal: 'pricing' }))[0]).toBe('humps');
  });
});

it('puts first what the goal turns on, as far as it is known', async () => {
  const more: Column = [{ name: 'price_mean', title: 'Price paid per item', kind: 'money', family: 'price', role: 'behaviour' }, () => Math.exp(rng.normal())];
  const data = made(2000, [...rfm(slope), more]);
  const first = async (goal: AdviseOptions['goal']) => (await advised(data, { goal })).variables[0].features[0];
  expect([await first('value'), await first('growth'), await first('retention'), await first('pricing')]).toEqual(['spend', 'orders', 'recency', 'price_mean']);
});

describe('how many segments', () => {
  it('takes arms of known size: 385 for 50 % to 60 %, 291 for 20 % to 30 %', () => {
    // (1.959964 + 0.841621)² = 7.8489; × (.25 + .24) / .01 = 384.6; × (.16 + .21) / .01 = 290.4.
    expect(armSize(0.5, 0.1)).toBe(385);
    expect(armSize(0.2, 0.1)).toBe(291);
    expect(armSize(0.8, 0.1)).toBe(291);
  });

  it('grows with the rows, and says when segments are too small to test', async () => {
    const to = async (rows: number) => (await advised(made(rows, numbers(3)))).segments;
    const [small, medium, large] = [await to(200), await to(4000), await to(20_000)];
    expect(small.reason).toContain('too few to test');
    expect(medium.to).toBe(5); // 4,000 / 770
    expect(large.to).toBe(10);
  });

  it('keeps to what is proven or found again', async () => {
    const data = made(20_000, numbers(3));
    const strengths = [0.95, 0.9, 0.85, 0.5].map((predictionStrength, i) => ({ k: i + 2, predictionStrength, inertia: 1, silhouette: 0, daviesBouldin: 1, calinskiHarabasz: 1 }));
    expect((await advised(data, { choice: choice({ verdict: 'segments', k: 3, candidates: strengths }) })).segments).toMatchObject({ from: 3, to: 4 });
    expect((await advised(data, { choice: choice({ verdict: 'no-proven-structure', k: 4, candidates: strengths }) })).segments).toMatchObject({ from: 3, to: 4 });
  });
});

describe('questions and checks', () => {
  it('are those the data has the ingredients for; the others say what they need', async () => {
    const full = await advised(made(2000, rfm(slope)), { goal: 'retention' });
    const drifting = /drifting away/;
    expect(full.questions.can[0].question).toMatch(drifting);
    expect(full.questions.can[0].from).toEqual(['recency', 'spend']);
    const poor = await advised(made(2000, rfm(slope).slice(1)), { goal: 'retention' });
    expect(poor.questions.can.map(({ question }) => question).join()).not.toMatch(drifting);
    expect(poor.questions.cannot.find(({ question }) => drifting.test(question))!.needs).toContain('not in this data');
  });

  it('size the experiment by a rate in the data, or say that none is known', async () => {
    const label: Column = [{ name: 'churned', title: 'Churned', kind: 'flag', role: 'label' }, (i) => (i % 5 === 0 ? 1 : 0)];
    const known = await advised(made(2000, [...numbers(3), label]));
    expect(known.experiment).toMatchObject({ metric: '“Churned”', rate: 0.2, assumed: false, perArm: 291 });
    // Two segments of two arms, 500 in each: 7.8489 × (.16 + p(1 − p)) = 500 × (p − .2)² at p = .2751.
    expect(known.experiment.leastChange[0]).toBe(0.075);
    expect((await advised(made(2000, numbers(3)))).experiment).toMatchObject({ rate: 0.5, assumed: true, perArm: 385 });
  });
});

it('is the same each time, survives JSON, names only what there is, and reads as sentences', async () => {
  for (const data of [made(2000, rfm(slope)), made(400, blobs()), made(60, numbers(1))]) {
    const advice = await advised(data, { goal: 'growth' });
    expect(await advised(data, { goal: 'growth' })).toEqual(advice);
    expect(JSON.parse(JSON.stringify(advice))).toEqual(advice);
    const spoken = [advice.algorithm, ...advice.alternatives, ...advice.ruledOut].map(({ name }) => name).sort();
    expect(spoken).toEqual([...Object.keys(algorithms), 'tiers'].sort()); // every way to segment, once
    expect(advice.text).not.toMatch(/NaN|undefined|Infinity|\(\)|\.\.|  /);
    for (const heading of ['## How\n', '## What matters most', '## How many segments', '## What it can answer', '## What it cannot', '## How to check it']) expect(advice.text).toContain(heading);
  }
});

it('stops when asked to', async () => {
  const { table, matrix } = made(500, numbers(3));
  const stopped = new AbortController();
  stopped.abort();
  await expect(advise(table, matrix, {}, createContext({ signal: stopped.signal }), kernel)).rejects.toMatchObject({ code: 'run/aborted' });
});

function choice(more: Partial<Choice>): Choice {
  return { verdict: 'segments', k: 2, candidates: [], strengthThreshold: 0.8, dipThreshold: 0.001, largestStableK: 1, pairs: [], modalGroups: 1, reason: '', power: '', ...more };
}
