import type { Feature } from '../../../src/domain/feature.js';
import type { Report } from '../../../src/domain/report.js';

export interface HeatRow {
  readonly name: string;
  readonly title: string;
  readonly family: string;
  /** By segment index. */
  readonly values: readonly number[];
  /** 0 for the feature that parts the segments most. */
  readonly rank: number;
}

interface Weighted {
  readonly index: number;
  readonly share: number;
}

/** The heatmap's rows, by how much each parts the segments (the variance of its means, weighted by size), or family by family. */
export function heatRows(heatmap: Report['heatmap'], features: readonly Feature[], segments: readonly Weighted[], byFamily: boolean): HeatRow[] {
  const known = new Map(features.map((f) => [f.name, f]));
  const ranked = heatmap.features
    .map((name, i) => ({ name, title: known.get(name)?.title ?? name, family: known.get(name)?.family ?? '', values: heatmap.values[i] ?? [] }))
    .map((row) => ({ ...row, separation: separation(row.values, segments) }))
    .sort((a, b) => b.separation - a.separation)
    .map(({ separation: _, ...row }, rank) => ({ ...row, rank }));
  if (!byFamily) return ranked;
  const order = [...new Set(ranked.map((row) => row.family))];
  return order.flatMap((family) => ranked.filter((row) => row.family === family));
}

function separation(values: readonly number[], segments: readonly Weighted[]): number {
  const known = segments.filter((s) => Number.isFinite(values[s.index]));
  const total = known.reduce((sum, s) => sum + s.share, 0) || 1;
  const mean = known.reduce((sum, s) => sum + s.share * values[s.index], 0) / total;
  return known.reduce((sum, s) => sum + s.share * (values[s.index] - mean) ** 2, 0) / total;
}
