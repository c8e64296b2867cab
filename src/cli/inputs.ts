import { existsSync } from 'node:fs';
import { z } from 'zod';
import { ShoalError } from '../errors.js';
import { discoverOptions, shoalConfig, type DiscoverInput } from '../flow/config.js';
import { configFile, loadConfig } from './config.js';

/** What every verb that reads files can be told on the command line. */
export const inputOptions = discoverOptions.omit({ settings: true }).extend({
  set: z.array(z.string().regex(/^\w+=/, 'must be like eps=0.5')).optional()
    .describe("An option of the algorithm, such as eps=0.5 ('shoal segment algorithms <name>' lists them)").meta({ value: '<option=value>' }),
  config: z.string().optional().describe(`Configuration to use; ./${configFile} where there is one and no files are named`).meta({ value: '<file>' }),
  json: z.boolean().default(false).describe('Print the whole result as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

/** What verbs that only ask can be told: nothing about an algorithm to fit. */
export const questionOptions = inputOptions.omit({ algorithm: true, previous: true, title: true, k: true, set: true, value: true });

/** For questions that have options of their own. */
export const setOption = { set: inputOptions.shape.set.describe('An option of this command, such as minShare=0.01; see its page') };

export interface Inputs {
  readonly files: readonly string[];
  readonly settings: DiscoverInput;
  /** Folder for the results, where the configuration names one. */
  readonly out?: string;
}

/**
 * Files and options from the command line, or from the configuration; the command line wins. Options of an algorithm belong to it: where another one is named on
 * the command line, or the verb fits none (`fits`), those of the configuration are left behind. @throws `cli/usage`, `config/unreadable`, `config/invalid`
 */
export async function inputs(
  verb: string, positionals: readonly string[], { config, json: _, quiet: __, set, ...flags }: Partial<z.output<typeof inputOptions>>, { fits = false } = {},
): Promise<Inputs> {
  const path = config ?? (positionals.length === 0 && existsSync(configFile) ? configFile : undefined);
  const own = { ...flags, ...(set && { settings: settingsOf(set) }) };
  if (!path) {
    if (positionals.length === 0) throw new ShoalError('cli/usage', { message: `'shoal ${verb}' needs files, for example: shoal ${verb} orders.csv. Or run 'shoal init <files>' to write ${configFile} first.` });
    return { files: positionals, settings: own };
  }
  const { files, out, webhooks: _webhooks, ...configured } = await loadConfig(path, shoalConfig);
  if (!fits || (own.algorithm !== undefined && own.algorithm !== configured.algorithm)) delete configured.settings;
  const said = Object.fromEntries(Object.entries(own).filter(([key, value]) => value !== undefined && value !== presets[key]));
  return { files: positionals.length ? positionals : files, settings: { ...configured, ...said }, out };
}

const presets = inputOptions.parse({}) as Record<string, unknown>;

/** `eps=0.5` as { eps: 0.5 }: numbers, true, false and lists as JSON has them, anything else as text. */
function settingsOf(set: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(set.map((one) => {
    const at = one.indexOf('=');
    return [one.slice(0, at), valueOf(one.slice(at + 1))];
  }));
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
