// Is there structure, and how much? Fits on one half of the rows, judges on the other; then asks the same inside every segment it found.
import type { Context } from '../context.js';
import type { PairDip } from '../domain/choice.js';
import type { Centres, ClusterResult, Kernel, Points } from '../kernel/kernel.js';
import { breath } from './breath.js';
import { joined, pairDips, predictionStrength, strengthThreshold } from './gates.js';
import { bestOf } from './restarts.js';
import { gather } from './sample.js';
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

/** Tries every k of `ks` on both halves. */
export async function tryAll({ train, test }: Halves, ks: readonly number[], name: string, context: Context, kernel: Kernel): Promise<Trial[]> {
  const rng = context.rng(name);
  const trials: Trial[] = [];
  const tolerance = still * meanVariance(train, kernel);
  for (const k of ks) {
    await breath(context);
    const [a, b] = bestOf([{ points: train, k }, { points: test, k }], { ...starts, tolerance }, rng, kernel);
    const strength = (predictionStrength(b.labels, labelsBy(a, test, kernel)) + predictionStrength(a.labels, labelsBy(b, train, kernel))) / 2;
    const pairs = strength >= strengthThreshold ? pairDips({ points: test, centres: a }, { points: train, centres: b }, kernel) : [];
    trials.push({ k, strength, centres: a, pairs, groups: strength >= strengthThreshold ? joined(k, pairs) : new Array(k).fill(0) });
  }
  return trials;
}

export const groupCount = (groups: readonly number[]): number => Math.max(...groups) + 1;

/** The trial whose partition is found again and has the most segments apart; among equals the one with the fewest centres. */
export function mostApart(trials: readonly Trial[]): Trial | undefined {
  return trials
    .filter(({ groups }) => groupCount(groups) >= 2)
    .sort((a, b) => groupCount(b.groups) - groupCount(a.groups) || a.k - b.k)[0];
}

/** Rows of each half below which a segment is not looked into. */
const fewest = 150;
const deepest = 3;

/** Looks inside every segment for smaller ones, by the same rule. Rows keep their half, so no row judges centres that it helped to place. */
export async function refine(halves: Halves, found: Trial, name: string, depth: number, context: Context, kernel: Kernel): Promise<Structure> {
  const { centres, groups } = found;
  const inside: (Structure | undefined)[] = [];
  for (let g = 0; g < groupCount(groups); g++) {
    const part = within(halves, found, g, kernel);
    inside.push(depth < deepest ? await lookInside(part, `${name}/${g}`, depth + 1, context, kernel) : undefined);
    kernel.free(part.train);
    kernel.free(part.test);
  }
  return { centres, groups, inside };
}

async function lookInside(part: Halves, name: string, depth: number, context: Context, kernel: Kernel): Promise<Structure | undefined> {
  const rows = Math.min(part.train.rows, part.test.rows);
  if (rows < fewest) return undefined;
  const best = mostApart(await tryAll(part, range(2, Math.min(6, Math.floor(rows / 50))), name, context, kernel));
  return best && refine(part, best, name, depth, context, kernel);
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
