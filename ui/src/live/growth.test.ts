import { expect, it } from 'vitest';
import { growthOf } from './growth.js';

it('goes back from now, a step at a time', () => {
  expect(growthOf(2, [{ entered: 1, left: 0 }, { entered: 3, left: 1 }, { entered: 0, left: 1 }])).toEqual([0, 1, 3, 2]);
  expect(growthOf(7, [])).toEqual([7]);
});
