import { randomBytes } from 'node:crypto';
import type { Event, Identifier } from '../../domain/event.js';
import type { Change } from '../../domain/live.js';
import { assert, ShoalError } from '../../errors.js';
import type { Appended, Group, GroupEntry, Journal, JournalEntry, JournalRecord } from '../journal.js';
import { Messages } from './messages.js';
import { packGroup, rowLimits, subjectsIn, unpackGroup, type Kept } from './group.js';
import { overhead, sealerOf } from './seal.js';
import { openSnapshots } from './snapshots.js';
import { nameOf, nameOfEntity, publicIdIn, Subjects, type Subject } from './subjects.js';
import type { ChangeRow, JournalTables, RecordRow, SettingRow, SubjectRow } from './tables.js';

/** What is stored of the kind of an entry: events can lose their key, nothing else can. And of a row with several of them. */
const event = 1;
const other = 2;
const several = 3;

/** A part that is read: at most so many records, and after the first so many bytes. */
const part = { records: 1000, bytes: 4_000_000 };
/** Records that one transaction deletes. */
const pruned = 2000;
/** Changes of one row. */
const together = 500;

/** The journal in these tables, whose schema is the newest. @throws `store/damaged`, `store/unavailable` */
export async function journalIn(tables: JournalTables, workspace: string): Promise<Journal> {
  const sealer = sealerOf(workspace);
  const damaged = (what: string) => new ShoalError('store/damaged', { place: tables.name, reason: `${what} not as it was written` });
  const { workspaceKey, secret } = await secretsOf(tables, sealer, damaged);
  const subjects = new Subjects(tables, sealer, workspaceKey, secret);
  const messages = new Messages(tables, sealer, workspaceKey, secret.toString('hex'));
  const end = await messages.load();
  const newest = await tables.newest();
  let { seq, clock, change: lastChange } = end;
  let lastSubject = newest.subject ?? 0;
  let upto = newest.record?.upto ?? 0;
  let prunedTo = await readPruned();
  /** Identifiers of those who were erased that come with somebody else, by their hashes: records before this one are read without them. */
  let shared = await readShared();
  const snapshots = await openSnapshots(tables, { sealer, key: workspaceKey, seq, damaged });
  if ((newest.record?.seq ?? prunedTo) !== seq) throw damaged(`the end of the journal is`);
  if ((newest.change ?? 0) !== lastChange) throw damaged(`the end of the changes is`);

  let closed = false;
  let last: Promise<unknown> = Promise.resolve();
  /** One call after the other. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const now = last.then(() => {
      assert(!closed, 'a journal is used after it was closed');
      return work();
    });
    last = now.catch(() => undefined);
    return now;
  };

  return {
    append: (group) => alone(() => append(group)),
    head: () => alone(async () => ({ seq, clock, change: lastChange })),
    async *read(after, { signal } = {}) {
      for (let at = after; ;) {
        signal?.throwIfAborted();
        const records = await alone(() => partAfter(at));
        if (records.length === 0) return;
        at = records[records.length - 1].seq;
        yield records;
      }
    },
    recent: (limit) => alone(async () => {
      const found: JournalRecord[] = [];
      for (let at = Math.max(prunedTo, seq - limit); at < seq; at = found[found.length - 1].seq) found.push(...(await partAfter(at)));
      return found.slice(-limit).reverse();
    }),
    changes: (after, limit) => alone(() => changesAfter(after, limit)),
    stage: (part) => alone(() => snapshots.stage(part)),
    save: (snapshot) => alone(async () => {
      assert(snapshot.seq <= seq, 'a snapshot of records that there are not');
      await snapshots.save(snapshot);
    }),
    tidy: () => alone(() => snapshots.tidy()),
    saved: () => alone(() => snapshots.saved()),
    states: (entities) => alone(() => snapshots.states(entities)),
    forget: () => alone(() => snapshots.forget()),
    async prune({ since = -Infinity, bytes = Infinity }) {
      const { from, to } = await alone(() => range(since, bytes));
      for (let at = from - 1; at < to;) {
        const next = Math.min(to, at + pruned);
        await alone(async () => {
          await tables.prune(next, settingOf('pruned', [next]));
          prunedTo = next;
        });
        at = next;
      }
      return Math.max(0, to - from + 1);
    },
    size: () => alone(async () => {
      const first = prunedTo < seq ? await tables.recordFrom(prunedTo + 1) : undefined;
      return first ? { records: seq - prunedTo, bytes: upto - first.upto + first.bytes, oldest: first.clock } : { records: 0, bytes: 0 };
    }),
    async close() {
      await last;
      if (closed) return;
      closed = true;
      await tables.close();
    },
  };

  async function append({ clock: at, entries, changes = [] }: Group): Promise<Appended[]> {
    const now = Math.max(clock, Math.round(at));
    assert(Number.isSafeInteger(now), 'a group without a time');
    const news = changes.filter(({ n }) => n > lastChange);
    news.forEach(({ n }, i) => assert(n === lastChange + 1 + i, 'changes with a gap'));
    const fates = await fatesOf(entries, now);
    const kept = entries.filter((_, i) => fates[i] !== 'duplicate');
    const owners = await ownersIn(kept, news);

    const changeRows: ChangeRow[] = [];
    for (let from = 0; from < news.length; from += together) changeRows.push(changeRow(news.slice(from, from + together), owners.of));
    let place = seq;
    let total = upto;
    const records: RecordRow[] = [];
    let row: Kept[] = [];
    let size = 0;
    const seal = () => {
      const packed = packGroup(row, sealer.nonce());
      total += overhead + packed.length;
      const numbers = { seq: place, clock: now, kind: several, subject: 0, upto: total, first: place - row.length + 1 };
      records.push({ ...numbers, payload: sealer.seal(workspaceKey, 'groups', groupNumbersOf(numbers), packed) });
      row = [];
      size = 0;
    };
    for (const entry of kept) {
      const text = textOf(entry);
      if (row.length === rowLimits.records || (row.length > 0 && size + text.length > rowLimits.text)) seal();
      place += 1;
      row.push({ kind: entry.kind === 'event' ? event : other, owner: ownerOf(entry, owners, place), text });
      size += text.length;
    }
    if (row.length > 0) seal();
    const answers: Appended[] = [];
    for (let i = 0, next = seq; i < entries.length; i++) answers.push(fates[i] === 'duplicate' ? duplicate : { seq: (next += 1) });
    if (records.length === 0 && news.length === 0) return answers;

    const change = news.at(-1)?.n ?? lastChange;
    const { done, ...hashes } = await messages.plan(now, fates.filter((fate) => fate !== 'duplicate'), change);
    const { erased } = owners;
    const less = erased && (await snapshots.without(erased.states));
    const without = sharedAfter(kept, seq);
    const settings = [...(less?.settings ?? []), ...(without === shared ? [] : [{ name: 'shared', sealed: sealer.seal(workspaceKey, 'shared', [], JSON.stringify([...without])) }])];
    await tables.write({ records, changes: changeRows, subjects: owners.made(), ...hashes, ...(erased && { erased: { ...erased, settings } }) });
    shared = without;
    less?.done();
    done();
    owners.done();
    if (records.length > 0) [seq, clock, upto] = [place, now, total];
    lastChange = change;
    if (erased) {
      await tables.scrub();
      snapshots.erasedAt(seq);
    }
    return answers;
  }

  /** Of each entry the hash of its message id, where it has one; or that it had come before. */
  async function fatesOf(entries: readonly GroupEntry[], now: number): Promise<(Buffer | undefined | 'duplicate')[]> {
    const here = new Set<string>();
    const fates: (Buffer | undefined | 'duplicate')[] = [];
    for (const entry of entries) {
      if (entry.kind !== 'event') fates.push(undefined);
      else if (here.has(entry.event.id)) fates.push('duplicate');
      else {
        here.add(entry.event.id);
        const hash = messages.hashOf(entry.event.id);
        const known = messages.has(hash, now);
        fates.push(known && (await known) ? 'duplicate' : hash);
      }
    }
    return fates;
  }

  /** To whom payloads of a group belong: those there are, those that it makes, and those that it erases. */
  async function ownersIn(entries: readonly GroupEntry[], changes: readonly Change[]) {
    const names = new Set<string>();
    for (const { entity } of changes) names.add(nameOfEntity(entity));
    for (const entry of entries) {
      if (entry.kind === 'event' && entry.event.identifiers.length > 0) names.add(nameOf(entry.event.identifiers[0]));
      else if (entry.kind === 'erase') for (const identifier of entry.identifiers) names.add(nameOf(identifier));
    }
    await subjects.load(names);
    /** Those that this group makes (undefined: destroyed). */
    const own = new Map<string, Subject | undefined>();
    const rows = new Map<number, SubjectRow>();
    let erased: { by: number; subjects: number[]; states: number[] } | undefined;
    let number = lastSubject;
    const known = (name: string) => (own.size > 0 && own.has(name) ? own.get(name) : subjects.named(name));
    return {
      of: (name: string): Subject => {
        const found = known(name);
        if (found) return found;
        const { subject, row } = subjects.make(name, (number += 1));
        own.set(name, subject);
        rows.set(subject.number, row);
        return subject;
      },
      erase(name: string, by: number): void {
        const found = known(name);
        if (!found) return;
        own.set(name, undefined);
        if (rows.has(found.number)) rows.set(found.number, { number: found.number, hmac: null, key: null, erased: by });
        else (erased ??= { by, subjects: [], states: [] }).subjects.push(found.number);
      },
      eraseStates(entities: readonly number[], by: number): void {
        (erased ??= { by, subjects: [], states: [] }).states.push(...entities);
      },
      get erased() {
        return erased;
      },
      made: () => [...rows.values()],
      done() {
        lastSubject = number;
        for (const [name, subject] of own) {
          subjects.drop(name);
          if (subject) subjects.keep(name, subject);
        }
        subjects.done();
      },
    };
  }

  function ownerOf(entry: GroupEntry, owners: Awaited<ReturnType<typeof ownersIn>>, by: number): Subject {
    if (entry.kind === 'event' && entry.event.identifiers.length > 0) return owners.of(nameOf(entry.event.identifiers[0]));
    if (entry.kind === 'erase') {
      for (const identifier of entry.identifiers) owners.erase(nameOf(identifier), by);
      owners.eraseStates(entry.entities, by);
    }
    return { number: 0, key: workspaceKey, name: '' };
  }

  async function partAfter(after: number): Promise<JournalRecord[]> {
    const from = Math.max(after, prunedTo) + 1;
    if (from > seq) return [];
    const start = await tables.recordFrom(from);
    const rows = start ? await tables.records(start.seq, from + part.records - 1, start.upto + part.bytes) : [];
    if (rows.length === 0) throw damaged(`record ${from} is`);
    let next = Math.min(from, firstOf(rows[0]));
    const groups = rows.map((row) => {
      if (firstOf(row) !== next) throw damaged(`record ${next} is`);
      next = row.seq + 1;
      return { row, group: row.first === null ? undefined : openedGroup(row) };
    });
    const owners = await subjects.numbered(groups.flatMap(({ row, group }) => (group ? subjectsIn(group) : [row.subject])));
    return groups.flatMap(({ row, group }) => (group ? recordsIn(row, group, owners) : recordIn(row, owners))).slice(from - firstOf(rows[0]));
  }

  function openedGroup(row: RecordRow): Buffer {
    const found = sealer.open(workspaceKey, 'groups', groupNumbersOf(row), row.payload);
    if (!found) throw damaged(`record ${firstOf(row)} is`);
    return found;
  }

  function recordsIn(row: RecordRow, group: Buffer, owners: ReadonlyMap<number, Subject | undefined>): JournalRecord[] {
    const keyOf = (subject: number) => {
      if (!owners.has(subject)) throw damaged(`record ${firstOf(row)} is`);
      return owners.get(subject)?.key;
    };
    return unpackGroup(group, keyOf).map(({ kind, text }, i): JournalRecord => {
      const at = firstOf(row) + i;
      return { seq: at, clock: row.clock, entry: text === undefined ? { kind: 'erased' } : asIfAlone(entryFrom(kind, text), at) };
    });
  }

  /** A row from before there were groups. */
  function recordIn(row: RecordRow, owners: ReadonlyMap<number, Subject | undefined>): JournalRecord {
    const key = owners.get(row.subject)?.key;
    if (!key) {
      if (!owners.has(row.subject) || row.kind !== event || !sealer.numbersHold('records', numbersOf(row), row.payload)) throw damaged(`record ${row.seq} is`);
      return { seq: row.seq, clock: row.clock, entry: { kind: 'erased' } };
    }
    const plain = sealer.open(key, 'records', numbersOf(row), row.payload);
    if (!plain) throw damaged(`record ${row.seq} is`);
    return { seq: row.seq, clock: row.clock, entry: asIfAlone(entryFrom(row.kind, plain.toString()), row.seq) };
  }

  /** An event without the identifiers that were of somebody who was erased after it. */
  function asIfAlone(entry: JournalEntry, at: number): JournalEntry {
    if (entry.kind !== 'event' || shared.size === 0 || entry.event.identifiers.length < 2) return entry;
    const isGone = (identifier: Identifier) => (shared.get(hashOf(identifier)) ?? 0) > at;
    const { identifiers: [first, ...others], kind } = entry.event;
    // An alias does not say whether what it names is a user's or a browser's.
    const left = others.filter(({ type, value }) => !isGone({ type, value }) && !(kind === 'alias' && ['user', 'anonymous'].some((either) => isGone({ type: either, value }))));
    return left.length === others.length ? entry : { kind: 'event', event: { ...entry.event, identifiers: [first, ...left] } };
  }

  function hashOf(identifier: Identifier): string {
    return subjects.hashOf(nameOf(identifier)).toString('base64');
  }

  /** `shared` as it is after these entries: the same where none says anything of it. Of records that were pruned nothing need be known. */
  function sharedAfter(entries: readonly GroupEntry[], from: number): typeof shared {
    const more = entries.flatMap((entry, i) => (entry.kind === 'erase' ? (entry.shared ?? []).map((identifier): [string, number] => [hashOf(identifier), from + 1 + i]) : []));
    return more.length === 0 ? shared : new Map([...[...shared].filter(([, until]) => until > prunedTo), ...more]);
  }

  async function readShared(): Promise<ReadonlyMap<string, number>> {
    const row = (await tables.settings()).find(({ name }) => name === 'shared');
    if (!row) return new Map();
    const plain = sealer.open(workspaceKey, 'shared', [], row.sealed);
    if (!plain) throw damaged('the list of what was shared is');
    return new Map(JSON.parse(plain.toString()) as [string, number][]);
  }

  /** Sealed with the workspace's key, since there is nobody in it: whom a change is of is said by a number, and the name of that goes with their key. */
  function changeRow(changes: readonly Change[], of: (name: string) => Subject): ChangeRow {
    const { n } = changes[changes.length - 1];
    const told = changes.map(({ entity, segment, version, direction, at, seq: after, reason, sequence }) => [of(nameOfEntity(entity)).number, segment, version, direction, at, after, reason, sequence]);
    return { n, sealed: sealer.seal(workspaceKey, 'changes', [n], JSON.stringify(told)) };
  }

  async function changesAfter(after: number, limit: number): Promise<Change[]> {
    const found: Change[] = [];
    for (let at = Math.max(0, after); found.length < limit && at < lastChange;) {
      const [row] = await tables.changes(at, 1);
      const plain = row && sealer.open(workspaceKey, 'changes', [row.n], row.sealed);
      const told = plain ? (JSON.parse(plain.toString()) as ToldChange[]) : [];
      const first = (row?.n ?? 0) - told.length + 1;
      if (told.length === 0 || first > at + 1) throw damaged(`change ${at + 1} is`);
      const wanted = told.slice(at + 1 - first, at + 1 - first + together);
      const owners = await subjects.numbered(wanted.map(([subject]) => subject));
      for (const [subject, segment, version, direction, instant, record, reason, sequence] of wanted) {
        at += 1;
        if (found.length === limit) break;
        if (!owners.has(subject)) throw damaged(`change ${at} is`);
        const owner = owners.get(subject);
        // That of somebody who was erased is not told any more.
        if (owner) found.push({ n: at, entity: publicIdIn(owner.name), segment, version, direction, at: instant, seq: record, reason, sequence });
      }
    }
    return found;
  }

  function settingOf(name: string, numbers: readonly number[]): SettingRow {
    return { name, sealed: sealer.seal(workspaceKey, name, [], JSON.stringify(numbers)) };
  }

  async function readPruned(): Promise<number> {
    const row = (await tables.settings()).find(({ name }) => name === 'pruned');
    if (!row) return 0;
    const plain = sealer.open(workspaceKey, 'pruned', [], row.sealed);
    if (!plain) throw damaged('where the journal begins is');
    return (JSON.parse(plain.toString()) as [number])[0];
  }

  /** The records that `prune` deletes: a beginning of the journal. Clocks and sizes only grow, so its end is found by halving. */
  async function range(since: number, bytes: number): Promise<{ from: number; to: number }> {
    const from = prunedTo + 1;
    let keep = from;
    let beyond = Math.min(seq, snapshots.seq) + 1;
    while (keep < beyond) {
      const middle = Math.floor((keep + beyond) / 2);
      const record = await tables.recordFrom(middle);
      if (!record || firstOf(record) > middle) throw damaged(`record ${middle} is`);
      if (record.clock < since || upto - record.upto + record.bytes > bytes) keep = middle + 1;
      else beyond = middle;
    }
    return { from, to: keep - 1 };
  }
}

