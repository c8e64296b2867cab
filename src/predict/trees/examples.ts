import type { Answers, Examples } from '../../domain/examples.js';
import { ShoalError } from '../../errors.js';
import type { Rng } from '../../util/rng.js';

/** @throws `predict/no-answers`, `predict/infinite` */
export function requireLearnable(x: Examples, y: Answers): void {
  if (x.rows === 0) throw new ShoalError('predict/no-answers', {});
  x.columns.forEach((column, j) => refuseInfinite(column, x.inputs[j].name));
  if (y.task === 'regression') refuseInfinite(y.values, 'the answers', true);
}

function refuseInfinite(column: Float64Array, name: string, alsoMissing = false): void {
  for (let row = 0; row < column.length; row++) {
    const value = column[row];
    if (value - value !== 0 && (alsoMissing || value === value)) throw new ShoalError('predict/infinite', { name, row, value });
  }
}

/** Some of the rows, in that order. */
export function someExamples(x: Examples, rows: Int32Array): Examples {
  return { ...x, rows: rows.length, columns: x.columns.map((column) => Float64Array.from(rows, (i) => column[i])) };
}

export function someAnswers(y: Answers, rows: Int32Array): Answers {
  return { ...y, values: Float64Array.from(rows, (i) => y.values[i]), ...(y.weights && { weights: Float64Array.from(rows, (i) => y.weights![i]) }) };
}

/** Rows to learn from and a share held out, drawn within each class (numbers: within each hundred neighbours in size). Both ascending. */
export function heldOut(y: Answers, share: number, rng: Rng): { kept: Int32Array; held: Int32Array } {
  const order = Array.from(y.values.keys(), (i) => ({ i, key: rng.next() }));
  const size = y.task === 'regression' ? 100 : Infinity;
  order.sort((a, b) => y.values[a.i] - y.values[b.i] || a.i - b.i);
  const out = new Uint8Array(y.values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && end - start < size && (size < Infinity || y.values[order[end].i] === y.values[order[start].i])) end++;
    const group = order.slice(start, end).sort((a, b) => a.key - b.key);
    for (const { i } of group.slice(0, Math.round(group.length * share))) out[i] = 1;
    start = end;
  }
  const all = Int32Array.from(y.values.keys());
  return { kept: all.filter((i) => out[i] === 0), held: all.filter((i) => out[i] === 1) };
}

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
