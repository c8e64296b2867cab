import { readFile, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { rule } from '../../domain/rule.js';
import { ShoalError } from '../../errors.js';
import { edgeModule } from '../../flow/edge.js';
import type { Command } from '../command.js';
import { openTerminal } from '../terminal.js';

const options = z.strictObject({
  rules: z.string().describe('File with the rules').meta({ value: '<rules.json>' }),
  out: z.string().default('edge.js').describe('File to write').meta({ value: '<file>', short: 'o' }),
  json: z.boolean().default(false).describe('Print what was written as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

const types = z.record(z.string(), z.record(z.string(), z.enum(['number', 'text', 'flag', 'time'])));
/** As `GET /v1/live/segments` lists them; what else it says of a segment is overlooked. */
const definitions = z.array(z.object({ segment: z.string().min(1), name: z.string().optional(), version: z.number().int().default(1), rule, types: types.optional() })).min(1)
  .refine((list) => new Set(list.map(({ segment }) => segment)).size === list.length, 'has two segments of the same id');

export const edgeCommand: Command<typeof options> = {
  name: 'segment edge',
  summary: 'Live rules as a small JavaScript module without dependencies that decides in the browser.',
  options,
  examples: [['shoal segment edge --rules rules.json -o edge.js', '[{"segment": "left-a-cart", "rule": {…}}, …], or what GET /v1/live/segments answers']],
  details: 'Whoever loads the page can read the rules in it.',
  async run({ options: { rules: path, out, json, quiet } }) {
    const terminal = openTerminal({ json, quiet });
    const given = definitions.safeParse(await jsonFile(path));
    if (!given.success) throw new ShoalError('config/unreadable', { path, reason: given.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'it'} ${issue.message}`).join('; ') });
    const text = await edgeModule(given.data.map(({ name, ...each }) => ({ ...each, name: name ?? each.segment })));
    await writeFile(out, text).catch((cause: Error) => {
      throw new ShoalError('run/write-failed', { path: out, reason: cause.message }, { cause });
    });
    const written = { path: out, segments: given.data.map(({ segment }) => segment), bytes: Buffer.byteLength(text), gzipped: gzipSync(text).length };
    terminal.data(written);
    terminal.say(`${out}: ${written.segments.length === 1 ? 'one segment' : `${written.segments.length} segments`}, ${(written.gzipped / 1000).toFixed(1)} kB gzipped.`);
  },
};

async function jsonFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new ShoalError('ingest/no-such-file', { path, hint: 'Write the rules into it as JSON: [{"segment": "…", "rule": {…}}].' }, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ShoalError('config/unreadable', { path, reason: (cause as Error).message }, { cause });
  }
}
