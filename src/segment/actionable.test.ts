import { describe, expect, it } from 'vitest';
import { actionableSize, visibleUplift } from './actionable.js';

describe('the least size to act on', () => {
  // R's manual: power.prop.test(p1 = .50, p2 = .75, power = .90) gives n = 76.7 in each group, 153.4 in all.
  it('is that of R for two halves', () => {
    expect(actionableSize({ baseRate: 0.5, uplift: 0.5, power: 0.9 }).members).toBe(154);
  });

  // The formula worked with scipy 1.17.1's norm.ppf: 29501.58 and 83019.61.
  it('is about 29,500 members for a tenth more on a rate of 10 %, and more where few are left alone', () => {
    expect(actionableSize()).toMatchObject({ members: 29_502, baseRate: 0.1, uplift: 0.1, control: 0.5, power: 0.8, error: 0.05 });
    expect(actionableSize({ control: 0.1 }).members).toBe(83_020);
  });

  it('and the rise that a size can show are each other’s inverse', () => {
    expect(visibleUplift(29_502)).toBeCloseTo(0.1, 4);
    expect(actionableSize({ uplift: visibleUplift(1_000) }).members).toBeLessThanOrEqual(1_000);
    expect(actionableSize({ uplift: visibleUplift(1_000) * 0.99 }).members).toBeGreaterThan(1_000);
    expect(visibleUplift(3)).toBe(Infinity);
  });
});
