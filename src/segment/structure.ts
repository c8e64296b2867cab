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

/** Centres and the segment each stands for. */
export interface Structure {
  readonly centres: Centres;
  readonly groups: readonly number[];
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
export async function refine(halves: Halves, found: Structure, name: string, depth: number, context: Context, kernel: Kernel): Promise<Structure> {
  const parts: Structure[] = [];
  for (let g = 0; g < groupCount(found.groups); g++) {
    const inside = within(halves, found, g, kernel);
    const whole = only(found, g);
    if (depth < deepest && Math.min(inside.train.rows, inside.test.rows) >= fewest) {
      const most = Math.min(6, Math.floor(Math.min(inside.train.rows, inside.test.rows) / 50));
      const trials = await tryAll(inside, range(2, most), `${name}/${g}`, context, kernel);
      const best = mostApart(trials);
      parts.push(best ? await refine(inside, best, `${name}/${g}`, depth + 1, context, kernel) : whole);
    } else parts.push(whole);
    kernel.free(inside.train);
    kernel.free(inside.test);
  }
  return together(parts);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function labelsBy(centres: Centres | ClusterResult, points: Points, kernel: Kernel): Int32Array {
  const labels = new Int32Array(points.rows);
  kernel.assign(points, centres, labels);
  return labels;
}

function within({ train, test }: Halves, { centres, groups }: Structure, group: number, kernel: Kernel): Halves {
  const part = (points: Points) => {
    const labels = labelsBy(centres, points, kernel);
    return gather(points, Int32Array.from(labels.keys()).filter((i) => groups[labels[i]] === group), kernel);
  };
  return { train: part(train), test: part(test) };
}

/** The centres of one group, as a structure of one segment. */
function only({ centres: { d, values }, groups }: Structure, group: number): Structure {
  const own = groups.flatMap((g, c) => (g === group ? [c] : []));
  return {
    centres: { k: own.length, d, values: Float64Array.from(own.flatMap((c) => Array.from(values.subarray(c * d, (c + 1) * d)))) },
    groups: own.map(() => 0),
  };
}

function together(parts: readonly Structure[]): Structure {
  const groups: number[] = [];
  for (const part of parts) {
    const first = groups.length === 0 ? 0 : groupCount(groups);
    groups.push(...part.groups.map((g) => first + g));
  }
  const values = Float64Array.from(parts.flatMap((part) => Array.from(part.centres.values)));
  return { centres: { k: groups.length, d: parts[0].centres.d, values }, groups };
}
