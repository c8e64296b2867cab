import { expect, it } from 'vitest';
import { spanOf } from './spans.js';

it('says a span in a unit that one would use', () => {
  expect([400, 2500, 89_000, 91_000, 25 * 60_000, 89 * 60_000, 36 * 3_600_000, 90 * 86_400_000].map((ms) => spanOf(ms, 'en'))).toEqual([
    'in 0 sec.', 'in 2 sec.', 'in 89 sec.', 'in 1 min.', 'in 25 min.', 'in 89 min.', 'in 1 day', 'in 3 mo.',
  ]);
  expect(spanOf(-3 * 3_600_000, 'en')).toBe('3 hr. ago');
});
