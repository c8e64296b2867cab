import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres, withoutPostgres } from '../../scripts/postgres.mjs';
import { publicIdOf, type Event } from '../../src/domain/event.js';
import type { Change } from '../../src/domain/live.js';
import { openSqlite } from '../../src/store/adapters/sqlite-library.js';
import { entry } from '../../src/server/entries.js';
import { backup, restore } from '../../src/store/backup.js';
import { openJournal, openStore } from '../../src/store/catalog.js';
import type { Appended, Group, Journal, JournalEntry, JournalRecord } from '../../src/store/journal.js';
import { folderInMemory } from '../support/shoal.js';

if (withoutPostgres) process.stderr.write(`${withoutPostgres}\n`);

let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
const folders: string[] = [];
beforeAll(async () => {
  if (!withoutPostgres) server = await startPostgres();
});
afterAll(async () => {
  await server?.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  folders.push(await folderInMemory('shoal-journal'));
  return folders.at(-1)!;
}

/** Statements on the tables themselves, past the journal. */
type Tamper = (sql: string, ...values: unknown[]) => Promise<Record<string, unknown>[]>;
const tamperSqlite = (place: string): Tamper => async (sql, ...values) => {
  const connection = openSqlite(join(place, 'workspaces', 'main', 'journal.sqlite'));
  try {
    const statement = connection.prepare(sql.replace(/\$\d/g, '?'));
    if (statement.reader) return statement.all(values);
    statement.run(values);
    return [];
  } finally {
    connection.prepare('PRAGMA journal_mode = DELETE').all([]);
    connection.close();
  }
};
const tamperPostgres = (place: string): Tamper => async (sql, ...values) => {
  const client = new pg.Client({ connectionString: place, options: '-c search_path=shoal_main_journal' });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
};

/** Nothing that only the snapshot before needed is left. */
async function tidied(journal: Journal): Promise<void> {
  while ((await journal.tidy()) !== 'done');
}

const engines = [
  { engine: 'SQLite', missing: false, newPlace: newFolder, tamperOf: tamperSqlite, runs: 40 },
  { engine: 'SQLite in a thread', missing: false, newPlace: newFolder, tamperOf: tamperSqlite, runs: 3, entry: entry('journal') },
  { engine: 'PostgreSQL', missing: withoutPostgres !== undefined, newPlace: () => server!.fresh(), tamperOf: tamperPostgres, runs: 8 },
];

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);
const user = (value: string) => ({ type: 'user', value });
const event = (id: string, who = 'u1', properties: Event['payload'] = {}): JournalEntry & { kind: 'event' } => ({
  kind: 'event', event: { id, kind: 'track', name: 'Order', at: start, received: start + 1, identifiers: [user(who), { type: 'anonymous', value: `of ${who}` }], payload: { properties } },
});
const bytes = (of: string | readonly number[]): Uint8Array => new Uint8Array(Buffer.from(of as string));
const change = (n: number, entity: string): Change => ({ n, entity, segment: 's', version: 1, direction: 'entered', at: start, seq: 1, reason: 'because', sequence: n });
const erase = (...who: string[]): JournalEntry => ({ kind: 'erase', identifiers: who.map(user), entities: [], nodes: [], told: 0 });

/** What is done to the tables, and what the finding is called. */
const tampered = [
  ['a payload that was changed', "UPDATE records SET payload = (SELECT payload FROM records WHERE seq = 1) WHERE seq = 3", 'record 3'],
  ['a clock that was changed', 'UPDATE records SET clock = clock + 1 WHERE seq = 2', 'record 2'],
  ['a record under another number', 'UPDATE records SET seq = 99 WHERE seq = 5', 'end of the journal'],
  ['a record that is gone', 'DELETE FROM records WHERE seq = 2', 'record 2'],
  ['the first record gone', 'DELETE FROM records WHERE seq = 1', 'record 1'],
  ['the last record gone', 'DELETE FROM records WHERE seq = 5', 'end of the journal'],
  ['a group that begins elsewhere', 'UPDATE records SET first = 1 WHERE seq = 2', 'record 2'],
  ['an event that is said to be somebody else\'s', 'UPDATE records SET subject = 1 WHERE seq = 2', 'record 2'],
  ['a key that is gone without an erasure', 'UPDATE subjects SET key = NULL WHERE number = 2', 'subject 2'],
  ['a key and a name that are gone without an erasure', 'UPDATE subjects SET key = NULL, hmac = NULL WHERE number = 2', 'subject 2'],
  ['the key of another', 'UPDATE subjects SET key = (SELECT key FROM subjects WHERE number = 1) WHERE number = 2', 'subject 2'],
  ['a subject that is gone', 'DELETE FROM subjects WHERE number = 2', 'record 2'],
  ['a change that was changed', 'UPDATE changes SET sealed = (SELECT sealed FROM changes WHERE n = 2) WHERE n = 1', 'change 1'],
  ['a change that is gone', 'DELETE FROM changes WHERE n = 1', 'change 1'],
  ['the last change gone', 'DELETE FROM changes WHERE n = 2', 'end of the changes'],
  ['a state that was changed', 'UPDATE states SET sealed = (SELECT sealed FROM states WHERE entity = 1) WHERE entity = 2', 'entity 2'],
  ['a state that is gone', 'DELETE FROM states WHERE entity = 1', 'list of states'],
  ['a time that was changed', 'UPDATE states SET due = due + 1 WHERE entity = 1', 'list of states'],
  ['a snapshot that was changed', "UPDATE settings SET sealed = (SELECT sealed FROM settings WHERE name = 'secret') WHERE name = 'snapshot'", 'snapshot'],
  ['the secret gone', "DELETE FROM settings WHERE name = 'secret'", 'key of the workspace'],
  ['the message ids gone', 'DELETE FROM messages WHERE seq = 4', 'message ids'],
  ['the last message ids gone', 'DELETE FROM messages WHERE seq = 5', 'end of the journal'],
  ['message ids of another time', 'UPDATE messages SET clock = clock + 1 WHERE seq = 4', 'message ids'],
] as const;

