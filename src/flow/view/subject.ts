import type { FeatureTable } from '../../domain/feature.js';
import type { FeatureMatrix } from '../../domain/matrix.js';
import type { Assignment } from '../../domain/segment.js';
import type { Subject } from '../../explain/subject.js';
import { encodedRows } from '../model.js';
import { placing } from '../placing.js';
import { columnOf, type Held, matrixOf } from './held.js';
import { featureColumn } from './keep.js';

/** The run as what explanations are made of, everyone in it. Columns, ids and the matrix are read when they are looked at, and not before. */
export function subjectOf(held: Held): Subject {
  const { features, rows, asOf, ids, segment, strength, second } = held;
  const columns = Object.defineProperties(new Array<Float64Array>(features.length), Object.fromEntries(features.map(({ name }, j) => [j, { get: () => columnOf(held, name), enumerable: true }])));
  let labels: Assignment | undefined;
  return {
    ...aboutSegments(held),
    table: { rows, asOf, features, columns, table: 'features', sql: '', get entities() { return Array.from({ length: rows }, (_, row) => ids.text(row)); } },
    get matrix() { return matrixOf(held); },
    get assignment() { return (labels ??= { labels: Int32Array.from(segment), strength, second: Int32Array.from(second) }); },
  };
}

/** The run with one entity in it: all that explaining that one takes. */
export function subjectOfOne(held: Held, row: number): Subject {
  const { features, asOf, ids, model, segment, strength, second, file } = held;
  const columns = features.map(({ name }) => Float64Array.of(file.at(featureColumn(name), row)));
  const table: FeatureTable = { rows: 1, asOf, entities: [ids.text(row)], features, columns, table: 'features', sql: '' };
  const matrix: FeatureMatrix = { ...encodedRow(held, columns), encoder: model.encoder, asOf, fingerprint: model.trainedOn.fingerprint };
  return { ...aboutSegments(held), table, matrix, assignment: { labels: Int32Array.of(segment[row]), strength: Float32Array.of(strength[row]), second: Int32Array.of(second[row]) } };
}

function encodedRow({ features, model: { encoder } }: Held, columns: readonly Float64Array[]) {
  const at = new Map(features.map(({ name }, j) => [name, j]));
  return encodedRows(1, encoder, (j) => columns[at.get(encoder.features[j].name)!]);
}

function aboutSegments({ model, report, middles }: Held): Pick<Subject, 'model' | 'middles' | 'forms' | 'assign' | 'stability' | 'entityWord' | 'currency'> {
  return { model, middles, ...placing(model), stability: report.segments.map(({ stability }) => stability), entityWord: report.entityWord, currency: report.currency };
}
