import { describe, expect, it } from 'vitest';
import { createRng } from '../util/rng.js';
import { symmetricEigen } from '../util/symmetric-eigen.js';
import { leadingVectors, type Product } from './leading-vectors.js';

const pause = async () => {};
const productWith = (a: Float64Array, n: number): Product => (from, into) => {
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j] * from[j];
    into[i] = sum;
  }
};

describe('leading eigenvectors', () => {
  it('are those of the whole decomposition', async () => {
    const n = 150;
    const rng = createRng(4);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = rng.normal() / 20;
    const { values } = symmetricEigen(a, n);
    const found = await leadingVectors(productWith(a, n), n, 6, [], createRng(1), pause);
    found.values.forEach((value, i) => expect(value).toBeCloseTo(values[i], 9));
    checkVectors(productWith(a, n), n, found);
  });

  it('restart until they are good where one round is not enough', async () => {
    const n = 400;
    // A chain: the largest eigenvalues are 1 apart by 1e-5 and less.
    const chain: Product = (from, into) => {
      for (let i = 0; i < n; i++) into[i] = ((from[i - 1] ?? 0) + (from[i + 1] ?? 0)) / 2;
    };
    const found = await leadingVectors(chain, n, 3, [], createRng(1), pause);
    found.values.forEach((value, i) => expect(value).toBeCloseTo(Math.cos(((i + 1) * Math.PI) / (n + 1)), 10));
    checkVectors(chain, n, found);
  });

  it('keep vectors that are known, and find the rest', async () => {
    const n = 60;
    const a = Float64Array.from({ length: n * n }, (_, v) => (Math.floor(v / n) === v % n ? 1 - Math.floor((v % n) / 2) / n : 0));
    const known = [0, 1].map((at) => Float64Array.from({ length: n }, (_, i) => Number(i === at)));
    const found = await leadingVectors(productWith(a, n), n, 4, known, createRng(1), pause);
    found.values.forEach((value, i) => expect(value).toBeCloseTo([1, 1, 1 - 1 / n, 1 - 1 / n][i], 10));
    checkVectors(productWith(a, n), n, found);
  });

  it.each([1, 2, 5])('take a matrix of %s rows whole', async (n) => {
    const identity: Product = (from, into) => into.set(from);
    const found = await leadingVectors(identity, n, n, [], createRng(1), pause);
    expect(Array.from(found.values)).toEqual(new Array(n).fill(expect.closeTo(1, 12)));
    checkVectors(identity, n, found);
  });
});

function checkVectors(product: Product, n: number, { values, vectors }: { values: Float64Array; vectors: readonly Float64Array[] }): void {
  const into = new Float64Array(n);
  vectors.forEach((v, i) => {
    product(v, into);
    expect(Math.hypot(...into.map((value, r) => value - values[i] * v[r]))).toBeLessThan(1e-5);
    vectors.forEach((u, j) => expect(Math.abs(u.reduce((sum, value, r) => sum + value * v[r], 0) - Number(i === j))).toBeLessThan(1e-9));
  });
}
