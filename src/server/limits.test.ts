import { expect, it } from 'vitest';
import { createBucket } from './limits.js';

it('lets a burst through, then as many as flow in, and tells how long to wait', () => {
  let now = 0;
  const bucket = createBucket({ perSecond: 2, burst: 3 }, () => now);
  expect([1, 2, 3, 4].map(() => bucket.take('a'))).toEqual([0, 0, 0, 1]);
  expect(bucket.take('b')).toBe(0);
  now = 500;
  expect([bucket.take('a'), bucket.take('a')]).toEqual([0, 1]);
  now = 60_000;
  expect([1, 2, 3, 4].map(() => bucket.take('a'))).toEqual([0, 0, 0, 1]);
});

it('asks for longer waits where little flows in', () => {
  const bucket = createBucket({ perSecond: 0.1, burst: 1 }, () => 0);
  expect([bucket.take('a'), bucket.take('a')]).toEqual([0, 10]);
});

it('remembers a bounded number of callers', () => {
  const bucket = createBucket({ perSecond: 0.001, burst: 1 }, () => 0);
  for (let i = 0; i < 20_000; i++) bucket.take(`caller ${i}`);
  expect(bucket.take('caller 19999')).toBeGreaterThan(0);
  expect(bucket.take('caller 0')).toBe(0);
});
