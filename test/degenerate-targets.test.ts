// Answers and columns that nothing, or too much, can be learnt from: a refusal or a warning in words, and the right answer.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../src/context.js';
import type { PredictInput } from '../src/flow/predict/config.js';
import { predict } from '../src/flow/predict/predict.js';
import { openKernel } from '../src/kernel/catalog.js';
import type { Kernel } from '../src/kernel/kernel.js';
import { predictorNamed } from '../src/predict/catalog.js';
import { createRng } from '../src/util/rng.js';
import { emptyFolder, shoal } from './support/shoal.js';

let folder: string;
let kernel: Kernel;
beforeAll(async () => {
  [folder, kernel] = [await emptyFolder('shoal-degenerate'), await openKernel({ threads: 2 })];
});
afterAll(() => kernel.close());

interface Person {
  readonly i: number;
  readonly visits: number;
  readonly region: string;
  readonly yes: boolean;
  /** Noise, 0–1. */
  readonly u: number;
}

const rng = createRng(11, 'degenerate');
/** 600 people; whether they churn follows from their visits: the best that can be reached is an area of about 0.83. */
const people: readonly Person[] = Array.from({ length: 600 }, (_, i) => {
  const visits = rng.int(20);
  return { i, visits, region: ['north', 'south', 'east'][rng.int(3)], yes: rng.next() < visits / 20, u: rng.next() };
});
const said = (yes: boolean) => (yes ? 'yes' : 'no');

async function table(name: string, columns: Record<string, (person: Person) => string | number>): Promise<string> {
  const path = join(folder, `${name}.csv`);
  await writeFile(path, `${['customer_id', ...Object.keys(columns)].join()}\n${people.map((person) => [`p${person.i}`, ...Object.values(columns).map((of) => of(person))].join()).join('\n')}\n`);
  return path;
}
const usual = { visits: ({ visits }: Person) => visits, region: ({ region }: Person) => region };

async function learnt(path: string, options: PredictInput = {}) {
  const found = await predict([path], { predictor: 'logistic-regression', ...options });
  await found.close();
  const [{ model, predictions }] = found.targets;
  const auc = model.evaluation.task === 'binary' ? model.evaluation.scores.auc!.value : Number.NaN;
  return { model, predictions, auc, leftOut: Object.fromEntries(model.leftOut.map(({ name, why }) => [name, why])), inputs: model.inputs.map(({ name }) => name) };
}

describe('through the command line', () => {
  const refused = async (path: string, ...more: string[]) => {
    const { code, stderr } = await shoal(['predict', path, '--out', join(folder, 'out'), '--quiet', ...more]);
    expect(code).toBe(2);
    return stderr.trim();
  };

  it('all of one answer, five of one, a class of their own each, and a thousand classes are refused in one sentence', async () => {
    const [same, five, each, many] = await Promise.all([
      refused(await table('same', { ...usual, churn: () => 'no' }), '--target', 'churn'),
      refused(await table('five', { ...usual, churn: ({ i }) => said(i % 120 === 0) })),
      refused(await table('each', { ...usual, kind: ({ i }) => `k${i}` }), '--target', 'kind'),
      refused(await table('many', { ...usual, kind: ({ i }) => `k${i % 200}` }), '--target', 'kind'),
    ]);
    expect(same).toBe("The target 'churn' cannot be used: it is 'no' in every row. Choose a column that says something else of some rows than of others.");
    expect(five).toBe("Only 5 of the 600 rows to learn from are 'yes', and at least 10 are needed. Ask something else, look further or less far ahead, or give more data.");
    expect(each).toBe("The target 'kind' cannot be used: it has 600 different values; at most 20 can be told apart. Give a column of fewer: one that says yes or no, for example.");
    expect(many).toBe("The target 'kind' cannot be used: 'kind' has 200 different values; at most 20 can be told apart. Name the one to predict: --target 'kind=…'.");
  }, 60_000);

  it('a copy of the answer is left out, and said', async () => {
    const path = await table('copy', { ...usual, copy: ({ yes }) => said(yes), churn: ({ yes }) => said(yes) });
    const { code, stdout, stderr } = await shoal(['predict', path, '--predictor', 'logistic-regression', '--out', join(folder, 'copied')]);
    expect(code, stderr).toBe(0);
    expect(`${stdout}${stderr}`).toContain("Left out: 'copy' alone tells the answer nearly always, so it was most likely written down after it. If it was known beforehand, say so (known).");
    expect(await readFile(join(folder, 'copied', 'model-card.md'), 'utf8')).toContain("Left out: 'copy' alone tells the answer");
  }, 60_000);
});

