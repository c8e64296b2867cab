import { describe, expect, it } from 'vitest';
import { createCalendar, dayOf, dayText } from './calendar.js';

describe('calendar', () => {
  it('holds whole months up to and with the last day', () => {
    const calendar = createCalendar('2026-06-30', 24);
    expect(calendar.days).toBe(730);
    expect([dayText(calendar, 0), dayText(calendar, 729), dayText(calendar, -1)]).toEqual(['2024-07-01', '2026-06-30', '2024-06-30']);
    expect(dayOf(calendar, '2025-12-24')).toBe(541);
    expect(calendar.weekday[0]).toBe(0); // 1 July 2024 was a Monday
    expect([...calendar.year.subarray(183, 185)]).toEqual([0, 1]);
  });

  it('is busiest before Christmas', () => {
    const { season } = createCalendar('2026-06-30', 24);
    expect(season.indexOf(Math.max(...season))).toBeGreaterThan(500);
    expect(season[dayOf(createCalendar('2026-06-30', 24), '2025-12-15')]).toBeGreaterThan(1.2);
  });
});
