import type { Answers } from '../../domain/examples.js';
import type { Rng } from '../../util/rng.js';

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
