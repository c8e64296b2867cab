import { afterAll, beforeAll, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { FeatureTable } from '../domain/feature.js';
import type { TimedTarget } from '../domain/prediction.js';
import type { Source } from '../domain/source.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { openPast } from '../featurize/as-of.js';
import { type Cuts, rollingCuts, windowOf } from './cuts.js';
import { outcomes } from './outcome.js';
import { DAY, log, START } from './past.test.fixture.js';
import { checkedTarget } from './target.js';

// Each check is held to a bug that was planted: it must pass what is right and find what is wrong.
let engine: Engine;
let sources: Source[];
const span = { from: START, to: START + 399 * DAY };
const cuts = rollingCuts(span, 90 * DAY);
const target = checkedTarget({ any: 'orders', within: 90 }) as TimedTarget;
beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
  sources = await log(engine);
});
afterAll(() => engine.close());

type Features = (of: readonly Source[], cut: number) => Promise<FeatureTable>;
const right: Features = async (of, cut) => (await openPast(of, cuts.train[0], {}, engine, createContext())).at(cut, 'features');

/** Whether features change when everything after the cut is deleted. */
async function looksAhead(features: Features, cut: number): Promise<boolean> {
  await engine.run(`CREATE OR REPLACE TABLE ended AS SELECT * FROM log WHERE "at" <= make_timestamp(${cut} * 1000)`);
  const values = ({ entities, features: all, columns }: FeatureTable) => JSON.stringify([entities, all.map(({ name }) => name), columns.map((column) => [...new BigUint64Array(column.slice().buffer)].map(String))]);
  return values(await features(sources, cut)) !== values(await features(sources.map((source) => (source.name === 'log' ? { ...source, table: 'ended' } : source)), cut));
}

/** Whether the answer of somebody depends on what was known at the cut already: everyone's last row at or before it is moved away. */
async function answersTheKnown(lengths: Pick<Cuts, 'gap' | 'horizon'>): Promise<boolean> {
  const cut = cuts.test;
  const table = await right(sources, cut);
  const ask = async () => (await outcomes(target, { table: table.table, rows: table.rows, cut }, lengths, sources, engine)).join();
  const before = await ask();
  await engine.run(`INSERT INTO log SELECT * REPLACE (make_timestamp(${cut} * 1000) AS "at") FROM log WHERE entity IN (SELECT entity FROM log GROUP BY entity HAVING max("at") <= make_timestamp(${cut} * 1000))`);
  const after = await ask();
  await engine.run(`DELETE FROM log WHERE "at" = make_timestamp(${cut} * 1000)`);
  return before !== after;
}

/** Whether an answer that is learnt from was not known yet when the test begins. */
const learnsFromTheTest = ({ train, test, ...lengths }: Cuts): boolean => train.some((cut) => windowOf(cut, lengths).to > test);

it('features as of now instead of as of the cut are found out', async () => {
  expect(await looksAhead(right, cuts.test)).toBe(false);
  expect(await looksAhead((of) => right(of, span.to), cuts.test)).toBe(true);
});

it('features that are decided by what is common later are found out', async () => {
  const decidedLater: Features = async (of, cut) => (await openPast(of, span.to, {}, engine, createContext())).at(cut, 'features');
  expect(await looksAhead(decidedLater, cuts.test)).toBe(true);
});

it('a window of answers that begins at the cut instead of after it is found out', async () => {
  expect(await answersTheKnown({ gap: 0, horizon: 90 * DAY })).toBe(false);
  expect(await answersTheKnown({ gap: -1, horizon: 90 * DAY })).toBe(true);
});

it('answers that reach into the time that is tested on are found out', () => {
  expect(learnsFromTheTest(cuts)).toBe(false);
  expect(learnsFromTheTest({ ...cuts, train: cuts.train.map((cut) => cut + DAY) })).toBe(true);
});
