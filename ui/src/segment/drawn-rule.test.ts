import { expect, it } from 'vitest';
import { rule } from '../../../src/domain/rule.js';
import { drawnRule } from './drawn-rule.js';

const segments = [{ segment: 0, id: 'loyal' }, { segment: 1, id: 'lapsing' }];
const points = [[0, 0], [1, 0], [0, 1]] as const;

it('is the polygon alone where nothing was hidden', () => {
  const made = drawnRule('run-1', { points, count: 3 }, segments);
  expect(made).toEqual({ kind: 'drawn', run: 'run-1', points });
  expect(rule.parse(made)).toEqual(made);
});

it('takes only those of the segments that were shown, and those in none by exclusion', () => {
  const made = drawnRule('run-1', { points, count: 3, shown: [1, -1] }, segments);
  expect(made).toEqual({ all: [{ kind: 'drawn', run: 'run-1', points }, { any: [{ kind: 'segment', segment: 'lapsing' }, { not: { any: [{ kind: 'segment', segment: 'loyal' }, { kind: 'segment', segment: 'lapsing' }] } }] }] });
  expect(rule.parse(made)).toEqual(made);
});
