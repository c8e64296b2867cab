import type { FeatureMatrix } from '../../domain/matrix.js';
import { sampleRows } from '../../segment/sample.js';
import { encodedRows } from '../model.js';
import type { Held } from './held.js';
import { featureColumn } from './keep.js';

/** Rows that stand for all of `among`, ascending: drawn at random where there are more than `held.most`, else all. */
export function standInsAmong(among: number, held: Pick<Held, 'most' | 'rng'>): Int32Array {
  return sampleRows(among, held.most, held.rng('view/stand-ins'));
}

/** Some rows, and what they are in the space that the segments were made in. */
export interface StandIns {
  readonly rows: Int32Array;
  readonly matrix: FeatureMatrix;
}

/** Those that stand for everyone; kept, so not to be changed. */
export function standIns(held: Held): StandIns {
  return held.cache.get('stand-ins', () => {
    const rows = standInsAmong(held.rows, held);
    return { rows, matrix: matrixOf(held, rows) };
  }, ({ rows, matrix }) => rows.byteLength + matrix.data.byteLength);
}

/** Rows in the space the segments were made in. */
export function matrixOf({ model: { encoder, trainedOn }, asOf, file }: Held, rows: Int32Array): FeatureMatrix {
  const encoded = encodedRows(rows.length, encoder, (j) => file.gather(featureColumn(encoder.features[j].name), rows));
  return { ...encoded, encoder, asOf, fingerprint: trainedOn.fingerprint };
}
