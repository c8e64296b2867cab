import { describe, expect, it } from 'vitest';
import { condense, labelRows, outlierScores, selectGroups } from './condensed-tree.js';

/** Rows 0–2 at distance 1, rows 3–5 at distance 2, the two groups joined at 10, row 6 at 20. */
const edges = { a: Int32Array.of(0, 1, 3, 4, 2, 5), b: Int32Array.of(1, 2, 4, 5, 3, 6), weight: Float64Array.of(1, 1, 2, 2, 10, 20) };
const tree = condense(7, edges, 3);

describe('condensed tree', () => {
  it('splits where both sides are large enough; a lone row falls out', () => {
    expect(Array.from(tree.parent)).toEqual([-1, 0, 0]);
    expect(Array.from(tree.birth)).toEqual([Infinity, 10, 10]);
    expect(Array.from(tree.size)).toEqual([7, 3, 3]);
    expect(Array.from(tree.departure)).toEqual([1, 1, 1, 2, 2, 2, 20]);
    expect(tree.group[6]).toBe(0);
  });

  it('chooses the two groups and leaves the lone row out', () => {
    const chosen = selectGroups(tree, { method: 'eom', epsilon: 0, allowSingle: false });
    const { labels, segments } = labelRows(tree, chosen, 0);
    expect(segments).toEqual([1, 2]);
    expect(labels[6]).toBe(-1);
    expect(labels[0]).not.toBe(labels[3]);
    expect(new Set(labels.subarray(0, 3)).size).toBe(1);
    expect(selectGroups(tree, { method: 'leaf', epsilon: 0, allowSingle: false })).toEqual(chosen);
  });

  it('undoes splits below epsilon: the two become one only where everything may be one', () => {
    expect(selectGroups(tree, { method: 'eom', epsilon: 11, allowSingle: true })).toEqual([true, false, false]);
    expect(selectGroups(tree, { method: 'eom', epsilon: 11, allowSingle: false })).toEqual([false, true, true]);
    expect(selectGroups(tree, { method: 'eom', epsilon: 9, allowSingle: true })).toEqual([false, true, true]);
    expect(Array.from(labelRows(tree, [true, false, false], 11).labels)).toEqual([0, 0, 0, 0, 0, 0, -1]);
  });

  it('scores the lone row by how much thinner its place is than the densest: 1 − 1/20', () => {
    expect(Array.from(outlierScores(tree))).toEqual([0, 0, 0, 0, 0, 0, 0.95]);
  });

  it('tells three places of identical rows apart, also where all are equally far from each other', () => {
    const places = condense(9, { a: Int32Array.of(0, 1, 3, 4, 6, 7, 2, 5), b: Int32Array.of(1, 2, 4, 5, 7, 8, 3, 6), weight: Float64Array.of(0, 0, 0, 0, 0, 0, 9, 9) }, 3);
    const chosen = selectGroups(places, { method: 'eom', epsilon: 0, allowSingle: false });
    const { labels, segments } = labelRows(places, chosen, 0);
    expect(segments).toHaveLength(3);
    expect(Array.from(labels, (l) => labels.indexOf(l))).toEqual([0, 0, 0, 3, 3, 3, 6, 6, 6]);
  });

  it('does not split identical rows, however many', () => {
    const same = condense(6, { a: Int32Array.of(0, 1, 2, 3, 4), b: Int32Array.of(1, 2, 3, 4, 5), weight: new Float64Array(5) }, 2);
    expect(same.groups).toBe(1);
    expect(Array.from(same.departure)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
