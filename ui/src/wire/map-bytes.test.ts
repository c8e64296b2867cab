import { expect, it } from 'vitest';
import { mapOf } from './map-bytes.js';

const bytes = (rows: number) => {
  const whole = new Uint8Array(rows * 10);
  whole.set(new Uint8Array(Float32Array.from({ length: rows }, (_, i) => i).buffer), 0);
  whole.set(new Uint8Array(Float32Array.from({ length: rows }, (_, i) => -i).buffer), rows * 4);
  whole.set(new Uint8Array(Int16Array.from({ length: rows }, (_, i) => i - 1).buffer), rows * 8);
  return whole.buffer;
};

it('reads x, y and segment of everybody, an odd number of them too', () => {
  const map = mapOf(bytes(3), { rows: 3, method: 'principal components' });
  expect([...map.x]).toEqual([0, 1, 2]);
  expect([...map.y].map(Math.abs)).toEqual([0, 1, 2]);
  expect([...map.segment]).toEqual([-1, 0, 1]);
});

it('refuses half a map', () => {
  expect(() => mapOf(bytes(3).slice(0, 20), { rows: 3 })).toThrow('did not come whole');
  expect(mapOf(bytes(2), {}).rows).toBe(2);
});
