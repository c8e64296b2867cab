import type { Context } from '../../context.js';
import type { Event, Identifier } from '../../domain/event.js';
import { isFound, type CameAndWent, type Change, type LiveDefinition, type LiveEntity, type LiveSegment, type LiveWhy, type Merge } from '../../domain/live.js';
import type { Rule } from '../../domain/rule.js';
import { ShoalError } from '../../errors.js';
import type { Vocabulary } from '../../segment/rules/vocabulary.js';
import { ruleWords } from '../../segment/rules/words.js';
import type { Appended, Journal, JournalEntry, JournalRecord } from '../../store/journal.js';
import { createIdentity } from '../../unify/identity.js';
import { countChanges } from './came-and-went.js';
import { applyRecords, backfillStep, follow, pause } from './catch-up.js';
import { createDue, foresight } from './due.js';
import { exportEvents, type Exported } from './found/export.js';
import type { FoundModel } from './found/model.js';
import { createSnapshots, type SnapshotLimits } from './snapshots.js';
import { openState } from './state/open-state.js';
import type { Backfill, LiveState, LiveStateOptions } from './state/state.js';

/** What became of an event: it is durable, or it had come before. */
export type Receipt = 'accepted' | 'duplicate';

/** What happens, as it happens: for the debugger, the feed of changes and the pages. */
export type LiveNews =
  | { readonly event: Event; readonly seq: number }
  /** An event that had come before, and is not counted again. */
  | { readonly duplicate: Event }
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
  /** Resolves when all are on stable storage, with what became of each. `texts`: the same as JSON, where it is at hand. @throws `live/overloaded`, `store/unavailable` */
  accept(events: readonly Event[], texts?: readonly string[]): Promise<readonly Receipt[]>;
  /** Defines a segment or a new version of it: worked out from the history, while the version before serves. @throws what `ruleWords` throws */
  define(definition: LiveDefinition): Promise<LiveSegment>;
  retire(segment: string): Promise<void>;
  /** Writes the events of the journal into a folder, for `discover`: see `exportEvents`. */
  export(folder: string): Promise<Exported>;
  /** Keeps the segments of a found model true to the moment, in place of those of the model before. Rules that ask for features or found segments ask the new one from when it has been worked out. */
  adopt(model: FoundModel): Promise<void>;
  /** The rule in words. @throws what `ruleWords` throws, and `live/not-live` for what cannot be kept live */
  check(rule: Rule): Promise<string>;
  /** What rules can speak of: what was seen so far. */
  vocabulary(): Promise<Vocabulary>;
  /** Destroys the keys of everything that is known of somebody. Gives how much is forgotten, by which record, and the last change before it. `erasure`: a number by which `erased` finds it. @throws `live/unknown-entity` */
  erase(entity: Identifier, erasure?: number): Promise<{ readonly identifiers: number; readonly events: number; readonly record: number; readonly told: number }>;
  /** What an erasure has destroyed, where its record is there: one after `since`. Waits until nothing is left of it, as `erase` does. */
  erased(erasure: number, since: number): Promise<{ readonly identifiers: number; readonly record: number; readonly told: number } | undefined>;
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
  /** How many entered and left a segment since the hour of an instant (ms), at most 90 days ago. @throws `live/unknown-segment` */
  cameAndWent(segment: string, since: number): Promise<CameAndWent>;
  /** Newest first, of the last thousand or so: what the debugger shows first. */
  recent(limit: number): Promise<readonly JournalRecord[]>;
  status(): Promise<LiveStatus>;
  /** Gives what happens from now on, until the signal aborts. Slow readers miss events, never changes. */
  news(listener: (news: LiveNews) => void, only?: 'changes'): () => void;
  /** Finishes what was accepted, saves a snapshot and closes the journal. */
  close(): Promise<void>;
}

export interface LiveOptions {
  /** Told once when the journal cannot be written any more. What was not acknowledged by then never is. */
  readonly failed: (error: unknown) => void;
  /** Makes the state; for tests. */
  readonly state?: (saved?: LiveStateOptions['saved']) => LiveState;
  readonly limits?: Partial<LiveLimits>;
}

