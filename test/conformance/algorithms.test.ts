// What every way to find segments promises. Nothing here names one: what is asked of it follows from its traits and options.
import { afterAll, describe, expect, it } from 'vitest';
import { createContext, type Context } from '../../src/context.js';
import type { Assignment } from '../../src/domain/segment.js';
import { ShoalError } from '../../src/errors.js';
import { openKernel } from '../../src/kernel/catalog.js';
import { openEngine } from '../../src/engine/catalog.js';
import type { EncodedFeature } from '../../src/domain/matrix.js';
import type { Points } from '../../src/kernel/kernel.js';
import type { AnyAlgorithm } from '../../src/segment/algorithm.js';
import { assignJs } from '../../src/segment/to-js.js';
import { assignSql } from '../../src/segment/to-sql.js';
import { algorithmNamed, algorithms } from '../../src/segment/catalog.js';
import { adjustedRand } from '../../src/util/agreement.js';
import { createRng } from '../../src/util/rng.js';

const kernel = await openKernel({ threads: 2 });
const engine = await openEngine({ threads: 2 });
afterAll(() => Promise.all([kernel.close(), engine.close()]));
// Algorithms behind a step are algorithms like any other.
const behindSteps = ['pca+kmeans', 'pca+gaussian-mixture', 'autoencoder+kmeans'];
const entries: [string, AnyAlgorithm][] = [...Object.keys(algorithms), ...behindSteps].map((name) => [name, algorithmNamed(name)]);

/** Models that place rows by their neighbours or through a network: no formula, neither in SQL nor in the browser. */
const noFormula = ['hdbscan', 'autoencoder+kmeans'];
/** What an algorithm may answer with a sentence instead of segments. */
const mayRefuse = ['values of 1e12'];

