import type { Event, Identifier } from '../domain/event.js';
import type { Change, LiveDefinition } from '../domain/live.js';

/** What is journaled: everything from which the live state follows. */
export type JournalEntry =
  /** `text`: the event as JSON, where whoever writes it has that at hand; never there when it is read. */
  | { readonly kind: 'event'; readonly event: Event; readonly text?: string }
  | { readonly kind: 'define'; readonly definition: LiveDefinition }
  /** From here on this version of the segment serves: it has been worked out from the history. */
  | { readonly kind: 'serve'; readonly segment: string; readonly version: number }
  | { readonly kind: 'retire'; readonly segment: string }
  /** A segmentation that was found, to be asked live: plain data, whole, so that a replay needs no other file. */
  | { readonly kind: 'model'; readonly id: string; readonly model: unknown }
  /** Parts again what the record `merge` joined. */
  | { readonly kind: 'unmerge'; readonly merge: number }
  /**
   * The keys of these identifiers are destroyed with it, and the saved states of these entities. Of the identifiers only how many they were is kept: read back there are none, and `forgotten` says it.
   * `nodes`: the numbers of the identifiers in the live state, by which a snapshot that still knows them forgets them. `told`: the number of the last change before it. Those of somebody erased cannot follow from the journal any more, so counting goes on from there.
   * `shared`: those of the identifiers that came with somebody else too, who is still there (a browser that two used). From then on the events before it are read without them, so that what follows from
   * the journal gives nobody what was of the one who was erased. Kept of them is a keyed hash.
   * The snapshot's `rest` may still name them: whoever erases saves a snapshot after it. `erasure`: the number under which it was asked for.
   */
  | { readonly kind: 'erase'; readonly erasure?: number; readonly identifiers: readonly Identifier[]; readonly shared?: readonly Identifier[]; readonly entities: readonly number[]; readonly nodes: readonly number[]; readonly told: number; readonly forgotten?: number };

/** An entry as it is written: of an event that comes as JSON no more need be known than its message id and whom it belongs to. */
export type GroupEntry = JournalEntry | { readonly kind: 'event'; readonly event: Pick<Event, 'id' | 'identifiers'>; readonly text: string };

/** An entry in its place. `clock`: the moment it was taken in, ms, never less than that of the record before. An event whose key has been destroyed is there without it. */
export interface JournalRecord {
  readonly seq: number;
  readonly clock: number;
  readonly entry: JournalEntry | { readonly kind: 'erased' };
}

/** What became of an entry: its record, or the fact that its message id was there already. */
export type Appended = { readonly seq: number } | { readonly duplicate: true };

/** The derived state of an entity as it is saved: opaque bytes, sealed with the workspace's key, and deleted by an erasure that names the entity. */
export interface SavedState {
  readonly entity: number;
  /** Undefined: forget it. */
  readonly bytes: Uint8Array | undefined;
  /** The next instant at which time alone changes it, whole ms; Infinity where none does. */
  readonly due: number;
}

/** What one transaction writes: new records, and what followed from earlier ones. */
export interface Group {
  readonly clock: number;
  readonly entries: readonly GroupEntry[];
  /** Transitions, in order of `n`: the transactional outbox. One that is there already is not written again. */
  readonly changes?: readonly Change[];
}

/** A point from which the live state can go on without reading the whole journal. */
export interface Snapshot {
  /** Everything up to this record is in the states. */
  readonly seq: number;
  /** Whatever the live state keeps beside the entities (links, definitions, counters): opaque. */
  readonly rest: Uint8Array;
  readonly states: Iterable<SavedState>;
}

/**
 * The truth of a live workspace: append-only, and durable when `append` resolves. Everything else can be rebuilt from it.
 * One process, one caller: calls are made one after the other. After a failure of the disk nothing is accepted any more.
 * @throws `store/unavailable`, `store/damaged`
 */
export interface Journal {
  /** Writes a group in one transaction; resolves when it survives a loss of power. */
  append(group: Group): Promise<readonly Appended[]>;
  /** The last record and its clock, and the number of the last change; all 0 of an empty journal. */
  head(): Promise<{ readonly seq: number; readonly clock: number; readonly change: number }>;
  /** Records after `seq`, oldest first, in parts. */
  read(after: number, options?: { readonly signal?: AbortSignal }): AsyncGenerator<readonly JournalRecord[]>;
  /** The newest records, newest first. */
  recent(limit: number): Promise<readonly JournalRecord[]>;
  /** Changes after `n`, oldest first, without those of entities that were erased. Fewer than `limit` where there are no more. */
  changes(after: number, limit: number): Promise<readonly Change[]>;
  /**
   * Writes a part of a snapshot that is being made: some of its states, or the next bytes of its `rest`. It counts once `save` has ended the snapshot, and where that never comes, it is as if it had never been; `states` gives it at once.
   */
  stage(part: { readonly states?: readonly SavedState[]; readonly rest?: Uint8Array }): Promise<void>;
  /** Ends a snapshot, with what was not staged before: only states that changed since the last one are given. All of it counts from here on, or nothing. */
  save(snapshot: Snapshot): Promise<void>;
  /**
   * Deletes a little of what only the snapshot before needed, states that are there no more among it. 'done' where there was nothing: of what went because of an erasure nothing is left in any log then. 'later' where
   * only somebody who reads beside (a backup) keeps that from being so.
   */
  tidy(): Promise<'more' | 'later' | 'done'>;
  /** The newest snapshot, its states without their bytes. */
  saved(): Promise<{ readonly seq: number; readonly rest: Uint8Array; readonly due: readonly { readonly entity: number; readonly due: number }[] } | undefined>;
  /** The saved bytes of entities, in the order asked for; undefined where there are none. */
  states(entities: readonly number[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Forgets the snapshot, so that everything is rebuilt. */
  forget(): Promise<void>;
  /** Deletes the oldest records (not newer than the snapshot): those taken in before an instant, and what is beyond a size. Gives how many went. */
  prune(keep: { readonly since?: number; readonly bytes?: number }): Promise<number>;
  size(): Promise<{ readonly records: number; readonly bytes: number; readonly oldest?: number }>;
  close(): Promise<void>;
}
