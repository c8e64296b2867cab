import type { EncodedFeature } from '../domain/matrix.js';
import type { Assignment, SegmentModel } from '../domain/segment.js';
import { algorithmNamed } from './catalog.js';
import { emptyAssignment } from './nearest.js';

/** Rows handled at a time: large enough for algorithms that sort the rows they are asked about, small beside the data. */
const block = 8192;

/**
 * Assigns entities from raw feature values (one column per feature of the model's encoder, in its order; NaN = missing), in double precision:
 * z = (f(clamp(x ?? fill, low, high)) − centre) × scale, then what the model's algorithm says. `assignSql` does the same arithmetic in the same order.
 */
export function assignRaw(model: Pick<SegmentModel, 'algorithm' | 'params' | 'encoder'>, columns: readonly Float64Array[]): Assignment {
  const features = model.encoder.features.map(bounded);
  const algorithm = algorithmNamed(model.algorithm);
  const d = features.length;
  const rows = columns[0]?.length ?? 0;
  const into = emptyAssignment(rows);
  const encoded = new Float64Array(Math.min(block, rows) * d);
  for (let start = 0; start < rows; start += block) {
    const count = Math.min(block, rows - start);
    features.forEach((feature, j) => encodeInto(encoded.subarray(j), d, columns[j].subarray(start, start + count), feature));
    const found = algorithm.assign(model.params, { rows: count, d, stride: d, data: encoded.subarray(0, count * d) });
    into.labels.set(found.labels, start);
    into.strength.set(found.strength, start);
    into.second.set(found.second, start);
  }
  return into;
}

/** The feature with its winsor bounds kept inside the domain of its transform. */
export function bounded(feature: EncodedFeature): EncodedFeature {
  const least = feature.transform === 'log1p' ? -1 + 1e-12 : feature.transform === 'sqrt' ? 0 : Number.NEGATIVE_INFINITY;
  return feature.low >= least ? feature : { ...feature, low: least, high: Math.max(feature.high, least) };
}

/** Every `step`th number of `into` becomes an encoded value. Kept apart so that each transform's loop is compiled on its own. */
function encodeInto(into: Float64Array, step: number, column: Float64Array, feature: EncodedFeature): void {
  const { transform } = feature;
  if (transform === 'log1p') encodeLog(into, step, column, feature);
  else if (transform === 'sqrt') encodeRoot(into, step, column, feature);
  else encodePlain(into, step, column, feature);
}

function encodePlain(into: Float64Array, step: number, column: Float64Array, { low, high, fill, centre, scale }: EncodedFeature): void {
  for (let r = 0; r < column.length; r++) into[r * step] = (clamp(column[r], low, high, fill) - centre) * scale;
}

function encodeLog(into: Float64Array, step: number, column: Float64Array, { low, high, fill, centre, scale }: EncodedFeature): void {
  // log(1 + x) rather than log1p(x), because SQL has only the first: the two differ in the last bit.
  for (let r = 0; r < column.length; r++) into[r * step] = (Math.log(1 + clamp(column[r], low, high, fill)) - centre) * scale;
}

function encodeRoot(into: Float64Array, step: number, column: Float64Array, { low, high, fill, centre, scale }: EncodedFeature): void {
  for (let r = 0; r < column.length; r++) into[r * step] = (Math.sqrt(clamp(column[r], low, high, fill)) - centre) * scale;
}

function clamp(value: number, low: number, high: number, fill: number): number {
  const known = value !== value ? fill : value;
  return known < low ? low : known > high ? high : known;
}