describe.each(entries)('segment algorithm %s', (name, algorithm) => {
  const takesK = 'k' in algorithm.options.shape;
  const optionsFor = (k: number) => algorithm.options.parse(takesK ? { k } : {});
  const run = async (x: Points, k: number, context = createContext({ seed: 5 })) => {
    const params = await algorithm.fit(x, optionsFor(k), context, kernel);
    return { params, ...algorithm.assign(params, x) };
  };

  it('is named like its catalogue entry, has a title, and says what each option is', () => {
    expect(algorithm.name).toBe(name);
    expect(algorithm.title).toBeTruthy();
    for (const [option, schema] of Object.entries(algorithm.options.shape)) expect((schema as z.ZodType).description, option).toBeTruthy();
  });

  it('refuses options it does not know and values out of bounds', () => {
    expect(algorithm.options.safeParse({}).success, 'every option has a default').toBe(true);
    expect(algorithm.options.safeParse({ colour: 'blue' }).success).toBe(false);
    if (takesK) for (const k of [0, -1, 2.5, 1e9, '3', null, Number.NaN]) expect(algorithm.options.safeParse({ k }).success, `k ${k}`).toBe(false);
    for (const [option, schema] of Object.entries(algorithm.options.shape)) {
      for (const wrong of [{}, 'no such word', Number.NaN, -1e300]) expect((schema as z.ZodType).safeParse(wrong).success, `${option} ${wrong}`).toBe(false);
    }
  });

  it('finds well separated groups, and each row again', async () => {
    const { x, truth } = blobs(600, 4, 3);
    const found = await run(x, 3);
    sameAs(truth)(found.labels, algorithm.traits);
    checkAssignment(found, x, algorithm);
    expect(algorithm.assign(found.params, x)).toEqual(assignmentOf(found));
    const own = (found.params as { labels?: ArrayLike<number> }).labels;
    if (own?.length === x.rows) expect(Array.from(found.labels)).toEqual(Array.from(own));
  });

  it('gives the same for the same seed, and hardly another for another seed', async () => {
    const { x } = blobs(400, 3, 4);
    const [once, again, other] = [await run(x, 4), await run(x, 4), await run(x, 4, createContext({ seed: 77 }))];
    expect(again).toEqual(once);
    expect(agreement(other.labels, once.labels)).toBeGreaterThan(0.95);
  });

  it('gives the same bits on 1 and on 4 threads', async () => {
    const { x } = blobs(6000, 8, 4);
    const on = async (threads: number) => {
      const own = await openKernel({ threads });
      try {
        return await algorithm.fit(x, optionsFor(4), createContext({ seed: 5, threads }), own);
      } finally {
        await own.close();
      }
    };
    expect(await on(4)).toEqual(await on(1));
  });

  it('the order of the rows only renames segments', async () => {
    const { x } = blobs(500, 3, 4);
    const order = Int32Array.from({ length: x.rows }, (_, i) => (i * 171 + 3) % x.rows);
    const [straight, mixed] = [await run(x, 4), await run(reordered(x, order), 4)];
    expect(agreement(order.map((i) => straight.labels[i]), mixed.labels)).toBeGreaterThan(0.999);
  });

  it('does not care where the data lies', async () => {
    const { x } = blobs(300, 2, 3);
    const far = { ...x, data: Float64Array.from(x.data, (value) => value + 1e6) };
    expect(agreement((await run(far, 3)).labels, (await run(x, 3)).labels)).toBeGreaterThan(0.99);
  });

  it('leaves its input alone and does not read the padding', async () => {
    const { x } = blobs(200, 3, 3);
    const stride = 5;
    const padded: Points = { rows: x.rows, d: 3, stride, data: new Float64Array(x.rows * stride) };
    for (let i = 0; i < x.rows; i++) padded.data.set(x.data.subarray(i * 3, i * 3 + 3), i * stride);
    const before = padded.data.slice();
    const found = await run(padded, 3);
    expect(padded.data).toEqual(before);
    expect(agreement(found.labels, (await run(x, 3)).labels)).toBe(1);
  });

  it('takes single precision like double', async () => {
    const { x } = blobs(300, 3, 3);
    const single: Points = { ...x, data: Float32Array.from(x.data) };
    expect(agreement((await run(single, 3)).labels, (await run(x, 3)).labels)).toBeGreaterThan(0.99);
  });

  it('has parameters that survive JSON', async () => {
    const { x } = blobs(300, 3, 3);
    const { params } = await run(x, 3);
    const again = JSON.parse(JSON.stringify(params));
    expect(again).toEqual(params);
    expect(algorithm.assign(again, x)).toEqual(algorithm.assign(params, x));
  });

  it('places new rows alike in the library, in SQL and in the browser, where it is a formula', async () => {
    const { x } = blobs(120, 3, 4);
    const { params } = await run(x, 4);
    if (!algorithm.forms?.(params)) return expect(noFormula, `${name} has lost its formula`).toContain(name);
    const model = { algorithm: name, params: params as Record<string, unknown>, encoder: { features: [0, 1, 2].map(plainFeature) } };
    const fresh = spreadPoints(300, 3);
    const expected = algorithm.assign(params, fresh);

    await engine.load('fresh', { entity: Float64Array.from({ length: 300 }, (_, i) => i), ...Object.fromEntries([0, 1, 2].map((j) => [`f${j}`, fresh.data.filter((_, v) => v % 3 === j)])) });
    const { columns: [segment, strength] } = await engine.columns(`SELECT segment, strength FROM (${assignSql(model, { from: 'fresh' })}) ORDER BY entity`);
    expect(Array.from(segment.values as Float64Array)).toEqual(Array.from(expected.labels));
    (strength.values as Float64Array).forEach((value, i) => expect(value).toBeCloseTo(expected.strength[i], 5));

    const { assign } = await import(`data:text/javascript,${encodeURIComponent(assignJs(model))}`);
    for (let i = 0; i < 300; i++) {
      const found = assign({ f0: fresh.data[i * 3], f1: fresh.data[i * 3 + 1], f2: fresh.data[i * 3 + 2] });
      expect(found.segment).toBe(expected.labels[i]);
      expect(found.strength).toBeCloseTo(expected.strength[i], 5);
    }
  });

  it('assigns a row by itself as it does among others, and assigns no rows', async () => {
    const { x } = blobs(120, 3, 3);
    const { params, labels, strength } = await run(x, 3);
    for (let i = 0; i < x.rows; i += 17) {
      const alone = algorithm.assign(params, { rows: 1, d: 3, stride: 3, data: x.data.slice(i * 3, i * 3 + 3) });
      expect([alone.labels[0], alone.strength[0]]).toEqual([labels[i], strength[i]]);
    }
    expect(algorithm.assign(params, { rows: 0, d: 3, stride: 3, data: new Float64Array(0) }).labels).toHaveLength(0);
  });

  it.skipIf(!takesK)('refuses more segments than rows, with a sentence', async () => {
    await expect(run(pointsOf([[1, 2], [3, 4]]), 3)).rejects.toMatchObject({ code: 'segment/bad-k', details: { k: 3, rows: 2 } });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d among the numbers, saying where', async (odd) => {
    const { x } = blobs(60, 3, 3);
    x.data[5 * 3 + 1] = odd;
    await expect(run(x, 3)).rejects.toMatchObject({ code: 'segment/not-finite', details: { row: 5, feature: 1 } });
  });

  it('says how many segments it found', async () => {
    const found = await run(blobs(300, 3, 3).x, 3);
    expect((found.params as { k: number }).k).toBe(Math.max(...found.labels) + 1);
  });

  const hard: [string, Points, number, ((labels: Int32Array, traits: AnyAlgorithm['traits']) => void)?][] = [
    ['a constant column', withColumn(blobs(300, 2, 3).x, () => 7), 3, sameAs(blobs(300, 2, 3).truth)],
    ['a column twice', withColumn(blobs(300, 2, 3).x, (row) => row[0]), 3, sameAs(blobs(300, 2, 3).truth)],
    ['every row three times', reordered(blobs(100, 3, 3).x, Int32Array.from({ length: 300 }, (_, i) => i % 100)), 3, sameAs(Array.from({ length: 300 }, (_, i) => (i % 100) % 3))],
    ['3 places only', pointsOf(Array.from({ length: 90 }, (_, i) => [[0, 0], [9, 0], [0, 9]][i % 3])), 3, sameAs(Array.from({ length: 90 }, (_, i) => i % 3))],
    ['fewer places than k', pointsOf(Array.from({ length: 90 }, (_, i) => [[0, 0], [9, 0]][i % 2])), 4, sameAs(Array.from({ length: 90 }, (_, i) => i % 2))],
    ['all rows equal', pointsOf(Array.from({ length: 50 }, () => [3, -1, 4])), 3, (labels) => expect(new Set(labels).size).toBe(1)],
    ['3 rows', pointsOf([[0, 0], [0.1, 0], [9, 9]]), 2, (labels) => { if (labels.every((label) => label >= 0)) expect(labels[0] === labels[1] && labels[1] !== labels[2]).toBe(true); }],
    ['1 feature', blobs(300, 1, 3).x, 3, sameAs(blobs(300, 1, 3).truth)],
    ['1 far outlier', pointsOf([...Array.from({ length: 99 }, (_, i) => [Math.sin(i), Math.cos(i * 7)]), [1e6, -1e6]]), 2, (labels) => expect(labels[99] === -1 || labels.indexOf(labels[99]) === 99).toBe(true)],
    ['99.9 % zeros', pointsOf(Array.from({ length: 1000 }, (_, i) => (i % 250 === 7 ? [1 + i / 1000, 2, 0] : [0, 0, 0]))), 2, (labels) => expect(labels[7] === -1 || labels[7] !== labels[0]).toBe(true)],
    ['values of 1e12', scaled(blobs(300, 3, 3).x, 1e12), 3, takesK ? sameAs(blobs(300, 3, 3).truth) : undefined],
    ['tiny values', scaled(blobs(300, 3, 3).x, 1e-3), 3, takesK ? sameAs(blobs(300, 3, 3).truth) : undefined],
    // A fixed radius may hold nobody in so many directions: then all are outliers, which is right.
    ['500 features', blobs(300, 500, 3).x, 3, (labels, traits) => { if (!traits.outliers || labels.some((label) => label >= 0)) sameAs(blobs(300, 500, 3).truth)(labels, traits); }],
    ['more features than rows', blobs(60, 100, 3).x, 3],
  ];

  it.each(hard)('with %s: a right answer, or a sentence', async (kind, x, k, check) => {
    let found: Awaited<ReturnType<typeof run>>;
    try {
      found = await run(x, k);
    } catch (error) {
      expect(error).toBeInstanceOf(ShoalError);
      expect((error as ShoalError).code).toMatch(/^(segment|kernel)\//);
      expect(mayRefuse, `${name} refuses ${kind}: ${String(error)}`).toContain(kind);
      return;
    }
    checkAssignment(found, x, algorithm);
    expect(JSON.parse(JSON.stringify(found.params))).toEqual(found.params);
    check?.(found.labels, algorithm.traits);
  });

  it('stops promptly when asked to, and at once when asked before', async () => {
    const { x } = blobs(40_000, 12, 6);
    const stopped = new AbortController();
    stopped.abort();
    await expect(run(x, 6, createContext({ signal: stopped.signal }))).rejects.toMatchObject({ code: 'run/aborted' });
    const controller = new AbortController();
    const fitting = run(x, 6, createContext({ signal: controller.signal })).then(() => 'finished', (error: unknown) => error);
    const asked = await new Promise<number>((resolve) => setTimeout(() => { controller.abort(); resolve(performance.now()); }, 30));
    const ended = await fitting;
    if (ended !== 'finished') expect(ended).toMatchObject({ code: 'run/aborted' });
    expect(performance.now() - asked).toBeLessThan(2000);
  });
});

function checkAssignment({ labels, strength, second }: Assignment, x: Points, { traits }: AnyAlgorithm): void {
  expect([labels.length, strength.length, second.length]).toEqual([x.rows, x.rows, x.rows]);
  for (let i = 0; i < x.rows; i++) {
    expect(labels[i]).toBeGreaterThanOrEqual(traits.outliers ? -1 : 0);
    expect(second[i]).toBeGreaterThanOrEqual(-1);
    expect(strength[i]).toBeGreaterThanOrEqual(0);
    expect(strength[i]).toBeLessThanOrEqual(1);
  }
}

/** Segments are the true groups; where density decides (no k), a group may come in several parts, with a thin edge left out, but no two as one. */
function sameAs(truth: ArrayLike<number>): (labels: Int32Array, traits: AnyAlgorithm['traits']) => void {
  return (labels, traits) => {
    const kept = rowsWhere(labels, (label) => label >= 0);
    expect(kept.length).toBeGreaterThan((traits.outliers ? 0.6 : 0.999) * labels.length);
    if (!traits.outliers) expect(adjustedRand(truth, labels)).toBe(1);
    const home = new Map(kept.map((i) => [labels[i], truth[i]]));
    expect(kept.filter((i) => home.get(labels[i]) !== truth[i])).toEqual([]);
  };
}

/** Outliers count as one more segment. */
function agreement(a: Int32Array, b: Int32Array): number {
  return adjustedRand(a.map((label) => label + 1), b.map((label) => label + 1));
}

function assignmentOf({ labels, strength, second }: Assignment): Assignment {
  return { labels, strength, second };
}

function rowsWhere(labels: Int32Array, keep: (label: number) => boolean): number[] {
  return Array.from(labels, (_, i) => i).filter((i) => keep(labels[i]));
}

/** A feature that is its own encoding. */
function plainFeature(j: number): EncodedFeature {
  return { name: `f${j}`, transform: 'none', low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, fill: 0, centre: 0, scale: 1, weight: 1, reason: '' };
}

/** Rows all over where `blobs` lie, and between and beyond. */
function spreadPoints(rows: number, d: number): Points {
  const rng = createRng(rows, 'spread');
  return { rows, d, stride: d, data: Float64Array.from({ length: rows * d }, (_, v) => (v % d === 0 ? 40 * rng.next() - 8 : 4 * rng.normal())) };
}

/** Round groups of deviation 0.2, taken in turn, 8 apart on the first feature and anywhere on the others: about the scale of encoded features. */
function blobs(rows: number, d: number, groups: number): { x: Points; truth: Int32Array } {
  const rng = createRng(rows + d, 'conformance');
  const centres = Array.from({ length: groups * d }, (_, v) => (v % d === 0 ? 8 * Math.floor(v / d) : 2 * rng.normal()));
  const data = Float64Array.from({ length: rows * d }, (_, v) => centres[(Math.floor(v / d) % groups) * d + (v % d)] + 0.2 * rng.normal());
  return { x: { rows, d, stride: d, data }, truth: Int32Array.from({ length: rows }, (_, i) => i % groups) };
}

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}

function reordered({ d, stride, data }: Points, order: Int32Array): Points {
  return { rows: order.length, d, stride: d, data: Float64Array.from({ length: order.length * d }, (_, v) => data[order[Math.floor(v / d)] * stride + (v % d)]) };
}

function withColumn(x: Points, value: (row: readonly number[]) => number): Points {
  return pointsOf(Array.from({ length: x.rows }, (_, i) => Array.from(x.data.subarray(i * x.stride, i * x.stride + x.d))).map((row) => [...row, value(row)]));
}

function scaled(x: Points, by: number): Points {
  return { ...x, data: Float64Array.from(x.data, (value) => value * by) };
}
