#!/usr/bin/env node
import { ShoalError } from '../errors.js';
import { closest } from '../util/closest.js';
import { helpFor, helpForGroup, parseCommand, type Command, type CommandGroup } from './command.js';

/** Verbs in the order of use. Each file is loaded only when its verb is called. */
const verbs: Record<string, { summary: string; load: () => Promise<Command | CommandGroup> }> = {
  discover: { summary: 'Find, explain and test the segments in your files', load: async () => (await import('./discover.js')).discoverCommand },
  segment: { summary: 'Choose, fit, compare and explain segments with any algorithm', load: async () => (await import('./segment/segment.js')).segmentCommands },
  predict: { summary: 'Predict who will do what next, tested on later time', load: async () => (await import('./predict.js')).predictCommand },
  explain: { summary: 'Say why one customer is in its segment, and what would move it', load: async () => (await import('./explain.js')).explainCommand },
  ingest: { summary: 'Send events to a running server, and watch them arrive', load: async () => (await import('./ingest/ingest.js')).ingestCommands },
  serve: { summary: 'Serve the workspace: everything in the browser', load: async () => (await import('./serve.js')).serveCommand },
  replay: { summary: 'Work every live membership out again from the journal, and compare', load: async () => (await import('./replay.js')).replayCommand },
  store: { summary: 'Back up and restore what the workspace remembers', load: async () => (await import('./store/store.js')).storeCommands },
  govern: { summary: 'Check that the audit log is as it was written', load: async () => (await import('./govern/govern.js')).governCommands },
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
    if (name === 'help' && rest[0] !== undefined && Object.hasOwn(verbs, rest[0])) return await main([...rest, '--help']);
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') return print(overview());
    if (name === '--version' || name === '-v') return print(await version());
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!verb) throw new ShoalError('cli/usage', { message: unknownVerb(name) });
    await call(await verb.load(), rest);
  } catch (error) {
    fail(error);
  }
}

async function call(command: Command | CommandGroup, argv: readonly string[]): Promise<void> {
  const help = (word: string | undefined) => word === '--help' || word === '-h';
  if ('commands' in command) {
    const [name, ...rest] = argv;
    if (name === undefined || help(name)) return print(helpForGroup(command));
    if (!Object.hasOwn(command.commands, name)) throw new ShoalError('cli/usage', { message: unknownPart(command, name) });
    return call(command.commands[name], rest);
  }
  if (argv.some(help)) return print(helpFor(command));
  await command.run(parseCommand(command, argv));
}

function unknownPart({ name, commands }: CommandGroup, word: string): string {
  const hint = closest(word, Object.keys(commands));
  return `There is no command '${name} ${word}'.${hint ? ` Did you mean 'shoal ${name} ${hint}'?` : ` There are: ${Object.keys(commands).join(', ')}.`}`;
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
