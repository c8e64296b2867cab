import { expect, it } from 'vitest';
import { UnionFind } from './union-find.js';

it('joins sets, counts them, and says when two were one already', () => {
  const sets = new UnionFind(6);
  expect([sets.union(0, 1), sets.union(2, 3), sets.union(1, 3), sets.union(0, 2)]).toEqual([true, true, true, false]);
  expect([sets.size(3), sets.size(4)]).toEqual([4, 1]);
  expect(sets.find(0)).toBe(sets.find(3));
  expect(sets.find(4)).not.toBe(sets.find(5));
});
