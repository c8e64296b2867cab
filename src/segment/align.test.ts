import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from './align.js';

/** Labels written as runs: [[label, how many], …]. */
const runs = (...parts: [number, number][]) => parts.flatMap(([label, count]) => new Array<number>(count).fill(label));
const ids = ['a', 'b', 'c'];
const fatesOf = (before: number[], after: number[], names = ids.slice(0, Math.max(...before) + 1)) => {
  const aligned = align({ ids: names, labels: before }, { labels: after });
  return { aligned, fates: aligned.fates.map(({ id, kind, into }) => ({ id, kind, into })), origins: aligned.origins.map(({ id, kind, from }) => ({ id, kind, from })) };
};

describe('segments aligned across a refit', () => {
  it('survive under other numbers, with a few that moved', () => {
    const { aligned, fates } = fatesOf(runs([0, 100], [1, 100], [2, 100]), runs([2, 90], [0, 10], [0, 95], [1, 5], [1, 100]));
    expect(aligned.ids).toEqual(['b', 'c', 'a']);
    expect(aligned.continuedBy).toEqual([2, 0, 1]);
    expect(fates).toEqual([{ id: 'a', kind: 'survived', into: ['a'] }, { id: 'b', kind: 'survived', into: ['b'] }, { id: 'c', kind: 'survived', into: ['c'] }]);
    expect(aligned.fates[0].parts).toEqual([{ id: 'a', entities: 90, share: 0.9 }, { id: 'b', entities: 10, share: 0.1 }]);
    expect(aligned.origins[0]).toEqual({ id: 'b', kind: 'survived', entities: 105, entered: 0, from: ['b'], parts: [{ id: 'b', entities: 95, share: 95 / 105 }, { id: 'a', entities: 10, share: 10 / 105 }] });
  });

  it('split, even where the larger part is most of it; that part keeps the id', () => {
    const { fates, origins } = fatesOf(runs([0, 100], [1, 50]), runs([2, 60], [0, 40], [1, 50]));
    expect(fates).toEqual([{ id: 'a', kind: 'split', into: ['a', 's1'] }, { id: 'b', kind: 'survived', into: ['b'] }]);
    expect(origins).toEqual([{ id: 's1', kind: 'split', from: ['a'] }, { id: 'b', kind: 'survived', from: ['b'] }, { id: 'a', kind: 'split', from: ['a'] }]);
  });

  it('merge: the larger keeps its id and the other’s ends', () => {
    const { aligned, fates, origins } = fatesOf(runs([0, 100], [1, 80], [2, 50]), runs([0, 180], [1, 50]));
    expect(fates).toEqual([{ id: 'a', kind: 'merged', into: ['a'] }, { id: 'b', kind: 'merged', into: ['a'] }, { id: 'c', kind: 'survived', into: ['c'] }]);
    expect(origins).toEqual([{ id: 'a', kind: 'merged', from: ['a', 'b'] }, { id: 'c', kind: 'survived', from: ['c'] }]);
    expect(aligned.continuedBy).toEqual([0, -1, 1]);
  });

  it('merge into one that lives on where they are small beside it', () => {
    const { fates, origins } = fatesOf(runs([0, 100], [1, 10]), runs([0, 110]));
    expect(fates).toEqual([{ id: 'a', kind: 'survived', into: ['a'] }, { id: 'b', kind: 'merged', into: ['a'] }]);
    expect(origins).toEqual([{ id: 'a', kind: 'survived', from: ['a', 'b'] }]);
  });

  it('die where their entities are dealt out among others, or leave', () => {
    const thirds = fatesOf(runs([0, 99], [1, 99], [2, 99], [3, 30]), runs([0, 99], [1, 99], [2, 99], [0, 10], [1, 10], [2, 10]), ['a', 'b', 'c', 'd']);
    expect(thirds.fates[3]).toEqual({ id: 'd', kind: 'died', into: [] });
    const gone = align({ ids: ['a', 'b'], labels: [0, 0, 1, 1], entities: ['p', 'q', 'r', 's'] }, { labels: [0, 0], entities: ['q', 'p'] });
    expect(gone.fates[1]).toEqual({ id: 'b', kind: 'died', entities: 2, left: 2, into: [], parts: [] });
  });

  it('are born of new entities, or of a few from each of the old ones, with an id never used', () => {
    const { fates, origins } = fatesOf(runs([0, 100], [1, 100]), runs([0, 80], [2, 20], [1, 80], [2, 20]));
    expect(fates.map(({ kind }) => kind)).toEqual(['survived', 'survived']);
    expect(origins[2]).toEqual({ id: 's1', kind: 'born', from: [] });
    const entered = align({ ids: ['s1', 's4'], labels: [0, 1], entities: ['p', 'q'], retired: ['s7'] }, { labels: [0, 1, 2, 2], entities: ['p', 'q', 'r', 's'] });
    expect(entered.ids).toEqual(['s1', 's4', 's8']);
    expect(entered.origins[2]).toEqual({ id: 's8', kind: 'born', entities: 2, entered: 2, from: [], parts: [] });
  });

  it('keep outliers, arrivals and departures apart in the migration table', () => {
    const { migration } = align({ ids: ['a'], labels: [0, 0, -1, 0], entities: ['p', 'q', 'r', 's'] }, { labels: [-1, 0, 0, 0], entities: ['p', 'q', 'r', 't'] });
    expect(migration).toEqual({ from: ['a', 'outliers', 'entered'], to: ['a', 'outliers', 'left'], counts: [[1, 1, 1], [1, 0, 0], [1, 0, 0]] });
  });

  it('start from nothing', () => {
    expect(align({ ids: [], labels: [], entities: [] }, { labels: [1, 0, 0], entities: ['p', 'q', 'r'] }).ids).toEqual(['s2', 's1']);
  });

  const labelling = fc.integer({ min: 1, max: 60 }).chain((n) => fc.record({
    before: fc.array(fc.integer({ min: -1, max: 4 }), { minLength: n, maxLength: n }),
    after: fc.array(fc.integer({ min: -1, max: 4 }), { minLength: n, maxLength: n }),
    gone: fc.integer({ min: 0, max: 10 }), shift: fc.integer({ min: 1, max: 4 }),
  }));
  const five = ['a', 'b', 'c', 'd', 'e'];
  const run = (before: readonly number[], after: readonly number[], gone: number, names: readonly string[] = five) => align(
    { ids: names, labels: before, entities: before.map((_, i) => `${i}`) }, { labels: after, entities: after.map((_, i) => `${i + gone}`) }, { k: 5 });

  it('account for everybody: rows of the table are the sizes before, columns the sizes now', () => {
    fc.assert(fc.property(labelling, ({ before, after, gone }) => {
      const { migration: { counts }, fates, origins } = run(before, after, gone);
      const size = (labels: readonly number[], label: number) => labels.filter((one) => one === label).length;
      const columns = counts[0].map((_, q) => counts.reduce((sum, row) => sum + row[q], 0));
      expect(counts.slice(0, 6).map((row) => row.reduce((a, b) => a + b, 0))).toEqual([0, 1, 2, 3, 4, -1].map((label) => size(before, label)));
      expect(columns.slice(0, 6)).toEqual([0, 1, 2, 3, 4, -1].map((label) => size(after, label)));
      expect(fates.map(({ entities }) => entities)).toEqual([0, 1, 2, 3, 4].map((label) => size(before, label)));
      expect(origins.map(({ entities }) => entities)).toEqual([0, 1, 2, 3, 4].map((label) => size(after, label)));
    }));
  });

  it('do not depend on how labels are numbered', () => {
    fc.assert(fc.property(labelling, ({ before, after, gone, shift }) => {
      const turned = (label: number) => (label < 0 ? -1 : (label + shift) % 5);
      const [straight, other] = [run(before, after, gone), run(before.map(turned), after.map((label) => turned(turned(label))), gone, five.map((_, label) => five[(label - shift + 5) % 5]))];
      const inhabited = (found: typeof straight) => found.origins.filter(({ entities }) => entities > 0).sort((a, b) => (a.id < b.id ? -1 : 1));
      expect(inhabited(other)).toEqual(inhabited(straight));
      expect([...other.fates].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(straight.fates);
    }));
  });

  it('give every new segment an id of its own, and name in fates and origins the same transitions', () => {
    fc.assert(fc.property(labelling, ({ before, after, gone }) => {
      const found = run(before, after, gone);
      expect(new Set(found.ids).size).toBe(5);
      const told = found.fates.flatMap(({ id, into }) => into.map((other) => `${id} ${other}`)).sort();
      expect(found.origins.flatMap(({ id, from }) => from.map((other) => `${other} ${id}`)).sort()).toEqual(told);
      found.continuedBy.forEach((q, p) => { if (q >= 0) expect(found.ids[q]).toBe(five[p]); });
    }));
  });
});

