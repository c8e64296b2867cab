import { writeFile } from 'node:fs/promises';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openEngine } from '../../engine/catalog.js';
import type { RegressionEvaluation } from '../../domain/evaluation.js';
import { ingest } from '../../ingest/ingest.js';
import { openKernel } from '../../kernel/catalog.js';
import { drawOf } from '../../predict/holdout.js';
import { createRng } from '../../util/rng.js';
import { modelsIn } from './model-file.js';
import { predict, predictTargets } from './predict.js';
import { predictOptions, type PredictInput } from './config.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-predict-'));
  await file('people.csv', head, people((visits, rng) => rng.next() < visits / 20));
  await file('orders.csv', 'customer_id,order_id,ordered_at,amount,later_tier', orders());
});
afterAll(() => rm(folder, { recursive: true }));

const DAY = 86_400_000;
const file = async (name: string, head: string, rows: readonly string[]) => {
  const path = join(folder, name);
  await writeFile(path, `${[head, ...rows].join('\n')}\n`);
  return path;
};
const run = async (path: string, options: PredictInput = {}) => {
  const found = await predict([path], { predictor: 'logistic-regression', ...options });
  await found.close();
  return found;
};

/** A table of 1,200 people whose `bought` follows from `visits`, is told by `receipt`, or (by chance) by nothing. */
function people(answer: (visits: number, rng: ReturnType<typeof createRng>) => boolean) {
  const rng = createRng(5, 'people');
  return Array.from({ length: 1200 }, (_, i) => {
    const visits = rng.int(20);
    const yes = answer(visits, rng);
    return `p${i},${visits},${['north', 'south', 'east'][rng.int(3)]},${yes ? `r${1 + rng.int(9)}` : ''},${rng.int(2) ? 'female' : 'male'},${yes ? 'yes' : 'no'}`;
  });
}
const head = 'customer_id,visits,region,receipt_kind,sex,churn';

describe('a column that holds the answer', () => {
  it('is learnt from the others, but not from what tells it afterwards or from a protected characteristic', async () => {
    const found = await run(join(folder, 'people.csv'));
    const [{ name, model, predictions }] = found.targets;
    expect(name).toBe('churn');
    expect(model.leftOut.map(({ name: column, why }) => [column, why])).toEqual([['sex', 'sensitive'], ['receipt_kind', 'twin']]);
    expect(model.inputs.map((input) => input.name)).toEqual(['visits', 'region']);
    expect(model.evaluation.task === 'binary' && model.evaluation.scores.auc!.value).toBeGreaterThan(0.75);
    expect(predictions.length).toBe(1200);
    expect(model.card.segments.map(({ by }) => by)).toEqual(['Sex']);
    expect(predictions[0].reasons!.length).toBeGreaterThan(0);
    expect(model.card.importance[0].input).toBe('visits');
    expect(model.card.limits.join(' ')).toMatch(/it cannot be told whether the columns were known before the answer/);
  });

  it('that is random is no better predicted than by chance, and the card says so', async () => {
    const found = await run(await file('random.csv', head.replace('receipt_kind', 'note'), people((_, rng) => rng.next() < 0.4).map((line) => line.replace(/,r?\d*,(fe)?male,/, ',x,male,'))));
    const { evaluation, card } = found.targets[0].model;
    const auc = evaluation.task === 'binary' ? evaluation.scores.auc! : undefined;
    expect(Math.abs(auc!.value - 0.5)).toBeLessThan(0.1);
    expect(auc!.low).toBeLessThanOrEqual(0.5);
    expect(card.limits[0]).toMatch(/no better than chance|hardly better than chance/);
  });

  it('with all the same answers, or too few of one, is refused in words', async () => {
    await expect(run(await file('few.csv', head, people(() => false).map((line, i) => (i < 5 ? line.replace(/no$/, 'yes') : line))))).rejects.toThrow("Only 5 of the 1,200 rows to learn from are 'yes', and at least 10 are needed.");
    await expect(run(await file('none.csv', head, people(() => false)), { target: 'churn' })).rejects.toThrow("The target 'churn' cannot be used: it is 'no' in every row. Choose a column that says something else of some rows than of others.");
  });

  it('chooses as many as there is capacity for', async () => {
    const found = await run(join(folder, 'people.csv'), { capacity: 100 });
    const [{ model, predictions }] = found.targets;
    expect(predictions.filter(({ chosen }) => chosen).length).toBe(100);
    expect(model.threshold?.by).toBe('capacity');
    expect(model.card.result.join(' ')).toMatch(/As many as there is capacity for, those with a chance of \d+ % or more are chosen/);
  });

  it('is compared with the model that was there before, and kept to be asked again', async () => {
    const out = join(folder, 'out');
    const first = await predict([join(folder, 'people.csv')], { predictor: 'naive' });
    await first.write(out);
    await first.close();
    const [kept] = await modelsIn(out);
    expect(kept.id).toBe(first.targets[0].model.id);
    const second = await run(join(folder, 'people.csv'), { previous: out });
    expect(second.targets[0].model.comparison).toMatchObject({ score: 'auc', second: 0.5, better: 'first' });
    const [line, row] = (await readFile(join(out, 'predictions.csv'), 'utf8')).split('\n');
    expect(line).toBe('"entity",churn_probability,"churn_band"');
    expect(row).toMatch(/^"p0",0\.\d+,"[a-z ]+"$/);
  });
});

