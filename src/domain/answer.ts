import type { FeatureKind } from './feature.js';
import type { Explanation } from './profile.js';
import type { LevelSegment } from './segment.js';
import type { SourceKind } from './source.js';

// What a finished run answers, as plain data: numbers, strings, arrays and typed arrays, nothing that a message port cannot carry.
// Everyone has a row: its position in the order of the run's entities, from 0. Missing numbers are null, or NaN inside typed arrays.

/** Rows as bits: row i is in where bit i % 32 of word i >> 5 is set. As long as everyone: ⌈rows / 32⌉ words, the bits behind the last row 0. */
export type RowBits = Uint32Array;

/** Some of everyone, by what puts them there. Segment −1: outliers. */
export type Group =
  | { readonly kind: 'everyone' }
  | { readonly kind: 'segment'; readonly segment: number }
  | { readonly kind: 'tier'; readonly tier: number }
  | { readonly kind: 'rows'; readonly name: string; readonly bits: RowBits };

/** How many a group has and what they are worth; the latter where the data has money spent. */
export interface GroupFigures {
  readonly entities: number;
  readonly share: number;
  readonly revenue?: number;
  readonly revenueShare?: number;
}

/** Everyone on the two axes of the report's map: one point per row. */
export interface MapPoints {
  readonly rows: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** −1: outlier. */
  readonly segment: Int16Array;
  readonly bounds: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** What the axes are: 'linear discriminants' … */
  readonly method: string;
}

/** One feature as colours of a map: each row's bin (quantiles over everyone, as far as values differ), 255 = missing. */
export interface Colours {
  readonly feature: string;
  readonly title: string;
  readonly bins: Uint8Array;
  /** Raw units, ascending, one more than there are bins: bin b holds values in [edges[b], edges[b + 1]), the last its upper edge too. */
  readonly edges: readonly number[];
  /** One per bin, as a person reads it: "£12 to £40". */
  readonly legend: readonly string[];
  /** Rows per bin. */
  readonly counts: readonly number[];
  readonly missing: number;
}

/** Somebody, as listed anywhere. */
export interface EntityHit {
  readonly row: number;
  readonly entity: string;
  readonly segment: number;
}

export interface SearchAnswer {
  /** How many there are; more than `hits` where the list is cut. */
  readonly total: number;
  readonly hits: readonly EntityHit[];
}

/** What a list of entities is asked for. */
export interface PageAsk {
  /** Everyone by default. */
  readonly of?: Group;
  /** From 0. */
  readonly offset?: number;
  /** At most 1,000; 50 by default. */
  readonly limit?: number;
  /** A feature's name, 'strength' or 'entity'; missing values come last either way. By default the order of the rows. */
  readonly sort?: { readonly by: string; readonly descending?: boolean };
  /** Features to show; by default the ones that tell segments apart most. */
  readonly columns?: readonly string[];
}

export interface ColumnHead {
  readonly feature: string;
  readonly title: string;
  readonly kind: FeatureKind;
}

/** A value as it is and as it is read. */
export interface Shown {
  readonly value: number | null;
  readonly text: string;
}

/** Part of a list, with its whole count: both of the same set of rows. */
export interface Page {
  readonly total: number;
  readonly offset: number;
  readonly columns: readonly ColumnHead[];
  readonly rows: readonly (EntityHit & { readonly strength: number; readonly tier: number; readonly values: readonly Shown[] })[];
}

/** One feature of one entity, and where it stands. */
export interface EntityFeature extends ColumnHead, Shown {
  /** Share of everyone (and of the own segment) with a lower value, those with the same counting half: 0–1; null where missing. */
  readonly percentile: number | null;
  readonly percentileInSegment: number | null;
  /** Whether it took part in making the segments. */
  readonly usedToSegment: boolean;
}

/** All that is known of one entity. */
export interface EntityAnswer extends EntityHit {
  /** Lasting id and name of its segment; absent for outliers. */
  readonly segmentId?: string;
  readonly segmentName?: string;
  /** 0 on the border, near 1 at the core. */
  readonly strength: number;
  /** Index into the report's tiers, −1 = none. */
  readonly tier: number;
  readonly explanation: Explanation;
  /** In the table's order. */
  readonly features: readonly EntityFeature[];
  /** The other segments, nearest first: distance to its middle as a multiple of the distance to the own one's (to the nearest one's for outliers). */
  readonly alternatives: readonly { readonly segment: number; readonly segmentName: string; readonly times: number }[];
  /** Nearest rows in the space the segments were made in, nearest first, distances in standard deviations there. */
  readonly similar: readonly (EntityHit & { readonly distance: number })[];
  readonly place: { readonly x: number; readonly y: number };
}

/** Something that happened to one entity: a row of a source, or an order with all its lines. */
export interface TimelineEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly source: string;
  readonly kind: SourceKind;
  /** Short: "Order 536365: 3 × White hanging heart, 6 × Lantern". */
  readonly words: string;
  readonly amount?: number;
  readonly amountText?: string;
}

