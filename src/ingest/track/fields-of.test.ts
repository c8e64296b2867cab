import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json } from '../../domain/event.js';
import { fieldsOf } from './fields-of.js';
import { createLocalClock } from './local-time.js';

const localTime = createLocalClock();
const at = Date.UTC(2024, 6, 1, 22, 30);
const fields = (payload: { readonly [key: string]: Json }) => ({ ...fieldsOf({ at, payload }) });

it('fields are the values of an event by path, and the time where somebody is', () => {
  expect(fields({ properties: { total: 12.5, coupon: null, products: [{ price: 3 }, { price: 4 }], tags: ['a', 'b'] }, context: { timezone: 'Europe/Berlin', page: { path: '/x' } }, integrations: { All: true }, groupId: 'g' })).toEqual({
    'local.hour': 0, 'local.weekday': 2, 'local.date': '2024-07-02', groupId: 'g', 'properties.total': 12.5, 'properties.products.0.price': 3, 'properties.products.1.price': 4, 'properties.tags.0': 'a', 'properties.tags.1': 'b',
    'context.timezone': 'Europe/Berlin', 'context.page.path': '/x',
  });
});

it('fields are bounded in number, depth, length and width', () => {
  const wide = fields({ properties: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, i])) });
  expect(Object.keys(wide)).toHaveLength(300);
  expect(fields({ properties: { list: Array.from({ length: 50 }, (_, i) => i) } })).not.toHaveProperty(['properties.list.20']);
  expect(fields({ properties: { a: 'x'.repeat(2000), b: `${'x'.repeat(999)}😀` } })).toMatchObject({ 'properties.a': 'x'.repeat(1000), 'properties.b': 'x'.repeat(999) });
  expect(Object.keys(fields({ properties: { a: { b: { c: { d: { e: { f: { g: 1, h: { i: 2 } } } } } } }, ['k'.repeat(300)]: 1 } }))).toEqual(['local.hour', 'local.weekday', 'local.date', 'properties.a.b.c.d.e.f.g']);
});

it('fields have no prototype, and nothing that JSON does not bring back', () => {
  const made = fieldsOf({ at, payload: JSON.parse('{"properties":{"__proto__":{"x":1},"constructor":2,"big":1e999,"zero":-0}}') });
  expect(made.toString).toBeUndefined();
  expect(Object.is(made['properties.zero'], 0)).toBe(true);
  expect(made).not.toHaveProperty(['properties.big']);
  expect(made['properties.constructor']).toBe(2);
});

it('fields are the same after the journal has written the event as JSON', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), (properties) => {
    const payload = { properties: properties as Json };
    expect({ ...fieldsOf({ at, payload: JSON.parse(JSON.stringify(payload)) }) }).toEqual({ ...fieldsOf({ at, payload }) });
  }));
});

it('local time is that of the zone, through changes of its clocks', () => {
  const berlin = (iso: string) => localTime(Date.parse(iso), 'Europe/Berlin');
  expect(berlin('2024-03-31T00:59:59.999Z')).toEqual({ hour: 1, weekday: 7, date: '2024-03-31' });
  expect(berlin('2024-03-31T01:00:00.000Z')).toEqual({ hour: 3, weekday: 7, date: '2024-03-31' });
  expect(berlin('2024-10-27T00:59:59.999Z').hour).toBe(2);
  expect(berlin('2024-10-27T01:00:00.000Z').hour).toBe(2);
  expect(localTime(Date.parse('2024-01-01T00:00:00Z'), 'Asia/Kathmandu')).toEqual({ hour: 5, weekday: 1, date: '2024-01-01' });
  expect(localTime(Date.parse('2024-04-06T14:59:59Z'), 'Australia/Lord_Howe').hour).toBe(1);
  for (const none of [undefined, null, 7, '', 'Mars/Base', '../etc', 'x'.repeat(5000)]) expect(localTime(at, none)).toEqual({ hour: 22, weekday: 1, date: '2024-07-01' });
});

it('local time agrees with the calendar of the engine in any zone', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  fc.assert(fc.property(fc.constantFrom(...zones), fc.integer({ min: 631_152_000_000, max: 2_000_000_000_000 }), (timeZone, instant) => {
    const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit' }).formatToParts(instant).map(({ type, value }) => [type, value]));
    expect(localTime(instant, timeZone)).toEqual({ hour: Number(parts.hour), weekday: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts.weekday) + 1, date: `${parts.year}-${parts.month}-${parts.day}` });
  }), { numRuns: 300 });
});
