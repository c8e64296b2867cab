import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Json, Scalar } from '../../domain/event.js';
import { createFieldReader } from './field-reader.js';
import { fieldsOf } from './fields-of.js';

type Payload = { readonly [key: string]: Json };
const reader = createFieldReader((path) => path);
const read = (payload: Payload): [string, Scalar][] => {
  const found: [string, Scalar][] = [];
  reader.read({ payload }, (path, value) => void found.push([path, value]));
  return found;
};
const fields = (payload: Payload) => Object.entries(fieldsOf({ at: 0, payload })).slice(3);

it('a reader tells the fields of every event, in their order', () => {
  const awkward: Payload[] = [
    { properties: { a: { b: 1 }, 'a.b': 2, c: [1, [2, { d: 'x'.repeat(2000) }], null] }, groupId: 'g', category: 5, context: { page: { path: '' } } },
    { properties: { a: 7, zero: -0, big: 1e308 * 10, ['k'.repeat(300)]: { x: 1 } }, traits: { plan: true } },
    { properties: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, i])), context: { late: 1 } },
    { properties: JSON.parse('{"__proto__":{"x":1},"constructor":2,"toString":"y"}') as Json, traits: [1, 2] },
    { properties: { a: { b: { c: { d: { e: { f: { g: 1, h: { i: 2 } } } } } } }, list: Array.from({ length: 50 }, (_, i) => i) } },
  ];
  for (const payload of [...awkward, ...awkward]) expect(read(payload)).toEqual(fields(payload));
  fc.assert(fc.property(fc.array(fc.jsonValue({ maxDepth: 5 })), (all) => {
    for (const properties of all) expect(read({ properties: properties as Json, traits: properties as Json })).toEqual(fields({ properties: properties as Json, traits: properties as Json }));
  }));
});

it('a reader remembers no more paths than it may', () => {
  let made = 0;
  const counting = createFieldReader(() => made++);
  const event = (i: number) => ({ payload: { properties: { [`p${i}`]: 1, same: 2 } } });
  const told: number[] = [];
  for (let i = 0; i < 12_000; i++) counting.read(event(i), (n) => void told.push(n));
  expect(told).toHaveLength(24_000);
  expect(made).toBeGreaterThan(12_000);
  expect(made).toBeLessThan(12_010);
});
