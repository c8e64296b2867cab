import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import { openKernel } from '../kernel/catalog.js';
import type { Points } from '../kernel/kernel.js';
import { algorithmNamed } from './catalog.js';
import { assignJs } from './to-js.js';
import { assignSql } from './to-sql.js';

// Frozen by test/golden/mixed.py: three amounts and three categories.
const { table } = JSON.parse(readFileSync(new URL('../../test/golden/mixed.json', import.meta.url), 'utf8')) as { table: number[][] };
const kernel = await openKernel({ threads: 1 });
const engine = await openEngine({ threads: 1 });
afterAll(() => Promise.all([kernel.close(), engine.close()]));

const names = ['a', 'b', 'c', 'u', 'v', 'w'];
const features = names.map((name) => ({ name, transform: 'none' as const, low: -Infinity, high: Infinity, fill: 0, centre: 0, scale: 1, weight: 1, reason: '' }));
/** Rows that were seen, and codes that were not. */
const fresh = [...table.slice(0, 60), [0, 0, 0, 99, 1, 1], [1, -1, 0, -3, 70, 80]];

it.each([
  ['k-prototypes', { k: 3, categorical: [3, 4, 5] }],
  ['k-prototypes', { k: 4, categorical: [3, 4, 5, 0, 1, 2], gamma: 0.37 }],
  ['famd', { k: 3, categorical: [3, 4, 5] }],
  ['famd', { k: 4, categorical: [5], components: 2 }],
])('%s %j places rows with categories alike in the library, in SQL and in the browser', async (name, options) => {
  const algorithm = algorithmNamed(name);
  const params = (await algorithm.fit(pointsOf(table), algorithm.options.parse(options), createContext({ seed: 3 }), kernel)) as Record<string, unknown>;
  const model = { algorithm: name, params, encoder: { features } };
  const expected = algorithm.assign(params, pointsOf(fresh));
  await engine.load('fresh', { entity: Float64Array.from(fresh.keys()), ...Object.fromEntries(names.map((column, j) => [column, Float64Array.from(fresh, (row) => row[j])])) });
  const { columns: [segment, strength] } = await engine.columns(`SELECT segment, strength FROM (${assignSql(model, { from: 'fresh' })}) ORDER BY entity`);
  expect(Array.from(segment.values as Float64Array)).toEqual(Array.from(expected.labels));
  (strength.values as Float64Array).forEach((value, i) => expect(value).toBeCloseTo(expected.strength[i], 6));
  const { assign } = await import(`data:text/javascript,${encodeURIComponent(assignJs(model))}`);
  fresh.forEach((row, i) => {
    const found = assign(Object.fromEntries(names.map((column, j) => [column, row[j]])));
    expect([found.segment, found.second]).toEqual([expected.labels[i], expected.second[i]]);
    expect(found.strength).toBeCloseTo(expected.strength[i], 6);
  });
});

function pointsOf(rows: readonly (readonly number[])[]): Points {
  return { rows: rows.length, d: rows[0].length, stride: rows[0].length, data: Float64Array.from(rows.flat()) };
}
