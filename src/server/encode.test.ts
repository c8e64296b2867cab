import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { answerCache, compressed, encodingFor } from './encode.js';

it.each([
  ['gzip, deflate, br', 'br'], ['gzip', 'gzip'], ['br;q=0, gzip;q=0.5', 'gzip'], ['identity', undefined], ['', undefined], [undefined, undefined], ['*', 'br'], ['*;q=0', undefined], ['BR', 'br'],
])('Accept-Encoding %j gives %s', (accepted, encoding) => {
  expect(encodingFor(accepted)).toBe(encoding);
});

it('compresses so that the same bytes come back', async () => {
  const bytes = Buffer.from('segments '.repeat(500));
  expect(gunzipSync(await compressed(bytes, 'gzip', false))).toEqual(bytes);
  expect(brotliDecompressSync(await compressed(bytes, 'br', true))).toEqual(bytes);
});

it('makes an answer once for many who ask at once, and again when it had to go', async () => {
  const cache = answerCache(100);
  let made = 0;
  const ask = (key: string) => cache.get(key, async () => ({ body: Buffer.alloc(40, ++made), headers: {} }));
  const [a, b] = await Promise.all([ask('a'), ask('a')]);
  expect([a.body[0], b.body[0]]).toEqual([1, 1]);
  await ask('b');
  await ask('a');
  await ask('c');
  expect((await ask('a')).body[0]).toBe(1);
  expect((await ask('b')).body[0]).toBe(4);
});

it('does not keep a failure', async () => {
  const cache = answerCache(100);
  await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const yes = { body: Buffer.from('yes'), headers: {} };
  expect(await cache.get('a', async () => yes)).toBe(yes);
});

it('is made by the next one where whoever asked first gave up', async () => {
  const cache = answerCache(100);
  let giveUp = () => {};
  const first = cache.get('a', () => new Promise((_, fail) => { giveUp = () => fail(new Error('gone')); }));
  const second = cache.get('a', async () => ({ body: Buffer.from('second'), headers: {} }));
  giveUp();
  await expect(first).rejects.toThrow('gone');
  expect((await second).body.toString()).toBe('second');
});
