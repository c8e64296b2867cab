// Nothing that happened later may show: real files are cut off, columns and files of the future are planted, and answers are drawn at random. Each check is held to a bug that it must find.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../src/context.js';
import type { Answers, Examples } from '../src/domain/examples.js';
import type { TimedTarget } from '../src/domain/prediction.js';
import { openEngine } from '../src/engine/catalog.js';
import type { Engine } from '../src/engine/engine.js';
import { openPast, type PastTable } from '../src/featurize/as-of.js';
import { instantsOf, labelledSet, type LearningSet, timedSet } from '../src/flow/predict/learning-set.js';
import { ingest, type Ingested } from '../src/ingest/ingest.js';
import { openKernel } from '../src/kernel/catalog.js';
import type { Kernel } from '../src/kernel/kernel.js';
import { predictorNamed } from '../src/predict/catalog.js';
import { auc, rank } from '../src/predict/metrics.js';
import { createRng } from '../src/util/rng.js';
import { dataFolder, emptyFolder } from './support/shoal.js';

let engine: Engine;
let kernel: Kernel;
let folder: string;
const context = createContext();
const DAY = 86_400_000;
beforeAll(async () => {
  [engine, kernel, folder] = [await openEngine({ threads: 2 }), await openKernel({ threads: 2 }), await emptyFolder('shoal-leaks')];
});
afterAll(async () => {
  await kernel.close();
  await engine.close();
});

