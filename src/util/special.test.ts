import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chiSquareTail, digamma, hypergeometric, incompleteBeta, lnBeta, lnGamma } from './special.js';

// Frozen by test/golden/value-special.py (mpmath, 60 digits).
const golden = JSON.parse(readFileSync(new URL('../../test/golden/value-special.json', import.meta.url), 'utf8')) as Record<string, number[][]>;
const off = (value: number, expected: number) => Math.abs(value - expected) / Math.max(1, Math.abs(expected));

describe('special functions', () => {
  it.each([
    ['lnGamma', lnGamma, 4e-15], ['digamma', digamma, 4e-15], ['hypergeometric', hypergeometric, 1e-12], ['incompleteBeta', incompleteBeta, 2e-13], ['chiSquareTail', chiSquareTail, 1e-13],
  ] as const)('%s agrees with its values to 60 digits', (name, f, precision) => {
    for (const row of golden[name]) {
      const given = row.slice(0, -1);
      expect(off((f as (...x: number[]) => number)(...given), row.at(-1)!), `${name}(${given.join(', ')})`).toBeLessThan(precision);
    }
  });

  it('the beta function is what the gamma functions make of it', () => {
    expect(lnBeta(1, 1)).toBeCloseTo(0, 14);
    expect(lnBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 14);
    expect(lnBeta(0.5, 0.5)).toBeCloseTo(Math.log(Math.PI), 14);
  });

  it('an incomplete beta function begins at 0, ends at 1 and has its mirror', () => {
    expect([incompleteBeta(2, 3, 0), incompleteBeta(2, 3, 1)]).toEqual([0, 1]);
    expect(incompleteBeta(2.5, 7, 0.3) + incompleteBeta(7, 2.5, 0.7)).toBeCloseTo(1, 14);
  });
});
