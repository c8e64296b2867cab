import { afterAll, describe, expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { openKernel } from './catalog.js';
import type { Kernel, Points } from './kernel.js';
import type { CovarianceKind, Mixture, Moments } from './mixture.js';
import { referenceKernel } from './reference.js';

const reference = referenceKernel();
const simd = await openKernel({ threads: 2 });
afterAll(() => simd.close());

const kinds = ['full', 'tied', 'diagonal', 'spherical'] as const;
/** Row counts around the blocks of 4, odd and even dimensions. */
const shapes = [[1, 1, 1], [3, 2, 2], [4, 3, 3], [5, 4, 1], [130, 7, 5], [515, 12, 8], [1000, 21, 3], [3001, 5, 40]] as const;

describe('an E step of the SIMD kernel', () => {
  const cases = kinds.flatMap((covariance) => shapes.map(([rows, d, k]) => ({ covariance, rows, d, k })));

  it.each(cases)('$covariance: $rows × $d with $k components, as the reference does', ({ covariance, rows, d, k }) => {
    const points = randomPoints(rows, d);
    const mixture = randomMixture(covariance, k, d);
    const expected = reference.expectation(points, mixture, 0, rows);
    expectClose(simd.expectation(points, mixture, 0, rows), expected);
    const [from, to] = [Math.floor(rows / 3), Math.ceil(rows * 0.8)];
    const single = { ...points, data: Float32Array.from(points.data) };
    const own = simd.adopt(single);
    for (const x of [single, own.points]) expectClose(simd.expectation(x, mixture, from, to), reference.expectation(single, mixture, from, to));
    own.release();
  });

  it('gives the same bits on 1, 2 and 4 threads', async () => {
    const points = randomPoints(20_003, 9);
    const found: Moments[][] = [];
    for (const threads of [1, 2, 4]) {
      const kernel = await openKernel({ threads });
      found.push(kinds.flatMap((covariance) => Array.from({ length: 8 }, () => kernel.expectation(points, randomMixture(covariance, 6, 9), 0, 20_003))));
      await kernel.close();
    }
    expect(found[1]).toEqual(found[0]);
    expect(found[2]).toEqual(found[0]);
  });
});

describe.each([['reference', reference], ['simd', simd]])('an E step of the %s kernel', (_, kernel: Kernel) => {
  it('two unit normals at −1 and 1, worked by hand', () => {
    // At 0 both have density φ(1) = 0.2419707; at 1 φ(0) = 0.3989423 and φ(2) = 0.0539910: shares 0.8807971 and 0.1192029.
    const mixture: Mixture = { k: 2, d: 1, covariance: 'diagonal', weights: Float64Array.of(0.5, 0.5), means: Float64Array.of(-1, 1), factors: Float64Array.of(1, 1) };
    const { logLikelihood, weights, first, second } = kernel.expectation({ rows: 2, d: 1, stride: 1, data: Float64Array.of(0, 1) }, mixture, 0, 2);
    expect(logLikelihood).toBeCloseTo(Math.log(0.2419707) + Math.log((0.3989423 + 0.053991) / 2), 6);
    expect([...weights]).toEqual([expect.closeTo(0.6192029, 6), expect.closeTo(1.3807971, 6)]);
    expect([...first]).toEqual([expect.closeTo(0.5 + 2 * 0.1192029, 6), expect.closeTo(-0.5, 6)]);
    expect([...second]).toEqual([expect.closeTo(0.5 + 4 * 0.1192029, 6), expect.closeTo(0.5, 6)]);
  });
});

function randomPoints(rows: number, d: number): Points {
  const rng = createRng(rows * 100 + d, 'points');
  return { rows, d, stride: d + 1, data: Float64Array.from({ length: rows * (d + 1) }, () => 3 * rng.normal()) };
}

function randomMixture(covariance: CovarianceKind, k: number, d: number): Mixture {
  const rng = createRng(k * 100 + d, covariance);
  const weights = Float64Array.from({ length: k }, () => 0.1 + rng.next());
  const all = weights.reduce((a, b) => a + b);
  const lower = (v: number) => (v % d === Math.floor(v / d) % d ? 0.5 + rng.next() : v % d < Math.floor(v / d) % d ? 0.3 * rng.normal() : 0);
  const size = { full: k * d * d, tied: d * d, diagonal: k * d, spherical: k }[covariance];
  const factors = Float64Array.from({ length: size }, (_, v) => (covariance === 'full' || covariance === 'tied' ? lower(v) : 0.3 + rng.next()));
  return { k, d, covariance, weights: weights.map((weight) => weight / all), means: Float64Array.from({ length: k * d }, () => 2 * rng.normal()), factors };
}

function expectClose(found: Moments, expected: Moments): void {
  const numbers = ({ logLikelihood, weights, first, second }: Moments) => [logLikelihood, ...weights, ...first, ...second];
  const [a, b] = [numbers(found), numbers(expected)];
  expect(a.length).toBe(b.length);
  for (let v = 0; v < a.length; v++) expect(Math.abs(a[v] - b[v]), `at ${v}: ${a[v]} for ${b[v]}`).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(b[v])));
}
