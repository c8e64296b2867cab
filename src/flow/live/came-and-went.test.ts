import { expect, it } from 'vitest';
import type { Change } from '../../domain/live.js';
import { countChanges, hour } from './came-and-went.js';

const start = Date.UTC(2026, 0, 10);
const change = (n: number, segment: string, direction: Change['direction'], at: number): Change => ({ n, entity: `e${n}`, segment, version: 1, direction, at, seq: n, reason: '', sequence: 1 });

it('counts every change of a segment in a window, however many there were, by the hour, and goes on where it was', async () => {
  const changes: Change[] = [];
  for (let i = 0; i < 2500; i++) changes.push(change(i + 1, i % 2 ? 'a' : 'b', i % 10 < 8 ? 'entered' : 'left', start + Math.floor(i / 100) * hour + 5));
  const read: number[] = [];
  const counting = countChanges({ changes: async (after, limit) => (read.push(after), changes.filter(({ n }) => n > after).slice(0, limit)) }, () => start + 30 * hour);
  const all = changes.filter(({ segment }) => segment === 'a');
  const { since, entered, left, hours, last } = await counting.of('a', start);
  expect([since, entered, left]).toEqual([start, all.filter(({ direction }) => direction === 'entered').length, all.filter(({ direction }) => direction === 'left').length]);
  expect(hours).toHaveLength(25);
  expect(hours[0]).toEqual({ at: start, entered: 40, left: 10 });
  expect(last.map(({ n }) => n)).toEqual(all.slice(-12).reverse().map(({ n }) => n));
  changes.push(change(2501, 'a', 'left', start + 25 * hour));
  read.length = 0;
  expect(await counting.of('a', start + 24 * hour + 7)).toMatchObject({ since: start + 24 * hour, entered: 40, left: 11 });
  expect(read[0]).toBe(2500);
  expect(await counting.of('none', start)).toEqual({ since: start, entered: 0, left: 0, hours: [], last: [] });
});

it('counts by when it held, not by when it was told, and forgets what is long ago', async () => {
  let now = start;
  const changes = [change(1, 'a', 'entered', start - 100 * 24 * hour), change(2, 'a', 'entered', start - 2 * hour), change(3, 'a', 'left', start - 30 * hour)];
  const counting = countChanges({ changes: async (after, limit) => changes.slice(after, after + limit) }, () => now);
  expect(await counting.of('a', 0)).toMatchObject({ since: start - 90 * 24 * hour, entered: 1, left: 1 });
  now += 91 * 24 * hour;
  expect(await counting.of('a', 0)).toMatchObject({ entered: 0, left: 0 });
});
