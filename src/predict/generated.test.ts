import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
// @ts-expect-error: a script without types
import { startPostgres, withoutPostgres } from '../../scripts/postgres.mjs';
import type { Examples } from '../domain/examples.js';
import { randomForest, randomRows } from '../domain/forest.test.fixture.js';
import type { Forest, LinearModel } from '../domain/forest.js';
import { openEngine } from '../engine/catalog.js';
import type { Calibration } from '../domain/prediction.js';
import { dialectOf } from '../engine/dialects/catalog.js';
import type { Engine } from '../engine/engine.js';
import { createRng } from '../util/rng.js';
import { applyCalibrations } from './calibrate.js';
import { forestJs } from './forest-js.js';
import { forestSql } from './forest-sql.js';
import { linearJs } from './linear-js.js';
import { linearSql } from './linear-sql.js';
import { scorer } from './score.js';
import { predictLinear } from './linear-model.js';

const named = { name: 'plan "x"', categories: ["it's", 'b', '</script>', '', 'déjà'] };

const forests: readonly (readonly [string, Forest])[] = [
  ['a forest of 300 trees', randomForest({ seed: 1, numeric: 12, trees: 300, leaves: 31 })],
  ['categories by name', withInput(randomForest({ seed: 2, numeric: 2, categorical: 1, trees: 40, leaves: 12 }), 2, named)],
  ['categories by number', withInput(randomForest({ seed: 3, numeric: 2, categorical: 2, trees: 40, leaves: 12, link: 'exponential' }), 3, { name: 'code' })],
  ['categories compared as numbers', comparing(randomForest({ seed: 3, numeric: 2, categorical: 2, trees: 20, leaves: 12, link: 'identity' }))],
  ['several classes', randomForest({ seed: 4, numeric: 5, trees: 30, leaves: 9, outputs: 3, link: 'softmax' })],
  ['one against the rest', randomForest({ seed: 4, numeric: 5, trees: 30, leaves: 9, outputs: 3 })],
  ['no tree', randomForest({ seed: 5, numeric: 1, trees: 0, leaves: 1 })],
  ['one leaf', randomForest({ seed: 5, numeric: 1, trees: 3, leaves: 1, link: 'identity' })],
  ['missing or not', atInfinity(randomForest({ seed: 6, numeric: 3, trees: 6, leaves: 6 }))],
  ['sums beyond what e can be raised to', { ...randomForest({ seed: 7, numeric: 2, trees: 2, leaves: 3 }), base: Float64Array.of(-900) }],
  ['a tree a hundred questions deep', randomForest({ seed: 9, numeric: 2, trees: 1, leaves: 1500 })],
];

const linears: readonly (readonly [string, LinearModel])[] = [
  ['a weighted sum', randomLinear(1, 1, 'logistic')],
  ['several weighted sums', randomLinear(2, 3, 'softmax')],
  ['a weighted sum of 900 terms', randomLinear(3, 1, 'identity', 900)],
];

const platt: Calibration = { method: 'platt', a: -0.8, b: 0.3, logOdds: true };
const stairs: Calibration = { method: 'isotonic', at: [0.2, 0.35, 0.5, 0.71], value: [0.05, 0.05, 0.5, 0.9] };
const calibrations: readonly (readonly [string, Forest, readonly Calibration[]])[] = [
  ['a sigmoid', forests[0][1], [platt]],
  ['a sigmoid of sums', { ...forests[0][1], link: 'identity' }, [{ ...platt, logOdds: false }]],
  ['steps', forests[0][1], [stairs]],
  ['one per class', forests[4][1], [platt, stairs, { method: 'none' }]],
  ['one per class, of which nothing is left', forests[4][1], [0, 0, 0].map((): Calibration => ({ method: 'isotonic', at: [0.5], value: [0] }))],
  ['none', forests[4][1], [{ method: 'none' }]],
];

