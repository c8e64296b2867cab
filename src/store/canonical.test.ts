import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonical } from './canonical.js';

it('writes the same value as the same text, whatever the order of its members', () => {
  expect(canonical('x', { b: [1, null, { d: 1e21, c: -0 }], a: 'é\u2028"', absent: undefined })).toBe('{"a":"é\u2028\\"","b":[1,null,{"c":0,"d":1e+21}]}');
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
    const turned = Object.fromEntries(Object.entries(value).reverse());
    expect(canonical('x', turned)).toBe(canonical('x', value));
  }));
});

it('writes nothing that reads back as something else', () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
    expect(JSON.parse(canonical('x', value))).toEqual(JSON.parse(JSON.stringify(value)));
  }));
});

it('refuses what JSON would drop or change, naming it', () => {
  expect(() => canonical('input', { x: Number.NaN })).toThrow('The input holds NaN, which JSON cannot.');
  expect(() => canonical('input', { x: new Date(0) })).toThrow('The input holds an object of a class (Date), which JSON would change.');
  expect(() => canonical('input', undefined)).toThrow('The input is missing.');
  expect(() => canonical('input', { f: () => 1 })).toThrow('The input holds a function, which JSON cannot.');
  const circle: unknown[] = [];
  circle.push(circle);
  expect(() => canonical('input', circle)).toThrow('The input is nested more than 64 levels deep.');
});
