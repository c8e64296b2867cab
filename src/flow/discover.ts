import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../context.js';
import type { Explanation } from '../domain/profile.js';
import type { Report, Run } from '../domain/report.js';
import type { Assignment, SegmentModel } from '../domain/segment.js';
import { openEngine } from '../engine/catalog.js';
import { openFiles, systemPath } from '../ingest/open.js';
import type { TrackedFiles } from '../ingest/track/tracked.js';
import { openKernel } from '../kernel/catalog.js';
import { checked } from '../options.js';
import { fingerprint } from '../util/fingerprint.js';
import { discoverOptions, type DiscoverInput } from './config.js';
import { continuing, earlierRun } from './identity.js';
import { ownContext } from './session.js';
import type { WriteOptions } from './write.js';

/** What `discover` gives: the report as data, the memberships, and ways to ask and to write. Close it when done. */
export interface Discovery {
  readonly report: Report;
  /** What the files and columns were taken for, a line each. */
  readonly inferred: readonly string[];
  readonly model: SegmentModel;
  /** Ids in the order of `assignment`. */
  readonly entities: readonly string[];
  readonly assignment: Assignment;
  /** SQL that gives new rows their segment; absent for a model that places rows by their neighbours. */
  readonly assignSql?: string;
  /** Why one entity is where it is, and what would move it. @throws `explain/unknown-entity` */
  explain(id: string): Explanation;
  /** Writes report, memberships, model and the rest into a folder, all or nothing. With `workspace`, also what `openView` asks of it. @throws `run/write-failed` */
  write(folder: string, options?: WriteOptions): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * Finds, tests, names and explains the segments in one or more files of customer data.
 *
 * @param files paths of CSV, TSV, text, JSON, NDJSON or Parquet files, gzipped or not; or rows of the journal's events, as `Live.export` writes them
 * @param options any inference that should be overridden, the seed, the number of segments …
 * @param context progress, cancellation, threads; the seed of `options` wins over the context's
 * @throws ShoalError with a code of `errors.ts` and one clear sentence
 * @example
 * const found = await discover(['orders.csv']);
 * console.log(found.report.headline);
 * await found.write('shoal-out');
 * await found.close();
 */
export async function discover(files: readonly string[] | TrackedFiles, options: DiscoverInput = {}, context?: Context): Promise<Discovery> {
  const settings = checked(discoverOptions, options);
  const own = ownContext(settings, context);
  // Files are unpacked and the stages loaded while the engine and the kernel open: a third of a second in all otherwise. Loading leaves no time for anything else.
  const tracked = 'columns' in files;
  const opening = tracked ? undefined : openFiles(files, settings, own);
  await opening?.underWay;
  const [engine, kernel, { batch }, { report }, { assignScript, write }, { describe }, { explainEntity }] = await Promise.all([
    openEngine({ threads: own.threads, signal: own.signal }), openKernel({ threads: own.threads }),
    import('./batch.js'), import('./report.js'), import('./write.js'), import('../ingest/describe.js'), import('../explain/entity.js'),
  ]);
  const close = async () => {
    await opening?.close();
    await kernel.close();
    await engine.close();
  };
  try {
    const fingerprints = Promise.all((tracked ? [files.events, ...(files.orders ? [files.orders] : [])] : files).map(fileFingerprint));
    fingerprints.catch(() => {});
    // Read first: a mistyped folder should not be found out after the work.
    const earlier = settings.previous === undefined ? undefined : await earlierRun(settings.previous, engine);
    const found = await batch(opening ?? files, settings, engine, kernel, own);
    const findings = earlier ? continuing(found, earlier) : found;
    const inputs = await fingerprints;
    // The number of threads changes nothing; of an earlier run counts what it was, not where it lies.
    const { threads: _, previous: __, ...lasting } = settings;
    const run: Run = {
      id: fingerprint(JSON.stringify([inputs.map((input) => input.fingerprint), lasting, earlier?.report.run.id, findings.model.id])),
      version: await version(), seed: settings.seed, inputs, asOf: findings.table.asOf, timings: findings.timings,
    };
    own.progress({ stage: 'report' });
    const document = report(findings, run, settings, own);
    const assignSql = assignScript(findings);
    return {
      report: document,
      inferred: describe(findings.ingested),
      model: findings.model,
      entities: findings.table.entities,
      assignment: findings.assignment,
      assignSql,
      explain: (id) => explainEntity(findings, findings.contrast, findings.profiles, id),
      write: (folder, options) => write(folder, findings, document, assignSql, { engine, kernel, context: own }, options),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function fileFingerprint(path: string): Promise<Run['inputs'][number]> {
  const place = await systemPath(path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(place, { highWaterMark: 1 << 20 }), hash);
  return { path: basename(path), bytes: (await stat(place)).size, fingerprint: hash.digest('hex').slice(0, 16) };
}

async function version(): Promise<string> {
  return JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
