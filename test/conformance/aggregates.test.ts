import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/catalog.js';
import { dialectOf } from '../../src/engine/dialects/catalog.js';
import type { Engine } from '../../src/engine/engine.js';
import { query } from '../../src/engine/query.js';
import { takes, type Aggregate, type Options, type Row } from '../../src/featurize/aggregate.js';
import { aggregates, type AggregateName } from '../../src/featurize/catalog.js';
import { compile } from '../../src/featurize/measure.js';
import { oracle } from './aggregates.oracle.js';

const DAY = 86_400_000;
const dialect = dialectOf('duckdb');
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
});
afterAll(() => engine.close());

describe.each(Object.entries(aggregates) as [AggregateName, Aggregate][])('aggregate %s', (name, aggregate) => {
  it('is named like its catalogue entry and has words', () => {
    expect(aggregate.name).toBe(name);
    expect(aggregate.title && aggregate.unit && aggregate.words.high && aggregate.words.low).toBeTruthy();
  });

  it('gives the value of its example in both executions', async () => {
    const { rows, options, value } = aggregate.example;
    expect(incremental(aggregate, rows, options)).toBe(value);
    expect(await inSql(name, [rows], options)).toEqual([value]);
  });

  it('has a value for no rows at all', () => {
    const nothing = aggregate.value(aggregate.init(), optionsOf(1));
    expect(nothing === null || Number.isNaN(nothing) || nothing === 0).toBe(true);
  });

  it('is the same in SQL, incrementally and naively, to the bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(histories, { minLength: 1, maxLength: 12 }), async (entities) => {
        const options = optionsOf(10_000);
        const sql = await inSql(name, entities, options);
        entities.forEach((rows, i) => {
          const live = incremental(aggregate, rows, options);
          expect(sql[i]).toEqual(live);
          expectClose(live, oracle(name, rows.filter((row) => takes(aggregate, row)), options), name === 'hour-mean' ? 24 : Infinity);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('a window (asOf − length, asOf] by expiry equals the window in SQL, and the state forgets what left', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (rows) => {
        const options = optionsOf(10_000);
        const from = options.asOf - 10 * DAY;
        const state = fold(aggregate, rows);
        for (const row of rows) if (row.at <= from && takes(aggregate, row)) aggregate.expire(state, row);
        const kept = rows.filter((row) => row.at > from);
        expect(aggregate.value(state, options)).toEqual(incremental(aggregate, kept, options));
        if (kept.length) expect(await inSql(name, [rows], options, 10)).toEqual([incremental(aggregate, kept, options)]);
      }),
      { numRuns: 40 },
    );
  });

  it('merges any split in any order to the same value', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }), fc.boolean(), (rows, split, reversed) => {
        const options = optionsOf(10_000);
        const parts = [0, 1, 2, 3].map((part) => fold(aggregate, rows.filter((_, i) => split[i % 40] === part)));
        const merged = (reversed ? parts.reverse() : parts).reduce((a, b) => aggregate.merge(a, b), aggregate.init());
        expect(aggregate.value(merged, options)).toEqual(incremental(aggregate, rows, options));
      }),
      { numRuns: 60 },
    );
  });
});

it('the logarithm terms are the same integers in the engine and here', async () => {
  const { logTerm, logTermSql } = await import('../../src/featurize/exact.js');
  const found = await engine.columns(`SELECT ${logTermSql(dialect, '"n"')} AS t FROM range(1, 1000000) r("n") ORDER BY "n"`);
  const values = found.columns[0].values as Float64Array;
  let different = 0;
  for (let n = 1; n < 1_000_000; n++) if (values[n - 1] !== logTerm(n)) different++;
  expect(different).toBe(0);
});

const asOf = Date.UTC(2024, 2, 15, 12, 30, 0, 123);
const optionsOf = (scale: number): Options => ({ asOf, scale, length: 5 * DAY, chosen: 'a', then: 'b' });

