import { expect, it } from 'vitest';
import { closest, editDistance } from './closest.js';

it('counts a swap of neighbours as one edit', () => {
  expect(editDistance('spned', 'spend')).toBe(1);
  expect(editDistance('kitten', 'sitting')).toBe(3);
});

it('suggests only what is near', () => {
  expect(closest('CustomerId', ['Customer_ID', 'Country', 'CustomerID'])).toBe('CustomerID');
  expect(closest('zzz', ['CustomerID'])).toBeUndefined();
});
