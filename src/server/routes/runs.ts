import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Alias } from '../../domain/alias.js';
import type { StoredRun } from '../../domain/stored-run.js';
import { ShoalError } from '../../errors.js';
import { outputs } from '../../flow/outputs.js';
import type { Store } from '../../store/store.js';
import type { RunRow, runRoutes } from '../contract/runs.js';
import { followChampion } from '../champion.js';
import { seesPeople, withoutPeople } from '../discretion.js';
import type { Bytes, Handlers, Kept } from '../handler.js';
import { askingRun, unchanged, type Asking } from './asking.js';

/** What was found: runs, their reports and maps, the models behind them. */
export const runHandlers: Handlers<keyof typeof runRoutes> = {
  async 'GET /v1/runs'({ query: { removed }, place }) {
    const at = await place();
    return unchanged(await at.settled(), String(removed), async () => {
      const { items } = await at.store.runs.list({ removed, state: 'published', limit: 1000 });
      const pointed = await at.store.aliases.current();
      return items.map((run) => row(run, pointed));
    });
  },
  async 'GET /v1/runs/:run'({ params, caller, ...asked }, { reports }) {
    const asking = await askingRun(asked, params.run);
    const folder = asking.place.runFolder(asking.run.id);
    // Whoever reads the report asks about it next: the desk gets ready while they read.
    asking.ask('ready').catch(() => {});
    if (seesPeople(caller)) return kept(asking, 'all', async (): Promise<Bytes> => ({ type: 'application/json; charset=utf-8', parts: [await reports.bytes(folder)] }));
    return kept(asking, 'without people or values', async () => withoutPeople(await reports.get(folder)));
  },
  async 'PATCH /v1/runs/:run'({ params, body: { title }, by, ...asked }) {
    const { place: { store }, run } = await askingRun(asked, params.run);
    return row(await store.runs.rename(run.id, title, by), await store.aliases.current());
  },
  async 'DELETE /v1/runs/:run'({ params, by, ...asked }) {
    const { place: { store }, run } = await askingRun(asked, params.run);
    // The champion is in use and stays; what was only to be watched can go.
    if ((await store.aliases.current()).challenger === run.id) await store.aliases.move('challenger', undefined, by);
    await store.runs.remove(run.id, by);
    return undefined;
  },
  async 'POST /v1/runs/:run/restore'({ params, by, place }) {
    const { store } = await place();
    return row(await store.runs.restore(params.run, by), await store.aliases.current());
  },

  async 'GET /v1/runs/:run/worth'({ params, ...asked }, { reports }) {
    const asking = await askingRun(asked, params.run);
    return kept(asking, 'worth', async () => {
      const { worth } = await reports.get(asking.place.runFolder(asking.run.id));
      if (!worth) throw new ShoalError('runs/no-worth', { id: asking.run.id });
      return worth;
    });
  },

  async 'GET /v1/runs/:run/map'({ params, ...asked }) {
    const asking = await askingRun(asked, params.run);
    return kept(asking, '', async (): Promise<Bytes> => {
      const { x, y, segment, rows, bounds, method } = await asking.ask('map');
      return { type: 'application/octet-stream', parts: [x, y, segment], facts: { 'shoal-map': { rows, bounds, method } } };
    });
  },
  async 'GET /v1/runs/:run/colours/:feature'({ params: { run, feature }, query, ...asked }) {
    const asking = await askingRun(asked, run);
    return kept(asking, JSON.stringify([feature, query.bins]), async (): Promise<Bytes> => {
      const { bins, title, edges, legend, counts, missing } = await asking.ask('colours', feature, query.bins);
      return { type: 'application/octet-stream', parts: [bins], facts: { 'shoal-colours': { title, edges, legend, counts, missing } } };
    });
  },
  async 'GET /v1/runs/:run/distributions/:feature'({ params: { run, feature }, ...asked }) {
    const asking = await askingRun(asked, run);
    return kept(asking, feature, () => asking.ask('distribution', feature));
  },
  async 'GET /v1/runs/:run/what-if'({ params, query: { k }, ...asked }) {
    const asking = await askingRun(asked, params.run);
    return kept(asking, String(k), async () => (k === undefined && (await asking.ask('usual')).whatIf) || asking.ask('whatIf', k));
  },
  async 'GET /v1/runs/:run/tree'({ params, query: { leaves }, ...asked }, { reports }) {
    const asking = await askingRun(asked, params.run);
    return kept(asking, String(leaves), async () => (leaves === undefined ? (await reports.get(asking.place.runFolder(asking.run.id))).tree : asking.ask('tree', leaves)));
  },
  async 'GET /v1/runs/:run/levels'({ params, query: { ks }, ...asked }) {
    const asking = await askingRun(asked, params.run);
    return kept(asking, String(ks), async () => (ks === undefined && (await asking.ask('usual')).levels) || asking.ask('levels', ks?.split(',').map(Number)));
  },
  async 'GET /v1/runs/:run/compare/:other'({ params, ...asked }) {
    const asking = await askingRun(asked, params.run);
    const { run: other } = await askingRun(asked, params.other);
    return kept(asking, JSON.stringify([other.id, asking.run.title, other.title]), () => asking.ask('compareRuns', other.id, [asking.run.title, other.title]));
  },
  async 'GET /v1/runs/:run/files'({ params, ...asked }) {
    const asking = await askingRun(asked, params.run);
    return kept(asking, '', async () => {
      const there = new Set(await readdir(asking.place.runFolder(asking.run.id)));
      return Object.keys(outputs).filter((file) => there.has(file));
    });
  },
  async 'GET /v1/runs/:run/files/:file'({ params: { run, file }, by, ...asked }) {
    const { place, run: { id } } = await askingRun(asked, run);
    const path = join(place.runFolder(id), file);
    if (!(await stat(path).catch(() => undefined))?.isFile()) throw new ShoalError('store/not-found', { kind: 'file of this run', id: file });
    await place.store.audit.record({ action: 'run.download', subject: { kind: 'run', id }, after: { file } }, by);
    return { path, name: `${id}-${file}`, type: types[extname(file)] ?? 'application/octet-stream' };
  },

  async 'GET /v1/aliases'({ place }) {
    const at = await place();
    const { aliases } = at.store;
    return unchanged(await at.settled(), '', async () => ({ ...(await aliases.current()), history: await aliases.history() }));
  },
  async 'PUT /v1/aliases/:alias'({ params: { alias }, body, by, ...asked }) {
    const { place, run } = await askingRun(asked, body.run);
    const moved = await place.store.aliases.move(alias, run.id, by);
    await followChampion(place);
    return moved;
  },
  async 'POST /v1/aliases/:alias/rollback'({ params: { alias }, by, place }) {
    const at = await place();
    const moved = await at.store.aliases.rollback(alias, by);
    await followChampion(at);
    return moved;
  },
};

const types: Readonly<Record<string, string>> = {
  '.csv': 'text/csv; charset=utf-8', '.json': 'application/json', '.html': 'text/html; charset=utf-8', '.parquet': 'application/vnd.apache.parquet', '.sql': 'application/sql', '.js': 'text/javascript; charset=utf-8',
};

function row(run: StoredRun, pointed: Awaited<ReturnType<Store['aliases']['current']>>): RunRow {
  return { ...run, aliases: (Object.keys(pointed) as Alias[]).filter((alias) => pointed[alias] === run.id) };
}

/** What a run answers never changes: it is written once and then only read. Of one that was made of the journal people may be taken out. */
function kept<T>({ run, settled }: Asking, question: string, make: () => Promise<T>): Kept<T> {
  const { live } = run.input as { readonly live?: boolean };
  return { etag: JSON.stringify([run.id, live ? settled.hash : run.endedAt, question]), make };
}