describe('an earlier model', () => {
  /** Nothing tells these answers, so whoever has not learnt from them is right half of the time. */
  const rows = people((_, rng) => rng.next() < 0.5).map((row) => row.replace(/,r?\d*,(fe)?male,/, ',x,male,'));

  it('is compared on none of the rows that it has learnt from, though rows were added since', async () => {
    const out = join(folder, 'earlier');
    const first = await predict([await file('earlier.csv', head, rows.slice(0, 800))], { predictor: 'random-forest' });
    await first.write(out);
    await first.close();
    const [{ model }] = (await run(await file('later.csv', head, rows), { previous: out })).targets;
    expect(model.comparison!.second).toBeLessThan(0.6);
    expect(model.card.result.join(' ')).toMatch(/on the same rows, which neither has learnt from/);
  });

  it('of another seed is not compared with, since it knows other rows, and it is said', async () => {
    const [{ model }] = (await run(join(folder, 'later.csv'), { previous: join(folder, 'earlier'), seed: 2 })).targets;
    expect(model.comparison).toBeUndefined();
    expect(model.card.result.join(' ')).toContain('Not compared with the model that was here before: it was learnt with another seed, so from others of the tested rows.');
  });
});

it('a threshold does not follow from the answers that it is judged by', async () => {
  const lines = people((visits, rng) => rng.next() < visits / 20);
  const cost = { missed: 3, alarm: 1 };
  const [{ model }] = (await run(join(folder, 'people.csv'), { cost })).targets;
  const tested = lines.flatMap((line, i) => (drawOf(line.split(',')[0], createContext({ seed: 1 })) < model.unseenBelow! ? [i] : []));
  const others = lines.map((line, i) => (tested.includes(i) ? line.replace(/(yes|no)$/, lines[tested[(tested.indexOf(i) + 1) % tested.length]].endsWith('yes') ? 'yes' : 'no') : line));
  const [{ model: turned }] = (await run(await file('turned.csv', head, others), { cost })).targets;
  expect(turned.threshold!.cost!.value).not.toBe(model.threshold!.cost!.value);
  expect(turned.threshold!.threshold).toBe(model.threshold!.threshold);
});

/** Half of the customers order every 20 days throughout, the others stop after day 200. Nothing tells them apart but what they do. */
const orders = () => {
  const rng = createRng(9, 'orders');
  return Array.from({ length: 300 }, (_, c) => Array.from({ length: c % 2 ? 20 : 10 }, (_, n) => {
    const at = new Date(Date.UTC(2024, 0, 1) + (n * 20 + rng.next() * 15) * DAY).toISOString().slice(0, 19).replace('T', ' ');
    return `c${c},o${c}-${n},${at},${(10 + rng.int(40)).toFixed(2)},${n * 20 > 300 ? 'gold' : ''}`;
  })).flat();
};

/** Predictions of the same data, and what the scripts that are written give where the raw tables are. */
async function scored(path: string, options: PredictInput) {
  const [engine, kernel, context] = [await openEngine({ threads: 2 }), await openKernel({ threads: 2 }), createContext()];
  try {
    const ingested = await ingest([path], {}, engine, context);
    const settings = predictOptions.parse({ predictor: 'logistic-regression', ...options });
    const { targets: [{ predictions, score, model }] } = await predictTargets(ingested, settings, engine, kernel, context);
    const rows = score ? await engine.rows(score.sql.replace(/;\s*$/, ''), 'score') : [];
    return { model, score: score!, said: new Map(predictions.map(({ entity, probability }) => [entity, probability])), inSql: new Map(rows.map(({ entity, prediction }) => [String(entity), prediction === null ? null : Number(prediction)])) };
  } finally {
    await kernel.close();
    await engine.close();
  }
}

