import type { EncodedFeature } from '../domain/matrix.js';
import type { Assignment, SegmentModel } from '../domain/segment.js';
import { emptyAssignment, groupsOf, settle, type CentreParams } from './nearest.js';

/** Rows handled at a time: their encoded values and distances stay in the processor's cache. */
const block = 256;

/**
 * Assigns entities from raw feature values (one column per feature of the model's encoder, in its order; NaN = missing), in double precision:
 * z = (f(clamp(x ?? fill, low, high)) − centre) × scale, squared distances summed in feature order, ties to the lowest centre.
 * `assignSql` does the same arithmetic in the same order. O(rows × d × centres).
 */
export function assignRaw(model: Pick<SegmentModel, 'params' | 'encoder'>, columns: readonly Float64Array[]): Assignment {
  const params = model.params as unknown as CentreParams;
  const { features } = model.encoder;
  const groups = groupsOf(params);
  const rows = columns[0]?.length ?? 0;
  const into = emptyAssignment(rows);
  const encoded = new Float64Array(block);
  const squares = new Float64Array(block * groups.length);
  for (let start = 0; start < rows; start += block) {
    const count = Math.min(block, rows - start);
    squares.fill(0);
    features.forEach((feature, j) => {
      encodeInto(encoded, columns[j], start, count, bounded(feature));
      for (let c = 0; c < groups.length; c++) addSquares(squares, c * block, encoded, count, params.centroids[c * params.d + j]);
    });
    settle(squares, block, count, groups, into, start);
  }
  return into;
}

/** The feature with its winsor bounds kept inside the domain of its transform. */
export function bounded(feature: EncodedFeature): EncodedFeature {
  const least = feature.transform === 'log1p' ? -1 + 1e-12 : feature.transform === 'sqrt' ? 0 : Number.NEGATIVE_INFINITY;
  return feature.low >= least ? feature : { ...feature, low: least, high: Math.max(feature.high, least) };
}

/** Kept apart so that each transform's loop is compiled on its own. */
function encodeInto(into: Float64Array, column: Float64Array, start: number, count: number, feature: EncodedFeature): void {
  const { transform } = feature;
  if (transform === 'log1p') encodeLog(into, column, start, count, feature);
  else if (transform === 'sqrt') encodeRoot(into, column, start, count, feature);
  else encodePlain(into, column, start, count, feature);
}

function encodePlain(into: Float64Array, column: Float64Array, start: number, count: number, { low, high, fill, centre, scale }: EncodedFeature): void {
  for (let r = 0; r < count; r++) into[r] = (clamp(column[start + r], low, high, fill) - centre) * scale;
}

function encodeLog(into: Float64Array, column: Float64Array, start: number, count: number, { low, high, fill, centre, scale }: EncodedFeature): void {
  // log(1 + x) rather than log1p(x), because SQL has only the first: the two differ in the last bit.
  for (let r = 0; r < count; r++) into[r] = (Math.log(1 + clamp(column[start + r], low, high, fill)) - centre) * scale;
}

function encodeRoot(into: Float64Array, column: Float64Array, start: number, count: number, { low, high, fill, centre, scale }: EncodedFeature): void {
  for (let r = 0; r < count; r++) into[r] = (Math.sqrt(clamp(column[start + r], low, high, fill)) - centre) * scale;
}

function clamp(value: number, low: number, high: number, fill: number): number {
  const known = value !== value ? fill : value;
  return known < low ? low : known > high ? high : known;
}

function addSquares(squares: Float64Array, at: number, encoded: Float64Array, count: number, centre: number): void {
  for (let r = 0; r < count; r++) {
    const t = encoded[r] - centre;
    squares[at + r] += t * t;
  }
}
