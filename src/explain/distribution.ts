import type { Feature } from '../domain/feature.js';
import type { Distribution, Report } from '../domain/report.js';
import { gather, gatherInts } from '../util/gather.js';
import type { Contrast } from './contrast.js';
import type { Subject } from './subject.js';
import { salience } from './traits.js';

const bins = 24;

/** The features that part the segments most, at most `limit`, in the table's order: what the heatmap and the distributions show. */
export function tellingFeatures(found: Contrast, limit = 30): number[] {
  const strongest = found.features.map((_, j) => Math.max(...Array.from({ length: found.k }, (_, s) => salience(found, s, j))));
  return found.features.map((_, j) => j)
    .filter((j) => Number.isFinite(found.typical[j]))
    .sort((a, b) => strongest[b] - strongest[a] || a - b)
    .slice(0, limit)
    .sort((a, b) => a - b);
}

/** Features × segments: standardised means, two decimals. */
export function heatmap(found: Contrast, shown: readonly number[] = tellingFeatures(found)): Report['heatmap'] {
  return {
    features: shown.map((j) => found.features[j].name),
    values: shown.map((j) => Array.from({ length: found.k }, (_, s) => Math.round(found.standardised[s * found.features.length + j] * 100) / 100)),
  };
}

/** How each feature is spread over everyone and per segment: shares of the known values per bin; what lies outside the edges is in the end bins. */
export function distributions(subject: Pick<Subject, 'table' | 'assignment'>, found: Pick<Contrast, 'k' | 'features' | 'range' | 'sample'>, shown: readonly number[]): Distribution[] {
  const { rows, weights } = found.sample;
  const labels = gatherInts(subject.assignment.labels, rows);
  return shown.map((j) => {
    const values = gather(subject.table.columns[j], rows);
    const { edges, log } = edgesOf(found.features[j], values, found.range[j]);
    const everyone = new Array<number>(edges.length - 1).fill(0);
    const segments = Array.from({ length: found.k }, () => everyone.slice());
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) continue;
      const bin = binOf(edges, values[i]);
      everyone[bin] += weights[i];
      if (labels[i] >= 0) segments[labels[i]][bin] += weights[i];
    }
    return { feature: found.features[j].name, edges, log, everyone: shares(everyone), segments: segments.map(shares) };
  });
}

function shares(counts: readonly number[]): number[] {
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.map((c) => (total > 0 ? Math.round((c / total) * 1e5) / 1e5 : 0));
}

function edgesOf(feature: Feature, values: Float64Array, range: readonly [number, number, number, number]): { edges: number[]; log: boolean } {
  const even = (low: number, high: number, n: number) => Array.from({ length: n + 1 }, (_, i) => low + ((high - low) * i) / n);
  if (feature.kind === 'flag') return { edges: [0, 0.5, 1], log: false };
  if (feature.kind === 'hour') return { edges: even(0, 24, bins), log: false };
  let whole = true, least = Infinity;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    whole &&= Number.isInteger(value);
    if (value < least) least = value;
  }
  const [low, , , high] = range;
  if (feature.kind === 'share') return { edges: even(0, Math.max(0.05, Math.ceil(Math.min(1, high) * 20) / 20), 20), log: false };
  if (whole && high - low < bins) return { edges: even(low - 0.5, Math.max(high, low + 1) + 0.5, Math.max(high, low + 1) - low + 1), log: false };
  if (!(high > low)) return { edges: [low - 0.5, low + 0.5], log: false };
  const log = least >= 0 && high > 12 * Math.max(low, high / 1000, whole ? 1 : 0);
  if (!log) return { edges: even(low, high, bins).map(tidy), log };
  const floor = Math.max(low, high / 5000, whole ? 1 : 0);
  const spaced = even(Math.log(floor), Math.log(high), bins).map((x) => tidy(Math.exp(x)));
  // Between two whole numbers there is nothing: a bin there would look like a gap.
  if (whole) return { edges: [...new Set([low, ...spaced.map((x) => Math.ceil(x)), Math.floor(high) + 1])].filter((x) => x >= low).sort((a, b) => a - b).map((x) => x - 0.5), log };
  return { edges: low < floor ? [0, ...spaced] : spaced, log };
}

const tidy = (x: number) => Number(x.toPrecision(6));

function binOf(edges: readonly number[], value: number): number {
  let low = 0, high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle] <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
