import { describe, expect, it } from 'vitest';
import { createRng } from './rng.js';
import { doubleBelow, lastBelowSingle } from './double.js';

const largest = 3.4028234663852886e38;
const special = [0, 1, -1, 2, -2, 0.1, 2 ** -149, -(2 ** -149), 2 ** -126, -(2 ** -126), 2 ** 24, largest, -largest, Infinity].map(Math.fround);

describe('doubles beside doubles', () => {
  it('are the ones just below', () => {
    expect(doubleBelow(1)).toBe(1 - 2 ** -53);
    expect(doubleBelow(-1)).toBe(-1 - 2 ** -52);
    expect(doubleBelow(0)).toBe(-Number.MIN_VALUE);
    expect(doubleBelow(Number.MIN_VALUE)).toBe(0);
  });
});

describe('the last double below a number in single precision', () => {
  it('is where rounding to single precision turns', () => {
    const rng = createRng(1);
    for (const x of [...special, ...Array.from({ length: 2000 }, () => Math.fround(rng.normal() * 10 ** (rng.int(60) - 30)))]) {
      const last = lastBelowSingle(x);
      expect(Math.fround(last) < x).toBe(true);
      const next = -doubleBelow(-last);
      expect(Math.fround(next) < x).toBe(false);
    }
  });

  it('lets nothing be below minus infinity', () => {
    expect(-Infinity <= lastBelowSingle(-Infinity)).toBe(false);
    expect(-Infinity <= lastBelowSingle(-largest)).toBe(true);
  });
});