export interface TimelineAsk {
  /** Only what this source tells; all of them by default. */
  readonly source?: string;
  /** Only what happened before this instant, ms. */
  readonly before?: number;
  /** From 0, newest first. */
  readonly offset?: number;
  /** At most 500; 50 by default. */
  readonly limit?: number;
}

export interface Timeline {
  readonly entity: string;
  /** Sources that say when something happened, whichever was asked for. */
  readonly sources: readonly { readonly name: string; readonly kind: SourceKind }[];
  /** How many there are before `before`. */
  readonly total: number;
  readonly events: readonly TimelineEvent[];
}

/** Figures of one segment beside its profile in the report. */
export interface SegmentAnswer {
  readonly segment: number;
  readonly entities: number;
  /** Members by strength, in ten equal bins from 0 to 1. */
  readonly strength: readonly number[];
  /** Whom the members would be with otherwise: members per nearest other segment, most first. */
  readonly nextNearest: readonly { readonly segment: number; readonly entities: number }[];
  /** Members per tier, in the report's order, and those in none. */
  readonly tiers: readonly number[];
  readonly noTier: number;
}

/** How far groups of rows share members: matrices are square, row-major, in the order asked. */
export interface OverlapAnswer {
  readonly names: readonly string[];
  readonly sizes: readonly number[];
  /** |A ∩ B|. */
  readonly both: readonly (readonly number[])[];
  /** |A ∩ B| / |A ∪ B|; 0 where both are empty. */
  readonly jaccard: readonly (readonly number[])[];
}

/** What differs between two groups, most first. */
export interface GroupComparison {
  readonly names: readonly [string, string];
  readonly sizes: readonly [number, number];
  readonly features: readonly {
    readonly feature: string;
    readonly title: string;
    /** Typical values (median; mean of shares and flags), raw and as read. */
    readonly a: Shown;
    readonly b: Shown;
    /** Cohen's d of a against b on the scale the segments were made on, with its 95 % interval. */
    readonly effect: number;
    readonly interval: readonly [number, number];
    /** Cliff's delta, −1…1. */
    readonly cliff: number;
  }[];
}

/** Another number of segments, and what becomes of the run's. */
export interface WhatIf {
  readonly k: number;
  readonly segments: readonly LevelSegment[];
  /** Adjusted Rand index with the run's segments: 1 = the same. */
  readonly agreement: number;
  /** Mean silhouette of a sample; prediction strength where the run looked at this k. */
  readonly silhouette: number;
  readonly predictionStrength?: number;
  /** How many go from each of the run's segments (−1: outliers) to each new one; only those with somebody, largest first. */
  readonly flows: readonly { readonly from: number; readonly to: number; readonly entities: number }[];
}

/** Segments within segments, from one dendrogram of everyone. */
export interface LevelsAnswer {
  readonly levels: readonly (readonly LevelSegment[])[];
  /**
   * The dendrogram above the finest level: merge i joins nodes `merges[2i]` and `merges[2i + 1]` at `heights[i]` into node (number of finest groups) + i. Nodes below
   * that number are the finest groups.
   */
  readonly tree: { readonly merges: readonly number[]; readonly heights: readonly number[] };
  /** For each finest group the segment of the run that most of it is in (−1: in none), and how much of it. */
  readonly homes?: readonly { readonly segment: number; readonly share: number }[];
  /** Correlation with the exact dendrogram of a sample; absent where it is exact. */
  readonly agreement?: number;
}

/** What can be written to a file. `columns`: features, all of them by default; `sort`: as of a page. */
export type ExportAsk =
  | { readonly what: 'memberships'; readonly of?: Group }
  | { readonly what: 'features'; readonly of?: Group; readonly columns?: readonly string[]; readonly sort?: PageAsk['sort'] }
  | { readonly what: 'members'; readonly of: Group; readonly columns?: readonly string[]; readonly sort?: PageAsk['sort'] }
  | { readonly what: 'list'; readonly columns: readonly string[]; readonly rows: readonly (readonly (string | number | boolean | null)[])[] };

export type ExportFormat = 'csv' | 'parquet' | 'json' | 'ndjson';

export interface Exported {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly mediaType: string;
}

/** Who changed segment between two runs, as columns of equal length: one entry per entity that left one segment and entered another (or none). */
export interface Changes {
  readonly from: readonly { readonly id: string; readonly name: string }[];
  readonly to: readonly { readonly id: string; readonly name: string }[];
  readonly entity: readonly string[];
  /** Index into `from` and `to`; −1: in no segment (an outlier, or not there). */
  readonly left: Int16Array;
  readonly entered: Int16Array;
  /** Position in `reasons`, the same reason being kept once. */
  readonly reason: Int32Array;
  /** Short: "last order 12 → 97 days ago; 4 → 1 orders". */
  readonly reasons: readonly string[];
}

/** One segment over several runs, oldest first; null where it was not there. */
export interface SegmentTrend {
  readonly id: string;
  readonly name: string;
  readonly entities: readonly (number | null)[];
  readonly share: readonly (number | null)[];
  readonly revenue: readonly (number | null)[];
}

export interface Trend {
  readonly runs: readonly { readonly id: string; readonly asOf: number; readonly entities: number }[];
  readonly segments: readonly SegmentTrend[];
}