describe('generated JavaScript', () => {
  it.each(calibrations)('is calibrated by %s', async (_, forest, calibration) => {
    const x = coded(randomRows(forest, 300));
    expect(await asked(forestJs(forest, calibration), x, forest.outputs)).toEqual(applyCalibrations(calibration, scorer(forest).all(x)));
  });

  it.each(forests)('gives the bits of the library: %s', async (_, forest) => {
    const x = coded(randomRows(forest, 300));
    expect(await asked(forestJs(forest), x, forest.outputs)).toEqual(scorer(forest).all(x));
  });

  it.each(linears)('gives the bits of the library: %s', async (_, model) => {
    const x = coded(randomRows(model, 100));
    expect(await asked(linearJs(model), x, model.outputs)).toEqual(predictLinear(model, x));
  });

  it('is safe inside a script element', () => {
    expect(forestJs(forests[1][1])).not.toContain('</script');
  });
});

let duckdb: Engine;
beforeAll(async () => {
  duckdb = await openEngine({ threads: 2 });
});
afterAll(() => duckdb.close());

describe('generated SQL on DuckDB', () => {
  it.each(calibrations)('is calibrated by %s', async (_, forest, calibration) => {
    const x = known(randomRows(forest, 300));
    await expectEqual((sql) => runDuckdb(sql), x, (from) => forestSql(forest, { dialect: dialectOf('duckdb'), from, calibration }), applyCalibrations(calibration, scorer(forest).all(x)), 'duckdb');
  });

  it.each(forests)('equals the library: %s', async (_, forest) => {
    const x = known(randomRows(forest, 500));
    await expectEqual((sql) => runDuckdb(sql), x, (from) => forestSql(forest, { dialect: dialectOf('duckdb'), from }), scorer(forest).all(x), 'duckdb');
  });

  it.each(linears)('equals the library: %s', async (_, model) => {
    const x = known(randomRows(model, 300));
    await expectEqual((sql) => runDuckdb(sql), x, (from) => linearSql(model, { dialect: dialectOf('duckdb'), from }), predictLinear(model, x), 'duckdb');
  });

  it('says that a tree is too deep for it', () => {
    const tree = chain(250);
    expect(() => forestSql({ ...forests[0][1], trees: [tree] }, { dialect: dialectOf('duckdb'), from: 't' })).toThrow('one of its trees is more than 200 questions deep');
  });
});

describe.skipIf(withoutPostgres)('generated SQL on PostgreSQL', () => {
  let server: { fresh(): Promise<string>; stop(): Promise<void> };
  let client: pg.Client;
  beforeAll(async () => {
    server = await startPostgres();
    client = new pg.Client({ connectionString: await server.fresh() });
    await client.connect();
  }, 60_000);
  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });
  const run = async (sql: string) => {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return rows as unknown[][];
  };

  it.each(calibrations)('is calibrated by %s', async (_, forest, calibration) => {
    const x = known(randomRows(forest, 200));
    await expectEqual(run, x, (from) => forestSql(forest, { dialect: dialectOf('postgres'), from, calibration }), applyCalibrations(calibration, scorer(forest).all(x)), 'postgres');
  });

  it.each(forests)('equals the library: %s', async (_, forest) => {
    const x = known(randomRows(forest, 200));
    await expectEqual(run, x, (from) => forestSql(forest, { dialect: dialectOf('postgres'), from }), scorer(forest).all(x), 'postgres');
  });

  it.each(linears)('equals the library: %s', async (_, model) => {
    const x = known(randomRows(model, 200));
    await expectEqual(run, x, (from) => linearSql(model, { dialect: dialectOf('postgres'), from }), predictLinear(model, x), 'postgres');
  });
});

function withInput(forest: Forest, j: number, input: Forest['inputs'][number]): Forest {
  return { ...forest, inputs: forest.inputs.map((one, at) => (at === j ? input : one)) };
}

/** Every question about categories made one about their numbers. */
function comparing(forest: Forest): Forest {
  return { ...forest, trees: forest.trees.map((tree) => ({ ...tree, categories: {}, threshold: tree.threshold.map((t, n) => (n in tree.categories ? 1.5 : t)) })) };
}

function atInfinity(forest: Forest): Forest {
  return { ...forest, trees: forest.trees.map((tree, t) => ({ ...tree, threshold: tree.threshold.map(() => (t % 2 ? Infinity : -Infinity)) })) };
}

