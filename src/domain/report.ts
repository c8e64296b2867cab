import type { Brief, Lint, Tier } from './brief.js';
import type { Choice } from './choice.js';
import type { Feature } from './feature.js';
import type { EncodedFeature } from './matrix.js';
import type { PredictionStory } from './prediction.js';
import type { Profile } from './profile.js';
import type { SegmentStability, Steadiness } from './segment.js';
import type { SourceAudit, SourceColumn, SourceKind } from './source.js';
import type { SegmentTree } from './tree.js';
import type { Worth } from './value.js';

/** One pass, reproducible. */
export interface Run {
  readonly id: string;
  readonly version: string;
  readonly seed: number;
  readonly inputs: readonly { readonly path: string; readonly bytes: number; readonly fingerprint: string }[];
  readonly asOf: number;
  /** Milliseconds per stage: only in run.json, so that everything else is the same bytes for the same input and seed. */
  readonly timings?: Readonly<Record<string, number>>;
}

/** A feature's distribution over everyone and per segment. */
export interface Distribution {
  readonly feature: string;
  /** Bin edges in raw units (length bins + 1), log-spaced where `log`. */
  readonly edges: readonly number[];
  readonly log: boolean;
  /** Share of entities per bin: everyone first, then one row per segment. */
  readonly everyone: readonly number[];
  readonly segments: readonly (readonly number[])[];
}

/** Everything the report shows. One JSON document, inlined in report.html, and written as segments.json. */
export interface Report {
  readonly title: string;
  readonly run: Run;
  readonly entityWord: { readonly one: string; readonly many: string };
  readonly currency?: string;
  readonly totals: {
    readonly entities: number;
    readonly rows: number;
    readonly orders?: number;
    readonly revenue?: number;
    readonly from?: number;
    readonly to?: number;
  };
  readonly headline: string;
  readonly sources: readonly {
    readonly name: string;
    readonly kind: SourceKind;
    readonly path: string;
    readonly format: string;
    readonly columns: readonly SourceColumn[];
    readonly audit: SourceAudit;
  }[];
  readonly features: readonly (Feature & { readonly encoding?: EncodedFeature })[];
  readonly encodingNotes: readonly string[];
  readonly choice: Choice;
  readonly segments: readonly (Profile & { readonly stability: SegmentStability; readonly brief: Brief })[];
  /** What became of the segments of an earlier run, a sentence each, and the ids that must not be given again. `apart`: it was about others, so none lives on. */
  readonly since?: { readonly run: string; readonly asOf: number; readonly sentences: readonly string[]; readonly retired: readonly string[]; readonly apart?: true };
  /** All segments as one tree of questions, where it was grown. */
  readonly tree?: SegmentTree;
  /** How far the partition comes out again: adjusted Rand index of fits from other starts, and on halves of the rows. */
  readonly steadiness?: Pick<Steadiness, 'seeds' | 'subsamples'>;
  /** What everyone is expected to do next, where it was asked for, and what could not be predicted, a sentence each. */
  readonly predictions?: { readonly targets: readonly PredictionStory[]; readonly skipped: readonly string[] };
  /** What everyone is worth from now on, where it was asked for. */
  readonly worth?: Worth;
  readonly tiers: readonly Tier[];
  readonly lints: readonly Lint[];
  /** A sample of entities on the two directions that part the segments most (linear discriminants; principal components when k = 1). */
  readonly map: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly segment: readonly number[];
    readonly entity: readonly string[];
    readonly method: string;
  };
  /** Features × segments: standardised mean of each. */
  readonly heatmap: { readonly features: readonly string[]; readonly values: readonly (readonly number[])[] };
  readonly distributions: readonly Distribution[];
  /** Hour-of-week counts per segment (7 × 24, Monday first), where the data has clock times. */
  readonly rhythm?: readonly (readonly number[])[];
}
