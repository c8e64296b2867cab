import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openIds, packIds } from './ids.js';

const open = (entities: readonly string[]) => openIds(packIds(entities));
const small = (text: string) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());

/** What search should say, written plainly. */
function naive(entities: readonly string[], text: string, limit: number) {
  const hits = entities.flatMap((id, row) => (small(id).includes(small(text)) ? [{ row, rank: small(id) === small(text) ? 0 : small(id).startsWith(small(text)) ? 1 : 2 }] : []));
  return { total: hits.length, rows: hits.sort((a, b) => a.rank - b.rank || a.row - b.row).slice(0, limit).map(({ row }) => row) };
}

describe('ids of everyone', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '1', '2', 'é', '\u{1f41f}', '\0', '\n', '"'), minLength: 1, maxLength: 6 });
  const ids = fc.uniqueArray(piece, { minLength: 1, maxLength: 40 });

  it('are found again, whatever is in them and in whatever order', () => {
    fc.assert(fc.property(ids, fc.boolean(), piece, (list, sorted, other) => {
      const entities = sorted ? [...list].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) : list;
      const found = open(entities);
      entities.forEach((id, row) => expect([found.rowOf(id), found.text(row)]).toEqual([row, id]));
      if (!entities.includes(other)) expect(found.rowOf(other)).toBe(-1);
    }));
  });

  it('are searched as one would by hand', () => {
    fc.assert(fc.property(ids, piece, fc.integer({ min: 1, max: 10 }), (entities, text, limit) => {
      expect(open(entities).search(text, limit)).toEqual(naive(entities, text, limit));
    }));
  });

  it('in the order of their numbers are looked up by number, and only as written', () => {
    const found = open(['9', '10', '101', '2000']);
    expect(['9', '101', '2000', '010', '9.0', '', 'x'].map((id) => found.rowOf(id))).toEqual([0, 2, 3, -1, -1, -1, -1]);
  });

  it('do not run into each other', () => {
    expect(open(['ab', 'cd']).search('bc', 5)).toEqual({ total: 0, rows: [] });
  });

  it('beyond the cut are counted', () => {
    expect(open(Array.from({ length: 1000 }, (_, i) => `c${i}`)).search('C9', 3)).toEqual({ total: 111, rows: [9, 90, 91] });
  });
});
