import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { ShoalError } from '../errors.js';
import { serverPart } from '../flow/config.js';
import { serverConfig, serverOptions } from '../server/config.js';
import { serve, type RunningServer } from '../server/serve.js';
import type { Command } from './command.js';
import { loadConfig } from './config.js';
import { openSession } from './session.js';
import { openTerminal, type Terminal } from './terminal.js';

const options = serverOptions.extend({
  config: z.string().min(1).optional().describe('Configuration with the programs that send webhooks').meta({ value: '<file>' }),
  demo: z.boolean().default(false).describe('Put a synthetic market into the workspace demo, find its segments, and open there'),
  open: z.boolean().default(false).describe('Open the browser'),
  log: z.boolean().default(false).describe('Write a line of JSON per request to stderr'),
  quiet: z.boolean().default(false).describe('Say nothing but the address and errors').meta({ short: 'q' }),
});

export const serveCommand: Command<typeof options> = {
  name: 'serve',
  summary: 'Serves the workspace to the browser, and its interface to programs.',
  details: 'The address it prints opens one session and no more. Every flag with a value can also be set in the environment: SHOAL_DATA_FOLDER, SHOAL_PORT, SHOAL_HOST,\nSHOAL_STORE, SHOAL_BEHIND_PROXY, SHOAL_URL, SHOAL_FILE_LIMIT, SHOAL_JOB_MEMORY, SHOAL_ALLOW_HOSTS, SHOAL_KEEP_DAYS, SHOAL_JOURNAL_LIMIT.',
  options,
  examples: [
    ['shoal serve', 'everything in ./shoal-data, at http://127.0.0.1:7411'],
    ['shoal serve --data /srv/shoal --store postgres://shoal@db/shoal', 'records in PostgreSQL, files in a folder'],
    ['shoal serve --host 0.0.0.0 --behind-proxy --url https://shoal.example.org', 'for others, through a proxy that brings https'],
  ],
  async run({ options: { demo, open, log, quiet, config: path, ...flags } }) {
    const terminal = openTerminal({ quiet, json: false });
    const config = serverConfig(flags);
    const { webhooks } = path === undefined ? {} : await loadConfig(path, serverPart);
    if (await readableByOthers(config.data)) terminal.note(`'${config.data}' can be read by others on this machine. To change that: chmod 700 '${config.data}'`);
    const session = openSession(terminal, {});
    const { signal, clock } = session.context;
    const write = (line: { readonly level: string }) => log || line.level === 'error' ? void process.stderr.write(`${JSON.stringify(line)}\n`) : undefined;
    try {
      const server = await serve(config, { clock, webhooks, log: write });
      try {
        if (demo) await prepareDemo(server, terminal, signal);
        if (signal.aborted) return;
        const address = server.invitation(demo ? 'demo' : undefined);
        terminal.done();
        process.stdout.write(`Shoal is at ${address}\n`);
        terminal.note('The address opens one session. Ctrl-C stops the server.');
        if (open) openBrowser(address);
        const failure = await Promise.race([server.failed, new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))]);
        if (failure) throw failure;
      } finally {
        await server.close();
        terminal.note('Stopped.');
      }
    } finally {
      session.close();
    }
  },
};

/** Whether a folder that is there already is open to other users. */
async function readableByOthers(folder: string): Promise<boolean> {
  return process.platform !== 'win32' && stat(folder).then((found) => found.isDirectory() && (found.mode & 0o077) !== 0, () => false);
}

const by = { actor: 'system', reason: 'the demo' };

/** A market and its segments in the workspace 'demo', as far as they are not there yet. */
async function prepareDemo({ workspaces, jobs }: RunningServer, terminal: Terminal, signal: AbortSignal): Promise<void> {
  if (!(await workspaces.list({ removed: true })).some(({ id }) => id === 'demo')) await workspaces.create({ id: 'demo', name: 'Demo' }, by);
  const { store, files } = await workspaces.open('demo');
  const finished = async (kind: string, input: unknown) => {
    const { id } = await jobs.start('demo', kind, input, by);
    for await (const { state, progress, problem } of jobs.watch('demo', id, signal)) {
      if (progress) terminal.progress(progress);
      if (problem) throw new ShoalError('cli/failed', { sentence: problem.sentence });
      if (state === 'done') return;
    }
  };
  if ((await store.aliases.current()).champion !== undefined) return;
  const made = async () => (await files.list()).filter(({ origin }) => origin === 'demo').map(({ id }) => id);
  if ((await made()).length === 0) await finished('demo', {});
  if (!signal.aborted) await finished('discover', { files: (await made()).reverse(), options: { title: 'Demo market' } });
}

function openBrowser(address: string): void {
  const [command, ...args] = process.platform === 'darwin' ? ['open', address] : process.platform === 'win32' ? ['cmd', '/c', 'start', '""', address] : ['xdg-open', address];
  spawn(command, args, { stdio: 'ignore', detached: true }).on('error', () => {}).unref();
}
