import type { Context } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ingest, type Ingested } from '../ingest/ingest.js';
import type { IngestInput } from '../ingest/options.js';
import { ownContext } from './session.js';
import { subscriptionLife, subscriptionOf, type SubscriptionLife, type SubscriptionOptions } from './subscriptions.js';
import { customerValue, type CustomerValue, type ValueOptions } from './value.js';

/** What customers are worth, by what the data can tell: purchases after which people fall silent, or subscriptions with a known end. */
export type Valued = ({ readonly kind: 'purchases' } & CustomerValue) | ({ readonly kind: 'subscriptions' } & SubscriptionLife);

export interface ValueCustomersOptions {
  /** How the files are read, where it should be other than inferred. */
  readonly reading?: IngestInput;
  readonly purchases?: ValueOptions;
  readonly subscriptions?: SubscriptionOptions;
  readonly seed?: number;
  readonly threads?: number;
}

/**
 * What customers are worth from now on, from files of customer data. A log of purchases is asked who is still there and what they will buy; where there is only a table that says how
 * long each has been there and whether it has ended, survival times are.
 *
 * @throws ShoalError with a code of `errors.ts` and one clear sentence
 * @example
 * const valued = await valueCustomers(['orders.csv'], { purchases: { horizonDays: 180 } });
 * if (valued.kind === 'purchases') console.log(valued.all.value, valued.heldOut?.error);
 */
export async function valueCustomers(files: readonly string[], options: ValueCustomersOptions = {}, context?: Context): Promise<Valued> {
  const own = ownContext({ seed: options.seed ?? 1, threads: options.threads }, context);
  const engine = await openEngine({ threads: own.threads, signal: own.signal });
  try {
    return await valueIngested(await ingest(files, options.reading ?? {}, engine, own), options, engine, own);
  } finally {
    await engine.close();
  }
}

/** The same of sources that are in the engine already. */
export async function valueIngested(ingested: Ingested, { purchases = {}, subscriptions = {} }: Pick<ValueCustomersOptions, 'purchases' | 'subscriptions'>, engine: Engine, context: Context): Promise<Valued> {
  return !hasLog(ingested) && subscriptionOf(ingested.sources, subscriptions)
    ? { kind: 'subscriptions', ...(await subscriptionLife(ingested, subscriptions, engine, context)) }
    : { kind: 'purchases', ...(await customerValue(ingested, purchases, engine, context)) };
}

/** Whether there is a source that says who did something when. */
export const hasLog = ({ sources }: Pick<Ingested, 'sources'>): boolean => sources.some(({ kind, has }) => (kind === 'transactions' || kind === 'events') && has.includes('entity') && has.includes('at'));
