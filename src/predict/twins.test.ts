import { expect, it } from 'vitest';
import type { Answers, Examples } from '../domain/examples.js';
import { createRng } from '../util/rng.js';
import { twins } from './twins.js';

const n = 4000;
const rng = createRng(3, 'twins');
const answer = Float64Array.from({ length: n }, () => (rng.next() < 0.2 ? 1 : 0));
const binary: Answers = { task: 'binary', values: answer };
const column = (of: (y: number, i: number) => number) => Float64Array.from(answer, of);
const named = (columns: Record<string, Float64Array>, categories: Record<string, readonly string[]> = {}): Examples => ({
  rows: n, inputs: Object.keys(columns).map((name) => ({ name, ...(categories[name] && { categories: categories[name] }) })), columns: Object.values(columns),
});

it('finds columns that hold the answer, whichever way: turned round, with a little noise, by being missing, by their kind', () => {
  const found = twins(named({
    good: column((y) => y + rng.normal()), turned: column((y) => -y), noisy: column((y) => y + 0.01 * rng.normal()), missing: column((y) => (y ? Number.NaN : rng.next())),
    reason: column((y) => (y ? rng.int(5) : 5 + rng.int(5))), ends: column((y) => (y ? (rng.next() < 0.5 ? -9 : 9) : rng.normal())),
  }, { reason: Array.from({ length: 10 }, (_, k) => `${k}`) }), binary);
  expect(found.map(({ name, why }) => [name, why])).toEqual(['turned', 'noisy', 'missing', 'reason', 'ends'].map((name) => [name, 'twin']));
});

it('does not take an id for a twin: kinds that come once say nothing of others', () => {
  expect(twins(named({ id: column((_, i) => i) }, { id: Array.from({ length: n }, (_, i) => `${i}`) }), binary)).toEqual([]);
});

it('leaves a column that is said to have been known', () => {
  expect(twins(named({ turned: column((y) => -y) }), binary, ['turned'])).toEqual([]);
});

it('finds twins of numbers and of one of several answers', () => {
  const value = Float64Array.from({ length: n }, () => rng.normal());
  expect(twins(named({ twice: value.map((x) => 2 * x + 1), half: value.map((x) => x + rng.normal()) }), { task: 'regression', values: value }).map(({ name }) => name)).toEqual(['twice']);
  const kinds = Float64Array.from({ length: n }, () => rng.int(3));
  const told = kinds.map((k) => (k === 2 ? 1 : 0));
  expect(twins(named({ told }), { task: 'multiclass', classes: ['a', 'b', 'c'], values: kinds }).map(({ name }) => name)).toEqual(['told']);
});
