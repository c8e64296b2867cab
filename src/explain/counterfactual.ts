import type { Examples } from '../domain/examples.js';
import { type Ask, repeated, takeRows } from './ask.js';

/** An input that can be changed, and how far. */
export interface Movable {
  /** Which input. */
  readonly input: number;
  /** The least and the greatest value it may get; codes of a categorical one are all tried. */
  readonly low: number;
  readonly high: number;
  /** Only whole numbers are possible. */
  readonly whole?: boolean;
}

export interface Change {
  readonly input: number;
  readonly from: number;
  readonly to: number;
}

export interface Counterfactual {
  readonly changes: readonly Change[];
  /** What the model says of the row with exactly these changes. */
  readonly said: number;
  /** How far it is moved: each change in units of how much the input usually differs (a category counts one); the sum. */
  readonly cost: number;
}

export interface CounterfactualGoal {
  /** Answers that count as out of risk: below (or above) this. */
  readonly below?: number;
  readonly above?: number;
}

/** Values tried per input when it is changed alone, and when it is changed with others. */
const alone = 24;
const together = 10;
/** Inputs whose changes alone bring the answer nearest: those that are tried with others. */
const promising = 6;
const halvings = 20;
/** How much farther than need be a round number may lie. */
const spare = 1.1;

/**
 * What would move a row to where it should be: the smallest changes of one, else two, else three movable inputs, other inputs as they are. Each answer has been
 * asked of the model, value for value, so it does flip the prediction, and none of its changes can be left out; there is none where none of those tried does. At most three, the
 * cheapest first, no two of the same inputs. Values are as round as they can be. `background` tells how much inputs usually differ. Cost: some thousand questions.
 */
export function counterfactuals(ask: Ask, x: Examples, row: number, movable: readonly Movable[], goal: CounterfactualGoal, background: Examples): Counterfactual[] {
  const from = x.columns.map((column) => column[row]);
  const reached = (said: number) => (goal.below === undefined || said < goal.below) && (goal.above === undefined || said > goal.above);
  /** How far an answer is from the goal. */
  const away = (said: number) => Math.max(goal.below === undefined ? -Infinity : said - goal.below, goal.above === undefined ? -Infinity : goal.above - said);
  if (movable.length === 0 || reached(ask(takeRows(x, [row]))[0])) return [];
  const usual = movable.map(({ input }) => usualDifference(background, input));
  const levers = movable.map((one, m) => ({ ...one, usual: usual[m], categorical: x.inputs[one.input].categories !== undefined }));
  type Lever = (typeof levers)[number];
  type Try = { readonly levers: readonly Lever[]; readonly to: readonly number[] };

  const single = levers.flatMap((lever) => valuesOf(x, lever, from[lever.input], alone).map((to): Try => ({ levers: [lever], to: [to] })));
  const said = say(single);
  const found = single.filter((_, t) => reached(said[t]));
  if (found.length > 0) return best(found);
  const nearest = new Map<Lever, number>(levers.map((lever) => [lever, Infinity]));
  single.forEach(({ levers: [lever] }, t) => nearest.set(lever, Math.min(nearest.get(lever)!, away(said[t]))));
  const chosen = levers.filter((lever) => nearest.get(lever)! < Infinity).sort((a, b) => nearest.get(a)! - nearest.get(b)! || a.input - b.input).slice(0, promising);
  for (const size of [2, 3]) {
    const tried = combinations(chosen, size).flatMap((some) => products(some.map((lever) => valuesOf(x, lever, from[lever.input], size === 2 ? together : together >> 1))).map((to): Try => ({ levers: some, to })));
    const answers = say(tried);
    const flips = tried.filter((_, t) => reached(answers[t]));
    if (flips.length > 0) return best(flips);
  }
  return [];

  function say(tries: readonly Try[]): Float64Array {
    const rows = repeated(x, row, tries.length);
    tries.forEach(({ levers: some, to }, t) => some.forEach(({ input }, k) => (rows.columns[input][t] = to[k])));
    return tries.length > 0 ? ask(rows) : new Float64Array();
  }

  function costOf({ levers: some, to }: Try): number {
    return some.reduce((sum, { input, usual: unit, categorical }, k) => sum + (categorical || Number.isNaN(from[input]) ? 1 : Math.abs(to[k] - from[input]) / unit), 0);
  }

  /** The cheapest of each set of inputs, its values drawn back as far as they can be and made round. */
  function best(tries: readonly Try[]): Counterfactual[] {
    const cheapest = new Map<string, Try>();
    for (const one of tries) {
      const key = one.levers.map(({ input }) => input).join();
      const known = cheapest.get(key);
      if (!known || costOf(one) < costOf(known)) cheapest.set(key, one);
    }
    return [...cheapest.values()].map(refined).map((one) => ({
      changes: one.levers.map(({ input }, k) => ({ input, from: from[input], to: one.to[k] })),
      said: say([one])[0],
      cost: costOf(one),
    })).sort((a, b) => a.cost - b.cost || a.changes[0].input - b.changes[0].input).slice(0, 3);
  }

  function refined(one: Try): Try {
    let now = one;
    one.levers.forEach((lever, k) => {
      const start = from[lever.input];
      if (lever.categorical || Number.isNaN(start)) return;
      const moved = (value: number): Try => ({ levers: now.levers, to: now.to.map((to, at) => (at === k ? value : to)) });
      const flips = (value: number) => reached(say([moved(value)])[0]);
      let [near, far] = [start, now.to[k]];
      for (let step = 0; step < halvings; step++) {
        const middle = lever.whole ? Math.trunc((near + far) / 2) : (near + far) / 2;
        if (middle === near || middle === far) break;
        if (flips(middle)) far = middle;
        else near = middle;
      }
      const round = lever.whole ? undefined : roundValues(start, far).find((value) => value >= lever.low && value <= lever.high && Math.abs(value - start) <= spare * Math.abs(far - start) && flips(value));
      now = moved(round ?? far);
    });
    return now;
  }
}

/** Numbers at or beyond `to` as seen from `from`, of two significant digits, three, … */
function roundValues(from: number, to: number): number[] {
  const size = Math.floor(Math.log10(Math.max(Math.abs(to), Math.abs(to - from))));
  return [2, 3, 4, 5].map((digits) => {
    const unit = 10 ** (size - digits + 1);
    const steps = to > from ? Math.ceil(to / unit) : Math.floor(to / unit);
    return Number((steps * unit).toPrecision(digits + 3));
  });
}

/** Values to try, evenly from the least to the greatest possible, but for the one that is; the other codes of a categorical input. */
function valuesOf({ inputs }: Examples, { input, low, high, whole }: Movable, from: number, count: number): number[] {
  const { categories } = inputs[input];
  const all = categories ? Array.from(categories.keys()) : Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count).map((value) => (whole ? Math.round(value) : value));
  return [...new Set(all)].filter((value) => value !== from && (categories || (value >= low && value <= high)));
}

/** Median distance from the median; the standard deviation where more than half are the same; 1 where all are. */
function usualDifference({ columns }: Examples, input: number): number {
  const known = columns[input].filter((value) => Number.isFinite(value)).sort();
  if (known.length === 0) return 1;
  const middle = known[known.length >> 1];
  const distances = known.map((value) => Math.abs(value - middle)).sort();
  const median = distances[distances.length >> 1];
  if (median > 0) return median;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length) || 1;
}

function combinations<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, i) => combinations(items.slice(i + 1), size - 1).map((rest) => [item, ...rest]));
}

function products(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((made, list) => made.flatMap((some) => list.map((value) => [...some, value])), [[]]);
}