const text = (path: string) => {
  const bytes = readFileSync(join(dataFolder!, path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};
const saved = async (name: string, content: string) => {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
};
/** The header and the lines whose day (first match of eight digits or dashes) is not after the last. */
const until = (content: string, last: string, day: RegExp) => content.split('\n').filter((line, i) => i === 0 || (day.exec(line)?.[0] ?? '') <= last).join('\n');

/** Names, entities and the bits of all features. */
const bits = ({ entities, features, columns }: PastTable) => ({ names: features.map(({ name }) => name), entities, columns: columns.map((column) => Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64')) });

/** Features at a cut; `first`: the instant that decides which there are. */
const featuresAt = async ({ sources }: Ingested, cut: number, first = cut) => bits(await (await openPast(sources, first, {}, engine, context)).at(cut, 'features'));

const day = /\d{4}-\d\d-\d\d/;
const logs = [
  { name: 'online-retail', last: '2011-06-30', timed: { 'retail.csv': ['online-retail/online_retail.csv.gz', day] }, others: [] },
  { name: 'cdnow', last: '19971130', timed: { 'cdnow.txt': ['cdnow/CDNOW_master.txt.gz', /(?<= )\d{8}(?= )/] }, others: [] },
  { name: 'complete-journey', last: '2017-08-15', timed: { 'transactions.csv': ['complete-journey-sample/transactions_sample.csv.gz', day], 'coupon_redemptions.csv': ['complete-journey-sample/coupon_redemptions.csv', day] }, others: ['complete-journey-sample/demographics.csv', 'complete-journey-sample/products.csv.gz'] },
] as const satisfies readonly { name: string; last: string; timed: Record<string, readonly [string, RegExp]>; others: readonly string[] }[];

describe.skipIf(!dataFolder)('deleting every row after a cut (needs the data folder: SHOAL_DATA)', () => {
  for (const log of logs) {
    it(`leaves the features of ${log.name} as they were, to the last bit; features as of the end do not stand it`, async () => {
      const cut = Date.parse(`${log.last.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')}T23:59:59.999Z`);
      const [whole, ended]: [string[], string[]] = [[], []];
      for (const [name, [path, at]] of Object.entries(log.timed)) {
        const content = text(path);
        whole.push(await saved(`whole/${name}`, content));
        ended.push(await saved(`ended/${name}`, until(content, log.last, at)));
      }
      const read = (files: readonly string[]) => ingest([...files, ...log.others.map((path) => join(dataFolder!, path))], {}, engine, context);
      const then = await featuresAt(await read(ended), cut);
      expect(then.names.length).toBeGreaterThan(10);
      const all = await read(whole);
      const asThen = await featuresAt(all, cut);
      expect(asThen.names).toEqual(then.names);
      expect(asThen.entities).toEqual(then.entities);
      asThen.columns.forEach((column, j) => expect(column === then.columns[j], then.names[j]).toBe(true));
      // The planted bug: which features there are, and what is common, decided by what came up later.
      expect(JSON.stringify(await featuresAt(all, cut, cut + 90 * DAY)) === JSON.stringify(then)).toBe(false);
    }, 60_000);
  }
});

/** Orders of one in so many customers of CDNOW. */
const orders = (one: number) => text('cdnow/CDNOW_master.txt.gz').trim().split('\n').slice(1).map((line) => line.trim().split(/\s+/)).filter(([customer]) => Number(customer) % one === 0)
  .map(([customer, at, items, amount]) => ({ customer, at: `${at.slice(0, 4)}-${at.slice(4, 6)}-${at.slice(6)}`, items, amount }));
const target: TimedTarget = { none: 'orders', within: 90, unit: 'days' };
const options = { gap: 0, sensitive: false, known: [] as string[] };

async function learningSet(files: readonly string[], known: readonly string[] = [], asked: (ingested: Ingested) => TimedTarget = () => target): Promise<LearningSet> {
  const ingested = await ingest(files, {}, engine, context);
  const session = { ingested, engine, context };
  return timedSet(asked(ingested), await instantsOf(90, { ...options, known }, session), { ...options, known }, session);
}

/** Everything that is learnt from and tested on. */
const material = ({ train, test }: LearningSet) => JSON.stringify([train, test].map(({ examples: { inputs, columns } }) => [inputs.map(({ name }) => name), columns.map((column) => Buffer.from(column.buffer).toString('base64'))]));

describe.skipIf(!dataFolder)('what exists only in the future', () => {
  it('is never learnt from: a column of the log, columns of the customers, another file; but where somebody swears that it was known', async () => {
    const log = orders(5);
    const customers = [...new Set(log.map(({ customer }) => customer))];
    const last = new Map(log.map(({ customer, at }) => [customer, at]));
    const cut = '1998-04-01';
    const gone = (customer: string) => last.get(customer)! <= cut;
    const people = (more: (customer: string) => string) => customers.map((customer, i) => `${customer},${['north', 'south', 'east'][i % 3]}${more(customer)}`).join('\n');
    const plain = [
      await saved('plain/orders.csv', `customer_id,ordered_at,items,amount\n${log.map(({ customer, at, items, amount }) => [customer, at, items, amount].join()).join('\n')}\n`),
      await saved('plain/customers.csv', `customer_id,region\n${people(() => '')}\n`),
    ];
    const planted = [
      await saved('planted/orders.csv', `customer_id,ordered_at,items,amount,tier\n${log.map(({ customer, at, items, amount }) => [customer, at, items, amount, at > cut ? ['gold', 'silver'][Number(customer) % 2] : ''].join()).join('\n')}\n`),
      await saved('planted/customers.csv', `customer_id,region,cancelled_at,status_now\n${people((customer) => (gone(customer) ? ',1998-05-15,asleep' : ',,awake'))}\n`),
      await saved('planted/tickets.csv', `customer_id,opened_at,topic\n${customers.filter(gone).map((customer) => `${customer},1998-05-${10 + (Number(customer) % 20)},${['bill', 'parcel'][Number(customer) % 2]}`).join('\n')}\n`),
    ];
    const before = await learningSet(plain);
    expect(new Date(before.tested.cuts[0]).toISOString().slice(0, 10)).toBe(cut);
    const after = await learningSet(planted);
    expect(after.train.examples.inputs.map(({ name }) => name)).toEqual(before.train.examples.inputs.map(({ name }) => name));
    expect(material(after) === material(before)).toBe(true);
    // An instant that had not come yet is not known, whatever is sworn.
    expect(material(await learningSet(planted, ['cancelled_at'])) === material(before)).toBe(true);
    // The planted bug: how things are now, taken as how they always were.
    const leaking = await learningSet(planted, ['status_now']);
    expect(leaking.train.examples.inputs.map(({ name }) => name).filter((name) => /status|asleep|awake/.test(name))).not.toEqual([]);
    expect(material(leaking) === material(before)).toBe(false);
  }, 60_000);
});

describe.skipIf(!dataFolder)('answers drawn at random', () => {
  /** How far the areas are from a half, all together, in standard errors of chance. */
  const far = (areas: readonly { area: number; yes: number; no: number }[]) =>
    areas.reduce((sum, { area, yes, no }) => sum + (area - 0.5) / Math.sqrt((yes + no + 1) / (12 * yes * no)), 0) / Math.sqrt(areas.length);
  const learners = { 'boosted-trees': { trees: 20, learningRate: 0.1, patience: 0 }, 'logistic-regression': {} };

  async function tested(train: { x: Examples; y: Answers }, test: { x: Examples; y: Answers }, seed: number) {
    const yes = test.y.values.reduce((sum, y) => sum + y, 0);
    const areas: { area: number; yes: number; no: number }[] = [];
    for (const [name, given] of Object.entries(learners)) {
      const predictor = predictorNamed(name);
      const params = await predictor.fit(train.x, train.y, predictor.options.parse(given), createContext({ seed }), kernel);
      areas.push({ area: auc(rank(test.y.values, predictor.predict(params, test.x))), yes, no: test.y.values.length - yes });
    }
    return areas;
  }
  /** With a column that holds a little of the answer: what must be found. */
  const hinted = ({ x, y }: { x: Examples; y: Answers }, seed: number) => {
    const rng = createRng(seed, 'hint');
    return { x: { ...x, inputs: [...x.inputs, { name: 'hint' }], columns: [...x.columns, y.values.map((value) => value + 4 * rng.normal())] }, y };
  };

  it('are told apart no better than by chance on later time (CDNOW), over several draws', async () => {
    const log = orders(10);
    const path = await saved('random/orders.csv', `customer_id,ordered_at,items,amount\n${log.map(({ customer, at, items, amount }) => [customer, at, items, amount].join()).join('\n')}\n`);
    const ingested = await ingest([path], {}, engine, context);
    const session = { ingested, engine, context };
    const instants = await instantsOf(90, options, session);
    const [found, planted]: { area: number; yes: number; no: number }[][] = [[], []];
    for (const salt of [1, 2, 3]) {
      const drawn: TimedTarget = { sql: `SELECT DISTINCT entity, CAST(hash(entity || CAST($cut AS VARCHAR) || '${salt}') % 2 AS DOUBLE) AS answer FROM "${ingested.sources[0].table}"`, within: 90, unit: 'days' };
      const { train, test } = await timedSet(drawn, instants, options, session);
      const [a, b] = [train, test].map(({ examples, answers }) => ({ x: examples, y: answers }));
      found.push(...(await tested(a, b, salt)));
      planted.push(...(await tested(hinted(a, salt), hinted(b, salt + 100), salt)));
    }
    expect(Math.abs(far(found))).toBeLessThan(3.3);
    expect(far(planted)).toBeGreaterThan(3.3);
  }, 60_000);

  it('are told apart no better than by chance of other people (marketing-campaign), over several draws', async () => {
    const lines = text('marketing-campaign/marketing_campaign.csv').trim().split(/\r?\n/).map((line) => line.split(';'));
    const names = lines[0].slice(1, -1);
    const [found, planted]: { area: number; yes: number; no: number }[][] = [[], []];
    for (const seed of [1, 2, 3]) {
      const rng = createRng(seed, 'answers');
      const path = await saved('random/people.csv', `${['customer_id', ...names, 'churn'].join()}\n${lines.slice(1).map((fields) => [...fields.slice(0, -1), rng.int(2) ? 'yes' : 'no'].join()).join('\n')}\n`);
      const ingested = await ingest([path], {}, engine, context);
      const { train, test } = await labelledSet({ label: 'churn' }, options, { ingested, engine, context: createContext({ seed }) });
      const [a, b] = [train, test].map(({ examples, answers }) => ({ x: examples, y: answers }));
      found.push(...(await tested(a, b, seed)));
      planted.push(...(await tested(hinted(a, seed), hinted(b, seed + 100), seed)));
    }
    expect(Math.abs(far(found))).toBeLessThan(3.3);
    expect(far(planted)).toBeGreaterThan(3.3);
  }, 60_000);
});
