import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EncodedFeature } from '../domain/matrix.js';
import type { SegmentModel } from '../domain/segment.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { createRng } from '../util/rng.js';
import { quoteName } from '../util/quote.js';
import { encodeValue } from '../util/encode-value.js';
import { assignRaw } from './assign.js';
import { assignNearest } from './algorithms/kmeans.js';
import { assignSql } from './to-sql.js';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
});
afterAll(() => engine.close());

describe('scoring in SQL', () => {
  it.each([
    { rows: 5000, d: 12, k: 6, groups: undefined },
    { rows: 3000, d: 7, k: 3, groups: [0, 1, 1, 2, 0] },
    { rows: 800, d: 1, k: 2, groups: undefined },
    { rows: 300, d: 3, k: 1, groups: undefined },
  ])('gives the membership of the library for all of $rows rows, $d features, $k segments', async ({ rows, d, k, groups }) => {
    const { model, columns } = randomCase(rows, d, k, groups);
    await load('features', model, columns);
    const found = await scored('features', model);
    const expected = assignRaw(model, columns);
    expect(found.segment).toEqual(Array.from(expected.labels));
    expect(found.second).toEqual(Array.from(expected.second));
    found.strength.forEach((value, i) => expect(value).toBeCloseTo(expected.strength[i], 6));
  });

  it('breaks ties as the library does', async () => {
    const plain: EncodedFeature = { name: 'a', transform: 'none', low: -9, high: 9, fill: 0, centre: 0, scale: 1, weight: 1, reason: '' };
    const model = { algorithm: 'kmeans', params: { k: 3, d: 1, centroids: [1, -1, 1] }, encoder: { features: [plain] } };
    const columns = [Float64Array.from([0, 1, -1, 50, Number.NaN])];
    await load('ties', model, columns);
    const { segment, second } = await scored('ties', model);
    expect(segment).toEqual([0, 0, 1, 0, 0]);
    expect(second).toEqual([1, 2, 0, 2, 1]);
    expect(Array.from(assignRaw(model, columns).labels)).toEqual(segment);
    expect(Array.from(assignRaw(model, columns).second)).toEqual(second);
  });
});

describe('assigning raw values', () => {
  it('is the nearest centre of the encoded values', () => {
    const { model, columns } = randomCase(700, 9, 5, undefined);
    const { features } = model.encoder;
    const data = new Float64Array(700 * 9);
    columns.forEach((column, j) => column.forEach((value, i) => {
      data[i * 9 + j] = encodeValue(value, features[j]);
    }));
    const expected = assignNearest(model.params as never, { rows: 700, d: 9, stride: 9, data });
    const found = assignRaw(model, columns);
    expect(found.labels).toEqual(expected.labels);
    expect(found.second).toEqual(expected.second);
    found.strength.forEach((value, i) => expect(value).toBeCloseTo(expected.strength[i], 5));
  });

  it('is 0 strong on the border and 1 strong on a centre', () => {
    const plain: EncodedFeature = { name: 'a', transform: 'none', low: -9, high: 9, fill: 0, centre: 0, scale: 1, weight: 1, reason: '' };
    const model = { algorithm: 'kmeans', params: { k: 2, d: 1, centroids: [-1, 3] }, encoder: { features: [plain] } };
    expect(Array.from(assignRaw(model, [Float64Array.from([1, -1, 0])]).strength)).toEqual([0, 1, Math.fround(1 - 1 / 3)]);
  });

  it('takes values outside a transform’s domain as its edge', () => {
    const rooted: EncodedFeature = { name: 'a', transform: 'sqrt', low: -5, high: 100, fill: 0, centre: 0, scale: 1, weight: 1, reason: '' };
    const model = { algorithm: 'kmeans', params: { k: 2, d: 1, centroids: [0, 10] }, encoder: { features: [rooted] } };
    expect(Array.from(assignRaw(model, [Float64Array.from([-3, 81])]).labels)).toEqual([0, 1]);
  });
});

async function load(table: string, model: Pick<SegmentModel, 'encoder'>, columns: readonly Float64Array[]): Promise<void> {
  await engine.load(`${table}_raw`, {
    entity: Float64Array.from(columns[0].keys()),
    ...Object.fromEntries(columns.map((column, j) => [`c${j}`, column])),
  });
  // NaN stands for NULL in the library; half of the missing values become real NULLs here.
  const names = model.encoder.features.map(({ name }, j) => `CASE WHEN isnan(c${j}) AND entity % 2 = 0 THEN NULL ELSE c${j} END AS ${quoteName(name)}`);
  await engine.run(`CREATE OR REPLACE TABLE ${table} AS SELECT entity, ${names.join(', ')} FROM ${table}_raw`);
}

async function scored(table: string, model: Pick<SegmentModel, 'algorithm' | 'params' | 'encoder'>): Promise<{ segment: number[]; second: number[]; strength: number[] }> {
  const result = await engine.columns(`SELECT segment, second, strength FROM (${assignSql(model, { from: table })}) ORDER BY entity`);
  const [segment, second, strength] = result.columns.map((column) => Array.from(column.values as Float64Array));
  return { segment, second, strength };
}

function randomCase(rows: number, d: number, k: number, groups: number[] | undefined) {
  const rng = createRng(rows, 'to-sql');
  const features = Array.from({ length: d }, (_, j): EncodedFeature => ({
    name: j === 0 ? 'odd "name"' : `f${j}`,
    transform: (['none', 'log1p', 'sqrt'] as const)[j % 3],
    low: j === 2 ? Number.NEGATIVE_INFINITY : rng.next(),
    high: j === 1 ? Number.POSITIVE_INFINITY : 20 + rng.next() * 20,
    fill: rng.next() * 10,
    centre: rng.normal(),
    scale: rng.next() * 2,
    weight: 1,
    reason: '',
  }));
  const columns = features.map(() => Float64Array.from({ length: rows }, () => (rng.next() < 0.05 ? Number.NaN : Math.exp(rng.normal() * 1.5))));
  const centres = groups?.length ?? k;
  const centroids = Array.from({ length: centres * d }, () => rng.normal() * 2);
  return { columns, model: { algorithm: 'kmeans', params: { k, d, centroids, ...(groups && { groups }) }, encoder: { features } } };
}
