import { existsSync } from 'node:fs';
import { z } from 'zod';
import { ShoalError } from '../errors.js';
import { inspect } from '../flow/inspect.js';
import { writeAll, writeText } from '../flow/output.js';
import { ingestOptions } from '../ingest/options.js';
import { configFile } from './config.js';
import type { Command } from './command.js';
import { openSession } from './session.js';
import { openTerminal } from './terminal.js';

const options = ingestOptions.extend({
  force: z.boolean().default(false).describe(`Replace ${configFile} where there is one`),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

export const initCommand: Command<typeof options> = {
  name: 'init',
  summary: `Writes ${configFile}: what your files look like to Shoal, commented, to correct and keep.`,
  positionals: '<files…>',
  least: 1,
  options,
  examples: [
    ['shoal init orders.csv customers.csv', `then 'shoal discover' uses ${configFile}`],
    ['shoal init orders.csv --entity account', 'with one inference corrected'],
  ],
  async run({ positionals: files, options: { force, quiet, ...given } }) {
    if (existsSync(configFile) && !force) throw new ShoalError('cli/exists', { path: configFile });
    const terminal = openTerminal({ quiet, json: false });
    const session = openSession(terminal, {});
    try {
      const inferred = await inspect(files, given, session.context);
      await writeAll('.', (path) => writeText(path(configFile), configText(inferred)));
      terminal.done();
      for (const note of inferred.notes) terminal.say(note);
      terminal.say(`${configFile} is written. Correct what is wrong in it, then run: shoal discover`);
    } finally {
      session.close();
    }
  },
};

/** The configuration as TypeScript, each line with its reason. Every value is a JSON literal, so no file content can become code. */
function configText({ files, options: inferred, comments, notes }: Awaited<ReturnType<typeof inspect>>): string {
  const comment = (text: string) => `// ${text.replaceAll(/\s+/g, ' ')}`;
  const entry = (key: string, value: unknown) => `  ${key}: ${JSON.stringify(value)},${comments[key] ? ` ${comment(comments[key])}` : ''}`;
  return [
    "import { defineShoal } from 'shoal';", '',
    comment('What Shoal inferred. Correct it here; remove a line to have it inferred again.'),
    ...notes.map(comment), '',
    'export default defineShoal({',
    entry('files', files),
    ...Object.entries(inferred).filter(([, value]) => value !== undefined).map(([key, value]) => entry(key, value)),
    '',
    '  // k: 6, // deliver just this many segments, proven or not',
    '  // exclude: [], // features that should not decide',
    "  // currency: 'EUR',",
    '  seed: 1,',
    '});', '',
  ].join('\n');
}
