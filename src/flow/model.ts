import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { SegmentModel } from '../domain/segment.js';
import { encodeValue } from '../util/encode-value.js';
import { fingerprint } from '../util/fingerprint.js';

/** A fitted partition as a model that can be kept: with the encoder it was fitted behind, and an id that is its content's. */
export function modelOf(matrix: FeatureMatrix, fitted: Pick<SegmentModel, 'algorithm' | 'options' | 'params' | 'kind'>, seed: number): SegmentModel {
  const { algorithm, options, params, kind } = fitted;
  const body = { algorithm, options, params, encoder: matrix.encoder, seed, kind, trainedOn: { rows: matrix.rows, asOf: matrix.asOf, fingerprint: matrix.fingerprint } };
  return { id: fingerprint(JSON.stringify(body)), ...body };
}

/** The raw columns that a matrix was made of, in its order. */
export function columnsOf(table: FeatureTable, { encoder }: Pick<FeatureMatrix, 'encoder'>): Float64Array[] {
  const at = new Map(table.features.map((feature, j) => [feature.name, j]));
  return encoder.features.map(({ name }) => table.columns[at.get(name)!]);
}

/** Raw columns, by their position in the encoder, as the rows of a matrix; one column at a time is asked for. */
export function encodedRows(rows: number, { features }: FeatureMatrix['encoder'], column: (j: number) => Float64Array): Pick<FeatureMatrix, 'rows' | 'd' | 'stride' | 'data'> {
  const d = features.length;
  const stride = Math.ceil(d / 4) * 4;
  const data = new Float32Array(rows * stride);
  features.forEach((feature, j) => {
    const values = column(j);
    for (let i = 0; i < rows; i++) data[i * stride + j] = encodeValue(values[i], feature);
  });
  return { rows, d, stride, data };
}

/** The columns of a matrix that say yes or no. */
export function flagsOf(table: FeatureTable, { encoder }: Pick<FeatureMatrix, 'encoder'>): number[] {
  const kinds = new Map(table.features.map(({ name, kind }) => [name, kind]));
  return encoder.features.flatMap(({ name }, j) => (kinds.get(name) === 'flag' ? [j] : []));
}
