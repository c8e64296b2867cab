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

it('finds twins of numbers, though some are missing or they are written on another scale', () => {
  const value = Float64Array.from({ length: n }, () => 9 * rng.normal());
  const spent = value.map((x) => (x < 0 ? 0 : Math.exp(x)));
  const gap = (x: number, i: number) => (i % 7 === 3 ? Number.NaN : x);
  const told = (values: Float64Array, columns: Record<string, Float64Array>) => twins(named(columns), { task: 'regression', values }).map(({ name }) => name);
  expect(told(value, { twice: value.map((x) => 2 * x + 1), half: value.map((x) => x + 9 * rng.normal()), gaps: value.map((x, i) => gap(-x, i)), one: value.map((x, i) => (i === 1 ? Number.NaN : x)) })).toEqual(['twice', 'gaps', 'one']);
  expect(told(spent, { log: spent.map((x) => Math.log1p(x)), gone: spent.map((x, i) => (i % 5 ? Number.NaN : x)) })).toEqual(['log']);
});

it('a flag that parts those with nothing from the others is no twin of what the others have', () => {
  const bought = Float64Array.from({ length: n }, () => (rng.next() < 0.03 ? 1 + rng.next() : 0));
  expect(twins(named({ member: bought.map((x) => Math.sign(x)) }), { task: 'regression', values: bought })).toEqual([]);
});

it('of several answers finds what tells all of them, not what parts one from the rest', () => {
  const kinds = Float64Array.from({ length: n }, () => rng.int(3));
  const [one, all] = [kinds.map((k) => (k === 2 ? 1 : 0)), kinds.map((k) => (k === 1 ? 9 : k))];
  expect(twins(named({ one, all }), { task: 'multiclass', classes: ['a', 'b', 'c', 'never'], values: kinds }).map(({ name }) => name)).toEqual(['all']);
});
