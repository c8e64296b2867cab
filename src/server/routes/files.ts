import type { z } from 'zod';
import type { Job } from '../../domain/job.js';
import { ShoalError } from '../../errors.js';
import { isAtLeast, type Caller } from '../caller.js';
import type { fileRoutes, runOptions } from '../contract/files.js';
import { jobInOutline, seesPeople } from '../discretion.js';
import type { Handlers } from '../handler.js';

/** Data in: files, tables of a database, and the work on them. */
export const fileHandlers: Handlers<keyof typeof fileRoutes> = {
  'GET /v1/files': async ({ place }) => [...(await (await place()).files.list())],
  'PUT /v1/files/:name': async ({ params: { name }, bytes, by, signal, place }) => (await place()).files.add(name, bytes, by, { signal }),
  async 'DELETE /v1/files/:file'({ params: { file }, by, place }) {
    await (await place()).files.remove(file, by);
    return undefined;
  },
  'POST /v1/files/:file/restore': async ({ params: { file }, by, place }) => (await place()).files.restore(file, by),

  'POST /v1/postgres/tables': ({ body: { url } }, { tablesOf }) => tablesOf(url),
  'POST /v1/postgres/import': ({ body, workspace, by }, { jobs }) => jobs.start(workspace, 'import', body, by),

  'POST /v1/inspect': ({ body: { files, options }, workspace, by }, { jobs }) => jobs.start(workspace, 'inspect', { files, options }, by),
  'POST /v1/discover': async ({ body, workspace, caller, by }, { jobs }) => jobs.start(workspace, 'discover', await discovering(body, caller, by.reason), by),
  async 'POST /v1/predict'({ body: { files, live, options, promote, why: _, ...predict }, workspace, caller, by }, { jobs }) {
    return jobs.start(workspace, 'discover', await discovering({ files, live, promote, options: { ...options, predict } }, caller, by.reason), by);
  },

  'GET /v1/jobs': async ({ workspace, caller }, { jobs }) => (await jobs.list(workspace)).map(toldTo(caller)),
  'GET /v1/jobs/:job': async ({ params: { job }, workspace, caller }, { jobs }) => toldTo(caller)(await jobs.get(workspace, job)),
  'GET /v1/jobs/:job/events': ({ params: { job }, workspace, caller, signal }, { jobs }) => each(jobs.watch(workspace, job, signal), toldTo(caller)),
  'DELETE /v1/jobs/:job': ({ params: { job }, workspace, by }, { jobs }) => jobs.cancel(workspace, job, by),
  async 'POST /v1/jobs/:job/resume'({ params: { job }, workspace, caller, by }, { jobs }) {
    mayResume(caller, await jobs.get(workspace, job));
    return jobs.resume(workspace, job, by);
  },
};

interface Wanted {
  readonly files?: readonly string[];
  readonly live?: boolean;
  readonly promote?: boolean;
  readonly options?: Partial<z.output<typeof runOptions>>;
}

/** The input of a job that finds segments. @throws `server/not-allowed`, `server/invalid`, `predict/bad-target`, `predict/unknown-predictor` */
async function discovering({ files = [], live, options, promote }: Wanted, { role }: Caller, why: string | undefined): Promise<Readonly<Record<string, unknown>>> {
  if (promote && !isAtLeast(role, 'operator')) throw new ShoalError('server/not-allowed', { reason: "Making a run the champion needs the role operator. Leave 'promote' out, and let one decide." });
  if ((files.length > 0) === (live === true)) throw new ShoalError('server/invalid', { problems: [{ at: 'body', message: "must have either files or 'live': true" }] });
  if (typeof options?.predict === 'object') {
    const { askedTarget } = await import('../../flow/predict/predict.js');
    const target = askedTarget(options.predict);
    // A query reads whatever the server's own account can.
    if (target && 'sql' in target) throw new ShoalError('server/not-allowed', { reason: 'A target that is a query runs where the files are: ask for it with the command line.' });
  }
  return { files, ...(live && { live }), options, promote, why, ...(isAtLeast(role, 'operator') && { restore: true }) };
}

const toldTo = (caller: Caller) => (job: Job): Job => (seesPeople(caller) ? job : jobInOutline(job));

async function* each<T>(items: AsyncIterable<T>, told: (item: T) => T): AsyncIterable<T> {
  for await (const item of items) yield told(item);
}

/** Resuming does what starting did, so it needs what starting needed. @throws `server/not-allowed` */
function mayResume({ role, only }: Caller, { kind, input }: Job): void {
  const forOperators = kind === 'import' ? !only?.includes('POST /v1/postgres/import') : input['promote'] === true || input['restore'] === true;
  if (forOperators && !isAtLeast(role, 'operator')) throw new ShoalError('server/not-allowed', { reason: 'This job was started with the rights of an operator, so resuming it needs the role operator.' });
}
