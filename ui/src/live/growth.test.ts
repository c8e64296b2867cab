import { expect, it } from 'vitest';
import { growthOf } from './growth.js';

it('goes back from now, a step for each who came or went', () => {
  expect(growthOf(2, [{ direction: 'entered' }, { direction: 'entered' }, { direction: 'left' }, { direction: 'entered' }])).toEqual([0, 1, 2, 1, 2]);
  expect(growthOf(7, [])).toEqual([7]);
});
