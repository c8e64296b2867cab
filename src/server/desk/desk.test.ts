import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { RunView } from '../../flow/view/view.js';
import { openDesk } from './desk.js';
import { fakeOperations } from './fake.test.fixture.js';
import { operations } from './operations.js';
import type { Reading } from './reading.js';
import { keptViews } from './views.js';

const entry = fileURLToPath(new URL('../../../dist/server/desk/fake.test.fixture.js', import.meta.url));
const desk = openDesk({ entry, runs: '/runs', threads: 1, memory: 1000, known: fakeOperations });
afterAll(() => desk.close());

/** Asks one of the operations for tests. */
const ask = <N extends keyof typeof fakeOperations>(name: N, args: unknown[] = [], signal?: AbortSignal) =>
  (desk.ask as unknown as (name: N, options: { signal?: AbortSignal }, ...args: unknown[]) => ReturnType<(typeof fakeOperations)[N]['answer']>)(name, { signal }, ...args);

describe('a desk', () => {
  it('answers questions from its thread, typed arrays as they are', async () => {
    expect(await ask('echo', ['hello'])).toBe('hello!');
    const { values, part, name } = await ask('numbers', [1000]);
    expect(values).toEqual(Float32Array.from({ length: 1000 }, (_, i) => i));
    expect([part, name]).toEqual([new Float64Array([2, 2]), 'n']);
    expect(await ask('folder', ['abc'])).toBe('/runs/abc');
  });

  it('answers quick questions while a long one keeps its thread busy', async () => {
    const gate = new Int32Array(new SharedArrayBuffer(8));
    const long = ask('block', [gate]);
    // Not before the long one has begun, or it might only wait behind the quick ones.
    await vi.waitUntil(() => Atomics.load(gate, 1) === 1, { timeout: 20_000 });
    expect(await Promise.all(['a', 'b', 'c'].map((text) => ask('echo', [text])))).toEqual(['a!', 'b!', 'c!']);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    expect(await long).toBe('let go');
  });

  it('lets a lane that yields go when another begins and memory is short, not otherwise', async () => {
    let resident = 1e8;
    const tight = openDesk({ entry, runs: '/runs', threads: 1, memory: 1000, known: fakeOperations, resident: () => resident });
    const put = tight.ask as unknown as (name: string, options: object, ...args: unknown[]) => Promise<unknown>;
    expect([await put('times', {}), await put('slow', {}), await put('times', {})]).toEqual([1, 'done', 2]);
    resident = 9e8;
    // The first quick question begins its lane: rules begin anew after it, those of a lane at work do not.
    expect([await put('times', {}), await put('echo', {}, 'x'), await put('times', {}), await put('times', {})]).toEqual([3, 'x!', 1, 2]);
    await tight.close();
  });

  it('passes refusals on with their codes, and of bugs only where they happened', async () => {
    await expect(ask('refuse', ['gone.csv'])).rejects.toMatchObject({ name: 'ShoalError', code: 'ingest/no-such-file', details: { path: 'gone.csv' }, message: expect.stringContaining("There is no file 'gone.csv'") });
    await expect(ask('folder', ['../../etc'])).rejects.toMatchObject({ code: 'runs/unknown' });
    const bug = await ask('bug', ['Ann Smith']).catch((error: Error) => error) as unknown as Error;
    expect(bug.message).toBe('bug at the desk: RangeError');
    expect(bug.stack).toMatch(/\n\s+at .*fake\.test\.fixture/);
    expect(bug.stack).not.toContain('Ann');
    await expect(ask('unknown')).rejects.toThrow('bug at the desk');
  });

  it('lets a question go when its asker does, and tells whoever works on it', async () => {
    const stop = new AbortController();
    const waiting = ask('wait', ['one'], stop.signal);
    expect(await ask('stopped')).toEqual([]);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'run/aborted' });
    expect(await ask('stopped')).toEqual(['one']);
    await expect(ask('echo', ['x'], AbortSignal.abort())).rejects.toMatchObject({ code: 'run/aborted' });
  });

  it.each(['exit', 'escape'] as const)('tells everybody who waits when its thread breaks down (%s), and begins anew', async (how) => {
    const waiting = ask('wait', ['two']);
    const breaking = ask(how);
    for (const one of [waiting, breaking]) await expect(one).rejects.toMatchObject({ code: 'desk/restarted', status: 503 });
    expect(await ask('stopped')).toEqual([]);
  });

  it('lets its thread go when nobody asks for a while, and answers again after', async () => {
    const short = openDesk({ entry, runs: '/runs', threads: 1, memory: 1000, idle: 0, known: fakeOperations });
    const again = short.ask as unknown as (name: string, options: object, ...args: unknown[]) => Promise<string>;
    expect(await again('echo', {}, 'a')).toBe('a!');
    await new Promise((resolve) => setImmediate(() => setTimeout(resolve)));
    expect(await again('echo', {}, 'b')).toBe('b!');
    await short.close();
    await expect(again('echo', {}, 'c')).rejects.toMatchObject({ code: 'run/aborted' });
  });
});

describe('an export', () => {
  it('leaves no file behind when its asker goes, before or while it is written', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'shoal-export-')), 'people.csv');
    for (const when of ['before', 'while', 'never'] as const) {
      const stop = new AbortController();
      let written = 0;
      const view = { async export() {
        if (when === 'while') stop.abort();
        await writeFile(path, 'entity\nann\n');
        written++;
        return { path, rows: 1, bytes: 11, mediaType: 'text/csv' };
      } } as unknown as RunView;
      const reading = { view: async () => (when === 'before' && stop.abort(), view), signal: stop.signal } as unknown as Reading;
      await operations.export.answer(reading, 'run', { what: 'members', of: { kind: 'everyone' } }, 'csv', path).catch((error) => expect(error.code).toBe('run/aborted'));
      expect([when, written, existsSync(path)]).toEqual([when, when === 'before' ? 0 : 1, when === 'never']);
    }
  });
});

describe('views that are kept', () => {
  function kept(memory: number) {
    const events: string[] = [];
    const views = keptViews(async (run) => {
      if (run === 'bad') throw new Error('no such run');
      events.push(`open ${run}`);
      return { bytes: 40, close: async () => void events.push(`close ${run}`) };
    }, memory);
    const use = async (run: string) => (await views.use(run)).release();
    return { views, use, events };
  }

  it('are opened once, and closed when others need the room, the longest unused first', async () => {
    const { use, events } = kept(100);
    for (const run of ['a', 'b', 'a', 'c', 'a']) await use(run);
    expect(events).toEqual(['open a', 'open b', 'open c', 'close b']);
    await use('b');
    expect(events.slice(4)).toEqual(['open b', 'close c']);
  });

  it('stay while they are in use, and one stays however large it is', async () => {
    const { views, use, events } = kept(10);
    const held = await views.use('a');
    await use('b');
    expect(events).toEqual(['open a', 'open b', 'close b']);
    held.release();
    await use('c');
    expect(events).toEqual(['open a', 'open b', 'close b', 'open c', 'close a']);
  });

  it('are tried again after they could not be opened', async () => {
    const { views, events } = kept(100);
    for (let i = 0; i < 2; i++) await expect(views.use('bad')).rejects.toThrow('no such run');
    expect(events).toEqual([]);
  });
});
