import type { Event, Identifier } from '../../domain/event.js';
import type { Change, LiveDefinition, LiveEntity, LiveSegment, LiveWhy, Merge } from '../../domain/live.js';
import type { Rule } from '../../domain/rule.js';
import type { Vocabulary } from '../../segment/rules/vocabulary.js';
import type { JournalRecord } from '../../store/journal.js';

/** What became of an event: it is durable, or it had come before. */
export type Receipt = 'accepted' | 'duplicate';

/** What happens, as it happens: for the debugger, the feed of changes and the pages. */
export type LiveNews =
  | { readonly event: Event; readonly seq: number }
  | { readonly change: Change }
  | { readonly segment: LiveSegment };

export interface LiveStatus {
  /** The journal's last record, and the last one that answers take in. */
  readonly seq: number;
  readonly applied: number;
  readonly clock: number;
  readonly entities: number;
  readonly segments: number;
  readonly changes: number;
  readonly duplicates: number;
  /** The next instant at which somebody enters or leaves because time passes, ms. */
  readonly due?: number;
}

/** One page of members; `total` is of the same moment as the items. */
export interface LiveMembers {
  readonly asOf: number;
  readonly seq: number;
  readonly total: number;
  readonly items: readonly { readonly entity: string; readonly since: number; readonly until?: number }[];
}

/** A workspace's live side: events in, every membership true to the moment. */
export interface Live {
  /** Resolves when all are on stable storage, with what became of each. @throws `live/overloaded`, `store/unavailable` */
  accept(events: readonly Event[]): Promise<readonly Receipt[]>;
  /** Defines a segment or a new version of it: worked out from the history, while the version before serves. @throws what `ruleWords` throws */
  define(definition: LiveDefinition): Promise<LiveSegment>;
  retire(segment: string): Promise<void>;
  /** The rule in words. @throws what `ruleWords` throws, and `live/not-live` for what cannot be kept live */
  check(rule: Rule): Promise<string>;
  /** What rules can speak of: what was seen so far. */
  vocabulary(): Promise<Vocabulary>;
  /** Destroys the keys of everything that is known of somebody. Gives the identifiers that are forgotten. */
  erase(entity: Identifier): Promise<{ readonly identifiers: number; readonly events: number }>;
  /** @throws `live/unknown-merge` */
  unmerge(seq: number): Promise<Merge>;
  merges(entity?: Identifier): Promise<readonly Merge[]>;
  entity(entity: Identifier): Promise<LiveEntity | undefined>;
  /** @throws `live/unknown-segment` */
  why(entity: Identifier, segment: string): Promise<LiveWhy | undefined>;
  segments(): Promise<readonly LiveSegment[]>;
  /** @throws `live/unknown-segment` */
  members(segment: string, page: { readonly offset: number; readonly limit: number }): Promise<LiveMembers>;
  changes(after: number, limit: number): Promise<readonly Change[]>;
  /** Newest first, of the last thousand or so: what the debugger shows first. */
  recent(limit: number): Promise<readonly JournalRecord[]>;
  status(): Promise<LiveStatus>;
  /** Gives what happens from now on, until the signal aborts. Slow readers miss events, never changes. */
  news(listener: (news: LiveNews) => void): () => void;
  /** Finishes what was accepted, saves a snapshot and closes the journal. */
  close(): Promise<void>;
}
