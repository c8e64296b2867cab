import type { Answers } from '../domain/examples.js';
import { isKnown } from '../domain/examples.js';
import type { Rng } from '../util/rng.js';

/** Rows to learn from and rows to try it on, both ascending. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface FoldRules {
  /** How many, 2 or more; fewer where there are fewer groups, instants, or rows of the rarest class. */
  readonly count: number;
  /** Whose each row is: all rows of one are tried together. */
  readonly groups?: readonly string[];
  /** Instant of each row, ms: what is learnt from is older than what it is tried on. */
  readonly times?: Float64Array;
  /** How long after its instant the answer of a row is known, ms. */
  readonly lead?: number;
}

/**
 * Ways to part the rows whose answer is known. With times of at least two instants, rolling origins: each is tried on later rows than it learns from, whose
 * answers were known by then. Else every row is tried once, each class (numbers: each size) about equally often in every fold. Empty where nothing can be parted.
 */
export function folds(answers: Answers, { count, groups, times, lead = 0 }: FoldRules, rng: Rng): Fold[] {
  const rows = Array.from(answers.values, (_, i) => i).filter((i) => isKnown(answers.values[i]));
  const rolling = times ? origins(rows, times, count, lead) : [];
  if (rolling.length > 0) return rolling.filter(({ train }) => learnable(answers, train));
  return dealt(answers, rows, count, groups, rng);
}

/** Instants in order; those too many for as many folds come together. The first are never tried. */
function origins(rows: readonly number[], times: Float64Array, count: number, lead: number): Fold[] {
  const instants = [...new Set(rows.map((i) => times[i]))].sort((a, b) => a - b);
  const parts = Math.min(instants.length, count + 1);
  const starts = Array.from({ length: parts + 1 }, (_, k) => instants[Math.round((k * instants.length) / parts)] ?? Infinity);
  return Array.from({ length: parts - 1 }, (_, k) => ({
    train: Int32Array.from(rows.filter((i) => times[i] < starts[k + 1] && times[i] + lead <= starts[k + 1])),
    test: Int32Array.from(rows.filter((i) => times[i] >= starts[k + 1] && times[i] < starts[k + 2])),
  })).filter(({ train, test }) => train.length > 0 && test.length > 0);
}

function dealt({ task, values }: Answers, rows: readonly number[], count: number, groups: readonly string[] | undefined, rng: Rng): Fold[] {
  const bundles = groups ? [...grouped(rows, (i) => groups[i]).values()] : rows.map((i) => [i]);
  const keys = new Map(bundles.map((bundle) => [bundle, rng.next()]));
  // In the order of the answers each run of `count` bundles is dealt to different folds; within a class the order is drawn.
  const answer = (bundle: readonly number[]) => (task === 'binary' ? Math.max(...bundle.map((i) => values[i])) : values[bundle[0]]);
  const kinds = task === 'regression' ? [bundles] : [...grouped(bundles, answer).values()];
  const rarest = Math.min(...kinds.map((kind) => kind.length));
  const parts = Math.min(count, task === 'regression' ? bundles.length : Math.max(2, rarest));
  if (parts < 2 || bundles.length < 2) return [];
  const fold = new Map<number, number>();
  let next = 0;
  for (const kind of kinds) {
    kind.sort((a, b) => (task === 'regression' ? answer(a) - answer(b) : 0) || keys.get(a)! - keys.get(b)!);
    for (let start = 0; start < kind.length; start += parts) {
      const offset = task === 'regression' ? rng.int(parts) : next;
      kind.slice(start, start + parts).forEach((bundle, b) => { for (const i of bundle) fold.set(i, (offset + b) % parts); });
    }
    next = (next + kind.length) % parts;
  }
  return Array.from({ length: parts }, (_, k) => ({ train: Int32Array.from(rows.filter((i) => fold.get(i) !== k)), test: Int32Array.from(rows.filter((i) => fold.get(i) === k)) })).filter(
    ({ train, test }) => test.length > 0 && learnable({ task, values }, train),
  );
}

function learnable({ task, values }: Pick<Answers, 'task' | 'values'>, train: Int32Array): boolean {
  return train.length > 0 && (task === 'regression' || train.some((i) => values[i] !== values[train[0]]));
}

function grouped<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const found = new Map<K, T[]>();
  for (const item of items) {
    const own = found.get(key(item));
    if (own) own.push(item);
    else found.set(key(item), [item]);
  }
  return found;
}
