import { expect, it } from 'vitest';
import { everyonesShare, sharedOut, type Cell } from './prior.js';

it('one row is mostly everyone’s share, five rows are their own', () => {
  expect(sharedOut(1, 1, 0.25, 5)).toBe((1 + 4 * 0.25) / 5);
  expect(sharedOut(0, 4, 0.25, 5)).toBe(0.25 / 5);
  expect(sharedOut(4, 5, 0.25, 5)).toBe(0.8);
  expect(sharedOut(8, 10, 0.25, 5)).toBe(0.8);
});

it('nobody knows the share of no rows, and without a prior it is the plain one', () => {
  expect(sharedOut(0, 0, 0.25, 5)).toBeNaN();
  expect(sharedOut(1, 1)).toBe(1);
  expect(sharedOut(1, 2, Number.NaN, 5)).toBe(0.5);
});

it('everyone’s share counts the rows of each cell, of the events that are asked about', () => {
  const saturday = Date.UTC(2024, 5, 1, 10);
  const monday = Date.UTC(2024, 5, 3, 10);
  const cells: Cell[] = [{ at: saturday, event: 'open', rows: 3 }, { at: monday, event: 'open', rows: 1 }, { at: monday, event: 'sent', rows: 96 }];
  expect(everyonesShare(cells, { is: 'weekend' })).toBe(0.03);
  expect(everyonesShare(cells, { is: 'weekend' }, { is: 'in', column: 'event', values: ['open'] })).toBe(0.75);
  expect(everyonesShare([], { is: 'weekend' })).toBeNaN();
});
