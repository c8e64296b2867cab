import { createContext, type Context } from '../../context.js';
import type { FeatureMatrix } from '../../domain/matrix.js';
import type { Report } from '../../domain/report.js';
import type { Subject } from '../../explain/subject.js';
import type { Kernel } from '../../kernel/kernel.js';
import { assignInBatches } from '../../segment/batches.js';
import type { CentreParams } from '../../segment/nearest.js';
import { encodedRows } from '../model.js';
import { type Held, mostRows } from './held.js';
import { featureColumn } from './keep.js';
import { type StandIns, standIns, standInsAmong } from './rows.js';
import { everyone } from './subject.js';

/** Everyone of a run as questions that take long need them: read from the run's files, or as a run that is being written has them in memory. The answers are the same. */
export interface Whole {
  readonly report: Pick<Report, 'segments' | 'choice'>;
  readonly rows: number;
  /** The segment of each row; −1: in none. */
  readonly segment: ArrayLike<number>;
  /** Everyone by their raw features; encoded rows may be missing. */
  readonly subject: Subject;
  readonly standIns: StandIns;
  /** The segment of the nearest centre for everyone, a part at a time. @throws `run/aborted` */
  nearest(centres: CentreParams, context: Context, kernel: Kernel): Promise<Int32Array>;
}

type Rows = Pick<FeatureMatrix, 'rows' | 'd' | 'stride' | 'data'>;

/** Rows that are placed at a time where everyone is passed by. */
const block = 65_536;

/** Of a run that was opened. */
export function wholeOf(held: Held): Whole {
  const { report, rows, segment, model: { encoder }, file } = held;
  const part = (from: number, to: number) => encodedRows(to - from, encoder, (j) => file.numbers(featureColumn(encoder.features[j].name), from, to));
  return { report, rows, segment, subject: everyone(held), standIns: standIns(held), nearest: (...asked) => nearest(rows, part, ...asked) };
}

/** Of a run that was found just now. `seed`: the run's; `most`: as `Held` has it. */
export function wholeIn(subject: Subject, report: Pick<Report, 'segments' | 'choice'>, seed: number, most = mostRows): Whole {
  const { matrix, assignment } = subject;
  const rows = standInsAmong(matrix.rows, { most, rng: createContext({ seed }).rng });
  const part = (from: number, to: number): Rows => ({ ...matrix, rows: to - from, data: matrix.data.subarray(from * matrix.stride, to * matrix.stride) });
  return {
    report, rows: matrix.rows, segment: assignment.labels, subject, standIns: { rows, matrix: rows.length === matrix.rows ? matrix : someOf(matrix, rows) },
    nearest: (...asked) => nearest(matrix.rows, part, ...asked),
  };
}

function someOf(matrix: FeatureMatrix, rows: Int32Array): FeatureMatrix {
  const { stride } = matrix;
  const data = new Float32Array(rows.length * stride);
  rows.forEach((row, i) => data.set(matrix.data.subarray(row * stride, (row + 1) * stride), i * stride));
  return { ...matrix, rows: rows.length, data };
}

async function nearest(rows: number, part: (from: number, to: number) => Rows, { k, d, centroids }: CentreParams, context: Context, kernel: Kernel): Promise<Int32Array> {
  const centres = { k, d, values: Float64Array.from(centroids) };
  const labels = new Int32Array(rows);
  for (let from = 0; from < rows; from += block) {
    const to = Math.min(rows, from + block);
    await assignInBatches(part(from, to), new Float64Array(d), centres, context, kernel, labels.subarray(from, to));
  }
  return labels;
}
