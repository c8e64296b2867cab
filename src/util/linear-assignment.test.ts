import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearAssignment } from './linear-assignment.js';

/** Every way to give the rows different columns; rows left over get −1. */
function brute(cost: number[], rows: number, columns: number): number {
  const visit = (row: number, used: number, left: number): number => {
    if (row === rows) return 0;
    let best = left > 0 ? visit(row + 1, used, left - 1) : Infinity;
    for (let c = 0; c < columns; c++) if (!(used & (1 << c))) best = Math.min(best, cost[row * columns + c] + visit(row + 1, used | (1 << c), left));
    return best;
  };
  return visit(0, 0, Math.max(0, rows - columns));
}

const totalOf = (cost: number[], columns: number, chosen: Int32Array) =>
  chosen.reduce((sum, c, r) => sum + (c < 0 ? 0 : cost[r * columns + c]), 0);

describe('linear assignment', () => {
  // scipy 1.17.1, linear_sum_assignment([[4, 1, 3], [2, 0, 5], [3, 2, 2]]) → columns [1, 0, 2], cost 5.
  it('solves the example of SciPy’s manual', () => {
    expect(Array.from(linearAssignment([4, 1, 3, 2, 0, 5, 3, 2, 2], 3, 3))).toEqual([1, 0, 2]);
  });

  it('leaves rows or columns over where the table is not square', () => {
    expect(Array.from(linearAssignment([5, 1, 9], 1, 3))).toEqual([1]);
    expect(Array.from(linearAssignment([5, 1, 9], 3, 1))).toEqual([-1, 0, -1]);
    expect(linearAssignment([], 0, 0)).toHaveLength(0);
    expect(Array.from(linearAssignment([], 2, 0))).toEqual([-1, -1]);
  });

  it('is as cheap as the best of all assignments, up to 8 × 8, negative costs and ties among them', () => {
    const tables = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 8 })).chain(([rows, columns]) =>
      fc.record({ rows: fc.constant(rows), columns: fc.constant(columns), cost: fc.array(fc.integer({ min: -6, max: 6 }), { minLength: rows * columns, maxLength: rows * columns }) }));
    fc.assert(fc.property(tables, ({ rows, columns, cost }) => {
      const chosen = linearAssignment(cost, rows, columns);
      const taken = Array.from(chosen).filter((c) => c >= 0);
      expect(new Set(taken).size).toBe(Math.min(rows, columns));
      expect(taken.length).toBe(Math.min(rows, columns));
      expect(totalOf(cost, columns, chosen)).toBe(brute(cost, rows, columns));
    }), { numRuns: 300 });
    const eight = Array.from({ length: 64 }, (_, v) => (v * 37 + (v % 7) * 11) % 53);
    expect(totalOf(eight, 8, linearAssignment(eight, 8, 8))).toBe(brute(eight, 8, 8));
  });
});
