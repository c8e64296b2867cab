// `shoal segment …` as a person runs it: a small log of three kinds of customers, each algorithm, and every question that can be asked of a run.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../src/engine/catalog.js';
import { algorithms } from '../src/segment/catalog.js';
import { adjustedRand } from '../src/util/agreement.js';
import { createRng } from '../src/util/rng.js';
import { emptyFolder, shoal } from './support/shoal.js';

let cwd: string;
beforeAll(async () => {
  cwd = await emptyFolder('segment');
  await writeFile(join(cwd, 'orders.csv'), orders(600));
  await shoal(['discover', 'orders.csv', '--out', 'proven', '--quiet'], { cwd });
}, 60_000);

describe.each(Object.keys(algorithms))('shoal segment fit --algorithm %s', (name) => {
  it('segments, explains and writes everything, and SQL and JavaScript place everybody alike', async () => {
    const settings = name === 'dbscan' ? ['--set', 'eps=3'] : name === 'hdbscan' ? ['--set', 'minClusterSize=25'] : 'k' in algorithms[name as 'kmeans'].options.shape ? ['--k', '3'] : [];
    const { code, stderr, stdout } = await shoal(['segment', 'fit', 'orders.csv', '--algorithm', name, ...settings, '--out', name, '--json'], { cwd });
    expect(stderr.split('\n').filter((line) => line && !line.endsWith('…'))).toEqual([]);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.choice.asked.title).toBeTruthy();
    expect(report.segments.length).toBeGreaterThanOrEqual(2);
    for (const segment of report.segments) expect(segment).toMatchObject({ name: expect.stringMatching(/\S/), narrative: expect.stringMatching(/\d/), brief: { goal: expect.any(String) } });

    const members = await membership(join(cwd, name));
    const known = members.filter(({ segment }) => segment >= 0);
    expect(known.length).toBeGreaterThan(0.6 * members.length);
    expect(adjustedRand(known.map(({ entity }) => kindOf(entity)), known.map(({ segment }) => segment)), 'finds the three kinds').toBeGreaterThan(0.6);

    const written = await readFile(join(cwd, name, 'assign.sql'), 'utf8').catch(() => undefined);
    if (!written) return expect(['hdbscan', 'dbscan', 'agglomerative', 'consensus'], `${name} has lost its formula`).toContain(name);
    const engine = await openEngine({ threads: 2 });
    try {
      await engine.run(`CREATE TABLE orders AS FROM read_csv('${join(cwd, 'orders.csv')}')`, 'raw');
      const rows = await engine.rows(written.replace(/;\s*$/, ''), 'assign.sql');
      expect(new Map(rows.map(({ entity, segment }) => [String(entity), Number(segment)]))).toEqual(new Map(members.map(({ entity, segment }) => [entity, segment])));
      const { assign } = await import(pathToFileURL(join(cwd, name, 'assign.js')).href);
      const features = await engine.rows(`FROM read_parquet('${join(cwd, name, 'features.parquet')}')`, 'features');
      const placed = new Map(features.map((row) => [String(row['entity']), assign(row).segment]));
      expect(placed).toEqual(new Map(members.map(({ entity, segment }) => [entity, segment])));
    } finally {
      await engine.close();
    }
  }, 60_000);
});