/** The key of the workspace itself and the secret of its hashes, made where there are none. */
async function secretsOf(tables: JournalTables, { seal, open }: ReturnType<typeof sealerOf>, damaged: (what: string) => Error): Promise<{ workspaceKey: Uint8Array; secret: Buffer }> {
  const [own] = await tables.subjects([0]);
  const row = (await tables.settings()).find(({ name }) => name === 'secret');
  if (!own && !row) {
    const { record, subject, change } = await tables.newest();
    if ((record ?? subject ?? change ?? (await tables.messages(0, 1))[0]) !== undefined) throw damaged('the key of the workspace is');
    const [workspaceKey, secret] = [randomBytes(32), randomBytes(32)];
    const setting = { name: 'secret', sealed: seal(workspaceKey, 'secret', [], secret) };
    await tables.begin({ number: 0, hmac: null, key: workspaceKey, erased: null }, setting);
    return { workspaceKey, secret };
  }
  const secret = own?.key && row ? open(own.key, 'secret', [], row.sealed) : undefined;
  if (!secret) throw damaged('the key of the workspace is');
  return { workspaceKey: own.key!, secret };
}

const firstOf = ({ seq, first }: Pick<RecordRow, 'seq' | 'first'>): number => first ?? seq;
const numbersOf = ({ seq, clock, kind, subject, upto }: Omit<RecordRow, 'payload' | 'first'>) => [seq, clock, kind, subject, upto];
const groupNumbersOf = (row: Omit<RecordRow, 'payload'>) => [...numbersOf(row), firstOf(row)];
const duplicate: Appended = { duplicate: true };

/** A change as it is kept: the number of the subject, then what was told of it. */
type ToldChange = [subject: number, segment: string, version: number, direction: Change['direction'], at: number, seq: number, reason: string, sequence: number];

/** What is kept of an entry. Of those who are erased only the numbers. */
function textOf(entry: GroupEntry): string {
  if (entry.kind === 'event') return entry.text ?? JSON.stringify(entry.event);
  if (entry.kind === 'erase') return JSON.stringify({ ...entry, identifiers: [], shared: undefined, forgotten: entry.identifiers.length });
  return JSON.stringify(entry);
}

function entryFrom(kind: number, text: string): JournalEntry {
  const value = JSON.parse(text) as unknown;
  return kind === event ? { kind: 'event', event: value as Event } : (value as JournalEntry);
}
