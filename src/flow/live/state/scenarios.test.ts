import { describe, expect, it } from 'vitest';
import type { Json } from '../../../domain/event.js';
import type { Condition, Rule } from '../../../domain/rule.js';
import { drive, eventOf } from './scenario.test.fixture.js';

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
/** Saturday 1 June 2024, 00:00 in Berlin. */
const saturday = Date.parse('2024-05-31T22:00:00Z');
const berlin = { context: { timezone: 'Europe/Berlin' } };

type Payload = Readonly<Record<string, Json>>;
/** What happens, one after the other: an event of Ann's, or time passing; and whether Ann is in then. */
type Step = { readonly at: number; readonly name?: string; readonly kind?: 'identify'; readonly payload?: Payload; readonly is: boolean };

const event = (name: string) => ({ column: 'event', op: '=', value: name }) as const;
const performed = (name: string, rest: Partial<Extract<Condition, { kind: 'performed' }>>): Rule => ({ kind: 'performed', source: 'events', where: [event(name)], op: '>=', value: 1, ...rest }) as Rule;

const scenarios: Readonly<Record<string, { readonly rule: Rule; readonly steps: readonly Step[]; readonly changes: readonly [instant: number, reason: string][] }>> = {
  'binge watcher after 10 hours in a weekend': {
    rule: performed('watched', { where: [event('watched'), { column: 'local.weekday', op: '>=', value: 6 }], sum: 'properties.minutes', value: 600, window: { last: 2, unit: 'days' } }),
    steps: [
      { at: saturday - 1, name: 'watched', payload: { ...berlin, properties: { minutes: 500 } }, is: false },
      { at: saturday, name: 'watched', payload: { ...berlin, properties: { minutes: 300 } }, is: false },
      { at: saturday + 10 * HOUR, name: 'watched', payload: { ...berlin, properties: { minutes: 299.9 } }, is: false },
      { at: saturday + 11 * HOUR, name: 'watched', payload: { ...berlin, properties: { minutes: 0.1 } }, is: true },
      { at: saturday + 2 * DAY - 1, is: true },
      { at: saturday + 2 * DAY, is: false },
    ],
    changes: [[saturday + 11 * HOUR, 'with minutes adding up to at least 600 over ‘watched’ events with local weekday at least 6 in the last 2 days'], [saturday + 2 * DAY, 'two days are over']],
  },
  'high-intent buyer in this session': {
    rule: { all: [performed('Product Viewed', { value: 3, window: { session: 30, unit: 'minutes' } }), performed('Cart Viewed', { window: { session: 30, unit: 'minutes' } })] },
    steps: [
      { at: saturday, name: 'Product Viewed', is: false },
      { at: saturday + 30 * MINUTE, name: 'Product Viewed', is: false },
      { at: saturday + 59 * MINUTE, name: 'Product Viewed', is: false },
      { at: saturday + 80 * MINUTE, name: 'Cart Viewed', is: false },
      { at: saturday + 81 * MINUTE, name: 'Product Viewed', is: true },
      { at: saturday + 110 * MINUTE, name: 'scrolled', is: true },
      { at: saturday + 140 * MINUTE - 1, is: true },
      { at: saturday + 140 * MINUTE, is: false },
    ],
    changes: [[saturday + 81 * MINUTE, 'with at least three ‘Product Viewed’ events in the current session (ended by 30 quiet minutes)'], [saturday + 140 * MINUTE, 'the session is over']],
  },
  'premium browser': {
    rule: { all: [
      performed('Product Viewed', { where: [event('Product Viewed'), { column: 'properties.price', op: '>=', value: 200 }, { column: 'context.device.type', op: 'in', values: ['desktop', 'tablet'] }], value: 2, window: { last: 7, unit: 'days' } }),
      { not: performed('Order Completed', { window: { last: 7, unit: 'days' } }) },
    ] },
    steps: [
      { at: saturday, name: 'Product Viewed', payload: { properties: { price: 200 }, context: { device: { type: 'desktop' } } }, is: false },
      { at: saturday + 1, name: 'Product Viewed', payload: { properties: { price: 500 }, context: { device: { type: 'mobile' } } }, is: false },
      { at: saturday + 2, name: 'Product Viewed', payload: { properties: { price: 'much' }, context: { device: { type: 'tablet' } } }, is: false },
      { at: saturday + HOUR, name: 'Product Viewed', payload: { properties: { price: 900 }, context: { device: { type: 'tablet' } } }, is: true },
      { at: saturday + 2 * HOUR, name: 'Order Completed', is: false },
      { at: saturday + 7 * DAY, is: false },
    ],
    changes: [[saturday + HOUR, 'with at least two ‘Product Viewed’ events with price at least 200 and device type ‘desktop’ or ‘tablet’ in the last 7 days'], [saturday + 2 * HOUR, 'with at least one ‘Order Completed’ event in the last 7 days']],
  },
  'abandoned cart for 30 minutes': {
    rule: { kind: 'sequence', first: { source: 'events', where: [event('Product Added')] }, then: { source: 'events', where: [event('Order Completed')] }, followed: false, within: { length: 30, unit: 'minutes' }, per: 'properties.cart_id', window: { last: 1, unit: 'days' } },
    steps: [
      { at: saturday, name: 'Product Added', payload: { properties: { cart_id: 'a' } }, is: false },
      { at: saturday + 10 * MINUTE, name: 'Product Added', payload: { properties: { cart_id: 'b' } }, is: false },
      { at: saturday + 30 * MINUTE - 1, name: 'Order Completed', payload: { properties: { cart_id: 'a' } }, is: false },
      { at: saturday + 40 * MINUTE - 1, is: false },
      { at: saturday + 40 * MINUTE, is: true },
      { at: saturday + DAY + 10 * MINUTE - 1, is: true },
      { at: saturday + DAY + 10 * MINUTE, is: false },
    ],
    changes: [[saturday + 40 * MINUTE, 'with a ‘Product Added’ event in the last day but no ‘Order Completed’ event with the same cart id within 30 minutes after it'], [saturday + DAY + 10 * MINUTE, 'one day is over']],
  },
  'lapsed after 90 days without an order': {
    rule: { kind: 'last', source: 'events', where: [event('Order Completed')], op: '>=', value: 90, unit: 'days' },
    steps: [
      { at: saturday, name: 'Order Completed', is: false },
      { at: saturday + 90 * DAY - 1, is: false },
      { at: saturday + 90 * DAY, is: true },
      { at: saturday + 100 * DAY, name: 'Page Viewed', is: true },
      { at: saturday + 101 * DAY, name: 'Order Completed', is: false },
    ],
    changes: [[saturday + 90 * DAY, 'whose last ‘Order Completed’ event was at least 90 days ago'], [saturday + 101 * DAY, 'no longer those whose last ‘Order Completed’ event was at least 90 days ago']],
  },
  'lunch office worker': {
    rule: performed('Order Completed', { where: [event('Order Completed'), { column: 'local.hour', op: 'between', from: 11, to: 13 }, { column: 'local.weekday', op: '<=', value: 5 }], value: 2, window: { last: 14, unit: 'days' } }),
    steps: [
      { at: saturday + 12 * HOUR, name: 'Order Completed', payload: berlin, is: false },
      { at: saturday + 2 * DAY + 11 * HOUR, name: 'Order Completed', payload: berlin, is: false },
      { at: saturday + 3 * DAY + 14 * HOUR, name: 'Order Completed', payload: berlin, is: false },
      { at: saturday + 4 * DAY + 14 * HOUR - 1, name: 'Order Completed', payload: berlin, is: true },
      { at: saturday + 16 * DAY + 11 * HOUR, is: false },
    ],
    changes: [[saturday + 4 * DAY + 14 * HOUR - 1, 'with at least two ‘Order Completed’ events with local hour between 11 and 13 and local weekday at most 5 in the last 14 days'], [saturday + 16 * DAY + 11 * HOUR, '14 days are over']],
  },
  'dinner family': {
    rule: { all: [
      { kind: 'attribute', source: 'traits', column: 'household', op: '>=', value: 3 },
      performed('Order Completed', { where: [event('Order Completed'), { column: 'local.hour', op: '>=', value: 17 }], window: { last: 30, unit: 'days' } }),
    ] },
    steps: [
      { at: saturday + 18 * HOUR, name: 'Order Completed', payload: berlin, is: false },
      { at: saturday + 19 * HOUR, name: 'identify', kind: 'identify', payload: { traits: { household: 4 } }, is: true },
      { at: saturday + 20 * HOUR, name: 'identify', kind: 'identify', payload: { traits: { household: 'four' } }, is: false },
    ],
    changes: [[saturday + 19 * HOUR, 'whose household is at least 3'], [saturday + 20 * HOUR, 'no longer those whose household is at least 3']],
  },
};

describe('what people in the field ask for, live', () => {
  it.each(Object.entries(scenarios))('%s', (name, { rule, steps, changes }) => {
    const live = drive();
    live.define(name, rule, saturday - 10 * DAY);
    for (const [i, { at, name: did, kind, payload, is }] of steps.entries()) {
      if (did) live.append({ kind: 'event', event: eventOf({ id: String(i), by: 'ann', name: did, at, kind, payload }) }, at);
      else live.advance(at);
      expect({ step: i, members: live.members(name) }).toEqual({ step: i, members: is ? ['ann'] : [] });
    }
    expect(live.changes.map(({ at, reason }) => [at, reason])).toEqual(changes);
    expect(live.changes.map(({ n, sequence, direction }) => [n, sequence, direction])).toEqual(changes.map((_, i) => [i + 1, i + 1, i % 2 ? 'left' : 'entered']));
  });
});
