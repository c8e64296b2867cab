import { expect, it } from 'vitest';
import { createLru } from './lru.js';

const counting = () => {
  const made: string[] = [];
  return { made, make: (value: string) => async () => (made.push(value), value) };
};

it('makes a value once for all who ask, also meanwhile', async () => {
  const { made, make } = counting();
  const kept = createLru<string>(2);
  expect(await Promise.all([kept.get('a', make('1')), kept.get('a', make('2'))])).toEqual(['1', '1']);
  expect(await kept.get('a', make('3'))).toBe('1');
  expect(made).toEqual(['1']);
});

it('lets go of what was used least lately, by size', async () => {
  const { made, make } = counting();
  const kept = createLru<string>(5, (value) => value.length);
  await kept.get('a', make('aa'));
  await kept.get('b', make('bb'));
  await kept.get('a', make('aa again'));
  await kept.get('c', make('cc'));
  expect(kept.size).toBe(4);
  await kept.get('a', make('aa once more'));
  await kept.get('b', make('bb again'));
  expect(made).toEqual(['aa', 'bb', 'cc', 'bb again']);
});

it('keeps the last one whatever its size, and none that failed', async () => {
  const kept = createLru<string>(1, (value) => value.length);
  expect(await kept.get('a', async () => 'long')).toBe('long');
  expect(await kept.get('a', async () => 'other')).toBe('long');
  await expect(kept.get('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await kept.get('b', async () => 'yes')).toBe('yes');
});
