import { ShoalError } from '../../errors.js';

/** How long each was there, of whom the end is known: a subscription with its end, or still running (censored). */
export interface Lifetimes {
  readonly rows: number;
  /** At least 0, in one unit. */
  readonly duration: Float64Array;
  /** 1 where it ended then, 0 where it was still running. */
  readonly ended: Float64Array;
}

/** @throws `predict/bad-lifetime`, `predict/no-ends` */
export function requireLifetimes({ rows, duration, ended }: Lifetimes): void {
  let ends = 0;
  for (let i = 0; i < rows; i++) {
    if (!(duration[i] >= 0 && duration[i] < Infinity)) throw new ShoalError('predict/bad-lifetime', { row: i + 1, problem: `lasts ${duration[i]}` });
    if (ended[i] !== 0 && ended[i] !== 1) throw new ShoalError('predict/bad-lifetime', { row: i + 1, problem: `has ${ended[i]} for whether it ended` });
    ends += ended[i];
  }
  if (!ends) throw new ShoalError('predict/no-ends', { rows });
}
