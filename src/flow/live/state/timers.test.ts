import { expect, it } from 'vitest';
import { createRng } from '../../../util/rng.js';
import { createTimers } from './timers.js';

it('gives whoever is due first, those of the same instant by number, whatever was set, changed and taken away before', () => {
  const rng = createRng(3);
  const timers = createTimers();
  const due = new Map<number, number>();
  for (let i = 0; i < 20_000; i++) {
    const entity = rng.int(3000), at = rng.int(4) === 0 ? Infinity : rng.int(500);
    timers.set(entity, at);
    if (at === Infinity) due.delete(entity);
    else due.set(entity, at);
  }
  expect(timers.size).toBe(due.size);
  expect(timers.upTo(100).sort((a, b) => a - b)).toEqual([...due].filter(([, at]) => at <= 100).map(([entity]) => entity).sort((a, b) => a - b));
  const first = timers.firstOf(100, Infinity);
  expect(first).toEqual([...due].filter(([, at]) => at <= 100).sort(([a, x], [b, y]) => x - y || a - b).map(([entity]) => entity));
  expect([timers.firstOf(100, 7), timers.firstOf(-1, 7)]).toEqual([first.slice(0, 7), []]);
  const expected = [...due].sort(([a, x], [b, y]) => x - y || a - b);
  const taken: [number, number][] = [];
  for (; timers.next() < Infinity; timers.set(timers.first(), Infinity)) taken.push([timers.first(), timers.next()]);
  expect(taken).toEqual(expected);
});
