import { expect, it } from 'vitest';
import type { Rule } from '../../../domain/rule.js';
import { createRng } from '../../../util/rng.js';
import { openState } from './open-state.js';
import { drive, eventOf, options } from './scenario.test.fixture.js';

const start = Date.parse('2024-06-01T00:00:00Z'), MINUTE = 60_000;
const by = (name: string) => [{ column: 'event', op: '=', value: name }];
const rules = [
  { kind: 'performed', source: 'events', where: by('x'), sum: 'properties.n', op: '>', value: 300, window: { last: 90, unit: 'minutes' } },
  { kind: 'performed', source: 'events', sum: 'properties.n', op: '<=', value: -40, window: { last: 2, unit: 'hours' } },
  { kind: 'performed', source: 'events', where: by('x'), sum: 'properties.n', op: '>=', value: 4000 },
  { kind: 'performed', source: 'events', where: by('y'), op: '=', value: 3, window: { last: 5, unit: 'minutes' } },
  { kind: 'performed', source: 'events', where: by('rare'), op: '>=', value: 2, window: { session: 3, unit: 'minutes' } },
  { kind: 'performed', source: 'events', sum: 'properties.n', op: '>', value: 100, window: { session: 2, unit: 'minutes' } },
  { all: [{ kind: 'first', source: 'events', where: by('rare'), op: '>', value: 3, unit: 'hours' }, { not: { kind: 'last', source: 'events', where: by('rare'), op: '<', value: 10, unit: 'minutes' } }] },
  { kind: 'performed', source: 'events', where: by('y'), sum: 'properties.n', op: '>', value: 10, window: { from: '2024-06-01T01:00:00Z', to: '2024-06-01T04:00:00Z' } },
] as readonly Rule[];

it('of somebody with thousands of rows, late ones, a merge and its undoing among them, the same is told as by looking through all', () => {
  const both = [2, Infinity].map((many) => drive(openState({ ...options, many })));
  for (const live of both) rules.forEach((rule, i) => live.append({ kind: 'define', definition: { segment: `s${i}`, name: `s${i}`, version: 1, rule, types: { events: { 'properties.n': 'number' } } } }, start));
  for (const live of both) live.finish();
  for (const live of both) {
    const rng = createRng(5, 'many');
    let clock = start;
    for (let i = 0; i < 3000; i++) {
      clock += rng.int(40) === 0 ? rng.int(5 * MINUTE) : rng.int(20_000);
      const late = rng.int(10) === 0 ? rng.int(rng.int(20) === 0 ? 120 * MINUTE : 3 * MINUTE) : 0;
      const who = rng.int(40) === 0 ? ['ann', '~phone'] : [rng.int(8) ? 'ann' : '~phone'];
      const name = rng.int(60) === 0 ? 'rare' : rng.int(3) ? 'x' : 'y';
      live.append({ kind: 'event', event: eventOf({ by: i < 1500 && who.length > 1 ? ['ann'] : who, name, at: clock - late, payload: { properties: { n: rng.int(41) - 20 + (i % 700 > 350 ? 2 : -2) } } }) }, clock);
      const [merge] = i === 2500 ? live.state.merges() : [];
      if (merge) live.append({ kind: 'unmerge', merge: merge.seq }, clock);
    }
    live.advance(clock + 300 * MINUTE);
  }
  const [kept, looked] = both;
  expect(looked.changes.length).toBeGreaterThan(100);
  expect(kept.changes).toEqual(looked.changes);
  const ann = kept.state.find({ type: 'user', value: 'ann' })!;
  for (let i = 0; i < rules.length; i++) expect(kept.state.why(ann, `s${i}`)).toEqual(looked.state.why(ann, `s${i}`));
});
