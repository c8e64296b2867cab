import { expect, it } from 'vitest';
import { cutHeight, cutInto, placed } from './dendrogram.js';

// Leaves 0–3: 0 and 1 join at 1 (node 4), 2 and 3 at 2 (node 5), both at 5 (node 6).
const tree = { merges: [0, 1, 2, 3, 4, 5], heights: [1, 2, 5] };
const weight = (leaf: number) => [1, 2, 10, 4][leaf];

it('puts larger branches first and leaves in rows without crossings', () => {
  const [root] = placed(tree, 4, weight);
  expect(root.leaves).toEqual([2, 3, 1, 0]);
  expect(root.row).toBe(1.5);
  expect(root.children?.map((c) => c.row)).toEqual([0.5, 2.5]);
});

it('cuts the highest joins first', () => {
  const roots = placed(tree, 4, weight);
  const at = (k: number) => cutInto(roots, k).map((g) => g.leaves.join(''));
  expect(at(1)).toEqual(['2310']);
  expect(at(2)).toEqual(['23', '10']);
  expect(at(3)).toEqual(['2', '3', '10']);
  expect(at(9)).toEqual(['2', '3', '1', '0']);
});

it('draws the cut between the joins it parts', () => {
  expect(cutHeight(tree, 1, 2)).toBe(3.5);
  expect(cutHeight(tree, 1, 4)).toBe(0.5);
  expect(cutHeight(tree, 1, 1)).toBeGreaterThan(5);
});

it('survives a single leaf and a forest', () => {
  expect(placed({ merges: [], heights: [] }, 1, () => 1).map((r) => r.leaves)).toEqual([[0]]);
  const forest = placed({ merges: [0, 1], heights: [1] }, 3, () => 1);
  expect(forest.map((r) => r.leaves.length)).toEqual([2, 1]);
  expect(cutInto(forest, 3).length).toBe(3);
});
