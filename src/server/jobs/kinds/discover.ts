import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Context } from '../../../context.js';
import type { Changes } from '../../../domain/answer.js';
import type { Report } from '../../../domain/report.js';
import type { RunSegment } from '../../../domain/segment-record.js';
import type { RunSummary, StoredRun } from '../../../domain/stored-run.js';
import type { Transition } from '../../../domain/transition.js';
import { ShoalError } from '../../../errors.js';
import type { Exported } from '../../../flow/live/found/export.js';
import type { By, Store } from '../../../store/store.js';
import { canMove } from '../../../store/transitions.js';
import { fingerprint } from '../../../util/fingerprint.js';
import { tidy } from '../../../util/tidy.js';
import { runOptions } from '../../contract/files.js';
import { followChampion } from '../../champion.js';
import { synced, syncedFolder } from '../../durable.js';
import type { OpenWorkspace } from '../../workspaces.js';
import { jobKind, type Plain } from '../kind.js';
import { onFiles } from './file-names.js';

const input = z.strictObject({
  files: z.array(z.string()),
  /** The events of the journal instead of files. */
  live: z.boolean().optional(),
  options: runOptions.partial().default({}),
  promote: z.boolean().default(false),
  /** Whether the same run as one that was removed may bring it back. */
  restore: z.boolean().optional(),
  why: z.string().optional(),
});

/** What a run was asked for: recorded with it, and enough to ask again. */
interface Asked extends Plain {
  readonly files: readonly { readonly id: string; readonly name: string; readonly fingerprint: string }[];
  readonly options: Plain;
  /** The run whose segments it continues. */
  readonly previous?: string;
}

interface Found extends Plain {
  readonly run: string;
  /** Where its files are until it is published. */
  readonly folder: string;
  readonly title: string;
  readonly asked: Asked;
  readonly summary: RunSummary;
  readonly segments: readonly RunSegment[];
  /** File of who moved between segments since the run before, a line of JSON each, where there was one to compare with. */
  readonly moved?: string;
  /** Of those who moved, how many have an id that cannot be kept. */
  readonly leftOut?: number;
}

/**
 * Finds segments in files of the workspace. Its run continues the segments of the champion; the first run becomes the champion, later ones the challenger unless asked
 * otherwise. Gives `{ run }`, `again` where the same run was there before (same files, options and champion),
 * and `leftOut` where some who moved have an id that the history cannot keep.
 */
export const discoverKind = jobKind({
  name: 'discover',
  lane: 'heavy',
  input,
  stages: [['ingest', 16], ['featurize', 18], ['encode', 2], ['segment', 27], ['stability', 8], ['explain', 15], ['act', 5], ['report', 2], ['write', 6], ['publish', 1]],
  async prepare({ files, live, options }, place, { id }) {
    const tracked = live ? await eventsOf(place, id) : undefined;
    const stored = await Promise.all(files.map(place.files.get));
    const asked = {
      files: tracked ? [{ id: 'journal', name: 'journal', fingerprint: tracked.fingerprint }] : stored.map(({ id: file, name, fingerprint: print }) => ({ id: file, name, fingerprint: print })), options, ...(tracked && { live: true, record: tracked.seq }),
    };
    const previous = await earlierRun(asked, place.store);
    return {
      paths: await Promise.all(files.map(place.files.path)), folder: partial(place, id), ...(tracked && { tracked }), asked: { ...asked, ...(previous && { previous }) } as Asked,
      ...(previous && { previousFolder: place.runFolder(previous) }),
    };
  },
  async work({ paths, tracked, folder, asked, previousFolder }, context): Promise<Found> {
    const { discover } = await import('../../../flow/discover.js');
    const options = z.parse(runOptions.partial(), asked.options);
    await rm(folder, { recursive: true, force: true });
    const events = tracked && dirname(tracked.events);
    const folders = [folder, ...(previousFolder ? [previousFolder] : [])];
    // What people did is in these files in plain words: it goes as soon as it has been read.
    const found = await onFiles(paths, () => discover(tracked ?? paths, { ...options, ...(previousFolder && { previous: previousFolder }) }, context), folders)
      .finally(() => events && rm(events, { recursive: true, force: true }));
    try {
      context.progress({ stage: 'write' });
      await onFiles(paths, () => found.write(folder, { workspace: true }), folders);
      await syncedFolder(folder);
      const { report } = found;
      const moved = previousFolder && report.since && !report.since.apart ? await writeMoved(folder, previousFolder, report.run.asOf, context) : undefined;
      return { run: report.run.id, folder, ...(moved && { moved: moved.path, leftOut: moved.leftOut }), title: tidy(report.title, 200), asked, summary: summaryOf(report, found.model), segments: segmentsOf(report) };
    } finally {
      await found.close();
    }
  },
  async publish({ run, folder, title, asked, summary, segments, moved, leftOut }, place, { by: { actor }, input: { promote, restore, why } }) {
    const by: By = { actor, ...(why && { reason: why }) };
    const { store } = place;
    const before = await known(store, run);
    if (before?.removedAt !== undefined && !restore) throw new ShoalError('server/not-allowed', { reason: `This gives the same run as '${run}', which was removed. Let an operator restore it, or ask for something else.` });
    if (before?.removedAt !== undefined) await store.runs.restore(run, by);
    if (before?.state === 'published') await rm(folder, { recursive: true, force: true });
    else {
      // Begun first, so that a folder in its place is always of a run that the store knows.
      await store.runs.begin({ id: run, title, input: asked }, by);
      await putInPlace(folder, place.runFolder(run));
      if (moved) await store.transitions.append(run, linesOf(moved), by);
      await store.runs.publish(run, { summary, segments }, by);
    }
    await point(store, run, promote, by);
    await followChampion(place);
    await rm(movedFile(folder), { force: true });
    return { run, ...(before?.state === 'published' ? { again: true } : leftOut && { leftOut }) };
  },
  async discard(place, { id }) {
    for (const left of [partial(place, id), movedFile(partial(place, id)), eventsFolder(place, id)]) await rm(left, { recursive: true, force: true });
  },
});

