import type { Context } from '../../context.js';
import type {
  Changes, Colours, EntityAnswer, ExportAsk, Exported, ExportFormat, Group, GroupComparison, GroupFigures, LevelsAnswer, MapPoints, OverlapAnswer, Page, PageAsk, RowBits, SearchAnswer, SegmentAnswer,
  Timeline, TimelineAsk, WhatIf,
} from '../../domain/answer.js';
import type { Comparison } from '../../domain/comparison.js';
import type { Distribution, Report } from '../../domain/report.js';
import type { SegmentModel } from '../../domain/segment.js';
import type { SegmentTree } from '../../domain/tree.js';
import type { Ground } from '../../segment/rules/ground.js';
import { changes } from './changes.js';
import { colours } from './colours.js';
import { compare } from './compare.js';
import { distribution } from './distribution.js';
import { entity, rowOf } from './entity.js';
import { exportTo } from './export.js';
import { groundOf } from './ground.js';
import { bitsOf, figures } from './groups.js';
import { bytesOf, columnOf, type Held, hold, type ViewLimits } from './held.js';
import { levels } from './levels.js';
import { mapPoints } from './map.js';
import { overlap } from './overlap.js';
import { page, search } from './page.js';
import { ready } from './ready.js';
import { segment } from './segment.js';
import { timeline } from './timeline.js';
import { tree } from './tree.js';
import { usual } from './usual.js';
import { versus } from './versus.js';
import { whatIf } from './what-if.js';

/**
 * Everything one can ask of a finished run. Answers are plain data that a message port can carry (see `domain/answer`); typed arrays are the caller's own.
 * Files of the run are read when they are needed and never written. Close it when done.
 */
export interface RunView {
  readonly report: Report;
  readonly model: SegmentModel;
  /** How many entities there are; each has a row from 0, in the order of their ids. */
  readonly entities: number;
  /** About how much memory it may come to hold, the engine's included. */
  readonly bytes: number;
  /** When the data ends, and how old it is now by the context's clock. Absent where the data has no times. */
  freshness(): { readonly asOf: number; readonly days: number } | undefined;

  /** Everyone on the axes of the report's map. */
  map(): Promise<MapPoints>;
  /** A feature as colours of the map, in at most `bins` (2–32, by default 8) quantile bins. @throws `explain/unknown-feature` */
  colours(feature: string, bins?: number): Promise<Colours>;
  /** Raw values of a feature, one per row, NaN = missing. @throws `explain/unknown-feature` */
  column(feature: string): Promise<Float64Array>;
  /** Where nearly all values of each feature lie (5th to 95th percentile) and the typical one (median; mean of shares and flags), in the order of the features; 0 where nothing is known. */
  ranges(): readonly { readonly low: number; readonly median: number; readonly high: number }[];
  /** Segment of everyone (−1 = outlier), how firmly (0–1), the nearest other segment, and the tier (−1 = none). */
  membership(): Promise<{ readonly segment: Int16Array; readonly strength: Float32Array; readonly second: Int16Array; readonly tier: Int8Array }>;
  /** A group as bits. @throws `explain/unknown-segment`, `explain/unknown-tier` */
  bits(group: Group): Promise<RowBits>;
  /** How many a group has and what they are worth. @throws `explain/unknown-segment`, `explain/unknown-tier` */
  figures(group: Group): Promise<GroupFigures>;

  /** Entities whose id holds the text, A–Z as a–z: those that are it first, then those that begin with it. `limit` ≤ 100, by default 20. */
  search(text: string, limit?: number): Promise<SearchAnswer>;
  /** Part of a list of entities. @throws `explain/unknown-feature`, `explain/unknown-segment` */
  page(ask: PageAsk): Promise<Page>;
  /** The row of an entity. @throws `explain/unknown-entity` */
  rowOf(id: string): number;
  /** All about one entity. @throws `explain/unknown-entity` */
  entity(id: string): Promise<EntityAnswer>;
  /** What happened to one entity, newest first, over all sources with times; none where the run kept no sources. @throws `explain/unknown-entity` */
  timeline(id: string, ask?: TimelineAsk): Promise<Timeline>;

  /** Figures of one segment beside its profile. @throws `explain/unknown-segment` */
  segment(segment: number): Promise<SegmentAnswer>;
  /** How any feature is spread over everyone and per segment, of all rows. @throws `explain/unknown-feature` */
  distribution(feature: string): Promise<Distribution>;
  /** How far any groups share members. @throws `explain/unknown-segment` */
  overlap(groups: readonly Group[]): Promise<OverlapAnswer>;
  /** What sets two groups apart, at most `limit` features (by default 20), most telling first. @throws `explain/unknown-segment` */
  compare(a: Group, b: Group, limit?: number): Promise<GroupComparison>;

