import { describe, expect, it } from 'vitest';
import { roundTicks } from './round-ticks.js';

describe('ticks of an axis from 0', () => {
  it('are round, evenly apart, and none lies beyond the end', () => {
    expect(roundTicks(218)).toEqual([0, 50, 100, 150, 200]);
    expect(roundTicks(1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(roundTicks(72)).toEqual([0, 20, 40, 60]);
    expect(roundTicks(15_151)).toEqual([0, 5_000, 10_000, 15_000]);
    expect(roundTicks(0)).toEqual([0]);
  });

  it('are three to six for any end', () => {
    for (let end = 0.001; end < 1e7; end *= 1.07) {
      const ticks = roundTicks(end);
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)!).toBeLessThanOrEqual(end * (1 + 1e-9));
    }
  });
});
