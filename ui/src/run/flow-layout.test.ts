import { describe, expect, it } from 'vitest';
import { flowsOf, layOut } from './flow-layout.js';

describe('flows between two runs', () => {
  const matches = [{ a: 0, b: 1, entities: 60, shareOfA: 1, shareOfB: 0.75 }, { a: 1, b: -1, entities: 0, shareOfA: 0, shareOfB: 0 }];
  const moves = [{ from: 1, to: 1, entities: 20, share: 0.5, differ: [] }, { from: 1, to: 0, entities: 20, share: 0.5, differ: [] }];

  it('are what stays and what moves', () => {
    expect(flowsOf({ matches, moves })).toEqual([{ a: 0, b: 1, entities: 60 }, { a: 1, b: 1, entities: 20 }, { a: 1, b: 0, entities: 20 }]);
  });

  it('fill both sides with everyone, and put segments across from where most come from', () => {
    const { left, right } = layOut(flowsOf({ matches, moves }), 0);
    expect(left.map((p) => [p.segment, p.top, p.height])).toEqual([[0, 0, 0.6], [1, 0.6, 0.4]]);
    expect(right.map((p) => p.segment)).toEqual([1, 0]);
    expect(right[1].top).toBeCloseTo(0.8);
  });

  it('never overlap on a side', () => {
    const { left, ribbons } = layOut([{ a: 0, b: 0, entities: 5 }, { a: 0, b: 1, entities: 3 }, { a: 1, b: 0, entities: 2 }, { a: -1, b: 1, entities: 4 }]);
    expect(left.at(-1)!.segment).toBe(-1);
    for (const side of ['fromTop', 'toTop'] as const) {
      const ordered = [...ribbons].sort((x, y) => x[side] - y[side]);
      for (let i = 1; i < ordered.length; i++) expect(ordered[i][side]).toBeGreaterThanOrEqual(ordered[i - 1][side] + ordered[i - 1].height - 1e-9);
    }
    expect(Math.max(...ribbons.map((r) => r.fromTop + r.height))).toBeLessThanOrEqual(1 + 1e-9);
  });

  it('are nothing where nobody is in both', () => expect(layOut([]).ribbons).toEqual([]));
});
