import { expect, it } from 'vitest';
import type { SegmentRow } from '../../../src/server/contract/segments.js';
import { changeOf, matching, orderOf, orderText, sortSegments } from './order.js';

const row = (name: string, part: Partial<SegmentRow>) => ({ id: name, name, origin: 'found', entities: 0, share: 0, run: 'r', asOf: 0, since: 0, trend: [], ...part }) as SegmentRow;
const rows = [row('b', { entities: 5, revenue: 10 }), row('a', { entities: 5 }), row('c', { entities: 9, revenue: 2, goal: 'win back' })];
const names = (list: readonly SegmentRow[]) => list.map((r) => r.name).join('');

it('sorts either way, what has no value last, equal ones by name', () => {
  expect(names(sortSegments(rows, { by: 'size', descending: true }))).toBe('cab');
  expect(names(sortSegments(rows, { by: 'value', descending: true }))).toBe('bca');
  expect(names(sortSegments(rows, { by: 'value', descending: false }))).toBe('cba');
});

it('reads the order out of an address, and writes it there', () => {
  expect(orderOf('-size')).toEqual({ by: 'size', descending: true });
  expect(orderOf('__proto__')).toEqual({ by: 'number', descending: false });
  expect(orderOf(undefined).by).toBe('number');
  expect(orderText({ by: 'size', descending: true })).toBe('-size');
});

it('compares the size with that of the run before', () => {
  const at = (entities: number) => ({ run: 'r', at: 0, entities, share: 0 });
  expect(changeOf({ trend: [at(7), at(100), at(110)] })).toBeCloseTo(0.1);
  expect(changeOf({ trend: [at(100)] })).toBeUndefined();
  expect(changeOf({ trend: [at(0), at(5)] })).toBeUndefined();
});

it('finds by every word of name, goal and origin', () => {
  expect(names(matching(rows, 'WIN found'))).toBe('c');
  expect(names(matching(rows, ''))).toBe('bac');
});
