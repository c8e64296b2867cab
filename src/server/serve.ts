import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import type { Rule } from '../domain/rule.js';
import { ShoalError } from '../errors.js';
import type { WebhookSource } from '../ingest/track/webhook-source.js';
import { createApp } from './app.js';
import type { LogLine } from './log-line.js';
import { openBackend, pagesFolder, type Backend } from './backend.js';
import type { ServerConfig } from './config.js';
import { createLoginTokens } from './login-tokens.js';
import type { Intake } from './track/tracking.js';
import { tablesOf } from '../ingest/postgres/tables.js';

/** A server that listens. */
export interface RunningServer extends Backend {
  /** 'http://127.0.0.1:7411', or the address that browsers use where a proxy is in front. */
  readonly url: string;
  /** An address that opens one session of an administrator, once. */
  invitation(workspace?: string): string;
}

export interface ServeOptions {
  readonly clock: () => number;
  /** Told of every answer, without anything personal. */
  readonly log?: (line: LogLine) => void;
  /** Programs that send JSON of their own, by name. */
  readonly webhooks?: Readonly<Record<string, WebhookSource>>;
}

/** Milliseconds that requests under way are given when the server stops. */
const patience = 5000;

/** Opens a data folder and listens. Closing finishes requests, stops jobs and closes the records. @throws `server/port-taken` and what `openBackend` throws */
export async function serve(config: ServerConfig, { clock, log, webhooks }: ServeOptions): Promise<RunningServer> {
  // Short-lived objects are collected by the thread that made them: the helpers that Node would start for it cost a third as much again under load, mostly in waiting for each other.
  setFlagsFromString('--no-parallel-scavenge');
  const { host, port, behindProxy, url } = config;
  const backend = await openBackend(config, clock);
  const loginTokens = createLoginTokens(clock);
  let app: Awaited<ReturnType<typeof createApp>> | undefined;
  try {
    const intake: Intake = { accept: async (workspace, events) => (await backend.workspaces.open(workspace)).live().accept(events) };
    app = await createApp({ ...backend, intake, loginTokens, clock, tablesOf, version: await version() }, {
      ...(url && { hosts: [url.hostname] }), https: url?.protocol === 'https:', behindProxy, pages: pagesFolder(), log, webhooks, limits: { upload: config.files.bytes },
    });
    await app.listen({ host, port });
  } catch (error) {
    await app?.close();
    await backend.close().catch(() => undefined);
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new ShoalError('server/port-taken', { port, shoal: await isShoal(host, port) }, { cause: error });
    throw error;
  }
  const ready = new AbortController();
  void getReady(backend, ready.signal).catch(() => undefined);
  const { port: given } = app.server.address() as AddressInfo;
  const address = url?.origin ?? `http://${host.includes(':') ? `[${host}]` : host}:${given}`;
  return {
    ...backend,
    url: address,
    invitation: (workspace) => `${address}/${workspace === undefined ? '' : `w/${workspace}`}#token=${loginTokens.issue({ actor: 'admin', role: 'admin' })}`,
    async close() {
      ready.abort();
      // Streams of events end with the jobs they tell of, so both close at once.
      const late = setTimeout(() => app.server.closeAllConnections(), patience);
      await Promise.all([app.close(), backend.jobs.close()]);
      clearTimeout(late);
      await backend.close();
    },
  };
}

/** Workspaces whose desks are made ready before anybody asks, and rules of each. */
const readied = 3;

/** Who opens the browser first should not be the one who waits. */
async function getReady({ workspaces }: Backend, signal: AbortSignal): Promise<void> {
  for (const { id } of (await workspaces.list()).slice(0, readied)) {
    const { store, desk } = await workspaces.open(id);
    const { champion } = await store.aliases.current();
    if (champion === undefined || signal.aborted) continue;
    await desk.ask('ready', { signal }, champion);
    for (const { rule } of (await store.segments.list({ origin: 'ruled' })).slice(0, readied)) {
      if (rule && !signal.aborted) await desk.ask('ruleMembers', { signal }, champion, rule.rule as Rule, {}).catch(() => undefined);
    }
  }
}

async function isShoal(host: string, port: number): Promise<boolean> {
  return fetch(`http://${host}:${port}/health`, { signal: AbortSignal.timeout(1000), redirect: 'error' }).then(async (answer) => (await answer.text()).includes('"status":"ok"'), () => false);
}

async function version(): Promise<string> {
  return JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')).version;
}
