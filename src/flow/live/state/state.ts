import type { Identifier } from '../../../domain/event.js';
import type { Change, LiveDefinition, LiveEntity, LiveSegment, LiveWhy, Merge } from '../../../domain/live.js';
import type { JournalEntry, JournalRecord, SavedState } from '../../../store/journal.js';
import type { Identity } from '../../../unify/identity.js';
import type { Vocabulary } from '../../../segment/rules/vocabulary.js';

/** What a segment's new version waits for. `feed`: the history once more, for columns that no rule read before. `evaluate`: the next so many entities. `serve`: a journal record that says so. */
export type BackfillWork =
  | { readonly kind: 'feed'; readonly after: number }
  | { readonly kind: 'evaluate' }
  | { readonly kind: 'serve' };

export interface Backfill {
  readonly segment: string;
  readonly version: number;
  /** 0 to 1. */
  readonly progress: number;
  readonly work: BackfillWork;
}

/**
 * The live state of a workspace: a pure, deterministic function of the journal's records, in memory, without input or output. Every call is synchronous.
 * Entities are numbers: those of their oldest identifiers. Those that are not in memory ("cold") must be loaded before a call that touches them: `needs…` says which.
 * The clock never goes back: whoever appends to the journal gives records a clock not less than `clock` here.
 */
export interface LiveState {
  /** The last record that was applied, the logical time, and the number of the last change. */
  readonly seq: number;
  readonly clock: number;
  readonly n: number;
  readonly entities: number;

  /** Cold entities that must be loaded before these records are applied, and time is advanced to `to` (by default the last record's clock): for all timers due by then, or for the first `most`. */
  needs(records: readonly JournalRecord[], to?: number, most?: number): readonly number[];
  /** Cold entities that events are of. */
  named(entries: readonly JournalEntry[]): readonly number[];
  /** Advances time to the record's clock, then applies it. Records come in order of seq; one that was applied already does nothing. */
  apply(record: JournalRecord): Change[];
  /** Fires the timers due at or before `to`, in order of (instant, entity): all of them, or the first `most`; then time stands at the last of them. */
  advance(to: number, most?: number): Change[];
  /** The earliest timer, ms; Infinity where there is none. */
  next(): number;

  /** Throws what is wrong with a definition before it is journaled. @throws what `ruleWords` throws, `live/segment-cycle`, `rules/not-live` */
  check(definition: LiveDefinition): void;
  /** The found model that is newest, by its content. */
  readonly model: string | undefined;
  /** The public id of whoever an event belongs to now. */
  ownerOf(identifiers: readonly Identifier[]): string | undefined;
  /** The definition with the types that its columns have now, and the model that its features are of, as it is to be journaled: what it means must not change when more is observed. */
  frozen(definition: LiveDefinition): LiveDefinition;
  /** The oldest work under way on a definition; undefined where there is none. */
  backfill(): Backfill | undefined;
  /** `feed`: records of the history after `after`, in order (load what `needs(records, -Infinity)` says first); none where there are no more. */
  feed(records: readonly JournalRecord[]): void;
  /** `evaluate`: the entities of the next step, of which the cold ones must be loaded, then the step itself. At most `limit` of them. */
  batch(limit: number): readonly number[];
  step(limit: number): void;

  /** The number of an entity; undefined where nobody is known under the identifier. */
  find(identifier: Identifier): number | undefined;
  isCold(entity: number): boolean;
  entity(entity: number): LiveEntity;
  /** @throws `live/unknown-segment` */
  why(entity: number, segment: string): LiveWhy;
  segments(): readonly LiveSegment[];
  /** Count and one page of numbers of members, of this moment, ascending. @throws `live/unknown-segment` */
  members(segment: string, page: { readonly offset: number; readonly limit: number }): { readonly total: number; readonly entities: readonly number[] };
  /** One entry of such a page; the entity must be in memory. */
  membership(entity: number, segment: string): { readonly entity: string; readonly since: number; readonly until?: number };
  merges(entity?: number): readonly Merge[];
  /** What rules can be written about. */
  vocabulary(): Vocabulary;

  /**
   * Begins a snapshot: the states that changed since the last one, to be saved with `rest` of the same moment. They are given as they are at this moment, whatever happens while they are taken one by one; all of
   * them must be taken before the next snapshot.
   */
  changed(): Iterable<SavedState>;
  /** In parts that follow each other: views of what there is, which stay as they are. */
  rest(): readonly Uint8Array[];
  /** Brings a saved entity into memory. Without bytes it is empty: its state was deleted by an erasure that is still to come in the journal. */
  load(entity: number, bytes: Uint8Array | undefined): void;
  /** The numbers of its identifiers. */
  nodesOf(entity: number): readonly number[];
  /** Those of its identifiers that somebody else came with too. */
  sharedOf(entity: number): readonly Identifier[];
  /** Drops texts that nobody in memory has any more: those of somebody who was erased are not kept until the process ends. */
  forgetTexts(): void;
  /** Drops entities whose state is saved from memory until about `keep` are left; looks at some thousands each time. Gives how many went. */
  release(keep: number): number;
}

export interface LiveStateOptions {
  /** Empty, or from what `save` gave. */
  readonly identity: (saved?: Uint8Array) => Identity;
  /** What `rest` gave, and when each entity is due. */
  readonly saved?: { readonly rest: Uint8Array; readonly due: readonly { readonly entity: number; readonly due: number }[] };
  /** Rows of somebody from which on it is kept which of them pass; for tests. */
  readonly many?: number;
  readonly entityWord?: Vocabulary['entityWord'];
  readonly currency?: string;
}
