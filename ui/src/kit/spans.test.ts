import { expect, it } from 'vitest';
import { lengthOf, spanOf } from './spans.js';

it('says a span in a unit that one would use', () => {
  expect([400, 2400, 119_000, 121_000, 25 * 60_000, 119 * 60_000, 49 * 3_600_000, 90 * 86_400_000].map((ms) => spanOf(ms, 'en'))).toEqual([
    'in 0 sec.', 'in 2 sec.', 'in 119 sec.', 'in 2 min.', 'in 25 min.', 'in 119 min.', 'in 2 days', 'in 3 mo.',
  ]);
  expect(spanOf(-3 * 3_600_000, 'en')).toBe('3 hr. ago');
});

it('says a length in one unit', () => {
  expect([2500, 25 * 60_000, 60 * 3_600_000].map((ms) => lengthOf(ms, 'en'))).toEqual(['2.5 sec', '25 min', '2.5 days']);
});
