#!/usr/bin/env node
import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';
import { helpFor, parseCommand, type Command } from './command.js';

/** Verbs in the order of use. Each file is loaded only when its verb is called. */
const verbs: Record<string, { summary: string; load: () => Promise<Command> }> = {
  discover: { summary: 'Find, explain and test the segments in your files', load: async () => (await import('./discover.js')).discoverCommand },
  explain: { summary: 'Say why one customer is in its segment, and what would move it', load: async () => (await import('./explain.js')).explainCommand },
  demo: { summary: 'Make a synthetic market with known truth to try things on', load: async () => (await import('./demo.js')).demoCommand },
  init: { summary: 'Write a commented shoal.config.ts from what your files look like', load: async () => (await import('./init.js')).initCommand },
};

// `shoal … | head` closes the pipe early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit(0) : fail(error)));

// Until a verb has a session that can stop its work cleanly, there is nothing to clean up.
process.on('SIGINT', () => {
  process.stderr.write('Stopped. Nothing was written.\n');
  process.exit(130);
});

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  const [name, ...rest] = argv;
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') return print(rest[0] && verbs[rest[0]] ? helpFor(await verbs[rest[0]].load()) : overview());
    if (name === '--version' || name === '-v') return print(await version());
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!verb) throw new ShoalError('cli/usage', { message: unknownVerb(name) });
    const command = await verb.load();
    if (rest.includes('--help') || rest.includes('-h')) return print(helpFor(command));
    await command.run(parseCommand(command, rest));
  } catch (error) {
    fail(error);
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(verbs).map((v) => v.length));
  return [
    'Shoal finds the natural groups in your customers, explains each in plain words and says how sure it is.', '',
    'Usage: shoal <command> [flags]', '',
    'Commands', ...Object.entries(verbs).map(([verb, { summary }]) => `  ${verb.padEnd(width)}  ${summary}`), '',
    'Start here', '  shoal discover orders.csv', '  shoal demo --discover', '',
    "'shoal <command> --help' shows the flags of each.",
  ].join('\n');
}

function unknownVerb(name: string): string {
  const hint = closest(name, Object.keys(verbs));
  const file = /\.(csv|tsv|txt|json|ndjson|jsonl|parquet|gz)$/i.test(name) ? ` To read a file: shoal discover ${name}` : '';
  return `There is no command '${name}'.${hint ? ` Did you mean '${hint}'?` : file || " 'shoal --help' lists them."}`;
}

async function version(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')).version;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One clear sentence and an exit code for what we expect; the whole trace for a bug. */
function fail(error: unknown): void {
  if (error instanceof ShoalError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exit;
    return;
  }
  process.stderr.write(`Shoal has failed in a way it should not. Please report this:\n${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 70;
}