const partial = (place: OpenWorkspace, job: string) => join(dirname(place.runFolder('x')), `.partial-${job}`);

/** Where the events of the journal are written for a run; exports left behind by a server that was killed are cleared when it starts. */
const eventsFolder = (place: OpenWorkspace, job: string) => join(place.folder, 'exports', `events-${job}`);

/** The events of the journal as files. @throws `ingest/no-rows` */
async function eventsOf(place: OpenWorkspace, job: string): Promise<Exported> {
  const folder = eventsFolder(place, job);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const exported = await place.live().export(folder);
  if (exported.rows > 0) return exported;
  await rm(folder, { recursive: true, force: true });
  throw new ShoalError('ingest/no-rows', { path: 'the journal' });
}

const movedFile = (folder: string) => `${folder}.moved`;

/** Writes down who moved since an earlier run, and why; gives the file. */
async function writeMoved(folder: string, previousFolder: string, asOf: number, context: Context): Promise<{ path: string; leftOut: number }> {
  const { openView } = await import('../../../flow/view/view.js');
  const view = await openView(folder, context);
  try {
    const changes = await view.changesSince(previousFolder);
    const leftOut = changes.entity.filter((entity) => !canMove(entity)).length;
    if (leftOut > 0) context.progress({ stage: 'write', note: `${leftOut.toLocaleString('en')} who moved have ids that cannot be kept in the history` });
    const lines = transitions(changes, asOf > 0 ? asOf : context.clock());
    await pipeline(Readable.from(lines), createWriteStream(movedFile(folder)), { signal: context.signal });
    return { path: movedFile(folder), leftOut };
  } finally {
    await view.close();
  }
}

function* transitions({ from, to, entity, left, entered, reason, reasons }: Changes, at: number): Generator<string> {
  for (let i = 0; i < entity.length; i++) {
    if (!canMove(entity[i])) continue;
    const transition: Transition = { entity: entity[i], at, ...(left[i] >= 0 && { from: from[left[i]].id }), ...(entered[i] >= 0 && { to: to[entered[i]].id }), reason: tidy(reasons[reason[i]], 500) };
    yield `${JSON.stringify(transition)}\n`;
  }
}

async function* linesOf(path: string): AsyncGenerator<Transition> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) yield JSON.parse(line);
}

/** The champion; or what it continues itself and is still there, where just the same is asked as it was: then the answer is the champion again. */
async function earlierRun(asked: Pick<Asked, 'files' | 'options'>, store: Store): Promise<string | undefined> {
  const { champion } = await store.aliases.current();
  if (champion === undefined) return undefined;
  const its = (await store.runs.get(champion)).input as Asked;
  const what = ({ files, options }: Pick<Asked, 'files' | 'options'>) => JSON.stringify([files.map((file) => file.fingerprint), Object.entries(options).sort()]);
  if (what(its) !== what(asked)) return champion;
  if (its.previous === undefined) return undefined;
  const previous = await known(store, its.previous);
  return previous?.state === 'published' && previous.removedAt === undefined ? previous.id : champion;
}

async function known(store: Store, run: string): Promise<StoredRun | undefined> {
  return store.runs.get(run).catch((error) => {
    if (error instanceof ShoalError && error.code === 'store/not-found') return undefined;
    throw error;
  });
}

/** Moves a whole folder to its place. What is there was left by a server that ended before it published it. */
async function putInPlace(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
  await synced(dirname(to));
}

async function point(store: Store, run: string, promote: boolean, by: By): Promise<void> {
  const { champion, challenger } = await store.aliases.current();
  if (champion === run) return;
  if (champion === undefined || promote) await store.aliases.move('champion', run, by);
  else if (challenger !== run) await store.aliases.move('challenger', run, by);
}

function summaryOf({ headline, totals, segments, run, choice, tree, steadiness }: Report, model: { readonly algorithm: string; readonly kind: 'found' | 'convenience' }): RunSummary {
  const strength = choice.candidates.find(({ k }) => k === choice.k)?.predictionStrength;
  const stability = segments.length ? segments.reduce((sum, segment) => sum + segment.stability.jaccard, 0) / segments.length : undefined;
  const metrics = { strength, stability, fidelity: tree?.fidelity, revenue: totals.revenue, rows: totals.rows, steadiness: steadiness?.seeds?.mean };
  return {
    headline, entities: totals.entities, segments: segments.length, asOf: run.asOf, seed: run.seed, version: run.version, algorithm: model.algorithm, kind: model.kind,
    fingerprint: fingerprint(run.inputs.map((one) => one.fingerprint).join()),
    metrics: Object.fromEntries(Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== undefined)),
  };
}

function segmentsOf({ segments }: Report): RunSegment[] {
  return segments.map(({ id, segment, name, entities, share, revenue, stability }) => ({ id, segment, name: tidy(name, 200) || id, entities, share, ...(revenue !== undefined && { revenue }), stability: stability.jaccard }));
}

