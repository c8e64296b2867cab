import { expect, it } from 'vitest';
import { friendly } from './friendly.js';

it('gives the roundest number close enough', () => {
  expect([37.6, 1183, 8, 0.3127, 98, 14.2, -52].map((x) => friendly(x))).toEqual([38, 1200, 8, 0.3, 100, 15, -50]);
  expect(friendly(37.6, 0.1)).toBe(40);
});

it('leaves zero and what is not a number alone', () => {
  expect(friendly(0)).toBe(0);
  expect(friendly(Number.NaN)).toBeNaN();
});
