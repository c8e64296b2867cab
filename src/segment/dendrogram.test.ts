import { describe, expect, it } from 'vitest';
import { cophenetic, copheneticCorrelation, cut, dendrogramOf, groupsAt, levels } from './dendrogram.js';

// Leaves 0–4 at 0, 1, 4, 5.5, 20, by complete linkage: {0,1} at 1, {2,3} at 1.5, those at 5.5, all at 20.
const tree = dendrogramOf([{ a: 2, b: 3, height: 1.5 }, { a: 0, b: 1, height: 1 }, { a: 3, b: 0, height: 5.5 }, { a: 4, b: 1, height: 20 }], Float64Array.of(1, 1, 1, 1, 5));

describe('dendrogram', () => {
  it('numbers nodes by height, as SciPy does', () => {
    expect(Array.from(tree.merges)).toEqual([0, 1, 2, 3, 5, 6, 4, 7]);
    expect(Array.from(tree.heights)).toEqual([1, 1.5, 5.5, 20]);
    expect(Array.from(tree.sizes)).toEqual([2, 2, 4, 9]);
  });

  it('is cut into k groups, the one with most rows first', () => {
    expect(Array.from(cut(tree, 2))).toEqual([1, 1, 1, 1, 0]);
    expect(Array.from(cut(tree, 3))).toEqual([1, 1, 2, 2, 0]);
    expect(Array.from(cut(tree, 5))).toEqual([1, 2, 3, 4, 0]);
    expect(Array.from(cut(tree, 1))).toEqual([0, 0, 0, 0, 0]);
    expect(() => cut(tree, 6)).toThrow('k is 6');
  });

  it('says how many groups there are at a height', () => {
    expect([0, 1, 1.4, 5.5, 19, 20].map((height) => groupsAt(tree, height))).toEqual([5, 4, 4, 2, 2, 1]);
  });

  it('nests levels, each group with its parent', () => {
    const found = levels(tree, [4, 2, 2]);
    expect(found.map(({ k, groups, sizes, parents, between }) => ({ k, groups: Array.from(groups), sizes, parents, between }))).toEqual([
      { k: 2, groups: [1, 1, 1, 1, 0], sizes: [5, 4], parents: undefined, between: [5.5, 20] },
      { k: 4, groups: [1, 1, 2, 3, 0], sizes: [5, 2, 1, 1], parents: [0, 1, 1, 1], between: [1, 1.5] },
    ]);
  });

  it('knows at which height two leaves meet', () => {
    expect(Array.from(cophenetic(tree))).toEqual([
      0, 1, 5.5, 5.5, 20,
      1, 0, 5.5, 5.5, 20,
      5.5, 5.5, 0, 1.5, 20,
      5.5, 5.5, 1.5, 0, 20,
      20, 20, 20, 20, 0,
    ]);
  });

  it('correlates with itself as 1, with another as SciPy\'s cophenet says, and with a flat one not at all', () => {
    const own = Int32Array.of(0, 1, 2, 3, 4);
    expect(copheneticCorrelation(tree, own, tree, own)).toBeCloseTo(1, 12);
    const other = dendrogramOf([{ a: 0, b: 2, height: 1 }, { a: 1, b: 3, height: 2 }, { a: 0, b: 4, height: 3 }, { a: 0, b: 1, height: 4 }], Float64Array.of(1, 1, 1, 1, 1));
    // numpy.corrcoef([1, 5.5, 5.5, 20, 5.5, 5.5, 20, 1.5, 20, 20], [4, 1, 4, 3, 4, 2, 4, 4, 3, 4]), NumPy 2.4.
    expect(copheneticCorrelation(tree, own, other, own)).toBeCloseTo(0.07070529333679873, 12);
    const flat = dendrogramOf([1, 2, 3, 4].map((b) => ({ a: 0, b, height: 1 })), Float64Array.of(1, 1, 1, 1, 1));
    expect(copheneticCorrelation(tree, own, flat, own)).toBeNaN();
  });
});
