import type { Job } from '../../domain/job.js';
import { ShoalError } from '../../errors.js';
import { isAtLeast, type Caller } from '../caller.js';
import type { fileRoutes } from '../contract/files.js';
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
  'POST /v1/discover'({ body: { files = [], live, options, promote }, workspace, caller, by }, { jobs }) {
    if (promote && !isAtLeast(caller.role, 'operator')) throw new ShoalError('server/not-allowed', { reason: "Making a run the champion needs the role operator. Leave 'promote' out, and let one decide." });
    if ((files.length > 0) === (live === true)) throw new ShoalError('server/invalid', { problems: [{ at: 'body', message: "must have either files or 'live': true" }] });
    return jobs.start(workspace, 'discover', { files, ...(live && { live }), options, promote, why: by.reason, ...(isAtLeast(caller.role, 'operator') && { restore: true }) }, by);
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

const toldTo = (caller: Caller) => (job: Job): Job => (seesPeople(caller) ? job : jobInOutline(job));

async function* each<T>(items: AsyncIterable<T>, told: (item: T) => T): AsyncIterable<T> {
  for await (const item of items) yield told(item);
}

/** Resuming does what starting did, so it needs what starting needed. @throws `server/not-allowed` */
function mayResume({ role, only }: Caller, { kind, input }: Job): void {
  const forOperators = kind === 'import' ? !only?.includes('POST /v1/postgres/import') : input['promote'] === true || input['restore'] === true;
  if (forOperators && !isAtLeast(role, 'operator')) throw new ShoalError('server/not-allowed', { reason: 'This job was started with the rights of an operator, so resuming it needs the role operator.' });
}
