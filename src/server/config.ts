import { availableParallelism, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { ShoalError } from '../errors.js';
import { checked } from '../options.js';
import type { FileLimits } from './soundness.js';

/** What a server can be told, by flags or by the environment; flags win. */
export const serverOptions = z.strictObject({
  data: z.string().min(1).optional().describe('Folder for everything it keeps; ./shoal-data unless told').meta({ value: '<folder>' }),
  port: z.number().int().min(0).max(65_535).optional().describe('Port to listen on; 7411 unless told, 0 for any free one').meta({ value: '<port>' }),
  host: z.string().min(1).optional().describe('Address to listen on; 127.0.0.1 unless told, others only behind a proxy').meta({ value: '<address>' }),
  store: z.string().regex(/^postgres(ql)?:\/\//, 'must be like postgres://user@host/database').optional().describe('PostgreSQL for the records, instead of SQLite files in the data folder; with a password better as SHOAL_STORE, which the list of processes does not show').meta({ value: '<url>' }),
  behindProxy: z.boolean().optional().describe('A proxy in front brings https and says who asks: needed to listen on anything but this machine'),
  url: z.url({ protocol: /^https?$/, error: 'must be like https://shoal.example.org' }).optional().describe('Address that browsers reach it by, where a proxy is in front').meta({ value: '<url>' }),
  fileLimit: z.number().min(0.001).max(1024).optional().describe('Most that one file may have, in GiB; 4 unless told').meta({ value: '<GiB>' }),
  jobMemory: z.number().min(0.25).max(4096).optional().describe('Most memory that a run may take, in GiB; three quarters of the machine unless told').meta({ value: '<GiB>' }),
  keepDays: z.number().min(1).max(36_500).optional().describe('Days that events stay in the journal; for ever unless told').meta({ value: '<days>' }),
  journalLimit: z.number().min(0.01).max(100_000).optional().describe('Most that the events of one workspace may take in its journal, in GiB; the oldest go first').meta({ value: '<GiB>' }),
  allowHosts: z.string().regex(/^[^\s,]+(,[^\s,]+)*$/, "must be like 'hooks.corp,10.1.2.3:8080'").optional().describe('Hosts, or hosts with a port, parted by commas, that webhooks may be sent to although they are private or without https').meta({ value: '<hosts>' }),
});

export type ServerOptions = z.output<typeof serverOptions>;

/** How a server is set up. Sizes in bytes. */
export interface ServerConfig {
  /** Absolute. */
  readonly data: string;
  readonly port: number;
  readonly host: string;
  /** Where the records are: a 'postgres://…' URL, or the data folder. */
  readonly store: string;
  readonly behindProxy: boolean;
  readonly url?: URL;
  readonly files: FileLimits;
  readonly jobMemory: number;
  readonly deskMemory: number;
  readonly threads: number;
  /** How long events stay in the journal (ms) and how much of them (bytes); without end where absent. */
  readonly retention: { readonly age?: number; readonly bytes?: number };
  /** Hosts that may be sent to although they are not of the public internet. */
  readonly allowHosts: readonly string[];
}

const gibibyte = 2 ** 30;

/** The environment's name of each option, which is text there. */
const variables: Readonly<Record<keyof ServerOptions, string>> = {
  data: 'SHOAL_DATA_FOLDER', port: 'SHOAL_PORT', host: 'SHOAL_HOST', store: 'SHOAL_STORE', behindProxy: 'SHOAL_BEHIND_PROXY', url: 'SHOAL_URL', fileLimit: 'SHOAL_FILE_LIMIT', jobMemory: 'SHOAL_JOB_MEMORY', allowHosts: 'SHOAL_ALLOW_HOSTS', keepDays: 'SHOAL_KEEP_DAYS', journalLimit: 'SHOAL_JOURNAL_LIMIT',
};
const numbers = new Set(['port', 'fileLimit', 'jobMemory', 'keepDays', 'journalLimit']);

/** The set-up from flags, else from the environment, else as usual. @throws `config/invalid`, `server/not-local` */
export function serverConfig(flags: Partial<ServerOptions>, environment: NodeJS.ProcessEnv = process.env): ServerConfig {
  const given = { ...fromEnvironment(environment), ...Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) };
  const { data = 'shoal-data', port = 7411, host = '127.0.0.1', store, behindProxy = false, url, fileLimit = 4, jobMemory, allowHosts, keepDays, journalLimit } = checked(serverOptions, given);
  if (!behindProxy && !isLoopback(host)) throw new ShoalError('server/not-local', { host });
  const memory = Math.min(totalmem(), process.constrainedMemory?.() || Infinity);
  return {
    data: resolve(data), port, host, store: store ?? resolve(data), behindProxy, ...(url !== undefined && { url: new URL(url) }),
    files: { bytes: fileLimit * gibibyte, unpacked: 8 * fileLimit * gibibyte }, jobMemory: jobMemory === undefined ? 0.75 * memory : jobMemory * gibibyte,
    deskMemory: Math.min(gibibyte / 2, memory / 8), threads: Math.min(8, availableParallelism()), allowHosts: allowHosts?.toLowerCase().split(',') ?? [],
    retention: { ...(keepDays !== undefined && { age: keepDays * 86_400_000 }), ...(journalLimit !== undefined && { bytes: journalLimit * gibibyte }) },
  };
}

function fromEnvironment(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  return Object.fromEntries(Object.entries(variables).flatMap(([key, name]) => {
    const text = environment[name];
    if (text === undefined || text === '') return [];
    return [[key, numbers.has(key) ? Number(text) : key === 'behindProxy' ? /^(1|true|yes)$/i.test(text) : text]];
  }));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
