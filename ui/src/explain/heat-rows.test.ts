import { expect, it } from 'vitest';
import type { Feature } from '../../../src/domain/feature.js';
import { heatRows } from './heat-rows.js';

const feature = (name: string, family: string) => ({ name, title: name.toUpperCase(), family }) as Feature;
const segments = [{ index: 0, share: 0.9 }, { index: 1, share: 0.1 }];
// Weighted variance 0.9·0.1·(difference)²: a 0.09, b 0.36, c 0.2025.
const heatmap = { features: ['a', 'b', 'c'], values: [[0, 1], [1, -1], [0, 1.5]] };
const features = [feature('a', 'x'), feature('b', 'y'), feature('c', 'x')];

it('puts the feature that parts the segments most first', () => {
  expect(heatRows(heatmap, features, segments, false).map((r) => [r.name, r.rank])).toEqual([['b', 0], ['c', 1], ['a', 2]]);
});

it('keeps families together, the one with the strongest feature first', () => {
  expect(heatRows(heatmap, features, segments, true).map((r) => r.name)).toEqual(['b', 'c', 'a']);
  expect(heatRows({ features: ['a', 'b', 'c'], values: [[0, 3], [1, -1], [0, 0]] }, features, segments, true).map((r) => r.name)).toEqual(['a', 'c', 'b']);
});

it('shows features it was not told about under their own name, and survives missing values', () => {
  const rows = heatRows({ features: ['?'], values: [[null as unknown as number, 1]] }, [], segments, false);
  expect(rows).toEqual([{ name: '?', title: '?', family: '', values: [null, 1], rank: 0 }]);
});
