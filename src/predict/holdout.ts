import type { Context } from '../context.js';
import { type Answers, isKnown } from '../domain/examples.js';
import { ShoalError } from '../errors.js';
import { formatCount } from '../util/format-value.js';
import { cleanText } from '../util/words.js';

/** Of the rarer answer fewer than this cannot be learnt and tested. */
export const FEWEST = 10;
const TESTED = 0.25;

/** Rows to learn from and rows to test on: no entity is in both, and each answer is parted in the same share. Rows whose answer is unknown are in neither. */
export function holdOut({ values, task }: Answers, entities: readonly string[], context: Pick<Context, 'rng'>): { readonly train: Int32Array; readonly test: Int32Array } {
  const rows = Array.from(values, (_, i) => i).filter((i) => isKnown(values[i]));
  // An entity with several rows goes as a whole, by the answer of its first.
  const byEntity = grouped(rows, (i) => entities[i]);
  const alike = grouped([...byEntity.values()], ([first]) => (task === 'regression' ? 0 : values[first]));
  const rng = context.rng('holdout');
  const test = new Set<number>();
  for (const key of [...alike.keys()].sort((a, b) => a - b)) {
    const groups = alike.get(key)!;
    for (let i = groups.length - 1; i > 0; i--) {
      const j = rng.int(i + 1);
      [groups[i], groups[j]] = [groups[j], groups[i]];
    }
    for (const own of groups.slice(0, Math.round(TESTED * groups.length))) for (const i of own) test.add(i);
  }
  return { train: Int32Array.from(rows.filter((i) => !test.has(i))), test: Int32Array.from(rows.filter((i) => test.has(i))) };
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
