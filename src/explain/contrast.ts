import type { Context } from '../context.js';
import type { Feature } from '../domain/feature.js';
import type { EncodedFeature } from '../domain/matrix.js';
import { benjaminiHochberg } from '../util/benjamini-hochberg.js';
import { gather, gatherInts } from '../util/gather.js';
import { type Sample, stratifiedSample } from '../util/stratified-sample.js';
import { type Column, column, percentile } from './column.js';
import { effects } from './effect.js';
import { ranks } from './ranks.js';
import { segmentCount, segmentSizes, type Subject } from './subject.js';
import { hourMeans, means, medians, type Typical } from './typical.js';

/** Beyond this many rows effects and medians come from a stratified sample; counts and sums never do. */
const sampleLimit = 40_000;
const leastPerSegment = 1_000;

/**
 * Every segment against everyone else, on every feature. Arrays are row-major, segments × features (features in the table's order).
 * Typical values are medians in raw units; means for shares and flags, and where both medians are equal; the circular mean for hours.
 */
export interface Contrast {
  readonly k: number;
  readonly features: readonly Feature[];
  /** How each feature entered the segments; undefined where it took no part. */
  readonly encoded: readonly (EncodedFeature | undefined)[];
  /** Rows per segment, exact. */
  readonly sizes: Int32Array;
  readonly sample: Sample;
  readonly here: Float64Array;
  readonly elsewhere: Float64Array;
  /** Cohen's d with its 95 % interval. */
  readonly effect: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly cliff: Float64Array;
  /** Benjamini–Hochberg adjusted over all tested pairs; NaN where the feature helped to make the segments. */
  readonly p: Float64Array;
  /** (mean here − mean of all) / sd of all: the heatmap. */
  readonly standardised: Float64Array;
  /** Per feature: typical value over everyone, and the 1st, 5th, 95th and 99th percentile, raw. */
  readonly typical: Float64Array;
  readonly range: readonly (readonly [number, number, number, number])[];
}

/**
 * Measures what sets each segment apart. p-values are given only for features that did not make the segments: for the others they
 * would be circular, as they would for what is foretold from the same past. O(features × rows log rows) on at most ~40,000 rows. With `among`, a sample of some rows, everyone is those.
 */
export function contrast(subject: Subject, context: Pick<Context, 'rng'>, among?: Sample): Contrast {
  const { table, matrix, assignment } = subject;
  const { features } = table;
  const k = segmentCount(subject);
  const sample = among ?? stratifiedSample(assignment.labels, k, sampleLimit, leastPerSegment, context.rng('explain/sample'));
  const labels = gatherInts(assignment.labels, sample.rows);
  const byName = new Map(matrix.encoder.features.map((f) => [f.name, f]));
  const encoded = features.map((f) => usable(byName.get(f.name)));
  const blank = () => new Float64Array(k * features.length);
  const made = { here: blank(), elsewhere: blank(), effect: blank(), low: blank(), high: blank(), cliff: blank(), p: blank(), standardised: blank() };
  const typical = new Float64Array(features.length);
  const range = features.map((feature, j) => {
    const one = column(gather(table.columns[j], sample.rows), labels, sample.weights, k);
    const ends = [percentile(one, 0.01), percentile(one, 0.05), percentile(one, 0.95), percentile(one, 0.99)] as const;
    const found = effects(one, encoded[j] ?? ownScale(feature, ends));
    const { cliff, p } = ranks(one);
    const usual = typicalOf(feature, one, found.d);
    typical[j] = usual.all;
    for (let s = 0; s < k; s++) {
      const at = s * features.length + j;
      made.here[at] = usual.here[s];
      made.elsewhere[at] = usual.elsewhere[s];
      made.effect[at] = found.d[s];
      made.low[at] = found.low[s];
      made.high[at] = found.high[s];
      made.standardised[at] = found.standardised[s];
      made.cliff[at] = cliff[s];
      made.p[at] = encoded[j] || features[j].family === 'prediction' ? Number.NaN : p[s];
    }
    return ends;
  });
  return { k, features, encoded, sizes: segmentSizes(assignment.labels, k), sample, ...made, p: benjaminiHochberg(made.p), typical, range };
}

const usable = (encoded: EncodedFeature | undefined) => (encoded && encoded.scale !== 0 && encoded.weight > 0 ? encoded : undefined);

/** For a feature that was not encoded: winsorised at the 1st and 99th percentile, logged where it is positive and long-tailed. */
function ownScale(feature: Feature, [low, , , high]: readonly [number, number, number, number]) {
  const longTailed = low >= 0 && high > 20 * Math.max(1, low) && feature.kind !== 'share' && feature.kind !== 'hour';
  return { transform: longTailed ? 'log1p' : 'none', low: feature.kind === 'flag' ? 0 : low, high: feature.kind === 'flag' ? 1 : high, fill: Number.NaN } as const;
}

function typicalOf(feature: Feature, one: Column, effect: Float64Array): Typical {
  if (feature.kind === 'hour') return hourMeans(one);
  if (feature.kind === 'share' || feature.kind === 'flag') return means(one);
  const usual = medians(one);
  let average: Typical | undefined;
  for (let s = 0; s < one.k; s++) {
    if (usual.here[s] !== usual.elsewhere[s] || Math.abs(effect[s]) < 0.2) continue;
    average ??= means(one); // equal medians hide the difference that the effect shows
    usual.here[s] = average.here[s];
    usual.elsewhere[s] = average.elsewhere[s];
  }
  return usual;
}