export interface LiveLimits extends SnapshotLimits {
  /** Events in one transaction. */
  readonly group: number;
  /** Entities kept in memory; the others are loaded when something happens to them. */
  readonly entities: number;
  /** Milliseconds of the history that are kept at least; for ever where absent. Bytes that the journal may take at most. */
  readonly age?: number;
  readonly bytes?: number;
}

const usual: LiveLimits = { group: 2000, entities: 250_000, records: 20_000, spacing: 30_000, pause: 600_000 };
/** Records that are read again without a snapshot between them when a journal is opened: what has not been saved stays in memory. */
const unsaved = 500_000;
/** Entities of a step of a backfill, between which events get their turn. */
const step = 200;
const hour = 3_600_000;
/** Groups that are written before other work has its turn. */
const patience = 8;
/** The longest that a timer of Node can be. */
const farthest = 2 ** 31 - 1;

/** Somebody who waits for the journal. `alone`: what is to be written is made when its turn comes, and has a transaction of its own. */
interface Waiting {
  readonly entries: readonly JournalEntry[];
  readonly alone?: () => Promise<readonly JournalEntry[]>;
  resolve(appended: readonly Appended[]): void;
  reject(error: unknown): void;
}

/**
 * Opens the live side on a journal: the newest snapshot, then what came after it. From then on one loop does everything in turn: it commits what waits as one group, applies it, fires the timers that
 * are due, and does a step of a backfill. What follows from a group (its changes) is written with the next one.
 */
