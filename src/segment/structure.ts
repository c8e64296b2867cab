// Is there structure, and how much? Fits on one half of the rows, judges on the other; then asks the same inside every segment it found.
import { breath, type Context } from '../context.js';
import type { PairDip } from '../domain/choice.js';
import type { Centres, ClusterResult, Kernel, Points } from '../kernel/kernel.js';
import type { Rng } from '../util/rng.js';
import { joined, pairDips, predictionStrength, strengthThreshold } from './gates.js';
import { bestOf } from './restarts.js';
import { gather, shuffled } from './sample.js';
import { meanVariance } from './score.js';

/** Rows split at random: centres fitted on either half are judged by the other. */
export interface Halves {
  readonly train: Points;
  readonly test: Points;
}

/** What the halves say about one number of centres. */
export interface Trial {
  readonly k: number;
  /** Prediction strength, the mean of both directions. */
  readonly strength: number;
  /** Fitted on the first half. */
  readonly centres: Centres;
  /** Second gate, where the first is passed. */
  readonly pairs: readonly PairDip[];
  /** Segment of each centre after joining what is not apart. */
  readonly groups: readonly number[];
}

/** Centres, the segment each stands for, and what was found inside segments. */
export interface Structure {
  readonly centres: Centres;
  readonly groups: readonly number[];
  /** Per segment: its own structure, where it has one. */
  readonly inside: readonly (Structure | undefined)[];
}

/** Rows by their place in a structure: the innermost centre they are nearest to, level by level, and its segment; both numbered from 0. */
export interface Placement {
  readonly cells: Int32Array;
  /** Segment of each cell. */
  readonly segmentOf: readonly number[];
}

const starts = { starts: 6, finalists: 2, maxIterations: 60 };
/** Centres stand still when together they move less than this share of a feature's variance (scikit-learn's default). */
const still = 1e-4;

async function tryAll(halves: Halves, ks: readonly number[], name: string, context: Context, kernel: Kernel): Promise<Trial[]> {
  const rng = context.rng(name);
  const tolerance = still * meanVariance(halves.train, kernel);
  const trials: Trial[] = [];
  for (const k of ks) {
    await breath(context);
    trials.push(tryOne(halves, k, tolerance, rng, kernel));
  }
  return trials;
}

function tryOne({ train, test }: Halves, k: number, tolerance: number, rng: Rng, kernel: Kernel): Trial {
  const [a, b] = bestOf([{ points: train, k }, { points: test, k }], { ...starts, tolerance }, rng, kernel);
  const strength = (predictionStrength(b.labels, labelsBy(a, test, kernel)) + predictionStrength(a.labels, labelsBy(b, train, kernel))) / 2;
  const steady = strength >= strengthThreshold;
  const pairs = steady ? pairDips({ points: test, centres: a }, { points: train, centres: b }, kernel) : [];
  return { k, strength, centres: a, pairs, groups: steady ? joined(k, pairs) : new Array(k).fill(0) };
}

/** What was tried on one split, and the best of it where two splits of three saw structure. */
export interface Search {
  readonly trials: readonly Trial[];
  /** Found again, most segments apart; among equals, fewest centres. */
  readonly best?: Trial;
  /** The split that `trials` and `best` come from. The caller frees it when it is not the one given. */
  readonly halves: Halves;
}

/**
 * Tries every k on a split of the rows into halves. What hangs on one split is not in the data: structure must be seen in two of up to three splits, with
 * whichever k. A split without any partition that comes near to being found again settles it at once.
 */
export async function search(given: Halves, ks: readonly number[], name: string, context: Context, kernel: Kernel): Promise<Search> {
  const rng = context.rng(`${name}/again`);
  const first = { trials: await tryAll(given, ks, name, context, kernel), halves: given };
  let found: Search | undefined = withBest(first);
  if (!found && !first.trials.some(({ k, strength }) => k >= 3 && strength >= hopeful)) return first;
  let seen = found ? 1 : 0;
  for (let split = 1; split < 3 && seen < 2 && seen >= split - 1; split++) {
    const halves = exchanged(given, rng, kernel);
    if (found) {
      if (await seesStructure(halves, found.trials, rng, context, kernel)) seen++;
      release(halves, kernel);
      continue;
    }
    found = withBest({ trials: await tryAll(halves, ks, `${name}/${split}`, context, kernel), halves });
    if (found) seen++;
    else release(halves, kernel);
  }
  if (found && seen === 2) return found;
  if (found && found.halves !== given) release(found.halves, kernel);
  return first;
}

/** Prediction strength from which another split is worth a look: two segments of several sharing a centre give about ½. */
const hopeful = 0.45;