  /** Everyone parted into k (2–50; by default 6, or 5 where the run has 6) by k-means instead; kept once computed, the default with the run. @throws `config/invalid` */
  whatIf(k?: number): Promise<WhatIf>;
  /** Named segments within segments at each of `ks` (2–50; by default the run's number and three times as many); kept once computed, the default with the run. @throws `config/invalid` */
  levels(ks?: readonly number[]): Promise<LevelsAnswer>;
  /** All segments as yes/no questions; with a number, at most so many leaves. Undefined where nobody is in a segment. */
  tree(leaves?: number): Promise<SegmentTree | undefined>;

  /** Who is in another segment than in an earlier run, and why. @throws `explain/no-run` */
  changesSince(earlier: string): Promise<Changes>;
  /** This run and another side by side, as `compareRuns` has them, `names` being theirs. @throws `explain/no-run`, `segment/nothing-in-common` */
  versus(other: string, names: readonly [string, string]): Promise<Comparison>;
  /** What rules are evaluated on; `named`: names that segments bear now, by lasting id. Its columns are shared: not to be changed. Stays in this process. */
  ground(named?: Readonly<Record<string, string>>): Promise<Ground>;
  /** Writes something to a file at `path`, streamed. In CSV no cell can be taken for a formula by a spreadsheet. @throws `run/write-failed` */
  export(ask: ExportAsk, format: ExportFormat, path: string): Promise<Exported>;
  /** `whatIf` and `levels` by default, as far as they need not be worked out: the run kept them, or they were asked for before. */
  usual(): Promise<{ readonly whatIf?: WhatIf; readonly levels?: LevelsAnswer }>;
  /** Does beforehand, once, what first questions would wait for, in short pieces between others; nothing needs it. Answers once it is done. @throws `run/aborted` */
  ready(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export type { ViewLimits } from './held.js';

/** Opens a run that `discover` wrote into a folder: at once where it was written with `workspace`, else after reading it whole. @throws `explain/no-run` */
export async function openView(folder: string, context: Context, limits?: ViewLimits): Promise<RunView> {
  const held = await hold(folder, context, limits);
  const { report, model, rows, asOf } = held;
  let readied: Promise<void> | undefined;
  /** Something done with another run as well. */
  const beside = async <T>(other: string, work: (opened: Held) => T | Promise<T>): Promise<T> => {
    const opened = await hold(other, context, limits);
    try {
      return await work(opened);
    } finally {
      await opened.close();
    }
  };
  return {
    report, model, entities: rows, bytes: bytesOf(held),
    freshness: () => (asOf > 0 ? { asOf, days: Math.max(0, Math.floor((context.clock() - asOf) / 86_400_000)) } : undefined),
    map: async () => mapPoints(held),
    colours: async (feature, bins) => colours(held, feature, bins),
    column: async (feature) => columnOf(held, feature).slice(),
    ranges: () => held.range.map(([, low, high], j) => ({ low: low || 0, median: held.typical[j] || 0, high: high || 0 })),
    membership: async () => ({ segment: held.segment.slice(), strength: held.strength.slice(), second: held.second.slice(), tier: held.tier.slice() }),
    bits: async (group) => bitsOf(held, group),
    figures: async (group) => figures(held, group),
    search: async (text, limit) => search(held, text, limit),
    page: async (ask) => page(held, ask),
    rowOf: (id) => rowOf(held, id),
    entity: async (id) => entity(held, id),
    timeline: (id, ask) => timeline(held, id, ask),
    segment: async (asked) => segment(held, asked),
    distribution: async (feature) => distribution(held, feature),
    overlap: async (groups) => overlap(held, groups),
    compare: async (a, b, limit) => compare(held, a, b, limit),
    whatIf: async (k) => whatIf(held, k),
    levels: async (ks) => levels(held, ks),
    tree: (leaves) => tree(held, leaves),
    changesSince: (earlier) => beside(earlier, (before) => changes(before, held)),
    versus: (other, names) => beside(other, (second) => versus(held, second, names)),
    ground: (named) => groundOf(held, named),
    export: (ask, format, path) => exportTo(held, ask, format, path),
    usual: () => usual(held),
    ready: (signal) => (readied ??= ready(held, { signal: signal ? AbortSignal.any([signal, context.signal]) : context.signal }).catch((error) => {
      readied = undefined;
      throw error;
    })),
    close: () => held.close(),
  };
}
