import { expect, it } from 'vitest';
import type { Feature } from '../domain/feature.js';
import { changePhrase } from './change.js';

const feature = (title: string, kind: Feature['kind'], more: Partial<Feature> = {}): Feature => ({
  name: 'x', title, kind, family: 'x', source: 'orders', words: { high: '', low: '' }, role: 'behaviour', movable: true, empty: Number.NaN, ...more,
});

it('says how one value became another, each unit once', () => {
  expect(changePhrase(feature('Days since last order', 'days'), 12, 97)).toBe('last order 12 → 97 days ago');
  expect(changePhrase(feature('Days since last order', 'days'), 1, 97)).toBe('last order 1 day → 97 days ago');
  expect(changePhrase(feature('Orders', 'count', { unit: 'orders' }), 4, 1)).toBe('4 → 1 orders');
  expect(changePhrase(feature('Average order value', 'money'), 60, 42.5, 'GBP')).toBe('average order value £60 → £42.50');
  expect(changePhrase(feature('Share of orders at night', 'share'), 0.2, 0.6)).toBe('share of orders at night 20 → 60 %');
  expect(changePhrase(feature('Contract: monthly', 'flag'), 0, 1)).toBe('contract: monthly no → yes');
});

it('says what was or has become unknown', () => {
  expect(changePhrase(feature('Days between orders', 'days'), Number.NaN, 30)).toBe('days between orders unknown → 30 days');
  expect(changePhrase(feature('Days since last order', 'days'), 30, Number.NaN)).toBe('last order 30 days → unknown');
});

it('says nothing of a change that cannot be seen', () => {
  expect(changePhrase(feature('Total spend', 'money'), 1000.1, 1000.2, 'GBP')).toBeUndefined();
  expect(changePhrase(feature('Orders', 'count'), Number.NaN, Number.NaN)).toBeUndefined();
});