describe('columns that hold the answer', () => {
  it('are left out: a copy, one with noise, one with another name for each answer, one that is nearly always right', async () => {
    const path = await table('twins', {
      ...usual, copy: ({ yes }) => said(yes), noisy: ({ yes, u }) => ((yes ? 1 : 0) + 0.1 * (u - 0.5)).toFixed(4), recoded: ({ yes, u }) => `${yes ? 'A1' : 'B2'}${u < 0.5 ? 7 : 8}`,
      flipped: ({ yes, i }) => said(yes !== (i % 250 === 0)), churn: ({ yes }) => said(yes),
    });
    const { leftOut, inputs, auc } = await learnt(path);
    expect(leftOut).toEqual({ copy: 'twin', noisy: 'twin', recoded: 'twin', flipped: 'twin' });
    expect(inputs).toEqual(['visits', 'region']);
    expect(auc).toBeGreaterThan(0.7);
    expect(auc).toBeLessThan(0.93);
  });

  it('that are wrong too often to be surely one are learnt from, with a warning that it is too good', async () => {
    const { inputs, auc, model } = await learnt(await table('doubtful', { ...usual, hint: ({ yes, i }) => said(yes !== (i % 50 === 0)), churn: ({ yes }) => said(yes) }));
    expect(inputs).toContain('hint');
    expect(auc).toBeGreaterThan(0.95);
    expect(model.card.limits[0]).toBe('It is suspiciously good. Look whether one of its columns was written down after the answer was known.');
  });
});

describe('columns that hold nothing', () => {
  it('an empty, a constant and an id-like column are left out; the others are learnt from as without them', async () => {
    const answer = { churn: ({ yes }: Person) => said(yes) };
    const plain = await learnt(await table('plain', { ...usual, ...answer }));
    const more = await learnt(await table('idle', { ...usual, nothing: () => '', constant: () => 7, voucher: ({ i }) => `v${(i * 7919) % 10_007}x`, ...answer }));
    expect(more.inputs).toEqual(plain.inputs);
    expect(more.predictions.map(({ probability }) => probability)).toEqual(plain.predictions.map(({ probability }) => probability));
    expect(more.leftOut).toMatchObject({ constant: 'empty', voucher: 'empty' });
    expect(more.model.card.data.join(' ')).toMatch(/Left out because they tell nothing: .*'voucher'/);
  });

  it('and no other column are refused, and so is an answer that nobody has', async () => {
    await expect(learnt(await table('nothing', { visits: () => '', region: () => '', churn: ({ yes }) => said(yes) }))).rejects.toMatchObject({ code: 'predict/no-inputs' });
    await expect(learnt(await table('unanswered', { ...usual, churn: () => '' }), { target: 'churn' })).rejects.toThrow("The target 'churn' cannot be used: it is empty.");
  });
});

it('infinite values count as missing, in few rows, and the others are learnt from', async () => {
  const { inputs, auc, predictions } = await learnt(await table('infinite', { ...usual, visits: ({ visits, i }) => (i % 40 === 0 ? ['inf', '-Infinity', '1e999'][(i / 40) % 3] : visits), churn: ({ yes }) => said(yes) }));
  expect(inputs).toContain('visits');
  expect(auc).toBeGreaterThan(0.7);
  for (const { probability } of predictions) expect(probability! > 0 && probability! < 1).toBe(true);
});

it.each(['logistic-regression', 'boosted-trees', 'random-forest'])('a region that nobody with an answer comes from is predicted as unknown by %s', async (predictor) => {
  const path = await table(`unseen-${predictor}`, { ...usual, region: ({ region, i }) => (i < 40 ? 'moon' : region), churn: ({ yes, i }) => (i < 40 ? '' : said(yes)) });
  const empty = await table(`unknown-${predictor}`, { ...usual, region: ({ region, i }) => (i < 40 ? '' : region), churn: ({ yes, i }) => (i < 40 ? '' : said(yes)) });
  const [moon, nowhere] = [await learnt(path, { predictor }), await learnt(empty, { predictor })];
  expect(moon.predictions.length).toBe(600);
  const far = moon.predictions.slice(0, 40).reduce((sum, { probability }, k) => sum + probability! - nowhere.predictions[k].probability!, 0) / 40;
  expect(Math.abs(far)).toBeLessThan(0.05);
  // By their visits they are still told apart.
  const chance = (from: number, to: number) => people.slice(0, 40).flatMap(({ visits }, k) => (visits >= from && visits < to ? [moon.predictions[k].probability!] : []));
  expect(Math.min(...chance(16, 20))).toBeGreaterThan(Math.max(...chance(0, 4)));
});

describe('as a library', () => {
  it('learns one row per class, and a thousand classes, without despair', async () => {
    for (const name of ['logistic-regression', 'boosted-trees', 'random-forest', 'nearest-neighbours', 'naive']) {
      for (const [rows, count] of [[12, 12], [2_000, 1_000]]) {
        const predictor = predictorNamed(name);
        const given = name === 'boosted-trees' ? { trees: 1, patience: 0 } : name === 'random-forest' ? { trees: 5 } : {};
        if (count === 1_000 && name === 'logistic-regression') continue;
        const x = { rows, inputs: [{ name: 'a' }], columns: [Float64Array.from({ length: rows }, (_, i) => i % count)] };
        const y = { task: 'multiclass' as const, classes: Array.from({ length: count }, (_, c) => `c${c}`), values: Float64Array.from({ length: rows }, (_, i) => i % count) };
        const p = predictor.predict(await predictor.fit(x, y, predictor.options.parse(given), createContext(), kernel), x);
        expect(p.length).toBe(rows * count);
        for (const row of [0, rows - 1]) expect(p.subarray(row * count, (row + 1) * count).reduce((sum, share) => sum + share, 0), `${name} of ${count}`).toBeCloseTo(1, 6);
        expect(p.every((share) => share >= 0 && share <= 1)).toBe(true);
      }
    }
  }, 60_000);
});