function withBest(tried: Search): Search | undefined {
  const [best] = tried.trials.filter(isApart).sort((a, b) => groupCount(b.groups) - groupCount(a.groups) || a.k - b.k);
  return best && { ...tried, best };
}

/** Whether any k passes both gates on these halves; those that did best elsewhere are tried first. */
async function seesStructure(halves: Halves, elsewhere: readonly Trial[], rng: Rng, context: Context, kernel: Kernel): Promise<boolean> {
  const tolerance = still * meanVariance(halves.train, kernel);
  const order = [...elsewhere].sort((a, b) => groupCount(b.groups) - groupCount(a.groups) || b.strength - a.strength);
  for (const { k } of order) {
    await breath(context);
    if (isApart(tryOne(halves, k, tolerance, rng, kernel))) return true;
  }
  return false;
}

const isApart = ({ groups }: Trial): boolean => groupCount(groups) >= 2;

export function release({ train, test }: Halves, kernel: Kernel): void {
  kernel.free(train);
  kernel.free(test);
}

/** The same rows split at random anew. */
function exchanged({ train, test }: Halves, rng: Rng, kernel: Kernel): Halves {
  const order = shuffled(Int32Array.from({ length: train.rows + test.rows }, (_, i) => i), rng);
  const part = (rows: Int32Array): Points => {
    const target = kernel.allocate(rows.length, train.d);
    rows.forEach((row, r) => {
      const [from, i] = row < train.rows ? [train, row] : [test, row - train.rows];
      target.data.set(from.data.subarray(i * from.stride, i * from.stride + from.d), r * target.stride);
    });
    return target;
  };
  return { train: part(order.subarray(0, train.rows)), test: part(order.subarray(train.rows)) };
}

export const groupCount = (groups: readonly number[]): number => Math.max(...groups) + 1;

/** Rows of each half below which a segment is not looked into. */
const fewest = 150;
const deepest = 3;

/** Looks inside every segment for smaller ones, by the same rule.  */
export async function refine(halves: Halves, found: Trial, name: string, depth: number, context: Context, kernel: Kernel): Promise<Structure> {
  const { centres, groups } = found;
  const inside: (Structure | undefined)[] = [];
  for (let g = 0; g < groupCount(groups); g++) {
    const part = within(halves, found, g, kernel);
    inside.push(depth < deepest ? await lookInside(part, `${name}/${g}`, depth + 1, context, kernel) : undefined);
    release(part, kernel);
  }
  return { centres, groups, inside };
}

async function lookInside(part: Halves, name: string, depth: number, context: Context, kernel: Kernel): Promise<Structure | undefined> {
  const rows = Math.min(part.train.rows, part.test.rows);
  if (rows < fewest) return undefined;
  const { best, halves } = await search(part, range(2, Math.min(6, Math.floor(rows / 50))), name, context, kernel);
  const structure = best && (await refine(halves, best, name, depth, context, kernel));
  if (halves !== part) release(halves, kernel);
  return structure;
}

/** Places rows level by level. */
export function place(points: Points, structure: Structure, kernel: Kernel): Placement {
  const cells = new Int32Array(points.rows);
  const segmentOf: number[] = [];
  let segments = 0;
  const descend = (part: Points, rows: Int32Array, { centres, groups, inside }: Structure): void => {
    const labels = labelsBy(centres, part, kernel);
    inside.forEach((inner, g) => {
      const own = Int32Array.from(labels.keys()).filter((i) => groups[labels[i]] === g);
      if (inner) {
        const below = gather(part, own, kernel);
        descend(below, own.map((i) => rows[i]), inner);
        kernel.free(below);
        return;
      }
      const first = segmentOf.length;
      const members = groups.flatMap((group, c) => (group === g ? [c] : []));
      for (const i of own) cells[rows[i]] = first + members.indexOf(labels[i]);
      segmentOf.push(...members.map(() => segments));
      segments++;
    });
  };
  descend(points, Int32Array.from({ length: points.rows }, (_, i) => i), structure);
  return { cells, segmentOf };
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function labelsBy(centres: Centres | ClusterResult, points: Points, kernel: Kernel): Int32Array {
  const labels = new Int32Array(points.rows);
  kernel.assign(points, centres, labels);
  return labels;
}

function within({ train, test }: Halves, { centres, groups }: Trial, group: number, kernel: Kernel): Halves {
  const part = (points: Points) => {
    const labels = labelsBy(centres, points, kernel);
    return gather(points, Int32Array.from(labels.keys()).filter((i) => groups[labels[i]] === group), kernel);
  };
  return { train: part(train), test: part(test) };
}
