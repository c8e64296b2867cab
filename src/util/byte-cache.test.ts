import { expect, it } from 'vitest';
import { createByteCache } from './byte-cache.js';

it('keeps what was asked for last, within its bytes', () => {
  const cache = createByteCache(10);
  const made: string[] = [];
  const ask = (key: string, bytes = 4) => cache.get(key, () => (made.push(key), key), () => bytes);
  ask('a');
  ask('b');
  ask('a');
  ask('c'); // b goes: it was not asked for longest
  expect(cache.bytes).toBe(8);
  ask('a');
  ask('b');
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});

it('gives what is larger than all it may keep, and keeps the rest', () => {
  const cache = createByteCache(10);
  cache.get('small', () => 1, () => 10);
  expect(cache.get('large', () => 2, () => 11)).toBe(2);
  expect(cache.bytes).toBe(10);
  expect(cache.get('small', () => 3, () => 10)).toBe(1);
});

it('finds what is kept, which counts as asking for it', () => {
  const cache = createByteCache(10);
  expect(cache.find('a')).toBeUndefined();
  cache.get('a', () => 'A', () => 5);
  cache.get('b', () => 'B', () => 5);
  expect(cache.find('a')).toBe('A');
  cache.get('c', () => 'C', () => 5);
  expect([cache.find('a'), cache.find('b')]).toEqual(['A', undefined]);
});
