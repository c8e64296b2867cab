import { expect, it } from 'vitest';
import { packJson, unpackJson } from './typed-json.js';

it('typed arrays come back with their type and their bits', () => {
  const value = { a: Float64Array.of(0.1, Number.NaN, -0, Infinity), b: Int32Array.of(-5, 7), c: [Uint8Array.of(1, 255)], d: Float32Array.of(1.5), text: 'x', nothing: null };
  const back = unpackJson(packJson(value)) as typeof value;
  expect(back).toEqual(value);
  expect(Object.is(back.a[2], -0)).toBe(true);
  expect(back.c[0]).toBeInstanceOf(Uint8Array);
});

it('plain objects that look alike are left alone', () => {
  expect(unpackJson('{"float64":3,"other":"x"}')).toEqual({ float64: 3, other: 'x' });
});
