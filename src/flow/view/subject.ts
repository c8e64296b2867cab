import type { FeatureTable } from '../../domain/feature.js';
import type { Subject } from '../../explain/subject.js';
import { encodedRows } from '../model.js';
import { placing } from '../placing.js';
import { columnOf, type Held } from './held.js';
import { featureColumn } from './keep.js';
import { standIns } from './rows.js';

/** The run as what names and contrasts are made of, everyone in it, but without encoded rows. Columns and ids are read when they are looked at, and not before. */
export function everyone(held: Held): Subject {
  const { features, rows, asOf, ids, segment, strength, second, model: { encoder } } = held;
  return {
    ...aboutSegments(held),
    table: { rows, asOf, features, columns: lazily(features, (name) => columnOf(held, name)), table: 'features', sql: '', get entities() { return Array.from({ length: rows }, (_, row) => ids.text(row)); } },
    matrix: { rows, d: encoder.features.length, stride: 0, data: new Float32Array(0), encoder, asOf, fingerprint: '' },
    assignment: { labels: Int32Array.from(segment), strength, second: Int32Array.from(second) },
  };
}

/** Those who stand for everyone (all of up to 100,000), with their encoded rows. */
export function someone(held: Held): Subject {
  const { features, asOf, ids, segment, strength, second, file } = held;
  const { rows, matrix } = standIns(held);
  const columns = lazily(features, (name) => file.gather(featureColumn(name), rows));
  return {
    ...aboutSegments(held),
    table: { rows: rows.length, asOf, features, columns, table: 'features', sql: '', get entities() { return Array.from(rows, ids.text); } },
    matrix,
    assignment: { labels: rows.map((row) => segment[row]), strength: Float32Array.from(rows, (row) => strength[row]), second: rows.map((row) => second[row]) },
  };
}

/** One entity alone: all that explaining it takes. */
export function justOne(held: Held, row: number): Subject {
  const { features, asOf, ids, model: { encoder }, segment, strength, second, file } = held;
  const columns = features.map(({ name }) => Float64Array.of(file.at(featureColumn(name), row)));
  const at = new Map(features.map(({ name }, j) => [name, j]));
  return {
    ...aboutSegments(held),
    table: { rows: 1, asOf, entities: [ids.text(row)], features, columns, table: 'features', sql: '' },
    matrix: { ...encodedRows(1, encoder, (j) => columns[at.get(encoder.features[j].name)!]), encoder, asOf, fingerprint: '' },
    assignment: { labels: Int32Array.of(segment[row]), strength: Float32Array.of(strength[row]), second: Int32Array.of(second[row]) },
  };
}

/** Columns that are made when they are looked at, each time anew. */
export function lazily(features: FeatureTable['features'], column: (name: string) => Float64Array): readonly Float64Array[] {
  return Object.defineProperties(new Array<Float64Array>(features.length), Object.fromEntries(features.map(({ name }, j) => [j, { get: () => column(name), enumerable: true }])));
}

function aboutSegments({ model, report, middles }: Held): Pick<Subject, 'model' | 'middles' | 'forms' | 'assign' | 'stability' | 'entityWord' | 'currency'> {
  return { model, middles, ...placingOf(model), stability: report.segments.map(({ stability }) => stability), entityWord: report.entityWord, currency: report.currency };
}

/** Worked out once: it may be as much as a matrix for each segment. */
function placingOf(model: Held['model']): ReturnType<typeof placing> {
  const known = placings.get(model) ?? placing(model);
  placings.set(model, known);
  return known;
}

const placings = new WeakMap<Held['model'], ReturnType<typeof placing>>();