const close = (a: number | null | undefined, b: number | null | undefined) => Math.abs((a ?? -1) - (b ?? -1)) < 1e-9;

it('the script for the warehouse gives of a log, by trees, what the library gives', async () => {
  const { said, inSql, score } = await scored(join(folder, 'orders.csv'), { target: 'any orders 60d', predictor: 'boosted-trees' });
  expect([...inSql.keys()].sort()).toEqual([...said.keys()].sort());
  for (const [entity, probability] of said) expect(close(inSql.get(entity), probability), entity).toBe(true);
  expect(score.js).toMatch(/export function predict\(row\)/);
});

it('the script says nothing of those who have lapsed already, as the predictions say nothing', async () => {
  const { said, inSql, score } = await scored(join(folder, 'orders.csv'), { target: { none: 'orders', within: 10, active: 30 } });
  const lapsed = [...said].filter(([, probability]) => probability === undefined).map(([entity]) => entity);
  expect(lapsed.length).toBeGreaterThan(100);
  expect([...inSql].filter(([, prediction]) => prediction === null).map(([entity]) => entity).sort()).toEqual(lapsed.sort());
  for (const [entity, probability] of said) expect(close(inSql.get(entity), probability), entity).toBe(true);
  expect(score.sql).toContain('Who has lapsed already is not asked about');
});

it('rows that were learnt from are predicted by fits that had not seen them; the rest, and the script, by the model itself', async () => {
  const { said, inSql, score, model } = await scored(join(folder, 'people.csv'), {});
  expect(inSql.size).toBe(1200);
  expect([...said].filter(([entity, probability]) => close(inSql.get(entity), probability)).length).toBe(model.card.tested.rows);
  expect(score.sql).toContain('what fits that had not seen them say');
  expect(model.card.data.join(' ')).toContain('comes from fits that had not seen them');
});

it('an answer that nothing tells is not known of the rows that were learnt from either', async () => {
  const name = await file('noise.csv', head, people((_, rng) => rng.next() < 0.5).map((row) => row.replace(/,r\d,/, ',,')));
  const { said, model } = await scored(name, { predictor: 'random-forest' });
  const truth = new Map((await readFile(name, 'utf8')).trim().split('\n').slice(1).map((row) => [row.split(',')[0], row.endsWith('yes')]));
  const mean = (yes: boolean) => { const own = [...said].filter(([entity]) => truth.get(entity) === yes); return own.reduce((sum, [, p]) => sum + p!, 0) / own.length; };
  expect(model.predictor).toBe('random-forest');
  // Its own answers known, a forest would part them by a third and more.
  expect(Math.abs(mean(true) - mean(false))).toBeLessThan(0.05);
});

it('answers that two files spell differently are one, and it is said', async () => {
  const rows = people((visits, rng) => rng.next() < visits / 20).map((row, i) => (i < 800 ? row : row.replace(/yes$/, 'Yes.').replace(/no$/, 'no.')));
  const [{ model }] = (await run(await file('stacked.csv', head, rows))).targets;
  expect(model.classes).toEqual(['no', 'yes']);
  expect(model.card.limits.join(' ')).toMatch(/'no\.' of 'churn' is read as 'no' \(\d+ rows\).*'Yes\.' of 'churn' is read as 'yes'.*name them differently in the file/);
  const [{ model: asked }] = (await run(join(folder, 'stacked.csv'), { target: { label: 'churn', is: 'Yes.' } })).targets;
  expect(asked.card.learned.rate).toBeCloseTo(model.card.learned.rate, 2);
});

it('codes of one letter are only warned of', async () => {
  const rows = people((visits, rng) => rng.next() < visits / 20).map((row, i) => row.replace(/(yes|no)$/, (answer) => (answer === 'yes' ? (i % 2 ? 'a' : 'A') : 'b')));
  const [{ model }] = (await run(await file('codes.csv', head, rows))).targets;
  expect(model.classes!.length).toBe(3);
  expect(model.card.limits.join(' ')).toMatch(/'A' and 'a' of 'churn'|'a' and 'A' of 'churn'/);
});

