import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import { quoteText } from '../util/quote.js';
import { forgetIn } from './forget.js';
import { marketRun, testFolder } from './view/run.test.fixture.js';
import { openView } from './view/view.js';

const { path, remove } = testFolder();
const context = createContext();
const folder = path('run');
beforeAll(() => marketRun(folder, 400, { seed: 1 }), 120_000);
afterAll(remove);

/** Everything in the files of a run, as text. */
async function everything(): Promise<string> {
  const engine = await openEngine({ threads: 1 });
  try {
    const texts = [];
    for (const name of await readdir(folder)) {
      const file = join(folder, name);
      texts.push(name.endsWith('.parquet') ? JSON.stringify(await engine.rows(`SELECT CAST(s AS VARCHAR) AS text FROM read_parquet(${quoteText(file)}) s`, 'test')) : await readFile(file, 'latin1'));
    }
    return texts.join('\n');
  } finally {
    await engine.close();
  }
}

it('leaves no trace of somebody in the files of a run, and everything of everybody else', async () => {
  const before = await openView(folder, context);
  const { report: { segments: [{ typical: [{ entity: gone }] }], totals }, entities } = before;
  const { rows } = await before.page({ limit: 20 });
  const who = rows.map(({ entity }) => entity).filter((entity) => entity !== gone);
  // Where one stands among all is another matter: they are fewer.
  const all = (view: typeof before) => Promise.all(who.flatMap((one) => [view.timeline(one), view.entity(one).then(({ segmentId, strength, tier, explanation, alternatives, place }) => ({ segmentId, strength, tier, explanation, alternatives, place }))]));
  const known = await all(before);
  await before.close();
  expect(await everything()).toContain(gone);

  expect(await forgetIn(folder, ['nobody', gone], context)).toBe(1);
  expect(await everything()).not.toContain(gone);
  const after = await openView(folder, context);
  expect(after.entities).toBe(entities - 1);
  expect(after.report.totals).toEqual(totals);
  expect((await after.search(gone)).total).toBe(0);
  await expect(after.entity(gone)).rejects.toMatchObject({ code: 'explain/unknown-entity' });
  expect(await all(after)).toEqual(known);
  expect((await after.membership()).segment).toHaveLength(entities - 1);
  await after.levels();
  await after.close();
  expect(await forgetIn(folder, [gone], context)).toBe(0);
}, 60_000);
