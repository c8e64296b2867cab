import type { Identifier, Scalar } from './event.js';
import type { Feature } from './feature.js';
import type { Rule } from './rule.js';

/** A segment that is kept true to the moment: what the journal holds of it. A new version serves once it has been worked out from the history. */
export interface LiveDefinition {
  /** The lasting id of the segment. */
  readonly segment: string;
  readonly name: string;
  /** From 1. */
  readonly version: number;
  readonly rule: Rule;
  /** The model, by its content, whose features and found segments the rule asks. A found segment itself is the rule `{ kind: 'segment', segment: <itself> }`. */
  readonly model?: string;
  /** The types that the columns in the rule had when it was written, by source and column: what it means does not change when other values come. */
  readonly types?: Readonly<Record<string, Readonly<Record<string, 'number' | 'text' | 'flag' | 'time'>>>>;
}

/** Whether a definition is that of a found segment: it asks for nothing but itself. */
export const isFound = ({ segment, rule }: Pick<LiveDefinition, 'segment' | 'rule'>): boolean => 'kind' in rule && rule.kind === 'segment' && rule.segment === segment;

/** A live segment as it stands. */
export interface LiveSegment extends LiveDefinition {
  /** `live`; `backfilling`: the version before serves (members of none, where it is the first); `failed`: it cannot be evaluated, and says why. */
  readonly state: 'live' | 'backfilling' | 'failed';
  /** Of a backfill, 0 to 1. */
  readonly progress?: number;
  readonly problem?: string;
  readonly members: number;
  readonly words: string;
}

/** Somebody entered or left a live segment: exactly one per real transition. */
export interface Change {
  /** From 1, without gaps, the same whenever the journal is replayed: what a reader of changes remembers. */
  readonly n: number;
  /** The public id of the entity at that time (see `LiveEntity.id`). */
  readonly entity: string;
  readonly segment: string;
  readonly version: number;
  readonly direction: 'entered' | 'left';
  /** The exact instant from which it holds, ms: of the event, or of the end of a window. */
  readonly at: number;
  /** The journal's record after which it was seen; the same as the change before where time alone passed. */
  readonly seq: number;
  /** Why, as a short sentence. */
  readonly reason: string;
  /** Of this entity, from 1: who receives an older one later can drop it. */
  readonly sequence: number;
}

/** How many entered and left a segment in a window, in the hours in which anybody did, and who did last. */
export interface CameAndWent {
  /** The beginning of an hour, ms: the window is from there to now. */
  readonly since: number;
  readonly entered: number;
  readonly left: number;
  /** Oldest first; `at` is the beginning of the hour. */
  readonly hours: readonly { readonly at: number; readonly entered: number; readonly left: number }[];
  /** Newest first, whenever they were. */
  readonly last: readonly Change[];
}

/** An entity in a segment now. */
export interface LiveMembership {
  readonly segment: string;
  readonly name: string;
  /** ms. */
  readonly since: number;
  /** The instant at which it leaves if nothing more happens, ms; absent where no time alone would change it. */
  readonly until?: number;
  readonly reason: string;
  /** Of a found segment, 0–1. */
  readonly strength?: number;
}

/** Everything that is known of an entity at this moment. */
export interface LiveEntity {
  /** Its user id; 'anonymous:…' (or another type) where it has none. */
  readonly id: string;
  readonly identifiers: readonly Identifier[];
  readonly traits: Readonly<Record<string, Scalar>>;
  readonly features: Readonly<Record<string, number>>;
  readonly memberships: readonly LiveMembership[];
  readonly events: number;
  readonly firstAt?: number;
  readonly lastAt?: number;
  /** The moment of this answer, and the last record of the journal in it. */
  readonly asOf: number;
  readonly seq: number;
}

/** How somebody stands among the found segments of a model at this moment. */
export interface LivePlace {
  /** Where they are: it may be another than the nearest, while that is nearer by a strength of no more than `margin`. */
  readonly in?: NamedSegment;
  /** As it is measured now; none of whom nothing was seen, or where no segment is near. */
  readonly nearest?: NamedSegment;
  readonly next?: NamedSegment;
  /** 0 on the border between the two, 1 at the core of the nearest. */
  readonly strength: number;
  readonly margin: number;
  /** When they were last placed, and will be again if nothing comes, ms. */
  readonly at?: number;
  readonly until?: number;
  /**
   * What tells the segment asked about from `against` (the nearest other one), most telling first, at most eight: `weight` is the share of all that speaks for either, above 0 for the segment asked about.
   * None where the model is no formula.
   */
  readonly against?: NamedSegment;
  readonly features: readonly (Pick<Feature, 'name' | 'title' | 'kind' | 'unit'> & { readonly value?: number; readonly weight: number })[];
}

interface NamedSegment {
  readonly segment: string;
  readonly name: string;
}

/** Why somebody is, or is not, in a live segment. */
export interface LiveWhy {
  readonly entity: string;
  readonly segment: string;
  readonly member: boolean;
  readonly since?: number;
  /** The instant at which the answer changes if nothing more happens, ms. */
  readonly changesAt?: number;
  /** The whole rule in words. */
  readonly words: string;
  /** Each condition of the rule in reading order. `path` as in `all.0.not`. */
  readonly conditions: readonly {
    readonly path: readonly (string | number)[];
    readonly words: string;
    readonly holds: boolean;
    readonly changesAt?: number;
    /** What was measured: a count, a sum, milliseconds, the value of a trait. */
    readonly value?: Scalar;
    /** The events that decide it, newest first, at most ten; `seq` is their record in the journal. */
    readonly events: readonly { readonly seq: number; readonly name: string; readonly at: number }[];
  }[];
  /** Of a found segment. */
  readonly place?: LivePlace;
  readonly asOf: number;
}

/** Two entities that became one, and can be parted again. */
export interface Merge {
  /** The journal's record that joined them. */
  readonly seq: number;
  readonly at: number;
  readonly one: Identifier;
  readonly other: Identifier;
  /** The public id of the entity they are now. */
  readonly entity: string;
  readonly undone: boolean;
}