describe.each(engines)('a journal on $engine', ({ missing, newPlace, tamperOf, runs, entry: thread }) => {
  let place: string;
  let journal: Journal;
  let tamper: Tamper;
  const clock = () => start;
  const open = (workspace = 'main') => openJournal(place, workspace, { clock, ...(thread && { entry: thread }) });
  const reopen = async () => {
    await journal.close();
    journal = await open();
  };
  const append = (entries: readonly JournalEntry[], at = start, changes: readonly Change[] = []) => journal.append({ clock: at, entries, changes });
  const all = async (after = 0, from = journal) => {
    const found: JournalRecord[] = [];
    for await (const records of from.read(after)) found.push(...records);
    return found;
  };

  beforeEach(async (context) => {
    if (missing) return context.skip();
    place = await newPlace();
    tamper = tamperOf(place);
    journal = await open();
  });
  afterEach(async () => {
    if (!missing) await journal.close();
  });

  describe('records', () => {
    it('keep every entry in its order, with its time, after it is opened again', async () => {
      const definition = { segment: 'big', name: 'Big spenders', version: 1, rule: { all: [] } as never };
      const entries: JournalEntry[] = [event('a'), { kind: 'define', definition }, { kind: 'serve', segment: 'big', version: 1 }, { kind: 'retire', segment: 'big' }, { kind: 'unmerge', merge: 1 }];
      expect(await journal.head()).toEqual({ seq: 0, clock: 0, change: 0 });
      expect(await append(entries)).toEqual([1, 2, 3, 4, 5].map((seq) => ({ seq })));
      expect(await append([event('b')], start + 5)).toEqual([{ seq: 6 }]);
      const expected = [...entries.map((entry, i) => ({ seq: i + 1, clock: start, entry })), { seq: 6, clock: start + 5, entry: event('b') }];
      expect(await all()).toEqual(expected);
      await reopen();
      expect(await journal.head()).toEqual({ seq: 6, clock: start + 5, change: 0 });
      expect(await all()).toEqual(expected);
      expect(await all(4)).toEqual(expected.slice(4));
      expect(await all(6)).toEqual([]);
      expect(await journal.recent(2)).toEqual([...expected.slice(-2)].reverse());
    });

    it('never go back in time, whatever the clock does', async () => {
      await append([event('a')], start + 10);
      await append([event('b')], start);
      expect((await all()).map(({ clock: at }) => at)).toEqual([start + 10, start + 10]);
      await reopen();
      await append([event('c')], start + 3);
      expect((await journal.head()).clock).toBe(start + 10);
    });

    it('keep text and values as they came, however hostile', async () => {
      const texts = ['', '\0', '\ud800', 'a\udc00b', '\u2028', '"\\\'; DROP TABLE records; --', '𝔘𝔫𝔦', '\ufeff', 'x'.repeat(100_000), '__proto__', '{"a":1}', '$1', '?'];
      const entries = texts.map((text, i) => event(`${i} ${text}`, text, { [text]: text, __proto__: null, n: [1e308, -0.1, 2 ** 53, null, true, { deep: [[[text]]] }] } as Event['payload']));
      const own = JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as Event['payload'];
      entries.push(event('proto', 'u', own));
      expect(await append(entries)).toEqual(entries.map((_, i) => ({ seq: i + 1 })));
      await reopen();
      const found = (await all()).map(({ entry }) => entry);
      expect(JSON.stringify(found)).toBe(JSON.stringify(entries));
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
      expect(await append(entries)).toEqual(entries.map(() => ({ duplicate: true })));
    });

    it('of a group are read from any of them on, and pruned up to any of them', async () => {
      await append(Array.from({ length: 2345 }, (_, i) => event(`m${i}`, `u${i % 7}`)));
      const rest = (after: number) => Array.from({ length: 2345 - after }, (_, i) => `m${after + i}`);
      const ids = async (after: number) => (await all(after)).map(({ entry }) => (entry as { event: Event }).event.id);
      for (const after of [0, 1, 999, 1000, 1001, 2344, 2345]) expect(await ids(after)).toEqual(rest(after));
      await journal.save({ seq: 1500, rest: Buffer.alloc(0), states: [] });
      expect(await journal.prune({ since: start + 1 })).toBe(1500);
      await reopen();
      expect(await ids(0)).toEqual(rest(1500));
      expect((await journal.size()).records).toBe(845);
      await journal.save({ seq: 2345, rest: Buffer.alloc(0), states: [] });
      expect(await journal.prune({ since: start + 1 })).toBe(845);
      expect(await ids(0)).toEqual([]);
    });

    it('of a megabyte are kept, and read in parts of some megabytes', async () => {
      const text = 'ä'.repeat(500_000);
      await append(Array.from({ length: 12 }, (_, i) => event(`m${i}`, 'u', { text: `${i}${text}` })));
      const sizes: number[] = [];
      const found: string[] = [];
      for await (const records of journal.read(0)) {
        sizes.push(records.length);
        for (const { entry } of records) found.push(((entry as { event: Event }).event.payload['properties'] as { text: string }).text);
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(5);
      expect(found).toEqual(Array.from({ length: 12 }, (_, i) => `${i}${text}`));
      expect((await journal.size()).bytes).toBeGreaterThan(12_000_000);
    });

    it('are given one after the other to callers that do not wait', async () => {
      const groups = Array.from({ length: 40 }, (_, i) => [event(`a${i}`), event(`b${i % 7}`)]);
      const [answers] = await Promise.all([Promise.all(groups.map((group) => append(group))), all(), journal.size(), journal.save({ seq: 0, rest: Buffer.alloc(0), states: [] })]);
      const seqs = answers.flat().flatMap((answer) => ('seq' in answer ? [answer.seq] : []));
      expect(seqs).toEqual(Array.from({ length: 47 }, (_, i) => i + 1));
      expect(await all()).toHaveLength(47);
    });

    it('are refused by a closed journal and by one that somebody else has', async () => {
      await expect(open()).rejects.toMatchObject({ code: 'store/in-use' });
      await journal.close();
      await expect(append([event('a')])).rejects.toThrow('closed');
      journal = await open();
      expect(await append([event('a')])).toEqual([{ seq: 1 }]);
    });

    it('stop being read where the reader says so', async () => {
      await append(Array.from({ length: 2500 }, (_, i) => event(`m${i}`)));
      const aborted = new AbortController();
      const parts: number[] = [];
      await expect((async () => {
        for await (const records of journal.read(0, { signal: aborted.signal })) {
          parts.push(records.length);
          aborted.abort();
        }
      })()).rejects.toThrow();
      expect(parts).toHaveLength(1);
    });

    it('of one workspace are not those of another, nor can they be put there', async () => {
      const other = await open('other');
      try {
        await append([event('a')]);
        expect(await other.append({ clock: start, entries: [event('a')] })).toEqual([{ seq: 1 }]);
        expect(await other.append({ clock: start, entries: [event('b')] })).toEqual([{ seq: 2 }]);
        expect((await journal.head()).seq).toBe(1);
        await journal.append({ clock: start, entries: [erase('u1')] });
        expect((await all(0, other)).map(({ entry }) => entry.kind)).toEqual(['event', 'event']);
      } finally {
        await other.close();
      }
    });
  });

  describe('messages', () => {
    it('that come again are told apart, in one group, later, and after it is opened again', async () => {
      expect(await append([event('a'), event('b'), event('a')])).toEqual([{ seq: 1 }, { seq: 2 }, { duplicate: true }]);
      expect(await append([event('b'), event('c')])).toEqual([{ duplicate: true }, { seq: 3 }]);
      expect(await append([event('a')])).toEqual([{ duplicate: true }]);
      await reopen();
      expect(await append([event('c'), event('d'), event('a')])).toEqual([{ duplicate: true }, { seq: 4 }, { duplicate: true }]);
    });

    it('count again after exactly 30 days', async () => {
      await append([event('a')], start);
      expect(await append([event('a')], start + 30 * day - 1)).toEqual([{ duplicate: true }]);
      await reopen();
      expect(await append([event('a'), event('b')], start + 30 * day - 1)).toEqual([{ duplicate: true }, { seq: 2 }]);
      expect(await append([event('a')], start + 30 * day)).toEqual([{ seq: 3 }]);
      expect(await append([event('a')], start + 60 * day - 1)).toEqual([{ duplicate: true }]);
      expect(await append([event('a')], start + 60 * day)).toEqual([{ seq: 4 }]);
    });

    it('are remembered to the millisecond through thousands of groups, joined rows, expiry and restarts', async () => {
      const step = Math.round(day / 8);
      const came = new Map<string, number>();
      for (let i = 0; i < 700; i++) {
        const at = start + i * step;
        const ids = [`m${i}`, ...[1, 239, 240, 241].map((back) => `m${i - back}`).filter((id) => came.has(id))];
        const expected = ids.map((id) => at - (came.get(id) ?? -Infinity) < 30 * day);
        expect((await append(ids.map((id) => event(id)), at)).map((answer) => 'duplicate' in answer)).toEqual(expected);
        ids.forEach((id, k) => expected[k] || came.set(id, at));
        if (i % 97 === 0) await reopen();
      }
      const [{ rows }] = await (await closed(), tamper('SELECT count(*) AS rows FROM messages'));
      expect(Number(rows)).toBeLessThan(500);
    });

    it('are remembered when their records are pruned', async () => {
      await append([event('a'), event('b')]);
      await journal.save({ seq: 2, rest: Buffer.alloc(0), states: [] });
      expect(await journal.prune({ since: start + 1 })).toBe(2);
      expect(await append([event('a')])).toEqual([{ duplicate: true }]);
      await reopen();
      expect(await journal.head()).toEqual({ seq: 2, clock: start, change: 0 });
      expect(await append([event('b'), event('c')])).toEqual([{ duplicate: true }, { seq: 3 }]);
    });
  });

  describe('erasing', () => {
    it('makes what belonged to somebody unreadable, and nothing else', async () => {
      await append([event('a', 'ada'), event('b', 'bob'), event('c', 'ada')], start, [change(1, 'ada'), change(2, 'bob'), change(3, 'ada')]);
      await append([event('d', 'ada'), erase('ada', 'nobody'), event('e', 'ada')]);
      const kinds = (await all()).map(({ entry }) => entry.kind);
      expect(kinds).toEqual(['erased', 'event', 'erased', 'erased', 'erase', 'event']);
      expect((await all())[4].entry).toEqual({ kind: 'erase', identifiers: [], entities: [], nodes: [], told: 0, forgotten: 2 });
      expect((await journal.changes(0, 10)).map(({ n }) => n)).toEqual([2]);
      expect(await journal.changes(0, 1)).toHaveLength(1);
      await reopen();
      expect((await all()).map(({ entry }) => entry.kind)).toEqual(kinds);
      expect((await journal.changes(0, 10)).map(({ n }) => n)).toEqual([2]);
      // What came under the ids of the messages is still known to have come.
      expect(await append([event('a', 'ada')])).toEqual([{ duplicate: true }]);
    });

    it('leaves no key, HMAC or state in the tables, and the rest of the snapshot whole', async () => {
      await append([event('a', 'ada'), event('b', 'bob')], start, [change(1, 'ada')]);
      await journal.save({ seq: 2, rest: bytes('rest'), states: [1, 2, 3].map((entity) => ({ entity, bytes: bytes(`state ${entity}`), due: entity === 2 ? Infinity : start })) });
      await append([{ kind: 'erase', identifiers: [user('ada')], entities: [1, 2, 77], nodes: [], told: 0 }]);
      expect(await journal.saved()).toEqual({ seq: 2, rest: bytes('rest'), due: [{ entity: 3, due: start }] });
      expect(await journal.states([1, 3])).toEqual([undefined, bytes('state 3')]);
      await closed();
      const rows = await tamper('SELECT number, hmac, key, erased FROM subjects ORDER BY number');
      expect(rows.map(({ hmac, key, erased }) => [hmac === null, key === null, erased === null ? null : Number(erased)])).toEqual([[true, false, null], [true, true, 3], [false, false, null]]);
    });

    it('of a browser that two used: what the other one did is read without it, up to there', async () => {
      const browser = { type: 'anonymous', value: 'one of two' };
      const on = (id: string, who: string): JournalEntry => ({ kind: 'event', event: { ...event(id, who).event, identifiers: [user(who), browser] } });
      await append([on('a', 'ada'), on('b', 'bob')]);
      await append([{ kind: 'erase', identifiers: [user('ada'), browser], shared: [browser], entities: [], nodes: [], told: 0 }]);
      await append([on('c', 'bob')]);
      const read = async () => (await all()).map(({ entry }) => (entry.kind === 'event' ? entry.event.identifiers : entry.kind));
      const expected = ['erased', [user('bob')], 'erase', [user('bob'), browser]];
      expect(await read()).toEqual(expected);
      await reopen();
      await append([erase('bob who is unknown')]);
      expect(await read()).toEqual([...expected, 'erase']);
    });

    it('of somebody unknown is a record all the same', async () => {
      expect(await append([erase('nobody')])).toEqual([{ seq: 1 }]);
      expect((await all()).map(({ entry }) => entry.kind)).toEqual(['erase']);
    });
  });

  describe('changes', () => {
    it('are written once each, in order, and read from any place', async () => {
      await append([event('a')], start, []);
      await append([], start, [change(1, 'u1'), change(2, 'u2')]);
      await append([event('b')], start, [change(2, 'u2'), change(3, 'u1')]);
      expect(await journal.changes(0, 10)).toEqual([change(1, 'u1'), change(2, 'u2'), change(3, 'u1')]);
      expect(await journal.changes(1, 1)).toEqual([change(2, 'u2')]);
      expect(await journal.changes(3, 10)).toEqual([]);
      await expect(append([], start, [change(5, 'u1')])).rejects.toThrow('gap');
      await reopen();
      await append([event('c')], start, [change(3, 'other'), change(4, 'u4')]);
      expect((await journal.changes(2, 10)).map(({ entity }) => entity)).toEqual(['u1', 'u4']);
    });

    it('belong to the identifier that the entity is called by, whatever it looks like', async () => {
      const ids = [{ type: 'user', value: 'a:b' }, { type: 'email', value: 'x@y.z' }, { type: 'user', value: '\ud800' }, { type: 'user', value: '\ud801' }, { type: 'a', value: 'b' }];
      await append([event('a')], start, ids.map((id, i) => change(i + 1, publicIdOf(id))));
      await reopen();
      expect((await journal.changes(0, 9)).map(({ entity }) => entity)).toEqual(ids.map(publicIdOf));
      for (const [i, id] of ids.entries()) {
        await append([{ kind: 'erase', identifiers: [id], entities: [], told: 5 }]);
        expect((await journal.changes(0, 9)).map(({ entity }) => entity)).toEqual(ids.slice(i + 1).map(publicIdOf));
      }
    });

    it('of one group are read from any of them on', async () => {
      await append([event('a')], start, Array.from({ length: 1203 }, (_, i) => change(i + 1, `u${i % 3}`)));
      for (const [after, limit] of [[0, 1203], [498, 5], [499, 1], [500, 500], [1199, 100], [1203, 5]]) {
        expect((await journal.changes(after, limit)).map(({ n }) => n)).toEqual(Array.from({ length: Math.min(limit, 1203 - after) }, (_, i) => after + 1 + i));
      }
    });

    it('pass over those of entities that were erased, also where a whole page is', async () => {
      await append([event('a')], start, Array.from({ length: 30 }, (_, i) => change(i + 1, i < 20 ? 'ada' : 'bob')));
      await append([erase('ada')]);
      expect((await journal.changes(0, 5)).map(({ n }) => n)).toEqual([21, 22, 23, 24, 25]);
      expect((await journal.changes(25, 50)).map(({ n }) => n)).toEqual([26, 27, 28, 29, 30]);
    });
  });

  describe('snapshots', () => {
    const state = (entity: number, text: string, due = Infinity) => ({ entity, bytes: bytes(text), due });

    it('take only what changed, and give states in the order asked for', async () => {
      await append([event('a'), event('b')]);
      expect(await journal.saved()).toBeUndefined();
      await journal.save({ seq: 1, rest: bytes('one'), states: [state(1, 'a', start + 5), state(2, 'b'), state(9, 'c', 0)] });
      await journal.save({ seq: 2, rest: bytes('two'), states: [state(2, 'B', start), { entity: 9, bytes: undefined, due: Infinity }, state(3, '')] });
      const expected = { seq: 2, rest: bytes('two'), due: [{ entity: 1, due: start + 5 }, { entity: 2, due: start }, { entity: 3, due: Infinity }] };
      expect(await journal.saved()).toEqual(expected);
      await reopen();
      expect(await journal.saved()).toEqual(expected);
      expect(await journal.states([3, 2, 9, 1, 2])).toEqual([bytes(''), bytes('B'), undefined, bytes('a'), bytes('B')]);
      await expect(journal.save({ seq: 3, rest: Buffer.alloc(0), states: [] })).rejects.toThrow('records that there are not');
      await journal.forget();
      expect(await journal.saved()).toBeUndefined();
      expect(await journal.states([1])).toEqual([undefined]);
    });

    it('give a state as it was asked to be kept last, though nobody waits for that to be written', async () => {
      const pending: Promise<unknown>[] = [];
      for (let i = 0; i < 30; i++) {
        pending.push(journal.append({ clock: start, entries: [event(`a${i}`)] }), journal.stage({ states: [state(1, `${i}`), state(2 + i, 'new')] }));
        expect(await journal.states([1, 2 + i])).toEqual([bytes(`${i}`), bytes('new')]);
      }
      pending.push(journal.save({ seq: 1, rest: bytes(''), states: [state(1, 'saved')] }));
      expect(await journal.states([1])).toEqual([bytes('saved')]);
      pending.push(journal.forget());
      expect(await journal.states([1])).toEqual([undefined]);
      await Promise.all(pending);
    });

    it('of thousands of states are written whole', async () => {
      await journal.save({ seq: 0, rest: Buffer.alloc(3_000_000, 7), states: Array.from({ length: 3500 }, (_, i) => state(i * 3, `state ${i}`, start + i)) });
      await reopen();
      const saved = await journal.saved();
      expect(saved?.due).toHaveLength(3500);
      expect(saved?.rest.every((byte) => byte === 7)).toBe(true);
      expect((await journal.states([3, 9999 + 498]))).toEqual([bytes('state 1'), bytes('state 3499')]);
    });

    it('that are made bit by bit count when they are whole, and are as if they had never been before', async () => {
      await append([event('a', 'ada'), event('b', 'bob')]);
      await journal.save({ seq: 1, rest: Buffer.alloc(600_000, 1), states: [state(1, 'a', start + 5), state(2, 'b'), state(3, 'c', start + 7)] });
      const first = { seq: 1, due: [{ entity: 1, due: start + 5 }, { entity: 2, due: Infinity }, { entity: 3, due: start + 7 }] };
      await journal.stage({ states: [state(1, 'A'), { entity: 2, bytes: undefined, due: Infinity }] });
      await journal.stage({ rest: bytes('re'), states: [state(1, 'AA', start + 8), state(4, 'd')] });
      // What is staged is the newest there is, but not what a crash leaves.
      expect(await journal.states([1, 2, 3, 4])).toEqual([bytes('AA'), undefined, bytes('c'), bytes('d')]);
      expect(await journal.saved()).toMatchObject(first);
      await reopen();
      expect(await journal.saved()).toMatchObject(first);
      expect((await journal.saved())!.rest).toHaveLength(600_000);
      expect(await journal.states([1, 2, 3, 4])).toEqual([bytes('a'), bytes('b'), bytes('c'), undefined]);

      await journal.stage({ states: [state(1, 'A'), state(3, 'C', start + 9)] });
      await append([{ kind: 'erase', identifiers: [{ type: 'user', value: 'ada' }], entities: [3], nodes: [], told: 0 }]);
      await reopen();
      expect(await journal.saved()).toMatchObject({ seq: 1, due: first.due.slice(0, 2) });
      await journal.stage({ states: [state(1, 'A')] });
      await journal.stage({ states: [{ entity: 2, bytes: undefined, due: Infinity }], rest: bytes('re') });
      await journal.save({ seq: 2, rest: bytes('st'), states: [state(4, 'd', start)] });
      const second = { seq: 2, rest: bytes('rest'), due: [{ entity: 1, due: Infinity }, { entity: 4, due: start }] };
      expect(await journal.saved()).toEqual(second);
      await tidied(journal);
      await reopen();
      expect(await journal.saved()).toEqual(second);
      expect(await journal.states([1, 2, 3, 4])).toEqual([bytes('A'), undefined, undefined, bytes('d')]);
    });

    it('leave no row of a state that is there no more, nor of what it was before, once they are tidied', async () => {
      const rows = async () => (await tamper('SELECT entity, version FROM states ORDER BY entity, version')).map(({ entity }) => Number(entity));
      await journal.save({ seq: 0, rest: bytes('one'), states: [1, 2, 3, 4].map((entity) => state(entity, `state ${entity}`)) });
      await journal.stage({ states: [1, 2].map((entity) => ({ entity, bytes: undefined, due: Infinity })) });
      // Only what counts is tidied.
      await tidied(journal);
      await journal.save({ seq: 0, rest: bytes('two'), states: [{ entity: 4, bytes: undefined, due: Infinity }] });
      await journal.stage({ states: [state(2, 'again')] });
      await tidied(journal);
      await journal.save({ seq: 0, rest: bytes('three'), states: [] });
      await tidied(journal);
      expect((await journal.saved())?.due).toEqual([2, 3].map((entity) => ({ entity, due: Infinity })));
      expect(await journal.states([1, 2, 3, 4])).toEqual([undefined, bytes('again'), bytes('state 3'), undefined]);
      await closed();
      expect(await rows()).toEqual([-1, 2, 3]);
    });

    it('whose states fail on the way are not written at all', async () => {
      await journal.save({ seq: 0, rest: bytes('old'), states: [state(1, 'old')] });
      const states = function* () {
        yield state(1, 'new');
        throw new Error('the states gave out');
      };
      await expect(journal.save({ seq: 0, rest: bytes('new'), states: states() })).rejects.toThrow();
      await reopen();
      expect([await journal.saved(), await journal.states([1])]).toEqual([{ seq: 0, rest: bytes('old'), due: [{ entity: 1, due: Infinity }] }, [bytes('old')]]);
    });
  });

  describe('pruning', () => {
    it('deletes the oldest by age and by size, never what is newer than the snapshot', async () => {
      for (let i = 0; i < 20; i++) await append([event(`m${i}`)], start + i * day);
      expect(await journal.prune({ since: start + 100 * day })).toBe(0);
      await journal.save({ seq: 12, rest: Buffer.alloc(0), states: [] });
      expect(await journal.prune({ since: start + 5 * day })).toBe(5);
      const { records, bytes, oldest } = await journal.size();
      expect({ records, oldest }).toEqual({ records: 15, oldest: start + 5 * day });
      expect(await journal.prune({ bytes: Math.floor((bytes * 10) / 15) + 20 })).toBe(5);
      expect(await journal.prune({ bytes: 0 })).toBe(2);
      expect(await journal.prune({ since: start + 100 * day, bytes: 0 })).toBe(0);
      expect((await all()).map(({ seq }) => seq)).toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
      await reopen();
      expect((await all(3)).map(({ seq }) => seq)).toEqual([13, 14, 15, 16, 17, 18, 19, 20]);
      await journal.save({ seq: 20, rest: Buffer.alloc(0), states: [] });
      expect(await journal.prune({ bytes: 0 })).toBe(8);
      expect(await journal.size()).toEqual({ records: 0, bytes: 0 });
      await reopen();
      expect(await append([event('next')], start + 50 * day)).toEqual([{ seq: 21 }]);
      expect((await all()).map(({ seq }) => seq)).toEqual([21]);
    });
  });

  describe('damage', () => {
    const damaged = { code: 'store/damaged' };
    beforeEach(async () => {
      await append([event('a', 'ada')], start, [change(1, 'ada')]);
      await append([event('b', 'bob')]);
      await append([event('c', 'ada')]);
      await append([event('d', 'cyd')], start, [change(2, 'bob')]);
      await append([erase('cyd')]);
      await journal.save({ seq: 4, rest: bytes('rest'), states: [1, 2].map((entity) => ({ entity, bytes: bytes(`state ${entity}`), due: start })) });
      await closed();
    });
    const everything = async () => {
      journal = await open();
      return [await all(), await journal.changes(0, 10), await journal.saved(), await journal.states([1, 2])];
    };

    // In a thread it is found by the same code: there each finding once, to see that it comes across.
    it.each(tampered.filter(([, , named], i) => !thread || tampered.findIndex((one) => one[2] === named) === i))('is found: %s', async (_, sql, named) => {
      await tamper(sql);
      await expect(everything()).rejects.toMatchObject({ ...damaged, message: expect.stringContaining(named) });
    });

    it('of one record leaves the others readable', async () => {
      await tamper('UPDATE records SET clock = clock + 1 WHERE seq = 2');
      journal = await open();
      await expect(all(0)).rejects.toMatchObject({ ...damaged, message: expect.stringContaining('record 2') });
      expect((await all(2)).map(({ seq }) => seq)).toEqual([3, 4, 5]);
      expect(await append([event('a'), event('z')])).toEqual([{ duplicate: true }, { seq: 6 }]);
    });
  });

  describe('of a program that wrote a row for each record', () => {
    it('is read, erased from, pruned and gone on with', async () => {
      await closed();
      place = await newPlace();
      tamper = tamperOf(place);
      await restore(join(import.meta.dirname, '..', 'golden', 'journal-1.backup'), place, { clock });
      journal = await open();
      expect(await journal.head()).toEqual({ seq: 6, clock: start + 2000, change: 1 });
      const before = ['erased', 'event', 'erased', 'event', 'retire', 'erase'];
      expect((await all()).map(({ entry }) => entry.kind)).toEqual(before);
      expect((await all(1))[0]).toEqual({ seq: 2, clock: start, entry: event('b', 'bob', { text: 'äöü' }) });
      expect(await append([event('d', 'cyd'), event('e', 'cyd'), event('f', 'ada')], start + 3000)).toEqual([{ duplicate: true }, { seq: 7 }, { seq: 8 }]);
      await append([erase('cyd')], start + 4000);
      const now = ['erased', 'event', 'erased', 'erased', 'retire', 'erase', 'erased', 'event', 'erase'];
      expect((await all()).map(({ entry }) => entry.kind)).toEqual(now);
      await reopen();
      expect((await all()).map(({ entry }) => entry.kind)).toEqual(now);
      await journal.save({ seq: 9, rest: Buffer.alloc(0), states: [] });
      expect(await journal.prune({ since: start + 1500 })).toBe(5);
      expect((await all()).map(({ seq }) => seq)).toEqual([6, 7, 8, 9]);
      await closed();
      await tamper('UPDATE records SET clock = clock + 1 WHERE seq = 6');
      journal = await open();
      await expect(all()).rejects.toMatchObject({ code: 'store/damaged', message: expect.stringContaining('record 6') });
    });
  });

  describe('in a backup', () => {
    it('is written beside its writer, and comes back whole on either engine', async () => {
      const by = { actor: 'ada', reason: 'a test' };
      const home = await openStore(place, { clock, keys: await newFolder() });
      await home.workspaces.create({ id: 'main', name: 'Main' }, by);
      await append([event('a', 'ada'), event('b', 'bob', { text: 'ä'.repeat(100_000) })], start, [change(1, 'ada'), change(2, 'bob')]);
      await append([erase('ada')]);
      await journal.save({ seq: 3, rest: bytes([0, 255, 10]), states: [{ entity: 7, bytes: bytes('state'), due: Infinity }] });
      const path = join(await newFolder(), 'journal.backup');
      await backup(place, path, { clock });
      await append([event('later')]);
      for (const other of engines) {
        if (other.missing) continue;
        const restored = await other.newPlace();
        await restore(path, restored, { clock });
        const again = await openJournal(restored, 'main', { clock });
        expect((await all(0, again)).map(({ entry }) => entry.kind)).toEqual(['erased', 'event', 'erase']);
        expect((await all(1, again))[0].entry).toEqual(event('b', 'bob', { text: 'ä'.repeat(100_000) }));
        expect(await again.changes(0, 9)).toEqual([change(2, 'bob')]);
        expect(await again.saved()).toEqual({ seq: 3, rest: bytes([0, 255, 10]), due: [{ entity: 7, due: Infinity }] });
        expect(await again.states([7])).toEqual([bytes('state')]);
        expect(await again.append({ clock: start + 1, entries: [event('a'), event('later')] })).toEqual([{ duplicate: true }, { seq: 4 }]);
        await again.close();
        await expect(restore(path, restored, { clock })).rejects.toMatchObject({ code: 'store/conflict' });
      }
      await home.workspaces.remove('main', by);
      await closed();
      await home.workspaces.purge('main', by);
      await home.close();
      journal = await open();
      expect(await journal.head()).toEqual({ seq: 0, clock: 0, change: 0 });
    });
  });

  it('does what the simplest journal does, whatever is asked of it', async () => {
    const command = fc.oneof(
      { weight: 6, arbitrary: fc.record({ does: fc.constant('append' as const), ids: fc.array(fc.tuple(fc.nat(40), fc.nat(4)), { maxLength: 12 }), later: fc.constantFrom(0, 1, 1000, day, 10 * day, 30 * day - 1, 30 * day) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('erase' as const), who: fc.nat(4) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('reopen' as const) }) },
      { weight: 1, arbitrary: fc.record({ does: fc.constant('prune' as const), days: fc.nat(40), snapshot: fc.nat(30) }) },
    );
    let workspaces = 0;
    await fc.assert(fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 30 }), async (commands) => {
      const workspace = `w${(workspaces += 1)}`;
      let tested = await open(workspace);
      try {
        const model = naive();
        let now = start;
        for (const step of commands) {
          if (step.does === 'append') {
            const group = { clock: (now += step.later), entries: step.ids.map(([id, who]) => event(`m${id}`, `u${who}`)) };
            expect(await tested.append(group)).toEqual(model.append(group));
          } else if (step.does === 'erase') {
            const group = { clock: now, entries: [erase(`u${step.who}`)] };
            expect(await tested.append(group)).toEqual(model.append(group));
          } else if (step.does === 'prune') {
            const seq = Math.min(step.snapshot, (await tested.head()).seq);
            await tested.save({ seq, rest: Buffer.alloc(0), states: [] });
            const since = now - step.days * day;
            expect(await tested.prune({ since })).toBe(model.prune(seq, since));
          } else {
            await tested.close();
            tested = await open(workspace);
          }
          expect(await all(0, tested)).toEqual(model.records);
        }
      } finally {
        await tested.close();
      }
    }), { numRuns: runs });
  });

  async function closed() {
    await journal.close();
    journal = { close: async () => undefined } as Journal;
  }
});