/** Histories that love the edges: window boundaries to the millisecond, equal instants, month ends, missing values and keys. */
const instants = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: asOf - 30 * DAY, max: asOf }) },
  { weight: 2, arbitrary: fc.constantFrom(asOf, asOf - 5 * DAY, asOf - 5 * DAY + 1, asOf - 10 * DAY, asOf - 10 * DAY + 1, asOf - 10 * DAY - 1, asOf - 1) },
  { weight: 1, arbitrary: fc.constantFrom(Date.UTC(2024, 1, 1), Date.UTC(2024, 0, 31, 23, 59, 59, 999), Date.UTC(2023, 11, 31), Date.UTC(2013, 8, 30), Date.UTC(2013, 9, 1), Date.UTC(1971, 5, 5)) },
);
const row: fc.Arbitrary<Row> = fc.record(
  {
    at: instants,
    value: fc.oneof(fc.integer({ min: -50_000, max: 10_000_000 }), fc.constantFrom(0, 1, 99_990_000)),
    key: fc.constantFrom('a', 'b', 'c', 'é', "o'x", '𝄞', '\uffee'),
    holds: fc.boolean(),
  },
  { requiredKeys: ['at', 'holds'] },
);
const histories = fc.array(row, { minLength: 1, maxLength: 40 });

function fold(aggregate: Aggregate, rows: readonly Row[]): unknown {
  const state = aggregate.init();
  for (const r of rows) if (takes(aggregate, r)) aggregate.add(state, r);
  return state;
}

const incremental = (aggregate: Aggregate, rows: readonly Row[], options: Options) => aggregate.value(fold(aggregate, rows), options);

/** One value per entity, through the same compiler that makes the batch query. */
async function inSql(name: AggregateName, entities: readonly (readonly Row[])[], options: Options, days?: number) {
  const values = entities.flatMap((rows, entity) =>
    rows.map((r) => `(${entity}, ${dialect.timestamp(r.at)}, ${r.value === undefined ? 'NULL' : dialect.number(r.value)}, ${r.key === undefined ? 'NULL' : dialect.text(r.key)}, ${r.holds ?? false})`),
  );
  const view = {
    name: 'history',
    sql: `SELECT * FROM (VALUES ${values.join(', ')}) t("entity", "at", "value", "key", "holds")`.replace('SELECT *', 'SELECT "entity", "at", CAST("value" AS DOUBLE) AS "value", CAST("key" AS VARCHAR) AS "key", "holds"'),
    scales: { value: options.scale },
  };
  const where = days ? ({ is: 'recent', days } as const) : undefined;
  const everyone = { view: 'history', aggregate: 'count', where } as const;
  const measure = { view: 'history', aggregate: name, value: 'value', key: 'key', holds: { is: 'true', column: 'holds' }, where, length: options.length, chosen: options.chosen, then: options.then } as const;
  const compiled = compile(query(), [everyone, measure], [view], { dialect, asOf: options.asOf, prefix: '' });
  const [base, ...others] = compiled.totals.map((t) => dialect.quote(t));
  const joins = others.map((t) => `LEFT JOIN ${t} USING ("entity")`).join(' ');
  const sql = compiled.query.select(dialect, `SELECT ${compiled.column(measure)} AS v FROM ${base} ${joins} ORDER BY "entity"`);
  const found = await engine.columns(name === 'mode' ? sql : sql.replace(/SELECT (\S+) AS v FROM/, 'SELECT CAST($1 AS DOUBLE) AS v FROM'));
  const empty = aggregates[name].value(aggregates[name].init(), options);
  // An entity none of whose rows has the key is absent from the step: the query's coalesce to `Feature.empty` stands for it.
  return Array.from(found.columns[0].values, (v) => (v === null || Number.isNaN(v) ? empty : v));
}

/** Within 1e-4 of each other; on a circle of `round` where values wrap. */
function expectClose(a: number | string | null, b: number | string | null, round: number) {
  if (typeof a === 'number' && typeof b === 'number' && !Number.isNaN(b)) {
    const apart = Math.abs(a - b);
    expect(Math.min(apart, round - apart)).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(b)));
  } else expect(a).toEqual(b);
}
