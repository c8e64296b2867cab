import { z } from 'zod';
import { serverConfig, serverOptions } from '../../server/config.js';

/** What every verb about a store can be told: where it is, as `shoal serve` is told. */
export const placeOptions = serverOptions.pick({ data: true, store: true }).extend({
  json: z.boolean().default(false).describe('Print the result as JSON'),
  quiet: z.boolean().default(false).describe('Say nothing but errors').meta({ short: 'q' }),
});

/** Where the store is: flags, else the environment, else ./shoal-data. */
export const placeOf = ({ data, store }: { data?: string; store?: string }): string => serverConfig({ data, store }).store;

/** '1 entry', '1,234 entries'. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
