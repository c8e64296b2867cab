import { describe, expect, it } from 'vitest';
import { minimise } from './minimise.js';

describe('minimise', () => {
  it('finds the end of the banana valley, where the slope is nothing', () => {
    const found = minimise(([x, y], g) => {
      g[0] = -2 * (1 - x) - 400 * x * (y - x * x);
      g[1] = 200 * (y - x * x);
      return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    }, [-1.2, 1]);
    expect([...found.at].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([1, 1]);
    expect(found.slope).toBeLessThan(1e-10);
    // Worked by hand: second derivatives at (1, 1).
    [802, -400, -400, 200].forEach((second, i) => expect(found.hessian[i]).toBeCloseTo(second, 3));
  });

  it('keeps away from where the function has no value', () => {
    const found = minimise(([x], g) => {
      g[0] = 1 - 1 / x;
      return x > 0 ? x - Math.log(x) : Number.NaN;
    }, [30]);
    expect(found.at[0]).toBeCloseTo(1, 9);
  });

  it('says that a valley without an end has no curvature', () => {
    const found = minimise(([x, y], g) => {
      g[0] = 2 * (x + y);
      g[1] = 2 * (x + y);
      return (x + y) ** 2;
    }, [3, 4]);
    expect(found.value).toBeLessThan(1e-9);
    expect(found.inverse).toBeUndefined();
  });
});
