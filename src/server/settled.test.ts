import { expect, it } from 'vitest';
import { settledBy } from './settled.js';

it('reads once until something changes, and again where reading failed', async () => {
  let hash = 'a', reads = 0;
  const settled = settledBy({ head: async () => ({ seq: 1, hash }) });
  const name = async () => (await settled()).read('name', async () => `${hash}${++reads}`);
  expect(await Promise.all([name(), name()])).toEqual(['a1', 'a1']);
  expect(await name()).toBe('a1');
  hash = 'b';
  expect(await name()).toBe('b2');
  const failing = async (fails: boolean) => (await settled()).read('other', async () => (fails ? Promise.reject(new Error('gone')) : 'there'));
  await expect(failing(true)).rejects.toThrow('gone');
  expect(await failing(false)).toBe('there');
});

it('keeps what is read under how things were when it was asked, not under how they have become since', async () => {
  let hash = 'a';
  const settled = settledBy({ head: async () => ({ seq: 1, hash }) });
  const before = await settled();
  hash = 'b';
  const after = await settled();
  expect(await before.read('name', async () => 'old')).toBe('old');
  expect(await after.read('name', async () => 'new')).toBe('new');
  expect(await (await settled()).read('name', async () => 'newer')).toBe('new');
});
