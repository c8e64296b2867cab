import type { Context } from '../context.js';
import { type Answers, isKnown } from '../domain/examples.js';
import { ShoalError } from '../errors.js';
import { formatCount } from '../util/format-value.js';
import { cleanText } from '../util/words.js';

/** Of the rarer answer fewer than this cannot be learnt and tested. */
export const FEWEST = 10;
const TESTED = 0.25;

/** What an entity draws in [0, 1), by the seed and its id alone: of later data with the same seed it draws the same. */
export const drawOf = (entity: string, context: Pick<Context, 'rng'>): number => context.rng(`holdout ${entity}`).next();

/**
 * Rows to learn from and rows to test on: no entity is in both, and each answer is parted in the same share. Rows whose answer is unknown are in neither. Of each answer those who draw
 * least are tested on, so rows that come later hardly move others from one side to the other; whoever draws less than `below` is not learnt from, whatever the answer.
 */
export function holdOut({ values, task }: Answers, entities: readonly string[], context: Pick<Context, 'rng'>): { readonly train: Int32Array; readonly test: Int32Array; readonly below: number } {
  const rows = Array.from(values, (_, i) => i).filter((i) => isKnown(values[i]));
  // An entity with several rows goes as a whole, by the answer of its first.
  const owners = [...grouped(rows, (i) => entities[i])].map(([entity, own]) => ({ entity, own, draw: drawOf(entity, context) }));
  const test = new Set<number>();
  let below = 1;
  for (const alike of grouped(owners, ({ own: [first] }) => (task === 'regression' ? 0 : values[first])).values()) {
    alike.sort((a, b) => a.draw - b.draw || (a.entity < b.entity ? -1 : 1));
    const tested = Math.round(TESTED * alike.length);
    for (const { own } of alike.slice(0, tested)) for (const i of own) test.add(i);
    below = Math.min(below, alike[tested].draw);
  }
  return { train: Int32Array.from(rows.filter((i) => !test.has(i))), test: Int32Array.from(rows.filter((i) => test.has(i))), below };
}

function grouped<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const own = groups.get(key(item));
    if (own) own.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

/** Refuses answers that nothing can be learnt from, in words. `purpose`: "learn from", "test on"; `what` is asked. @throws `predict/too-few-answers` */
export function requireAnswers({ task, values, classes }: Answers, purpose: string, what: string): void {
  const refuse = (sentence: string): never => {
    throw new ShoalError('predict/too-few-answers', { sentence });
  };
  const known = values.filter((value) => isKnown(value));
  if (known.length === 0) refuse(`There is no row to ${purpose}: nobody's answer is known. ${what}`);
  if (task === 'regression') {
    if (known.every((value) => value === known[0])) refuse(`All ${formatCount(known.length)} rows to ${purpose} have the answer ${known[0]}, so there is nothing to tell apart. Ask something else.`);
    return;
  }
  const names = classes ?? ['no', 'yes'];
  const counts = names.map((_, c) => known.reduce((sum, value) => sum + (value === c ? 1 : 0), 0));
  if (counts.filter((n) => n >= FEWEST).length >= 2) return;
  const rare = counts.reduce((least, n, c) => (n < counts[least] ? c : least), 0);
  const name = cleanText(names[rare], 40);
  const instead = 'Ask something else, look further or less far ahead, or give more data.';
  refuse(counts[rare] === 0
    ? `All ${formatCount(known.length)} rows to ${purpose} have the same answer; none is '${name}', so there is nothing to tell apart. ${instead}`
    : `Only ${counts[rare]} of the ${formatCount(known.length)} rows to ${purpose} ${counts[rare] === 1 ? 'is' : 'are'} '${name}', and at least ${FEWEST} are needed. ${instead}`);
}