export async function openLive(journal: Journal, { clock }: Pick<Context, 'clock'>, { failed, state: make = stateOf, limits: given }: LiveOptions): Promise<Live> {
  const limits = { ...usual, ...given };
  const saved = await journal.saved();
  const state = make(saved);
  const following = follow(state, journal);
  const { warm } = following;
  /** Those who hear all, and those who hear only changes: there is an event for each of the others' thousands. */
  const listeners = new Set<(news: LiveNews) => void>(), readers = new Set<(news: LiveNews) => void>();
  const queue: Waiting[] = [];
  /** Changes that follow from what is durable, and are not yet written themselves. */
  let outbox: Change[] = [];
  const head = await journal.head();
  let { seq } = head;
  // What was told holds, also where the machine's clock has been put back since.
  const [newest] = head.change > 0 ? await journal.changes(head.change - 1, 1) : [];
  const earliest = Math.max(head.clock, newest?.at ?? 0);
  let written = head.change, duplicates = 0;
  let broken: unknown;
  /** The clock of the group that is next to be applied. */
  let under: number | undefined;
  /** Applies the group that is written. */
  let behind: (() => Promise<void>) | undefined;
  let working: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closing = false;
  const counting = countChanges(journal, clock);
  let prunedAt = -Infinity, turns = 0;
  const keepsSome = limits.age !== undefined || limits.bytes !== undefined;

  const tell = (news: LiveNews) => {
    for (const listener of listeners) listener(news);
    if ('change' in news) for (const reader of readers) reader(news);
  };
  const heard = (change: Change) => void outbox.push(change);
  /** What is on the disk is told. */
  const told = (changes: readonly Change[]) => {
    written = changes.at(-1)?.n ?? written;
    if (listeners.size + readers.size) for (const change of changes) tell({ change });
  };
  /** The moment: never earlier than any before it, and while a group is being written not later than that group, which is next. */
  const now = () => Math.min(Math.max(earliest, state.clock, clock()), under ?? Infinity);
  const { advance, foresee } = createDue(following, heard);

  async function flushOutbox(): Promise<void> {
    if (outbox.length === 0) return;
    const changes = outbox;
    outbox = [];
    await journal.append({ clock: state.clock, entries: [], changes });
    told(changes);
  }

  const snapshots = createSnapshots(state, journal, clock, limits, saved?.seq ?? 0, async () => {
    while (outbox.length) await flushOutbox();
  });

  function note(records: readonly JournalRecord[]): void {
    if (records.some(({ entry }) => entry.kind === 'erase')) snapshots.erased();
  }

  /** What waits, as much as one transaction takes. */
  function next(): typeof queue {
    const group = [];
    for (let n = 0; queue.length && (n === 0 || n + queue[0].entries.length <= limits.group);) {
      if (queue[0].alone && group.length) break;
      const first = queue.shift()!;
      n += first.entries.length;
      group.push(first);
      if (first.alone) break;
    }
    return group;
  }

  /** What a group writes; undefined where whoever is alone in it has been refused. */
  async function entriesOf(group: typeof queue): Promise<readonly JournalEntry[] | undefined> {
    const [{ alone, reject }] = group;
    if (!alone) return group.flatMap((waiting) => waiting.entries);
    try {
      return await alone();
    } catch (error) {
      if (!(error instanceof ShoalError) || error.status >= 500) throw error;
      under = undefined;
      reject(error);
      return undefined;
    }
  }

  /**
   * Writes a group and applies it. Events are applied while the group after them is being written, where there is one: it has its clock by then, but time goes on to that only after them, and what happens by that is written with the next.
   * Whoever changes anything else sees everything before it, and waits until it is applied.
   */
  async function commit(group: typeof queue): Promise<void> {
    const follows = behind !== undefined && onlyEvents(group);
    if (!follows) await catchUp();
    const at = Math.max(earliest, state.clock, clock(), under ?? 0);
    if (!follows) {
      under = at;
      await advance(at);
    }
    const entries = await entriesOf(group);
    if (!entries) return;
    const changes = outbox;
    outbox = [];
    // Whom the events are of is read before they are written, so that they need not wait for the next group to be on the disk. What of it fails shows where it is needed.
    if (onlyEvents(group)) warm(() => state.named(entries)).catch(() => undefined);
    const writing = journal.append({ clock: at, entries, changes });
    let appended: readonly Appended[];
    try {
      [appended] = await Promise.all([writing, follows && catchUp(at).then(() => advance(at))]);
    } catch (error) {
      for (const { reject } of group) reject(error);
      throw error;
    }
    told(changes);
    const answer = (events: boolean) => {
      let from = 0;
      for (const { entries: own, alone, resolve } of group) {
        const to = alone ? appended.length : from + own.length;
        if ((own[0]?.kind === 'event') === events) resolve(appended.slice(from, to));
        from = to;
      }
    };
    // Whoever sent an event is told at once that it is safe; whoever changed a definition wants to see it.
    answer(true);
    const records = entries.flatMap((entry, i) => {
      const found = appended[i];
      return 'seq' in found ? [{ seq: found.seq, clock: at, entry }] : [];
    });
    duplicates += entries.length - records.length;
    if (records.length) seq = records[records.length - 1].seq;
    behind = async () => {
      try {
        await applyRecords(following, records, heard);
      } catch (error) {
        for (const { reject } of group) reject(error);
        throw error;
      }
      note(records);
      answer(false);
      if (listeners.size === 0) return;
      for (const record of records) if (record.entry.kind === 'event') tell({ event: record.entry.event, seq: record.seq });
      entries.forEach((entry, i) => entry.kind === 'event' && !('seq' in appended[i]) && tell({ duplicate: entry.event }));
    };
    if (queue.length === 0 || !onlyEvents(group)) await catchUp();
  }

  /** Applies what is written. From then on time may go on, to that of the group that is being written. */
  async function catchUp(next?: number): Promise<void> {
    const apply = behind;
    behind = undefined;
    await apply?.();
    under = next;
  }

  /** A bounded piece of a definition that is being worked out; after the last one a record says that it serves. */
  async function workOut({ segment, version }: Backfill): Promise<void> {
    if (!(await backfillStep(following, step))) await commit([{ entries: [{ kind: 'serve', segment, version }], resolve: () => {}, reject: () => {} }]);
    const now = listeners.size ? state.segments().find((one) => one.segment === segment) : undefined;
    if (now) tell({ segment: now });
  }

  /** Deletes what need not be kept any more, of what the snapshot has taken in. */
  async function prune(): Promise<void> {
    const { age, bytes } = limits;
    prunedAt = clock();
    await journal.prune({ ...(age !== undefined && { since: clock() - age }), ...(bytes !== undefined && { bytes }) });
  }
  const pruneDue = () => keepsSome && snapshots.seq > 0 && clock() - prunedAt >= hour;

  async function work(): Promise<void> {
    while (!broken && !closing && (queue.length || outbox.length || state.next() <= now() || state.backfill() || snapshots.due || pruneDue())) {
      foresee(now());
      if (queue.length) await commit(next());
      else {
        await advance(now());
        await flushOutbox();
      }
      // Where events never stop, the rest gets every few turns; an erasure is not whole before its snapshot.
      turns++;
      if (snapshots.urgent || (snapshots.due && (queue.length === 0 || turns % 2 === 0))) {
        await catchUp();
        await snapshots.step();
      } else if (queue.length === 0 || turns % patience === 1) {
        await catchUp();
        const backfill = state.backfill();
        if (backfill) await workOut(backfill);
        else if (pruneDue()) await prune();
      }
      if (turns % patience === 0) state.release(limits.entities);
      // Whoever has something to say gets their turn.
      await pause();
    }
  }

  function kick(): void {
    clearTimeout(timer);
    foresee(now());
    working ??= work().catch((error: unknown) => {
      broken = error;
      for (const { reject } of queue.splice(0)) reject(error);
      snapshots.fail(error);
      failed(error);
    }).finally(() => {
      working = undefined;
      if (broken || closing) return;
      if (queue.length || outbox.length || state.backfill()) return kick();
      // Once to have whoever is due at hand, and once when they are.
      const left = state.next() - clock();
      const wait = Math.min(left > foresight ? left - foresight : left, snapshots.wait, keepsSome ? hour : Infinity);
      if (wait < Infinity) timer = setTimeout(kick, Math.min(Math.max(0, Math.ceil(wait)), farthest));
    });
  }

  const put = (waiting: Pick<Waiting, 'entries' | 'alone'>): Promise<readonly Appended[]> => new Promise((resolve, reject) => {
    if (broken || closing) return reject(broken ?? new ShoalError('live/stopped', {}));
    queue.push({ ...waiting, resolve, reject });
    kick();
  });
  const append = (entries: readonly JournalEntry[]) => put({ entries });
  const appendAlone = (alone: Waiting['alone']) => put({ entries: [], alone });
  /** Resolves after the snapshot that an erasure needs. */
  const rested = async () => {
    await snapshots.settled();
    if (broken) throw broken;
  };
  /** Answers are of this moment: what is due has happened. */
  const ready = async (entities: readonly number[] = []) => {
    if (broken) throw broken;
    await advance(now());
    await warm(() => entities.filter((entity) => state.isCold(entity)));
    if (outbox.length) kick();
  };
  const found = async (identifier: Identifier): Promise<number | undefined> => {
    const entity = state.find(identifier);
    if (entity !== undefined) await ready([entity]);
    return entity;
  };
  const segmentNow = (id: string): LiveSegment => {
    const segment = state.segments().find((one) => one.segment === id);
    if (!segment) throw new ShoalError('live/unknown-segment', { id: id.slice(0, 60) });
    return segment;
  };

  for await (const records of journal.read(snapshots.seq)) {
    await applyRecords(following, records, heard);
    note(records);
    await flushOutbox();
    if (state.seq - snapshots.seq >= unsaved) await snapshots.whole();
    state.release(limits.entities);
  }
  kick();

  return {
    async accept(events, texts) {
      const appended = await append(events.map((event, i) => (texts ? { kind: 'event', event, text: texts[i] } : { kind: 'event', event })));
      return appended.map((one) => ('seq' in one ? 'accepted' : 'duplicate'));
    },
    async define(definition) {
      state.check(definition);
      await append([{ kind: 'define', definition: state.frozen(definition) }]);
      kick();
      return segmentNow(definition.segment);
    },
    async retire(segment) {
      await append([{ kind: 'retire', segment }]);
    },
    export: (into) => exportEvents(journal, state, into),
    async adopt(model) {
      if (state.model === model.id) return;
      const now = state.segments();
      const versions = new Map(now.map(({ segment, version }) => [segment, version]));
      const kept = new Set(model.segments.map(({ id }) => id));
      const definitions = model.segments.map(({ id, name }): LiveDefinition => ({ segment: id, name, version: (versions.get(id) ?? 0) + 1, rule: { kind: 'segment', segment: id }, model: model.id }));
      // One that is being worked out anew goes on with the model that it was written for.
      const asking = now.filter((one) => one.model !== undefined && one.state === 'live' && !isFound(one)).map(({ segment, name, version, rule, types }): LiveDefinition => ({ segment, name, version, rule, types, model: model.id }));
      await append([
        { kind: 'model', id: model.id, model }, ...[...definitions, ...asking].map((definition): JournalEntry => ({ kind: 'define', definition })),
        ...now.filter((one) => isFound(one) && !kept.has(one.segment)).map(({ segment }): JournalEntry => ({ kind: 'retire', segment })),
      ]);
      kick();
    },
    async check(rule) {
      state.check({ segment: '', name: '', version: 1, rule });
      return ruleWords(rule, state.vocabulary());
    },
    vocabulary: async () => state.vocabulary(),
    async erase(identifier, erasure) {
      let gone = { identifiers: 0, events: 0, told: 0 };
      // In a transaction of its own, made of what is known at its moment: everything that was told before has its number in it.
      const [appended] = await appendAlone(async () => {
        const entity = state.find(identifier);
        if (entity === undefined) throw new ShoalError('live/unknown-entity', { id: identifier.value.slice(0, 60) });
        await warm(() => (state.isCold(entity) ? [entity] : []));
        const { identifiers, events } = state.entity(entity);
        gone = { identifiers: identifiers.length, events, told: state.n };
        return [{ kind: 'erase', ...(erasure !== undefined && { erasure }), identifiers, shared: state.sharedOf(entity), entities: [entity], nodes: state.nodesOf(entity), told: state.n }];
      });
      await rested();
      return { ...gone, record: (appended as { seq: number }).seq };
    },
    async erased(erasure, since) {
      for await (const records of journal.read(since)) {
        for (const { seq: record, entry } of records) {
          if (entry.kind !== 'erase' || entry.erasure !== erasure) continue;
          await rested();
          return { identifiers: entry.forgotten ?? 0, record, told: entry.told };
        }
      }
      return undefined;
    },
    async unmerge(record) {
      const known = state.merges().find((merge) => merge.seq === record && !merge.undone);
      if (!known) throw new ShoalError('live/unknown-merge', { seq: record });
      await append([{ kind: 'unmerge', merge: record }]);
      return { ...known, undone: true };
    },
    async merges(identifier) {
      return state.merges(identifier && (await found(identifier)));
    },
    async entity(identifier) {
      const entity = await found(identifier);
      return entity === undefined ? undefined : state.entity(entity);
    },
    async why(identifier, segment) {
      segmentNow(segment);
      const entity = await found(identifier);
      return entity === undefined ? undefined : state.why(entity, segment);
    },
    async segments() {
      await ready();
      return state.segments();
    },
    async members(segment, page) {
      await ready();
      segmentNow(segment);
      const { total, entities } = state.members(segment, page);
      await warm(() => entities.filter((entity) => state.isCold(entity)));
      return { asOf: state.clock, seq: state.seq, total, items: entities.map((entity) => state.membership(entity, segment)) };
    },
    async changes(after, limit) {
      await ready();
      // What follows from what is known by now is written before it is told.
      if (state.n > written) await append([]);
      return journal.changes(after, limit);
    },
    async cameAndWent(segment, since) {
      await ready();
      segmentNow(segment);
      if (state.n > written) await append([]);
      return counting.of(segment, since);
    },
    recent: (limit) => journal.recent(limit),
    async status() {
      await ready();
      const due = state.next();
      return { seq, applied: state.seq, clock: state.clock, entities: state.entities, segments: state.segments().length, changes: state.n, duplicates, ...(due < Infinity && { due }) };
    },
    news(listener, only) {
      const among = only ? readers : listeners;
      among.add(listener);
      return () => void among.delete(listener);
    },
    async close() {
      closing = true;
      clearTimeout(timer);
      await working;
      try {
        if (!broken) {
          while (queue.length) await commit(next());
          await catchUp();
          await advance(now());
          if (state.seq > snapshots.seq || outbox.length || snapshots.urgent) await snapshots.whole();
        }
      } catch (error) {
        broken = error;
        throw error;
      } finally {
        const stopped = broken ?? new ShoalError('live/stopped', {});
        for (const { reject } of queue.splice(0)) reject(stopped);
        snapshots.fail(stopped);
        await journal.close();
      }
    },
  };
}

const onlyEvents = (group: readonly Waiting[]): boolean => group.every(({ entries, alone }) => !alone && entries.every(({ kind }) => kind === 'event'));

const stateOf = (saved?: LiveStateOptions['saved']): LiveState => openState({ identity: (bytes) => createIdentity({}, bytes), ...(saved && { saved }) });
