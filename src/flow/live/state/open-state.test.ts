import { describe, expect, it } from 'vitest';
import type { Rule } from '../../../domain/rule.js';
import { joined } from '../../../util/joined.js';
import { openState } from './open-state.js';
import { drive, eventOf, options } from './scenario.test.fixture.js';

const start = Date.parse('2024-06-01T00:00:00Z'), MINUTE = 60_000, HOUR = 60 * MINUTE;
const did = (name: string, rest: object = {}): Rule => ({ kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: name }], op: '>=', value: 1, ...rest }) as Rule;
const definition = (segment: string, rule: Rule) => ({ segment, name: segment, version: 1, rule });

describe('the live state', () => {
  it('refuses what cannot be followed live, and segments that depend on themselves', () => {
    const live = drive();
    live.define('a', did('x'), start);
    live.define('b', { kind: 'segment', segment: 'a' }, start);
    expect(() => live.state.check(definition('c', { kind: 'drawn', run: 'live', points: [[0, 0], [1, 0], [0, 1]] }))).toThrow('An area drawn on the map cannot be followed live');
    expect(() => live.state.check(definition('a', { kind: 'segment', segment: 'b' }))).toThrow("'a' would depend on itself through b");
    expect(() => live.state.check(definition('c', { kind: 'segment', segment: 'bb' }))).toThrow("Did you mean 'b'?");
    expect(() => live.state.check({ ...definition('c', did('x', { where: [{ column: 'properties.price', op: '>', value: 5 }] })), types: { events: { 'properties.price': 'text' } } })).toThrow("'properties.price' is text");
    expect(() => live.state.check(definition('c', did('x', { source: 'orders' })))).toThrow("no source 'orders'");
  });

  it('refuses a column that never came, once something has', () => {
    const live = drive();
    const rule = did('x', { where: [{ column: 'properties.prise', op: '>', value: 5 }] });
    live.state.check(definition('s', rule));
    live.append({ kind: 'event', event: eventOf({ by: 'ann', name: 'x', at: start, payload: { properties: { price: 3 } } }) }, start);
    expect(() => live.state.check(definition('s', rule))).toThrow("Did you mean 'properties.price'?");
    expect(live.state.frozen(definition('s', did('x', { where: [{ column: 'properties.price', op: 'known' }] }))).types).toEqual({ events: { 'properties.price': 'number' } });
    live.state.check(definition('s', did('never seen')));
  });

  it('leaves the version before in service while a new one is worked out, and then tells only what differs', () => {
    const live = drive();
    for (const [i, by] of ['ann', 'bob', 'cem', 'dee'].entries()) live.append({ kind: 'event', event: eventOf({ by, name: i % 2 ? 'x' : 'y', at: start + i, payload: { properties: { n: i } } }) }, start + i);
    live.define('s', did('x'), start + 10);
    expect(live.members('s')).toEqual(['bob', 'dee']);
    live.append({ kind: 'define', definition: { ...definition('s', did('x', { where: [{ column: 'properties.n', op: '>=', value: 2 }] })), version: 2 } }, start + 20);
    expect(live.state.segments()).toMatchObject([{ segment: 's', version: 1, state: 'backfilling', members: 2, progress: 0 }]);
    live.append({ kind: 'event', event: eventOf({ by: 'eve', name: 'z', at: start + 30, payload: { properties: { n: 9 } } }) }, start + 30);
    expect(live.members('s')).toEqual(['bob', 'dee']);
    live.finish();
    expect(live.members('s')).toEqual(['cem', 'dee', 'eve']);
    expect(live.state.segments()).toMatchObject([{ segment: 's', version: 2, state: 'live', members: 3 }]);
    expect(live.changes.slice(2).map(({ entity, direction, version }) => `${entity} ${direction} ${version}`)).toEqual(['bob left 2', 'cem entered 2', 'eve entered 2']);
  });

  it('merges, tells it by the names that others know, and parts again', () => {
    const live = drive();
    live.define('two', did('x', { value: 2, window: { last: 1, unit: 'hours' } }), start);
    live.append({ kind: 'event', event: eventOf({ by: '~phone', name: 'x', at: start }) }, start);
    live.append({ kind: 'event', event: eventOf({ by: '~phone', name: 'x', at: start + MINUTE }) }, start + MINUTE);
    live.append({ kind: 'event', event: eventOf({ by: 'ann', name: 'x', at: start + 2 * MINUTE }) }, start + 2 * MINUTE);
    live.append({ kind: 'event', event: eventOf({ by: ['ann', '~phone'], name: 'identify', kind: 'identify', at: start + 3 * MINUTE, payload: { traits: { plan: 'pro' } } }) }, start + 3 * MINUTE);
    expect(live.members('two')).toEqual(['ann']);
    const merge = live.journal.length;
    expect(live.state.merges()).toMatchObject([{ seq: merge, entity: 'ann', undone: false }]);
    live.append({ kind: 'unmerge', merge }, start + 4 * MINUTE);
    expect(live.members('two')).toEqual(['anonymous:phone']);
    expect(live.changes.map(({ entity, direction, sequence, at }) => `${entity} ${direction} ${sequence} ${(at - start) / MINUTE}`)).toEqual([
      'anonymous:phone entered 1 1', 'anonymous:phone left 2 3', 'ann entered 3 3', 'ann left 4 4', 'anonymous:phone entered 5 4',
    ]);
    const ann = live.state.entity(live.state.find({ type: 'user', value: 'ann' })!);
    expect(ann).toMatchObject({ id: 'ann', traits: { plan: 'pro' }, events: 2, memberships: [] });
  });

  it('says why and why not, with the events that decide and the instant at which it changes', () => {
    const live = drive();
    live.define('s', { all: [did('x', { value: 2, window: { last: 1, unit: 'hours' } }), { not: did('y', { window: { last: 30, unit: 'minutes' } }) }] }, start);
    live.append({ kind: 'event', event: eventOf({ by: 'ann', name: 'x', at: start }) }, start);
    live.append({ kind: 'event', event: eventOf({ by: 'ann', name: 'y', at: start + MINUTE }) }, start + MINUTE);
    live.append({ kind: 'event', event: eventOf({ by: 'ann', name: 'x', at: start + 2 * MINUTE }) }, start + 2 * MINUTE);
    const ann = live.state.find({ type: 'user', value: 'ann' })!;
    expect(live.state.why(ann, 's')).toMatchObject({
      entity: 'ann', member: false, changesAt: start + 31 * MINUTE,
      conditions: [
        { path: ['all', 0], holds: true, value: 2, changesAt: start + HOUR, events: [{ seq: 5, name: 'x' }, { seq: 3, name: 'x' }] },
        { path: ['all', 1, 'not'], holds: true, value: 1, changesAt: start + 31 * MINUTE, events: [{ seq: 4, name: 'y' }] },
      ],
    });
    live.advance(start + 31 * MINUTE);
    expect(live.state.why(ann, 's')).toMatchObject({ member: true, since: start + 31 * MINUTE, changesAt: start + HOUR });
    expect(live.state.entity(ann).memberships).toMatchObject([{ segment: 's', since: start + 31 * MINUTE, until: start + HOUR }]);
    expect(live.changes).toMatchObject([{ at: start + 31 * MINUTE, reason: '30 minutes are over', seq: 5 }]);
    expect(() => live.state.why(ann, 't')).toThrow("no live segment 't'");
  });

  it('holds up under ten thousand names of events and columns called like what every object has', () => {
    const live = drive();
    live.define('s', did('__proto__', { where: [{ column: 'event', op: '=', value: '__proto__' }, { column: 'properties.constructor', op: '=', value: 'toString' }] }), start);
    for (let i = 0; i < 10_000; i++) live.append({ kind: 'event', event: eventOf({ by: `u${i % 50}`, name: `name ${i}`, at: start + i, payload: { properties: { [`p${i}`]: i } } }) }, start + i);
    live.append({ kind: 'event', event: eventOf({ by: 'ann', name: '__proto__', at: start + HOUR, payload: { properties: { constructor: 'toString' }, traits: { __proto__: 1 } } }) }, start + HOUR);
    expect(live.members('s')).toEqual(['ann']);
    const [events] = live.state.vocabulary().sources;
    expect(events.columns.length).toBeLessThan(600);
    expect(events.columns[0].values!.length).toBeLessThanOrEqual(500);
  });

  it('goes on from what was saved as if nothing had been', () => {
    const live = drive();
    live.define('s', did('x', { where: [{ column: 'event', op: '=', value: 'x' }, { column: 'properties.product', op: '=', value: 'mug' }], window: { last: 1, unit: 'hours' } }), start);
    live.append({ kind: 'event', event: eventOf({ by: 'ann', name: 'x', at: start, payload: { properties: { product: 'mug' } } }) }, start);
    const states = [...live.state.changed()];
    const again = openState({ ...options, saved: { rest: joined(live.state.rest()), due: states.map(({ entity, due }) => ({ entity, due })) } });
    const ann = again.find({ type: 'user', value: 'ann' })!;
    expect([again.isCold(ann), again.needs([], start + HOUR), again.next()]).toEqual([true, [ann], start + HOUR]);
    again.load(ann, states[0].bytes!);
    expect(again.entity(ann)).toEqual(live.state.entity(ann));
    expect(again.advance(start + HOUR)).toEqual(live.state.advance(start + HOUR));
    expect([...again.changed()].map(({ entity }) => entity)).toEqual([ann]);
    again.release(0);
    expect([again.release(0), again.isCold(ann)]).toEqual([0, true]);
  });
});