/** The journal as one would explain it: lists. */
function naive() {
  const came: { id: string; at: number }[] = [];
  let records: JournalRecord[] = [];
  let seq = 0;
  return {
    get records() {
      return records;
    },
    append: ({ clock: at, entries }: Group): Appended[] => entries.map((entry) => {
      if (entry.kind === 'event') {
        if (came.some(({ id, at: then }) => id === entry.event.id && at - then < 30 * day)) return { duplicate: true };
        came.push({ id: entry.event.id, at });
      }
      if (entry.kind === 'erase') {
        const gone = new Set(entry.identifiers.map(({ value }) => value));
        records = records.map((record) => (record.entry.kind === 'event' && gone.has(record.entry.event.identifiers[0].value) ? { ...record, entry: { kind: 'erased' } } : record));
      }
      records = [...records, { seq: (seq += 1), clock: at, entry: entry.kind === 'erase' ? { ...entry, identifiers: [], forgotten: entry.identifiers.length } : entry }];
      return { seq };
    }),
    prune(snapshot: number, since: number): number {
      const kept = records.filter((record) => record.seq > snapshot || record.clock >= since);
      const gone = records.length - kept.length;
      records = kept;
      return gone;
    },
  };
}

describe('a journal in a server', () => {
  it.skipIf(withoutPostgres)('whose connection is lost refuses everything after, and goes on where it is opened anew', async () => {
    const place = await server!.fresh();
    const open = () => openJournal(place, 'main', { clock: () => start });
    const journal = await open();
    await journal.append({ clock: start, entries: [event('a')] });
    await tamperPostgres(place)("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'shoal'");
    for (const id of ['b', 'c']) await expect(journal.append({ clock: start, entries: [event(id)] })).rejects.toMatchObject({ code: 'store/unavailable' });
    await expect(journal.head()).resolves.toMatchObject({ seq: 1 });
    await journal.close();
    const again = await open();
    expect(await again.append({ clock: start, entries: [event('a'), event('b')] })).toEqual([{ duplicate: true }, { seq: 2 }]);
    await again.close();
  });
});

