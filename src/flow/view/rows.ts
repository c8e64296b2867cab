import type { FeatureMatrix } from '../../domain/matrix.js';
import { algorithmNamed } from '../../segment/catalog.js';
import type { CentreParams } from '../../segment/nearest.js';
import { sampleRows } from '../../segment/sample.js';
import { encodedRows } from '../model.js';
import type { Held } from './held.js';
import { featureColumn } from './keep.js';

/** Rows encoded at a time where everyone is passed by. */
const block = 65_536;

/** Rows that stand for all of `among`, ascending: drawn at random where there are more than `held.most`, else all. */
export function standInsAmong(among: number, held: Pick<Held, 'most' | 'rng'>): Int32Array {
  return sampleRows(among, held.most, held.rng('view/stand-ins'));
}

/** Those that stand for everyone, encoded; kept, so not to be changed. */
export function standIns(held: Held): { readonly rows: Int32Array; readonly matrix: FeatureMatrix } {
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

/** The segment of the nearest centre for everyone, a part at a time. */
export function nearestOfEveryone({ rows, model: { encoder }, file }: Held, centres: CentreParams): Int32Array {
  const { assign } = algorithmNamed('kmeans');
  const labels = new Int32Array(rows);
  for (let from = 0; from < rows; from += block) {
    const to = Math.min(rows, from + block);
    const part = encodedRows(to - from, encoder, (j) => file.numbers(featureColumn(encoder.features[j].name), from, to));
    labels.set(assign(centres, part).labels, from);
  }
  return labels;
}
