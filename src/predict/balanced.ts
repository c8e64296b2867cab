import type { Answers } from '../domain/examples.js';

/** The answers with each class weighing as much as every other, and as much altogether as before. */
export function balanced(y: Answers): Answers {
  if (y.task === 'regression') return y;
  const classes = y.classes?.length ?? 2;
  const weightOf = (i: number) => (y.weights ? y.weights[i] : 1);
  const totals = new Float64Array(classes);
  for (let i = 0; i < y.values.length; i++) totals[y.values[i]] += weightOf(i);
  const all = totals.reduce((a, b) => a + b, 0);
  const present = totals.filter((total) => total > 0).length;
  return { ...y, weights: Float64Array.from(y.values, (c, i) => (weightOf(i) * all) / (present * totals[c])) };
}
