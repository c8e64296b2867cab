import type { Answers } from '../domain/examples.js';

/** Weights of the rows under which every class that there is weighs the same; their sum stays what it was. */
export function classBalance({ values, weights }: Answers): Float64Array {
  const held = new Map<number, number>();
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const w = weights?.[i] ?? 1;
    total += w;
    held.set(values[i], (held.get(values[i]) ?? 0) + w);
  }
  return Float64Array.from(values, (value, i) => ((weights?.[i] ?? 1) * total) / held.size / held.get(value)!);
}
