import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { discover } from '../discover.js';
import { answersFile } from './answers.js';
import { hold, type Held } from './held.js';
import { levels } from './levels.js';
import { marketRun, runOf, testFolder } from './run.test.fixture.js';
import { usual } from './usual.js';
import { openView } from './view.js';
import { whatIf } from './what-if.js';

const { path, remove } = testFolder();
const context = createContext();
const plain = (answer: unknown) => JSON.parse(JSON.stringify(answer));
beforeAll(() => marketRun(path('run'), 400), 60_000);
afterAll(remove);

/** A run that can be asked nothing for which a number of anybody must be read. */
async function unread(folder: string): Promise<Held> {
  const { file, ...held } = await hold(folder, context);
  file.close();
  const gone = (): never => {
    throw new Error('read');
  };
  return { ...held, file: { ...file, read: gone, numbers: gone, gather: gone, at: gone } };
}

/** Orders of some customers. */
function orders(file: string, customers: number): string {
  const rows = Array.from({ length: 10 * customers }, (_, i) => `C${i % customers},2025-0${1 + (i % 9)}-11,${5 + ((i * 7) % 40)}`);
  writeFileSync(path(file), `customer_id,order_date,amount\n${rows.join('\n')}\n`);
  return path(file);
}

/** The answers of the run with another answers file, or none. */
async function answersWith(text?: string) {
  const folder = path('other');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const file of readdirSync(path('run'))) if (file !== answersFile) copyFileSync(join(path('run'), file), join(folder, file));
  if (text !== undefined) writeFileSync(join(folder, answersFile), text);
  const view = await openView(folder, context);
  try {
    const before = await view.usual();
    if (text === undefined) expect(before).toEqual({});
    return plain([await view.levels(), await view.whatIf()]);
  } finally {
    await view.close();
  }
}

describe('answers that a run keeps', () => {
  it('are there before anybody of it was looked at', async () => {
    const held = await unread(path('run'));
    const [{ levels: told }, { k, segments }] = [await levels(held), await whatIf(held)];
    const { length } = held.report.segments;
    expect(told.map((level) => level.length)).toEqual([length, 3 * length]);
    expect([k, segments.length]).toEqual(length === 6 ? [5, 5] : [6, 6]);
    expect(await usual(held)).toEqual({ levels: await levels(held), whatIf: await whatIf(held) });
    await expect((async () => levels(held, [2, 7]))()).rejects.toThrow('read');
  });

  it('are the ones that are worked out where they were not kept, are of another run or version, or not whole', async () => {
    const text = readFileSync(path(`run/${answersFile}`), 'utf8');
    const kept = Object.values(JSON.parse(text).answers);
    const broken = [undefined, '', text.slice(0, 500), '[]', '{"answers":3}'];
    const foreign = [{ run: 'other' }, { form: 0 }, { form: '1' }].map((change) => JSON.stringify({ ...JSON.parse(text), ...change, answers: { 'levels 4,12': { levels: [] } } }));
    for (const other of [...broken, ...foreign]) expect(await answersWith(other)).toEqual(kept);
  });

  it('are the same bytes for the same files and seed, and only of runs for a workspace', async () => {
    const text = () => readFileSync(path(`few/${answersFile}`), 'utf8');
    const files = [orders('few.csv', 60)];
    await runOf(path('few'), files);
    const before = text();
    await runOf(path('few'), files);
    expect(text()).toBe(before);
    await runOf(path('few'), files, {}, false);
    expect(existsSync(path(`few/${answersFile}`))).toBe(false);
  });

  it('are worked out within the writing: stopping it there leaves no run', async () => {
    const stop = new AbortController();
    const stopping = createContext({ signal: stop.signal, progress: ({ note }) => { if (note === 'groups within groups') stop.abort(); } });
    const found = await discover([orders('few.csv', 60)], { k: 3 }, stopping);
    await expect(found.write(path('stopped'), { workspace: true })).rejects.toMatchObject({ code: 'run/aborted' });
    await found.close();
    expect(existsSync(path('stopped'))).toBe(false);
  });

  it('hinder no run, be its people as few as can be', async () => {
    await runOf(path('tiny'), [orders('tiny.csv', 20)], { k: 2 });
    const view = await openView(path('tiny'), context);
    expect([view.entities, view.report.segments.length]).toEqual([20, 2]);
    expect((await view.levels()).levels.map((level) => level.length)).toEqual([2, 6]);
    await view.close();
  });
});
