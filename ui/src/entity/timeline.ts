import type { TimelineEvent } from '../../../src/domain/answer.js';

export interface Day {
  /** The first instant of the day, UTC. */
  readonly at: number;
  readonly events: readonly TimelineEvent[];
}

const DAY = 86_400_000;

/** Events, newest first, by day (UTC, the data's own clock). */
export function daysOf(events: readonly TimelineEvent[]): Day[] {
  const days = new Map<number, TimelineEvent[]>();
  for (const event of events) {
    const day = Math.floor(event.at / DAY) * DAY;
    days.set(day, [...(days.get(day) ?? []), event]);
  }
  return [...days].map(([at, list]) => ({ at, events: list }));
}

/** Whether any of the events says a time of day: data of whole days does not. */
export const hasClock = (events: readonly TimelineEvent[]): boolean => events.some(({ at }) => at % DAY !== 0);