function chain(depth: number): Forest['trees'][number] {
  const n = 2 * depth + 1;
  const inner = (k: number) => k % 2 === 0 && k < 2 * depth;
  return {
    output: 0, categories: {}, threshold: new Float64Array(n), missingLeft: new Uint8Array(n), value: new Float64Array(n), cover: new Float64Array(n),
    input: Int32Array.from({ length: n }, (_, k) => (inner(k) ? 0 : -1)), left: Int32Array.from({ length: n }, (_, k) => k + 1), right: Int32Array.from({ length: n }, (_, k) => k + 2),
  };
}

function randomLinear(seed: number, outputs: number, link: LinearModel['link'], numeric = 4): LinearModel {
  const rng = createRng(seed, 'linear');
  const draw = () => Float64Array.from({ length: outputs }, () => rng.normal() / 8);
  const inputs = [...Array.from({ length: numeric }, (_, j) => ({ name: `x${j}` })), named];
  const terms = [
    ...Array.from({ length: numeric }, (_, input) => ({ input, fill: rng.normal(), low: input % 2 ? -0.5 : -Infinity, high: input % 3 ? 0.75 : Infinity, log: input % 4 > 1, centre: rng.normal(), scale: rng.next(), weights: draw(), mean: 0 })),
    ...[-1, 0, 1, 2, 4].map((category) => ({ input: numeric, category, fill: 0, low: 0, high: 0, centre: 0, scale: 1, weights: draw(), mean: 0 })),
  ];
  return { inputs, outputs, base: draw(), link, terms };
}

/** Codes that stand for no category made missing, as names beyond the known are. */
function coded(x: Examples): Examples {
  return { ...x, columns: x.columns.map((column, j) => column.map((value) => (x.inputs[j].categories && !(value < x.inputs[j].categories.length) ? Number.NaN : value))) };
}

/** And no infinity, since a weighted sum of it is no number. */
function known(x: Examples): Examples {
  const { columns } = coded(x);
  return { ...x, columns: columns.map((column) => column.map((value) => (Math.abs(value) === Infinity ? 1e9 * Math.sign(value) : value))) };
}

async function asked(js: string, x: Examples, outputs: number): Promise<Float64Array> {
  const { predict } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(js)}`) as { predict(row: object): number | number[] };
  const found = new Float64Array(x.rows * outputs);
  for (let i = 0; i < x.rows; i++) {
    const row = Object.fromEntries(x.inputs.map(({ name, categories }, j) => {
      const value = x.columns[j][i];
      return [name, Number.isNaN(value) ? [null, undefined, Number.NaN][i % 3] : categories ? categories[value] ?? 'another' : value];
    }));
    found.set([predict(row)].flat(), i * outputs);
  }
  return found;
}

async function runDuckdb(sql: string): Promise<unknown[][]> {
  if (!/^(SELECT|WITH)/.test(sql)) return duckdb.run(sql).then(() => []);
  const { rows, columns } = await duckdb.columns(sql);
  return Array.from({ length: rows }, (_, i) => columns.map(({ values }) => values[i]));
}

/** Loads the rows (NaN and NULL in turn where a number is missing), runs the query and compares. */
async function expectEqual(run: (sql: string) => Promise<unknown[][]>, x: Examples, sqlOf: (from: string) => string, expected: Float64Array, dialectName: string): Promise<void> {
  const dialect = dialectOf(dialectName);
  const types = x.inputs.map(({ name, categories }) => `${dialect.quote(name)} ${categories ? 'TEXT' : dialectName === 'duckdb' ? 'DOUBLE' : 'DOUBLE PRECISION'}`);
  await run('DROP TABLE IF EXISTS scored');
  await run(`CREATE TABLE scored (entity INTEGER, ${types.join(', ')})`);
  const rows = Array.from({ length: x.rows }, (_, i) => `(${[String(i), ...x.inputs.map(({ categories }, j) => {
    const value = x.columns[j][i];
    if (Number.isNaN(value)) return i % 2 || categories ? 'NULL' : dialect.double("'NaN'");
    return categories ? dialect.text(categories[value]) : dialect.literal(value);
  })].join(', ')})`);
  for (let i = 0; i < rows.length; i += 100) await run(`INSERT INTO scored VALUES ${rows.slice(i, i + 100).join(', ')}`);
  const found = (await run(`${sqlOf('scored')} ORDER BY entity`)).flatMap(([, ...predictions]) => predictions.map(Number));
  expect(found.length).toBe(expected.length);
  found.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected[i]))));
}
