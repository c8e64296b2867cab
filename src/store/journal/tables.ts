/**
 * Records `first` to `seq` of one group, sealed with the workspace's own key: see group.ts. `upto`: the bytes of all payloads since the beginning, this one's included.
 * Rows of journals that were begun before there were groups have no `first`: each is one record, its payload sealed with the key of its subject.
 */
export interface RecordRow {
  seq: number;
  clock: number;
  kind: number;
  subject: number;
  upto: number;
  payload: Uint8Array;
  first: number | null;
}

/** The ids of messages of one or more groups, up to record `seq` and its clock: see messages.ts. The last row also says where the journal and its changes end. */
export interface MessageRow {
  seq: number;
  clock: number;
  sealed: Uint8Array;
}

/** Somebody to whom payloads belong: `key` is theirs, and their name, sealed. Number 0 is the workspace itself, and has no HMAC. An erased one has neither HMAC nor key, but the record that erased it. */
export interface SubjectRow {
  number: number;
  hmac: Uint8Array | null;
  key: Uint8Array | null;
  erased: number | null;
}

/** Changes of one group, up to the number `n`. */
export interface ChangeRow {
  n: number;
  sealed: Uint8Array;
}

export interface StateRow {
  entity: number;
  /** Null: never. */
  due: number | null;
  sealed: Uint8Array;
}

/** When a state is due that is not there any more. */
export const gone = -1;

/** A state in the version of a snapshot; `sealed` is null where it is there no more. */
export interface VersionRow {
  readonly entity: number;
  readonly version: number;
  readonly due: number | null;
  readonly sealed: Uint8Array | null;
}

/** 'secret', 'snapshot', 'pruned', 'shared'. */
export interface SettingRow {
  name: string;
  sealed: Uint8Array;
}

/** What one transaction of the hot path writes. */
export interface Batch {
  readonly records: readonly RecordRow[];
  readonly subjects: readonly SubjectRow[];
  readonly changes: readonly ChangeRow[];
  readonly message?: MessageRow;
  /** Message rows from this record on are replaced by `message`. */
  readonly replace?: number;
  /** Message rows up to this record are past their time. */
  readonly expired?: number;
  /** Subjects and states that the record `by` destroys, and the settings as they are then: the snapshot without those states, and what is read without. */
  readonly erased?: { readonly by: number; readonly subjects: readonly number[]; readonly states: readonly number[]; readonly settings: readonly SettingRow[] };
}

/** How many states there are and what their numbers add up to (dues in two halves, so that none is rounded): a row that has gone shows in one of the three. */
export interface Tally {
  readonly states: number;
  readonly entities: number;
  readonly dues: number;
}

/**
 * The tables of one journal, on one connection that nobody else uses: what an adapter provides. Calls come one after the other.
 * A failure of the engine is final: after a failed sync, what it says of the disk cannot be believed. From then on every call is refused.
 * Each change is one transaction, on stable storage when it resolves. @throws `store/unavailable`, `store/damaged`
 */
export interface JournalTables {
  /** As a person is told: without a password. */
  readonly name: string;
  write(batch: Batch): Promise<void>;
  /** The last record, subject and change there are. */
  newest(): Promise<{ readonly record?: RecordRow; readonly subject?: number; readonly change?: number }>;
  /** The first row that ends at record `seq` or later, and the size of its payload. */
  recordFrom(seq: number): Promise<(Omit<RecordRow, 'payload'> & { readonly bytes: number }) | undefined>;
  /** The row that ends at record `seq`, and after it those that end at `last` or before and whose `upto` is not above. */
  records(seq: number, last: number, upto: number): Promise<RecordRow[]>;
  /** Message rows from record `seq` on, oldest first. */
  messages(seq: number, limit: number): Promise<MessageRow[]>;
  subjects(numbers: readonly number[]): Promise<SubjectRow[]>;
  subjectsNamed(hmacs: readonly Uint8Array[]): Promise<SubjectRow[]>;
  changes(after: number, limit: number): Promise<ChangeRow[]>;
  /** The newest versions, up to one, of those that are there in it. */
  states(entities: readonly number[], version: number): Promise<StateRow[]>;
  /** When they are due, of these entities or of all, in order of the entity. */
  dues(version: number, entities?: readonly number[]): Promise<Pick<StateRow, 'entity' | 'due'>[]>;
  settings(): Promise<SettingRow[]>;
  /** The first rows of an empty journal. */
  begin(own: SubjectRow, setting: SettingRow): Promise<void>;
  /**
   * Writes the newest version of some states, each named once, and deletes those of before `counts`: the version that counts until a setting says otherwise. It may be lost until then. Gives when those of them that were there were due.
   */
  stage(rows: readonly VersionRow[], counts: number): Promise<Pick<StateRow, 'entity' | 'due'>[]>;
  set(setting: SettingRow): Promise<void>;
  /** Deletes the versions above one: of a snapshot that was never ended. */
  discard(version: number): Promise<void>;
  /** Deletes what only versions below this one need: of the entities below 0 at most `parts`, and at most so many that are `gone` by it, with all that they were before. 0 where there was nothing. */
  tidy(version: number, most: { readonly parts: number; readonly gone: number }): Promise<number>;
  /** Deletes all states and the setting 'snapshot'. */
  forget(): Promise<void>;
  /** Deletes the rows that end at record `seq` or before, and says in a setting what is gone. */
  prune(seq: number, pruned: SettingRow): Promise<void>;
  /** What was deleted or overwritten is in no file any more, as far as the engine can see to that. False where a reader beside keeps that from being done yet. */
  scrub(): Promise<boolean>;
  /** After a failure the connection is not touched any more. */
  close(): Promise<void>;
}
