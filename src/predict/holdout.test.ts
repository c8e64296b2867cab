import { expect, it } from 'vitest';
import { createContext } from '../context.js';
import { drawOf, holdOut, requireAnswers } from './holdout.js';

const context = createContext({ seed: 4 });

it('a quarter is held out, each answer in its share, no entity on both sides, unknown answers in neither', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => (i % 50 === 7 ? Number.NaN : i % 10 === 0 ? 1 : 0));
  const entities = Array.from(values, (_, i) => `e${Math.floor(i / 20) * 2 + (i % 10 === 0 ? 1 : 0)}`);
  const { train, test, below } = holdOut({ task: 'binary', values }, entities, context);
  expect(train.length + test.length).toBe(980);
  const share = (rows: Int32Array) => rows.filter((i) => values[i] === 1).length / rows.length;
  expect(Math.abs(share(train) - share(test))).toBeLessThan(0.02);
  const tested = new Set(Array.from(test, (i) => entities[i]));
  expect(Array.from(train).filter((i) => tested.has(entities[i]))).toEqual([]);
  expect(holdOut({ task: 'binary', values }, entities, context)).toEqual({ train, test, below });
});

it('rows keep their side when others come, and nobody below the line is learnt from then or later', () => {
  const values = Float64Array.from({ length: 1500 }, (_, i) => (i % 10 === 0 ? 1 : 0));
  const entities = Array.from(values, (_, i) => `e${i}`);
  const [before, after] = [holdOut({ task: 'binary', values: values.slice(0, 1000) }, entities.slice(0, 1000), context), holdOut({ task: 'binary', values }, entities, context)];
  const tested = new Set(after.test);
  expect(before.test.filter((i) => tested.has(i)).length).toBeGreaterThan(0.9 * before.test.length);
  for (const { train, below } of [before, after]) expect(Array.from(train).filter((i) => drawOf(entities[i], context) < below)).toEqual([]);
  expect(Math.min(before.below, after.below)).toBeGreaterThan(0.15);
});

it('answers that nothing can be learnt from are refused in words', () => {
  const binary = (values: number[]) => () => requireAnswers({ task: 'binary', classes: ['no', 'yes'], values: Float64Array.from(values) }, 'learn from', 'Will they?');
  expect(binary([...Array(500).fill(0)])).toThrow("All 500 rows to learn from have the same answer; none is 'yes', so there is nothing to tell apart.");
  expect(binary([...Array(500).fill(0), 1, 1, 1, 1, 1])).toThrow("Only 5 of the 505 rows to learn from are 'yes', and at least 10 are needed.");
  expect(binary([Number.NaN])).toThrow("There is no row to learn from: nobody's answer is known.");
  expect(binary([...Array(20).fill(0), ...Array(10).fill(1)])).not.toThrow();
  expect(() => requireAnswers({ task: 'regression', values: Float64Array.of(3, 3) }, 'test on', '')).toThrow('All 2 rows to test on have the answer 3');
});