describe('a log of orders', () => {
  it('asks who orders again and who lapses, and tests it on later time', async () => {
    const found = await run(join(folder, 'orders.csv'));
    expect(found.targets.map(({ name }) => name)).toEqual([expect.stringMatching(/^orders_\d+d$/), expect.stringMatching(/^no_orders_\d+d$/)].slice(0, found.targets.length));
    const [{ model, predictions }] = found.targets;
    const { learned, tested } = model.card;
    expect(learned.until).toBeLessThanOrEqual(tested.cuts[0]);
    expect(model.inputs.filter(({ name }) => /tier|gold/.test(name))).toEqual([]);
    expect(model.evaluation.task === 'binary' && model.evaluation.scores.auc!.value).toBeGreaterThan(0.95);
    const mean = (odd: number) => predictions.filter(({ entity }) => Number(entity.slice(1)) % 2 === odd).reduce((sum, { probability }) => sum + probability!, 0) / 150;
    expect(mean(1)).toBeGreaterThan(0.8);
    expect(mean(0)).toBeLessThan(0.2);
  });

  it('that is too short says what is missing', async () => {
    await expect(run(join(folder, 'orders.csv'), { target: 'any orders 200d' })).rejects.toThrow(/the data must span 600 days: 200 of history, 200 until the answers to learn from are known, and 200 more to test on\. It spans 39\d\. Use --horizon 13\d or less/);
  });

  it('writes what everyone is worth beside it, where that is asked for', async () => {
    const out = join(folder, 'worth');
    const found = await predict([join(folder, 'orders.csv')], { target: 'any orders 60d', predictor: 'naive', value: true });
    expect((await found.write(out)).map((path) => path.split('/').at(-1))).toEqual(['predictions.csv', 'predictions.parquet', 'value.csv', 'value.json', 'model-card.md', 'model-card.html', 'prediction-model.json']);
    await found.close();
    const [line, ...rows] = (await readFile(join(out, 'value.csv'), 'utf8')).trimEnd().split('\n');
    expect(line).toBe('"entity",repeats,last,age,alive,purchases,purchases_low,purchases_high,spend,value,value_low,value_high');
    expect(rows.length).toBe(300);
    for (const row of rows) expect(Number(row.split(',')[4])).toBeLessThanOrEqual(1);
  });

  it('chooses as many as there is capacity for, from a chance on that rows of the past have told', async () => {
    const [{ model, predictions }] = (await run(join(folder, 'orders.csv'), { target: 'any orders 60d', capacity: 50 })).targets;
    expect(predictions.filter(({ chosen }) => chosen).length).toBe(50);
    expect(model.threshold!.selectedShare.value).toBeLessThan(0.5);
  });

  it('the ranges of a column are said to be the model\'s own', async () => {
    const rng = createRng(4, 'spent');
    const lines = people(() => true).map((row, i) => `${row.split(',').slice(0, 3).join(',')},${(Number(row.split(',')[1]) * 3 + (i % 7) + rng.next()).toFixed(2)}`);
    const [{ model }] = (await run(await file('spent.csv', 'customer_id,visits,region,spent', lines), { target: 'spent', predictor: 'linear-regression' })).targets;
    expect(model.interval).toBeDefined();
    expect(model.card.data.join(' ')).toContain('The ranges of all come from the model itself');
  });

  it('predicts money as a number', async () => {
    const out = join(folder, 'money');
    const found = await predict([join(folder, 'orders.csv')], { target: { amount: 'orders', within: 60 }, predictor: 'linear-regression' });
    await found.write(out);
    await found.close();
    const [{ model, predictions }] = found.targets;
    expect(model.task).toBe('regression');
    expect(model.evaluation.task === 'regression' && model.evaluation.scores.mae.value).toBeLessThan(model.naive.task === 'regression' ? model.naive.scores.mae.value : 0);
    expect(predictions[0]).toMatchObject({ entity: 'c0', value: expect.any(Number) });
    for (const { low, high } of predictions) expect(low!).toBeLessThanOrEqual(high!);
    const { interval } = model.evaluation as RegressionEvaluation;
    expect(interval!.level).toBe(0.8);
    expect(interval!.coverage.high).toBeGreaterThan(0.8);
    expect(model.card.result.join(' ')).toMatch(/ranges beside the numbers are to hold 80 % of what happens; of the tested rows they held \d+ %/);
    expect((await readFile(join(out, 'predictions.csv'), 'utf8')).split('\n')[0]).toMatch(/amount_orders_60d_expected,amount_orders_60d_low,amount_orders_60d_high/);
  });
});
