import type { EgressAnswer } from '../../util/egress/egress.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** How long is waited before each further attempt; together 75 hours and 35 minutes. The example of Standard Webhooks 1.0.0. */
export const delays: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];
/** ms from the first attempt to the last. */
export const patience = delays.reduce((sum, delay) => sum + delay, 0);

const longestWish = 24 * hour;

/** What follows from an attempt. */
export interface Verdict {
  readonly then: 'delivered' | { readonly dead: string } | { readonly due: number };
  readonly gone?: boolean;
  /** The whole webhook is left alone for so long at least, ms. */
  readonly pause?: number;
}

/**
 * Only 2xx is success. 410 says that nobody is there any more; 429, 502, 503 and 504 that it is too much, which is heeded for all that goes there; `Retry-After` is heeded up to a day.
 * @param attempts how many failed before @param random in [0, 1): spreads attempts over up to a tenth more than the delay, never less
 */
export function verdictOf(answer: EgressAnswer, attempts: number, now: number, random: () => number): Verdict {
  const status = 'status' in answer ? answer.status : undefined;
  if (status !== undefined && status >= 200 && status < 300) return { then: 'delivered' };
  if (status === 410) return { then: { dead: 'it answered 410: gone' }, gone: true };
  const wished = 'status' in answer ? wishOf(answer.retryAfter, now) : 0;
  const busy = status === 429 || status === 502 || status === 503 || status === 504;
  const pause = busy ? { pause: wished } : {};
  const delay = delays[attempts];
  if (delay === undefined) return { then: { dead: `it did not succeed in ${attempts + 1} attempts` }, ...pause };
  return { then: { due: now + Math.max(wished, Math.round(delay * (1 + 0.1 * random()))) }, ...pause };
}

/** `Retry-After` as milliseconds from now: seconds, or a date. */
function wishOf(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  const wish = /^\d{1,9}$/.test(header.trim()) ? Number(header) * second : Date.parse(header) - now;
  return Number.isFinite(wish) ? Math.min(Math.max(wish, 0), longestWish) : 0;
}
