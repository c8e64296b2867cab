import type { FeatureMatrix } from '../../domain/matrix.js';

/** Encoded rows in a byte per number: row-major, and what a byte of each column stands for: low + step × byte, within half a step. */
export interface Coarse {
  readonly bytes: Uint8Array;
  readonly low: Float64Array;
  readonly step: Float64Array;
}

/** Everyone's encoded rows at a quarter of their size: enough to tell who may be near whom. */
export function coarse({ rows, d, stride, data }: Pick<FeatureMatrix, 'rows' | 'd' | 'stride' | 'data'>): Coarse {
  const low = new Float64Array(d).fill(Infinity), high = new Float64Array(d).fill(-Infinity);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < d; j++) {
      const value = data[i * stride + j];
      if (value < low[j]) low[j] = value;
      if (value > high[j]) high[j] = value;
    }
  }
  const step = low.map((from, j) => (high[j] - from) / 255 || 0);
  const bytes = new Uint8Array(rows * d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) bytes[i * d + j] = step[j] > 0 ? Math.round((data[i * stride + j] - low[j]) / step[j]) : 0;
  return { bytes, low, step };
}

/**
 * Rows that may be among the `count` nearest to a point (none that are is missing), but not `except`; ascending. A row's distance differs from its coarse one by at most
 * half the diagonal of a cell, so nobody is among the nearest whose coarse distance is a whole diagonal beyond that of the last. One pass.
 */
export function candidates({ bytes, low, step }: Coarse, point: ArrayLike<number>, count: number, except: number): number[] {
  const d = low.length;
  const rows = bytes.length / d;
  // The columns that most rows are far off in come first: most rows are given up after a few.
  const columns = farFirst({ bytes, low, step }, point);
  const squares = new Float32Array(256 * d); // half the memory of exact ones, which counts in so short a loop; the diagonal allows for it
  for (let i = 0; i < d; i++) {
    const j = columns[i], off = point[j] - low[j], width = step[j];
    for (let b = 0; b < 256; b++) squares[256 * i + b] = (off - width * b) * (off - width * b);
  }
  const diagonal = Math.sqrt(step.reduce((sum, width) => sum + width * width, 0)) * (1 + 1e-6) + 1e-6; // single precision rounds
  const least = new Float64Array(count).fill(Infinity); // the nearest coarse distances so far, ascending
  let limit = Infinity;
  const found: { row: number; square: number }[] = [];
  for (let row = 0, at = 0; row < rows; row++, at += d) {
    let square = 0;
    let i = 0;
    for (; i + 4 <= d && square <= limit; i += 4) {
      square += squares[256 * i + bytes[at + columns[i]]] + squares[256 * i + 256 + bytes[at + columns[i + 1]]]
        + squares[256 * i + 512 + bytes[at + columns[i + 2]]] + squares[256 * i + 768 + bytes[at + columns[i + 3]]];
    }
    for (; i < d && square <= limit; i++) square += squares[256 * i + bytes[at + columns[i]]];
    if (square > limit || row === except) continue;
    found.push({ row, square });
    if (square >= least[count - 1]) continue;
    let place = count - 1;
    for (; place > 0 && least[place - 1] > square; place--) least[place] = least[place - 1];
    least[place] = square;
    limit = (Math.sqrt(least[count - 1]) + diagonal) ** 2;
  }
  return found.filter(({ square }) => square <= limit).map(({ row }) => row);
}

/** Rows looked at to tell in which columns a point is far from most. */
const looked = 256;

/** The columns, those in which a point is farthest from other rows as a rule first. */
function farFirst({ bytes, low, step }: Coarse, point: ArrayLike<number>): Int32Array {
  const d = low.length;
  const rows = bytes.length / d;
  const apart = Math.max(1, Math.floor(rows / looked));
  const far = new Float64Array(d);
  for (let row = 0; row < rows; row += apart) {
    for (let j = 0, at = row * d; j < d; j++) {
      const off = point[j] - low[j] - step[j] * bytes[at + j];
      far[j] += off * off;
    }
  }
  return Int32Array.from(far.keys()).sort((a, b) => far[b] - far[a] || a - b);
}
