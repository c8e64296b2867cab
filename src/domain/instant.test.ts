import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isInstant } from './instant.js';
import { timeWindow } from './rule.js';

it('takes for an instant exactly what the rule language takes for one', () => {
  const digits = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
  const text = fc.tuple(fc.integer({ min: 0, max: 9999 }).map((n) => String(n).padStart(4, '0')), digits(13), digits(32), fc.constantFrom('', 'T', ' '), digits(25), digits(61), fc.constantFrom('', ':30', ':59.125', ':61', ':'), fc.constantFrom('', 'Z', 'z', '+01:00'))
    .map(([year, month, day, t, hour, minute, seconds, zone]) => `${year}-${month}-${day}${t && `${t}${hour}:${minute}${seconds}`}${t && zone}`);
  fc.assert(fc.property(fc.oneof(text, fc.constantFrom('2024-02-29', '2023-02-29', '1900-02-29', '2000-02-29', '2024-04-31', '0000-02-29', '', '2024-3-1')), (written) => {
    expect(isInstant(written)).toBe(timeWindow.safeParse({ from: written }).success);
  }), { numRuns: 3000 });
});
