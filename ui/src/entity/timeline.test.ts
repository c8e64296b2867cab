import { expect, it } from 'vitest';
import type { TimelineEvent } from '../../../src/domain/answer.js';
import { daysOf, hasClock } from './timeline.js';

const at = (iso: string): TimelineEvent => ({ at: Date.parse(iso), source: 'orders', kind: 'transactions', words: iso });

it('gathers events by day of the data’s own clock, newest first', () => {
  const days = daysOf(['2024-03-02T00:00:00Z', '2024-03-01T23:59:59.999Z', '2024-03-01T00:00:00Z', '1969-12-31T12:00:00Z'].map(at));
  expect(days.map((day) => [new Date(day.at).toISOString().slice(0, 10), day.events.length])).toEqual([['2024-03-02', 1], ['2024-03-01', 2], ['1969-12-31', 1]]);
});

it('knows data of whole days', () => {
  expect(hasClock([at('2024-03-02T00:00:00Z'), at('1969-12-31T00:00:00Z')])).toBe(false);
  expect(hasClock([at('2024-03-02T00:00:00Z'), at('2024-03-02T07:30:00Z')])).toBe(true);
});