describe('a journal in a file', () => {
  it('holds no id, name, key or payload of somebody who was erased, nor in its log', async () => {
    const place = await newFolder();
    const files = join(place, 'workspaces', 'main');
    const journal = await openJournal(place, 'main', { clock: () => start });
    await journal.append({ clock: start, entries: [event('secret-message', 'secret-person', { note: 'secret-note' }), event('b', 'bob')], changes: [change(1, 'secret-person')] });
    await journal.close();
    const keys = (await tamperSqlite(place)('SELECT hmac, key FROM subjects WHERE number = 1')).flatMap(({ hmac, key }) => [hmac, key] as Uint8Array[]);
    const again = await openJournal(place, 'main', { clock: () => start });
    await again.append({ clock: start, entries: [event('c', 'secret-person')] });
    const onDisk = async () => Buffer.concat(await Promise.all((await readdir(files)).map((name) => readFile(join(files, name)))));
    for (const key of keys) expect((await onDisk()).includes(key)).toBe(true);
    await again.append({ clock: start, entries: [erase('secret-person')] });
    const left = await onDisk();
    for (const text of ['secret-message', 'secret-person', 'secret-note']) expect(left.includes(text)).toBe(false);
    for (const key of keys) expect(left.includes(key)).toBe(false);
    await again.close();
  });

  it('holds nothing of the snapshot before an erasure either, once the one after it is tidied', async () => {
    const place = await newFolder();
    const files = join(place, 'workspaces', 'main');
    const journal = await openJournal(place, 'main', { clock: () => start });
    await journal.append({ clock: start, entries: [event('a', 'ann'), event('b', 'bob')] });
    await journal.save({ seq: 2, rest: bytes('names ann and bob'), states: [] });
    await journal.close();
    const [{ sealed }] = (await tamperSqlite(place)('SELECT sealed FROM states WHERE entity = -1')) as { sealed: Uint8Array }[];
    const again = await openJournal(place, 'main', { clock: () => start });
    const onDisk = async () => Buffer.concat(await Promise.all((await readdir(files)).map((name) => readFile(join(files, name)))));
    // Snapshots that were begun before it come to nothing first.
    await again.append({ clock: start, entries: [event('c', 'bob'), erase('ann')] });
    await again.save({ seq: 3, rest: bytes('names ann and bob'), states: [] });
    await tidied(again);
    await again.save({ seq: 4, rest: bytes('names bob'), states: [] });
    expect((await onDisk()).includes(sealed)).toBe(true);
    // Somebody who reads beside keeps the log as it is.
    const reader = openSqlite(join(files, 'journal.sqlite'));
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM states').all([]);
    let came = await again.tidy();
    while (came === 'more') came = await again.tidy();
    expect([came, await again.tidy(), (await onDisk()).includes(sealed)]).toEqual(['later', 'later', true]);
    reader.exec('COMMIT');
    reader.close();
    expect([await again.tidy(), (await onDisk()).includes(sealed)]).toEqual(['done', false]);
    await again.close();
  });
});
