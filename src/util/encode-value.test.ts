import { expect, it } from 'vitest';
import { decodeValue, encodeValue } from './encode-value.js';

const encoding = { transform: 'log1p', low: 0, high: 99, fill: 3, centre: Math.log(4), scale: 2 } as const;

it('clamps, fills, transforms, centres and scales, in that order', () => {
  expect(encodeValue(7, encoding)).toBeCloseTo(2 * Math.log(2), 12);
  expect(encodeValue(1e9, encoding)).toBeCloseTo(2 * Math.log(25), 12);
  expect(encodeValue(Number.NaN, encoding)).toBe(0);
});

it('is undone by decodeValue inside the bounds', () => {
  for (const transform of ['none', 'log1p', 'sqrt'] as const) {
    expect(decodeValue(encodeValue(12.5, { ...encoding, transform }), { ...encoding, transform })).toBeCloseTo(12.5, 9);
  }
});
