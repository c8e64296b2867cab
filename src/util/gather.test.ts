import { expect, it } from 'vitest';
import { gather, gatherInts } from './gather.js';

it('picks rows in the order asked, repeats allowed', () => {
  expect([...gather(Float64Array.of(1.5, 2.5, 3.5), Int32Array.of(2, 0, 2))]).toEqual([3.5, 1.5, 3.5]);
  expect([...gatherInts(Int32Array.of(7, 8), Int32Array.of(1))]).toEqual([8]);
});
