import { z } from 'zod';
import type { StoredFile } from '../../domain/file.js';
import type { Job } from '../../domain/job.js';
import type { Report } from '../../domain/report.js';
import { discoverOptions } from '../../flow/config.js';
import { aheadOptions } from '../../flow/predict/config.js';
import type { InitConfig } from '../../ingest/describe.js';
import { document, id, route, title, why } from './route.js';

const file = document<StoredFile>('StoredFile', 'A file of the workspace');

/** What a job is and how far it has come. */
export const job = document<Job>('Job', 'Long work: its kind, its input, how far it is, and what it gave');

/** What a file was taken for, without segments. */
export interface Inspected {
  readonly config: InitConfig;
  readonly sources: Report['sources'];
  readonly entity: { readonly word: { readonly one: string; readonly many: string }; readonly count: number };
}

/** Options of a run that may be said over the wire: no folders, no threads. */
export const runOptions = discoverOptions.omit({ previous: true, threads: true });

const files = z.array(id).min(1, 'must name at least one file').max(50, 'must be at most 50 files');
const postgres = z.strictObject({ url: z.string().min(1).max(2000).describe('postgres://user:password@host/database; used once, never kept') });

/** Data in: files, tables of a database, and the work on them. */
export const fileRoutes = {
  'GET /v1/files': route({ role: 'analyst', summary: 'Lists the files of the workspace', answer: z.array(file) }),
  'PUT /v1/files/:name': route({
    role: 'analyst', summary: 'Uploads a file', details: 'CSV, TSV, text, JSON, NDJSON or Parquet, gzipped or not. The name is only a label.',
    params: z.strictObject({ name: z.string().min(1).max(255) }), body: z.custom<Uint8Array | Blob>(() => true), takesBytes: true, answer: file, status: 201,
  }),
  'DELETE /v1/files/:file': route({ role: 'analyst', summary: 'Removes a file', details: 'Runs made from it stay. It can be restored for seven days.', params: z.strictObject({ file: id }), query: z.strictObject({ why }), answer: z.undefined(), status: 204 }),
  'POST /v1/files/:file/restore': route({ role: 'analyst', summary: 'Brings a removed file back', params: z.strictObject({ file: id }), answer: file }),
  'POST /v1/postgres/tables': route({
    role: 'operator', summary: 'Lists the tables of a PostgreSQL database', body: postgres,
    answer: z.array(z.object({ schema: z.string(), table: z.string(), rows: z.number().describe('About how many') })),
  }),
  'POST /v1/postgres/import': route({
    role: 'operator', summary: 'Copies tables of a PostgreSQL database, or what a query gives, into files', details: 'A job. All of one snapshot, all or none; the transaction may only read.',
    body: postgres.extend({
      tables: z.array(z.strictObject({ schema: z.string().min(1).max(63), table: z.string().min(1).max(63) })).max(20).optional(),
      query: z.strictObject({ name: title.describe('Of the file'), sql: z.string().min(1).max(100_000) }).optional(),
    }), answer: job, status: 202,
  }),

  'POST /v1/inspect': route({ role: 'analyst', summary: 'Says what files would be taken for', details: 'A job whose result is what was inferred.', body: z.strictObject({ files, options: runOptions.partial().optional() }), answer: job, status: 202 }),
  'POST /v1/discover': route({
    role: 'analyst', summary: 'Finds segments in files, or in the events of the journal',
    details: "A job whose result is the run's id. The segments of a champion that was found in the journal are kept live from then on.",
    body: z.strictObject({ files: files.optional(), live: z.literal(true).optional().describe('Instead of files: the events that came to the tracking API'), options: runOptions.partial().optional(), promote: z.boolean().optional().describe('Make it the champion when done (operators); the first run always is'), why }), answer: job, status: 202,
  }),
  'POST /v1/predict': route({
    role: 'analyst', summary: 'Predicts what everyone will do next',
    details: "A job whose result is a run with predictions: what `POST /v1/discover` gives, and besides, learnt from the past as it was known then and tested on later time, the chance of each answer for everyone, as a feature of the run. Where the events of the journal are asked, the predictions of the champion are kept live. Without a target: a column that says what happened, else who comes back and who lapses.",
    body: z.strictObject({ files: files.optional(), live: z.literal(true).optional().describe('Instead of files: the events that came to the tracking API'), ...aheadOptions, options: runOptions.partial().omit({ predict: true }).optional(), promote: z.boolean().optional().describe('Make it the champion when done (operators); the first run always is'), why }), answer: job, status: 202,
  }),

  'GET /v1/jobs': route({ role: 'viewer', summary: 'Lists jobs, newest first', answer: z.array(job) }),
  'GET /v1/jobs/:job': route({ role: 'viewer', summary: 'How far a job has come', params: z.strictObject({ job: id }), answer: job }),
  'GET /v1/jobs/:job/events': route({ role: 'viewer', summary: 'Follows a job', details: 'Server-sent events, each a job; ends when the job does.', params: z.strictObject({ job: id }), answer: job, answers: 'events' }),
  'DELETE /v1/jobs/:job': route({ role: 'analyst', summary: 'Cancels a job', params: z.strictObject({ job: id }), answer: job }),
  'POST /v1/jobs/:job/resume': route({ role: 'analyst', summary: 'Runs an interrupted job again', params: z.strictObject({ job: id }), answer: job, status: 202 }),
};

export type { InitConfig };
