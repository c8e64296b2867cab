import { expect, it } from 'vitest';
import { requireWindow, rollingCuts, windowOf } from './cuts.js';

const DAY = 86_400_000;
const from = Date.UTC(2024, 0, 1);
const days = (ms: number) => (ms - from) / DAY;

it('cuts are a horizon apart; the answers of all that are learnt from are known at the test cut, and its own at the end', () => {
  const cuts = rollingCuts({ from, to: from + 370 * DAY }, 60 * DAY, 5 * DAY);
  expect(days(cuts.test)).toBe(370 - 65);
  expect(cuts.train.map(days)).toEqual([60, 120, 180, 240]);
  expect(Math.max(...cuts.train.map((cut) => windowOf(cut, cuts).to))).toBeLessThanOrEqual(cuts.test);
  expect(windowOf(cuts.test, cuts)).toEqual({ from: cuts.test + 5 * DAY, to: from + 370 * DAY });
});

it('the shortest data there can be has one cut to learn from', () => {
  expect(rollingCuts({ from, to: from + 270 * DAY }, 90 * DAY).train.map(days)).toEqual([90]);
  expect(() => rollingCuts({ from, to: from + 269 * DAY }, 90 * DAY)).toThrow(
    'To learn what happens within 90 days and to test it on later time, the data must span 270 days: 90 of history, 90 until the answers to learn from are known, and 90 more to test on. It spans 269. Use --horizon 89 or less, or give a longer file.',
  );
});

it('a cut whose answers are not known yet is refused, with what is missing', () => {
  expect(() => requireWindow(from + 59 * DAY, from + 100 * DAY, { gap: 0, horizon: 90 * DAY })).toThrow('Needs 90 days after the cut of 2024-02-29; the data ends 41 days after. Use an earlier cut, a shorter horizon, or more data.');
  expect(() => requireWindow(from, from + 90 * DAY, { gap: 0, horizon: 90 * DAY })).not.toThrow();
});
