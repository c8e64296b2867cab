import { expect, it } from 'vitest';
import type { Choice } from '../../../src/domain/choice.js';
import { pairedGroups, provenIn, testedGroups } from './tested.js';

const choice = (part: Partial<Choice>) => ({ verdict: 'segments', k: 5, largestStableK: 6, pairs: [], ...part }) as Choice;
const pair = (a: number, b: number) => ({ a, b, dip: 0.1, p: 0, separated: true });

it('reads the number of groups tested off the pairs, since it can differ from the number delivered', () => {
  expect(testedGroups(choice({ pairs: [pair(0, 3), pair(7, 2)] }))).toBe(8);
});

it('falls back to the largest steady number where no pair was tested', () => {
  expect(testedGroups(choice({}))).toBe(6);
});

it('takes the delivered number for a convenience partition', () => {
  expect(testedGroups(choice({ verdict: 'no-proven-structure', pairs: [pair(0, 3)] }))).toBe(5);
  expect(pairedGroups(choice({ verdict: 'no-proven-structure', pairs: [pair(0, 3)] }))).toBe(4);
});

it('tells the proven number from the one that was asked for', () => {
  expect(provenIn(choice({}))).toBe(5);
  expect(provenIn(choice({ verdict: 'no-proven-structure' }))).toBe(1);
  expect(provenIn(choice({ verdict: 'no-proven-structure', asked: { title: 'Ward', proven: 4, agreement: 0.6 } }))).toBe(4);
});
