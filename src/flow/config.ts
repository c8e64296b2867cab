import { z } from 'zod';
import { ingestOptions } from '../ingest/options.js';
import { webhookSources } from '../ingest/track/webhook-source.js';
import { aheadOptions } from './predict/config.js';
import { valueOptions } from './value-options.js';

/** Everything that `discover` can be told. The same declaration gives the type, the flags, the checks and the docs. */
export const discoverOptions = ingestOptions.extend({
  k: z.number().int().min(2, 'must be at least 2').max(50, 'must be at most 50').optional().describe('Deliver just this many segments, proven or not'),
  maxK: z.number().int().min(2, 'must be at least 2').max(30, 'must be at most 30').default(12).describe('Most segments to try'),
  algorithm: z.string().optional().describe("Way to segment, such as gaussian-mixture or hdbscan ('shoal segment algorithms' lists them), or auto; by default k-means, with as many segments as are proven").meta({ value: '<name>' }),
  settings: z.record(z.string(), z.unknown()).optional().describe('Options of the algorithm'),
  previous: z.string().min(1).optional().describe('Folder of an earlier run whose segments these continue: ids are kept, and what changed is said').meta({ value: '<folder>' }),
  include: z.array(z.string()).optional().describe('Features to segment on, and no others'),
  exclude: z.array(z.string()).optional().describe('Features to leave out of the segmentation'),
  currency: z.string().max(8, 'must be a symbol or code such as £ or EUR').optional().describe('Currency of the amounts, as it should be shown'),
  title: z.string().max(120, 'must be at most 120 characters').optional().describe('Title of the report'),
  predict: z.union([z.boolean(), z.strictObject(aheadOptions)], 'must be true, or what to predict and how').default(false).describe('Also predict what they will do next: a column that says what happened, else who comes back and who lapses'),
  value: z.union([z.boolean(), valueOptions], 'must be true, or how far ahead and how').optional().describe('Also what they will be worth: purchases and money expected, or how long they stay; by segment, and of everyone'),
  seed: z.number().int('must be a whole number').min(0, 'must not be negative').default(1).describe('Same input and seed give the same result'),
  threads: z.number().int().min(1, 'must be at least 1').max(64, 'must be at most 64').optional().describe('Threads to use; the result does not depend on it'),
});

export type DiscoverOptions = z.output<typeof discoverOptions>;
export type DiscoverInput = z.input<typeof discoverOptions>;

/** What `shoal.config.ts` holds: the files, the folder for results, and any option of `discover`. */
export const shoalConfig = discoverOptions.extend({
  files: z.array(z.string()).min(1, 'must name at least one file').describe('Files to read'),
  out: z.string().optional().describe('Folder for the results'),
  webhooks: webhookSources.optional().describe('Programs that send JSON to a server that is started with this configuration'),
});

/** The same as a server takes it, which needs no files. */
export const serverPart = shoalConfig.partial({ files: true });

export type ShoalConfig = z.input<typeof serverPart>;

/** Types a configuration in an editor; gives it back as it is. Its values are checked when it is used. */
export function defineShoal(config: ShoalConfig): ShoalConfig {
  return config;
}
