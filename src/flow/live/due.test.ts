import { expect, it } from 'vitest';
import type { Change } from '../../domain/live.js';
import type { Rule } from '../../domain/rule.js';
import type { Journal, SavedState } from '../../store/journal.js';
import { joined } from '../../util/joined.js';
import { applyRecords, follow } from './catch-up.js';
import { createDue } from './due.js';
import { openState } from './state/open-state.js';
import { drive, eventOf, options } from './state/scenario.test.fixture.js';

const start = Date.parse('2026-03-02T09:00:00Z'), minute = 60_000, people = 250;
const seen: Rule = { kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'Seen' }], op: '>=', value: 1, window: { last: 1, unit: 'hours' } };

/** Two hundred and fifty who leave one after the other, some at the same instant, or so many who leave at once; all on the disk. */
function asleep(crowd = 0) {
  const before = drive();
  before.define('here', seen, start);
  for (let i = 0; i < (crowd || people); i++) before.append({ kind: 'event', event: eventOf({ by: `u${i}`, name: 'Seen', at: start + (crowd ? 0 : Math.floor(i / 3)) }) }, start + minute);
  const disk = new Map<number, SavedState>();
  const rest = joined(before.state.rest());
  for (const one of before.state.changed()) disk.set(one.entity, one);
  const state = openState({ ...options, saved: { rest, due: [...disk.values()] } });
  const asked: number[] = [];
  let hold: Promise<void> | undefined;
  const journal = {
    async states(entities: readonly number[]) {
      asked.push(...entities);
      await hold;
      return entities.map((entity) => disk.get(entity)?.bytes);
    },
  } as unknown as Journal;
  return { before, state, asked, following: follow(state, journal), held: (until: Promise<void>) => (hold = until) };
}

it('tells the same in pieces as at once, whoever else asks meanwhile', async () => {
  const { before, following, asked } = asleep();
  const told: Change[] = [];
  const { advance } = createDue(following, (change) => told.push(change));
  const end = start + 60 * minute + people;
  await Promise.all([advance(end), advance(start + 60 * minute + 20), advance(end)]);
  expect(told).toHaveLength(people);
  expect(told).toEqual(before.state.advance(end));
  // Whom several wait for is read once.
  expect(asked.length).toBe(people);
});

it('gives others their turn between many who are due', async () => {
  const { state, following } = asleep();
  let most = 0, turn = 0;
  const { advance } = createDue(following, () => void (most = Math.max(most, ++turn)));
  let done = false;
  const ends = advance(start + 60 * minute + people).then(() => (done = true));
  while (!done) {
    await new Promise((resolve) => void setImmediate(resolve));
    turn = 0;
  }
  await ends;
  expect([state.next(), most]).toEqual([Infinity, 100]);
});

it('looks at each of fifty thousand who leave at the same instant a few times, not once for each hundred of them', async () => {
  const { state, following, asked } = asleep(50_000);
  let looked = 0, told = 0;
  const { isCold } = state;
  (state as { isCold: typeof isCold }).isCold = (entity) => (looked++, isCold(entity));
  await createDue(following, () => void told++).advance(start + 60 * minute);
  expect([told, asked.length]).toEqual([50_000, 50_000]);
  expect(looked).toBeLessThan(6 * 50_000);
});

it('gives others their turn between those who left before a record that follows', async () => {
  const { before, following } = asleep();
  let most = 0, turn = 0, told = 0, done = false;
  const record = { seq: before.journal.length + 1, clock: start + 60 * minute + people, entry: { kind: 'event', event: eventOf({ by: 'new', name: 'Seen', at: start + 61 * minute }) } } as const;
  const ends = applyRecords(following, [record], () => void (told++, most = Math.max(most, ++turn))).then(() => (done = true));
  while (!done) {
    await new Promise((resolve) => void setImmediate(resolve));
    turn = 0;
  }
  await ends;
  expect([told, most]).toEqual([people + 1, 100]);
});

it('has whoever is due soon at hand before they are', async () => {
  const { state, following, asked } = asleep();
  const { foresee, advance } = createDue(following, () => undefined);
  foresee(start + 59 * minute);
  expect(asked).toEqual([]);
  const soon = start + 60 * minute - 400;
  foresee(soon);
  while (state.needs([], soon + 500).length > 0) await new Promise((resolve) => void setImmediate(resolve));
  expect(asked.length).toBe(people);
  await advance(start + 61 * minute);
  expect(asked.length).toBe(people);
});

it('has them at hand also where it has looked a moment too early', async () => {
  const { state, following, asked } = asleep();
  const { foresee } = createDue(following, () => undefined);
  const due = start + 60 * minute;
  for (const before of [700, 500]) foresee(due - before);
  while (state.needs([], due).length > 0) await new Promise((resolve) => void setImmediate(resolve));
  expect(asked.length).toBeGreaterThan(0);
});

it('waits for whom somebody else is reading already', async () => {
  const { before, state, following, asked, held } = asleep();
  let read = () => {};
  held(new Promise((resolve) => (read = resolve)));
  const one = before.state.find({ type: 'user', value: 'u7' })!;
  const cold = () => [one].filter(state.isCold);
  const both = Promise.all([following.warm(cold), following.warm(cold)]);
  read();
  await both;
  expect([asked, state.isCold(one)]).toEqual([[one], false]);
});
