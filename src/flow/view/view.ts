import type { Context } from '../../context.js';
import type {
  Colours, EntityAnswer, ExportAsk, Exported, ExportFormat, Group, GroupComparison, LevelsAnswer, MapPoints, OverlapAnswer, Page, PageAsk, RowBits, SearchAnswer, SegmentAnswer, Timeline, TimelineAsk, WhatIf,
} from '../../domain/answer.js';
import type { Distribution, Report } from '../../domain/report.js';
import type { SegmentModel } from '../../domain/segment.js';
import { ShoalError } from '../../errors.js';

/**
 * Everything one can ask of a finished run. Answers are plain data that a message port can carry (see `domain/answer`); typed arrays are the caller's own.
 * Files of the run are read when they are needed and never written. Close it when done.
 */
export interface RunView {
  readonly report: Report;
  readonly model: SegmentModel;
  /** How many entities there are; each has a row from 0, in the order of their ids. */
  readonly entities: number;
  /** When the data ends, and how old it was when asked (days; by the context's clock). Absent where the data has no times. */
  freshness(): { readonly asOf: number; readonly days: number } | undefined;

  /** Everyone on the axes of the report's map. */
  map(): Promise<MapPoints>;
  /** A feature as colours of the map, in at most `bins` (2–32, by default 8) quantile bins. @throws `explain/unknown-feature` */
  colours(feature: string, bins?: number): Promise<Colours>;
  /** Raw values of a feature, one per row, NaN = missing. @throws `explain/unknown-feature` */
  column(feature: string): Promise<Float64Array>;
  /** Segment of everyone (−1 = outlier), and how firmly, 0–1. */
  membership(): Promise<{ readonly segment: Int16Array; readonly strength: Float32Array; readonly second: Int16Array; readonly tier: Int8Array }>;
  /** A group as bits. @throws `explain/unknown-segment` */
  bits(group: Group): Promise<RowBits>;

  /** Entities whose id holds the text, whatever its case: those that are it first, then those that begin with it. `limit` ≤ 100, by default 20. */
  search(text: string, limit?: number): Promise<SearchAnswer>;
  /** Part of a list of entities. @throws `explain/unknown-feature`, `explain/unknown-segment` */
  page(ask: PageAsk): Promise<Page>;
  /** All about one entity. @throws `explain/unknown-entity` */
  entity(id: string): Promise<EntityAnswer>;
  /** What happened to one entity, newest first, over all sources with times. @throws `explain/unknown-entity` */
  timeline(id: string, ask?: TimelineAsk): Promise<Timeline>;

  /** Figures of one segment beside its profile. @throws `explain/unknown-segment` */
  segment(segment: number): Promise<SegmentAnswer>;
  /** How any feature is spread over everyone and per segment, of all rows. @throws `explain/unknown-feature` */
  distribution(feature: string): Promise<Distribution>;
  /** How far any groups share members. @throws `explain/unknown-segment` */
  overlap(groups: readonly Group[]): Promise<OverlapAnswer>;
  /** What sets two groups apart, at most `limit` features (by default 20), the largest effects first. @throws `explain/unknown-segment` */
  compare(a: Group, b: Group, limit?: number): Promise<GroupComparison>;

  /** Everyone parted into k (2–12) instead, by the run's own matrix; kept once computed. Seconds for a million. @throws `segment/bad-k` */
  whatIf(k: number): Promise<WhatIf>;
  /** Named segments within segments at each of `ks` (2–50; by default the run's number and three times as many); kept once computed. @throws `segment/bad-k` */
  levels(ks?: readonly number[]): Promise<LevelsAnswer>;

  /** Writes something to a file at `path`, streamed. In CSV no cell can be taken for a formula by a spreadsheet. @throws `run/write-failed` */
  export(ask: ExportAsk, format: ExportFormat, path: string): Promise<Exported>;
  close(): Promise<void>;
}

/** Opens a run that `discover` wrote into a folder. @throws `explain/no-run` */
export async function openView(folder: string, context: Context): Promise<RunView> {
  context.progress({ stage: 'view', note: folder });
  throw new ShoalError('explain/no-run', { folder });
}