describe('shoal segment', () => {
  it('lists the algorithms, and the options of one', async () => {
    const all = JSON.parse((await shoal(['segment', 'algorithms', '--json'], { cwd })).stdout);
    expect(all.map(({ name }: { name: string }) => name)).toEqual(Object.keys(algorithms));
    const { stdout } = await shoal(['segment', 'algorithms', 'hdbscan'], { cwd });
    expect(stdout).toMatch(/minClusterSize +integer +\d+ +Fewest rows/);
  });

  it('asks a few questions that put nearly everybody where the model does', async () => {
    const tree = JSON.parse((await shoal(['segment', 'tree', '--out', 'proven', '--json'], { cwd })).stdout);
    expect(tree.leaves).toBeGreaterThanOrEqual(3);
    expect(tree.fidelity).toBeGreaterThan(0.95);
    expect((await shoal(['segment', 'tree', '--out', 'proven'], { cwd })).stdout).toMatch(/\?\nyes\n[\s\S]*→[\s\S]*\d leaves/);
    expect((await shoal(['segment', 'tree', '--out', 'proven', '--sql'], { cwd })).stdout).toMatch(/^CASE\n +WHEN "/);
  });

  it('counts a rule, says what each condition loses, and prints SQL', async () => {
    await writeFile(join(cwd, 'rule.json'), JSON.stringify({ all: [{ kind: 'feature', feature: 'orders', op: '>=', value: 2 }, { kind: 'feature', feature: 'spend', op: '>', value: 0 }] }));
    const answer = JSON.parse((await shoal(['segment', 'rule', 'proven', 'rule.json', '--json'], { cwd })).stdout);
    expect(answer).toMatchObject({ of: 600, words: expect.stringMatching(/^Customers with at least two orders, and with /), conditions: [{ path: [0] }, { path: [1] }] });
    expect((await shoal(['segment', 'rule', 'proven', 'rule.json'], { cwd })).stdout).toMatch(/^Customers with .*\n\n\d+ of 600 \([\s\S]*Holds for +Loses +Brings\n[\s\S]*Of the segment/);
    expect((await shoal(['segment', 'rule', 'proven', 'rule.json', '--sql'], { cwd })).stdout).toMatch(/^-- Customers with .*\nWITH "condition_1" AS \(/);
    await writeFile(join(cwd, 'rule.json'), '{');
    expect(await shoal(['segment', 'rule', 'proven', 'rule.json'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringMatching(/^'rule.json' cannot be loaded/) });
  });

  it('names broad segments and the ones inside them', async () => {
    const { levels } = JSON.parse((await shoal(['segment', 'levels', 'orders.csv', '--level', '3', '--level', '6', '--json'], { cwd })).stdout);
    expect(levels.map((level: unknown[]) => level.length)).toEqual([3, 6]);
    for (const parent of levels[0]) {
      const inside = levels[1].filter((child: { parent: number }) => child.parent === parent.segment);
      expect(inside.reduce((sum: number, child: { entities: number }) => sum + child.entities, 0)).toBe(parent.entities);
    }
  });

  it('says whether there are segments, and what each criterion would have chosen', async () => {
    const found = JSON.parse((await shoal(['segment', 'choose', 'orders.csv', '--json'], { cwd })).stdout);
    expect(found.choice.verdict).toBe('segments');
    expect(found.choice.criteria.map(({ name }: { name: string }) => name)).toEqual(['prediction-strength', 'silhouette', 'davies-bouldin', 'calinski-harabasz', 'gap', 'bic', 'elbow']);
    const { stdout } = await shoal(['segment', 'choose', 'orders.csv'], { cwd });
    expect(stdout).toMatch(/segments among 600 customers are proven\.[\s\S]*Silhouette[\s\S]*would be chosen by that criterion[\s\S]*could be missed/);
  }, 60_000);

  it('picks the algorithm itself when asked to', async () => {
    const report = JSON.parse((await shoal(['segment', 'fit', 'orders.csv', '--algorithm', 'auto', '--out', 'auto', '--json'], { cwd })).stdout);
    expect(report.choice.verdict).toBe('segments');
    const members = (await membership(join(cwd, 'auto'))).filter(({ segment }) => segment >= 0);
    expect(adjustedRand(members.map(({ entity }) => kindOf(entity)), members.map(({ segment }) => segment))).toBeGreaterThan(0.6);
  }, 60_000);

  it('advises, from facts that are in the data, and for a goal', async () => {
    const advice = JSON.parse((await shoal(['segment', 'advise', 'orders.csv', '--goal', 'retention', '--json'], { cwd })).stdout);
    expect(advice).toMatchObject({ goal: 'retention', facts: { rows: 600 }, algorithm: { name: expect.any(String) } });
    expect(advice.variables.length).toBeGreaterThanOrEqual(5);
    expect(advice.variables.length).toBeLessThanOrEqual(7);
  }, 60_000);

  it('looks for rare groups, each of the share asked for, and says what could be missed', async () => {
    const { groups } = JSON.parse((await shoal(['segment', 'rare', 'orders.csv', '--set', 'maxShare=0.12', '--json'], { cwd })).stdout);
    expect(groups.length).toBeGreaterThan(0);
    for (const { share, size, heldOut, entities } of groups) {
      expect(share).toBeLessThanOrEqual(0.12);
      expect(size).toBe(Math.round(share * 600));
      expect(heldOut.p).toBeLessThan(0.01);
      expect(entities.length).toBe(Math.min(10, size));
    }
    const { stdout } = await shoal(['segment', 'rare', 'orders.csv'], { cwd });
    expect(stdout).toMatch(/^(No rare groups|\d+ rare groups?:)[\s\S]*could be missed/);
  }, 60_000);

  it('takes the algorithm and its options from the configuration, and another one from the command line', async () => {
    const folder = await emptyFolder('segment-config');
    await writeFile(join(folder, 'orders.csv'), orders(150));
    await writeFile(join(folder, 'shoal.config.ts'), "import { defineShoal } from 'shoal';\nexport default defineShoal({ files: ['orders.csv'], algorithm: 'hdbscan', settings: { minClusterSize: 12 }, out: 'dense' });\n");
    expect((await shoal(['segment', 'fit', '--quiet'], { cwd: folder })).code).toBe(0);
    const model = async (run: string) => JSON.parse(await readFile(join(folder, run, 'model.json'), 'utf8')).model;
    expect(await model('dense')).toMatchObject({ algorithm: 'hdbscan', options: { minClusterSize: 12 } });
    expect(await shoal(['segment', 'fit', '--algorithm', 'kmeans', '--k', '3', '--out', 'round', '--quiet'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
    expect(await model('round')).toMatchObject({ algorithm: 'kmeans', options: { k: 3 } });
    // The questions have options of their own: those of the algorithm must not reach them.
    for (const question of ['rare', 'levels', 'unusual', 'choose']) expect(await shoal(['segment', question, '--json'], { cwd: folder }), question).toMatchObject({ code: 0 });
  }, 60_000);

  it('takes known segments and pairs by the ids of entities', async () => {
    const args = ['segment', 'fit', 'orders.csv', '--algorithm', 'semi-supervised', '--k', '3', '--out', 'known', '--quiet'];
    const seeds = JSON.stringify([['C0', 'once'], ['C3', 'once'], ['C1', 'weekly'], ['C4', 'weekly'], ['C2', 'large'], ['C5', 'large']]);
    expect((await shoal([...args, '--set', `seeds=${seeds}`, '--set', 'mustLink=[["C6","C9"]]'], { cwd })).code).toBe(0);
    const members = await membership(join(cwd, 'known'));
    expect(adjustedRand(members.map(({ entity }) => kindOf(entity)), members.map(({ segment }) => segment))).toBeGreaterThan(0.9);
    expect((await shoal([...args, '--set', 'mustLink=[["C6","C9999"]]'], { cwd })).stderr).toContain("There is no customer 'C9999'");
  }, 60_000);

  it('names who is unlike the others, and in what', async () => {
    const found = JSON.parse((await shoal(['segment', 'unusual', 'orders.csv', '--top', '5', '--json'], { cwd })).stdout);
    expect(found).toHaveLength(5);
    for (const [i, one] of found.entries()) {
      expect(one).toMatchObject({ entity: expect.stringMatching(/^C\d+$/), sentence: expect.stringMatching(/sd (above|below)/) });
      if (i > 0) expect(one.score).toBeLessThanOrEqual(found[i - 1].score);
    }
  });

  it('compares two runs, and a run with itself', async () => {
    await shoal(['discover', 'orders.csv', '--k', '2', '--out', 'two', '--quiet'], { cwd });
    const found = JSON.parse((await shoal(['segment', 'compare', 'proven', 'two', '--json'], { cwd })).stdout);
    expect(found).toMatchObject({ entities: 600, a: { name: 'proven' }, b: { name: 'two', segments: 2 } });
    expect(found.moves.length).toBeGreaterThan(0);
    const same = JSON.parse((await shoal(['segment', 'compare', 'proven', 'proven', '--json'], { cwd })).stdout);
    expect(same.agreement.adjustedRand.value).toBe(1);
    expect(same.moves).toEqual([]);
  }, 60_000);

  it('keeps the ids of segments from run to run, and says what became of them', async () => {
    const { stdout } = await shoal(['discover', 'orders.csv', '--k', '2', '--previous', 'proven', '--out', 'later'], { cwd });
    expect(stdout).toMatch(/Since the earlier run\n“/);
    const [before, now] = await Promise.all(['proven', 'later'].map(async (run) => JSON.parse(await readFile(join(cwd, run, 'segments.json'), 'utf8'))));
    const ids = before.segments.map(({ id }: { id: string }) => id);
    const kept = now.segments.filter(({ id }: { id: string }) => ids.includes(id));
    expect(kept.length).toBeGreaterThanOrEqual(1);
    expect(now.since.retired).toEqual(ids.filter((id: string) => !kept.some((segment: { id: string }) => segment.id === id)));
    const aligned = await shoal(['segment', 'align', 'proven', 'later'], { cwd });
    expect(aligned.stdout.trim().split('\n').slice(0, 3)).toEqual(now.since.sentences.slice(0, 3));
  }, 60_000);

  it.each([
    [['segment', 'fit', 'orders.csv', '--algorithm', 'kmean'], "Did you mean 'kmeans'?"],
    [['segment', 'fit', 'orders.csv', '--algorithm', 'hdbscan', '--k', '3'], 'takes no k'],
    [['segment', 'fit', 'orders.csv', '--algorithm', 'kmeans', '--set', 'restart=3'], "Did you mean 'restarts'?"],
    [['segment', 'fit', 'orders.csv', '--algorithm', 'dbscan', '--set', 'eps=0.0001'], 'everyone is an outlier'],
    [['segment', 'fit', 'orders.csv', '--set', 'eps'], 'must be like eps=0.5'],
    [['segment', 'levels', 'orders.csv', '--set', 'methods=ward'], "Did you mean 'method'?"],
    [['segment', 'rare', 'orders.csv', '--set', 'share=2'], 'is not an option'],
    [['segment', 'choose', 'orders.csv', '--algorithm', 'hdbscan'], "no flag '--algorithm'"],
    [['segment', 'fits', 'orders.csv'], "Did you mean 'shoal segment fit'?"],
    [['segment', 'align', 'proven', 'nowhere'], "'nowhere' holds no run"],
    [['discover', 'orders.csv', '--previous', 'nowhere'], "'nowhere' holds no run"],
  ])('answers shoal %j with a sentence', async (args, sentence) => {
    const { code, stderr, stdout } = await shoal(args, { cwd });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/at .*\.js:\d+/);
    expect([code, stdout]).toEqual([2, '']);
  });
});

/** Who is where in a run. */
async function membership(folder: string): Promise<{ entity: string; segment: number }[]> {
  const [, ...lines] = (await readFile(join(folder, 'membership.csv'), 'utf8')).trim().split('\n');
  return lines.map((line) => ({ entity: line.split(',')[0], segment: Number(line.split(',')[1]) }));
}

const kindOf = (entity: string) => Number(entity.slice(1)) % 3;

/** An order log of three kinds of customers: one cheap order long ago; weekly small ones in the evening; few large ones, weekdays at noon. */
function orders(customers: number): string {
  const rng = createRng(7, 'orders');
  const lines = ['order_id,customer_id,ordered_at,product,quantity,unit_price'];
  let order = 0;
  for (let i = 0; i < customers; i++) {
    const kind = i % 3;
    const count = [1 + rng.int(2), 18 + rng.int(12), 4 + rng.int(4)][kind];
    for (let n = 0; n < count; n++) {
      const day = kind === 0 ? rng.int(90) : Math.floor((365 * (n + rng.next())) / count);
      const hour = [8 + rng.int(12), 19 + rng.int(4), 11 + rng.int(3)][kind];
      const price = [9, 6, 180][kind] * Math.exp(0.25 * rng.normal());
      const date = new Date(Date.UTC(2025, 0, 1 + day, hour, rng.int(60)));
      lines.push(`${++order},C${i},${date.toISOString().slice(0, 19).replace('T', ' ')},P${(kind * 7 + rng.int(9))},${1 + rng.int([2, 3, 2][kind])},${price.toFixed(2)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
