import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../domain/event.js';
import type { Rule } from '../../domain/rule.js';
import { openSqlite } from '../../store/adapters/sqlite-library.js';
import { openJournal } from '../../store/catalog.js';
import type { Journal } from '../../store/journal.js';
import { createContext } from '../../context.js';
import { replay } from './replay.js';
import { openLive, type Live, type LiveNews } from './live.js';

const minute = 60_000;
let folder: string;
let now: number;
let live: Live;
let journal: Journal;
let failures: unknown[];

const clock = () => now;
const open = async () => {
  journal = await openJournal(folder, 'main', { clock });
  live = await openLive(journal, { clock }, { failed: (error) => void failures.push(error) });
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-live-'));
  now = Date.parse('2026-03-02T09:00:00Z');
  failures = [];
  await open();
});
afterEach(async () => {
  await live.close().catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

let count = 0;
const event = (user: string, name: string, at = now, more: Partial<Event> = {}): Event => ({
  id: `m${(count += 1)}`, kind: 'track', name, at, received: now, identifiers: [{ type: 'user', value: user }], payload: {}, ...more,
});
const user = (value: string) => ({ type: 'user', value });
const twice: Rule = { kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'Viewed' }], op: '>=', value: 2, window: { last: 30, unit: 'minutes' } };
const inSegments = async (id: string) => (await live.entity(user(id)))?.memberships.map(({ segment }) => segment);
/** Defines a segment and waits until it serves. */
async function defined(segment: string, rule: Rule, version = 1): Promise<void> {
  const served = new Promise<void>((resolve) => {
    const stop = live.news((news) => 'segment' in news && news.segment.segment === segment && news.segment.state === 'live' && news.segment.version === version && (stop(), resolve()));
  });
  const { state } = await live.define({ segment, name: segment, version, rule });
  if (state !== 'live') await served;
}

describe('a live side on a journal', () => {
  it('lets somebody in with the event that makes it so, and out at the exact end of the window', async () => {
    await live.accept([event('ann', 'Viewed')]);
    await defined('keen', twice);
    expect(await inSegments('ann')).toEqual([]);
    const first = now;
    now += minute;
    await live.accept([event('ann', 'Viewed')]);
    const ann = await live.entity(user('ann'));
    expect(ann?.memberships).toMatchObject([{ segment: 'keen', since: now, until: first + 30 * minute }]);
    now = first + 30 * minute - 1;
    expect(await inSegments('ann')).toEqual(['keen']);
    now += 1;
    expect(await inSegments('ann')).toEqual([]);
    expect(await live.changes(0, 10)).toMatchObject([{ n: 1, entity: 'ann', direction: 'entered', at: first + minute }, { n: 2, direction: 'left', at: first + 30 * minute }]);
  });

  it('tells exits by the clock, without an event or a question', async () => {
    await live.close();
    now = 0;
    const started = performance.now();
    const real = () => now + Math.floor(performance.now() - started);
    now = Date.parse('2026-03-02T09:00:00Z');
    journal = await openJournal(folder, 'main', { clock: real });
    live = await openLive(journal, { clock: real }, { failed: (error) => void failures.push(error) });
    await defined('keen', twice);
    const news: LiveNews[] = [];
    const left = new Promise<void>((resolve) => live.news((one) => (news.push(one), 'change' in one && one.change.direction === 'left' && resolve())));
    const at = real() - 30 * minute + 300;
    await live.accept([event('bob', 'Viewed', at), event('bob', 'Viewed', at + 1)]);
    await left;
    expect(news.flatMap((one) => ('change' in one ? [[one.change.direction, one.change.at]] : []))).toEqual([['entered', expect.any(Number)], ['left', at + 30 * minute]]);
    expect(real() - (at + 30 * minute)).toBeLessThan(250);
  });

  it('reads whoever is due soon although nothing else happens', async () => {
    await defined('keen', twice);
    await live.accept([event('bob', 'Viewed'), event('bob', 'Viewed')]);
    await live.close();
    const started = performance.now(), from = now + 30 * minute - 900;
    const real = () => from + Math.floor(performance.now() - started);
    journal = await openJournal(folder, 'main', { clock: real });
    let read = Infinity;
    const watched: typeof journal = { ...journal, states: (entities) => ((read = Math.min(read, real())), journal.states(entities)) };
    live = await openLive(watched, { clock: real }, { failed: (error) => void failures.push(error) });
    await new Promise<void>((resolve) => live.news((one) => 'change' in one && resolve()));
    expect(read).toBeLessThan(now + 30 * minute);
  });

  it('counts a message once, however often it comes', async () => {
    const once = event('cy', 'Viewed');
    expect(await live.accept([once, once])).toEqual(['accepted', 'duplicate']);
    expect(await live.accept([{ ...once, at: now + 5 }])).toEqual(['duplicate']);
    expect((await live.entity(user('cy')))?.events).toBe(1);
  });

  it('loses no change that is seen while others are being written', async () => {
    await defined('keen', twice);
    for (const who of ['ann', 'bob']) {
      await live.accept([event(who, 'Viewed'), event(who, 'Viewed')]);
      now += minute;
    }
    await live.close();
    journal = await openJournal(folder, 'main', { clock: () => now });
    let written = () => {}, hold: Promise<void> | undefined;
    const slow: typeof journal = {
      ...journal,
      async append(group) {
        const appended = await journal.append(group);
        written();
        await hold;
        return appended;
      },
    };
    live = await openLive(slow, { clock: () => now }, { failed: (error) => void failures.push(error) });
    let release = () => {};
    hold = new Promise((resolve) => (release = resolve));
    const begun = new Promise<void>((resolve) => (written = resolve));
    now += 28 * minute;
    await live.status();
    await begun;
    now += minute;
    expect(await live.status()).toMatchObject({ changes: 4 });
    release();
    expect((await live.changes(2, 10)).map(({ n, entity }) => [n, entity])).toEqual([[3, 'ann'], [4, 'bob']]);
    await live.close();
    expect(failures).toEqual([]);
    live = await openLive(await openJournal(folder, 'main', { clock: () => now }), { clock: () => now }, { failed: (error) => void failures.push(error) });
    expect((await live.changes(0, 10)).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  });

  it('closes although somebody is always due', async () => {
    await defined('keen', twice);
    now += 2000;
    await live.accept(Array.from({ length: 2000 }, (_, i) => [event(`u${i}`, 'Viewed', now - 2000 + i), event(`u${i}`, 'Viewed', now - 2000 + i)]).flat());
    await live.close();
    // Each look at the clock takes a millisecond, and each millisecond somebody leaves.
    now += 30 * minute - 3000;
    const ticking = () => (now += 1);
    live = await openLive(await openJournal(folder, 'main', { clock: ticking }), { clock: ticking }, { failed: (error) => void failures.push(error) });
    now += 1000;
    await live.status();
    await live.close();
    live = await openLive(await openJournal(folder, 'main', { clock }), { clock }, { failed: (error) => void failures.push(error) });
    const { changes } = await live.status();
    expect(changes).toBeGreaterThan(2000);
    expect(changes).toBeLessThan(4000);
    expect((await live.changes(0, 5000)).map(({ n }) => n)).toEqual(Array.from({ length: changes }, (_, i) => i + 1));
    expect(failures).toEqual([]);
  });

  it('is the same after it was opened again, from a snapshot and without one', async () => {
    await defined('keen', twice);
    for (let i = 0; i < 40; i++) {
      now += 7 * minute * (i % 3);
      await live.accept([event(`u${i % 5}`, 'Viewed'), event(`u${(i * 3) % 7}`, i % 4 ? 'Viewed' : 'Other')]);
    }
    const facts = async () => JSON.stringify([await live.changes(0, 1000), await Promise.all([...Array(7).keys()].map((i) => live.entity(user(`u${i}`)))), await live.members('keen', { offset: 0, limit: 50 })]);
    const before = await facts();
    await live.close();
    await open();
    expect(await facts()).toBe(before);
    await live.close();
    journal = await openJournal(folder, 'main', { clock });
    await journal.forget();
    await journal.close();
    await open();
    expect(await facts()).toBe(before);
  });

  it('works a new version out while the old one serves, and tells only who really comes or goes', async () => {
    await defined('keen', twice);
    await live.accept(['ann', 'bob'].flatMap((one) => [event(one, 'Viewed'), event(one, 'Viewed')]));
    await live.accept([event('bob', 'Viewed')]);
    const thrice: Rule = { ...twice, value: 3 } as Rule;
    await defined('keen', thrice, 2);
    expect((await live.changes(0, 10)).map(({ entity, direction, version }) => [entity, direction, version])).toEqual([['ann', 'entered', 1], ['bob', 'entered', 1], ['ann', 'left', 2]]);
    expect((await live.members('keen', { offset: 0, limit: 10 })).items.map(({ entity }) => entity)).toEqual(['bob']);
  });

  it('says why, and why not, with the events that decide it', async () => {
    await defined('keen', twice);
    await live.accept([event('ann', 'Viewed')]);
    const why = await live.why(user('ann'), 'keen');
    expect(why).toMatchObject({ member: false, conditions: [{ holds: false, value: 1 }] });
    expect(why!.conditions[0].events).toMatchObject([{ name: 'Viewed', at: now }]);
    await expect(live.why(user('ann'), 'nothing')).rejects.toMatchObject({ code: 'live/unknown-segment' });
  });

  it('forgets somebody for good: nothing is known of them, nor after everything was read again', async () => {
    await defined('keen', twice);
    await live.accept([event('dan', 'Viewed'), event('dan', 'Viewed'), event('eve', 'Viewed')]);
    const { seq, changes } = await live.status();
    expect(await live.erase(user('dan'), 7)).toEqual({ identifiers: 1, events: 2, record: seq + 1, told: changes });
    expect(await live.erased(7, seq)).toEqual({ identifiers: 1, record: seq + 1, told: changes });
    expect([await live.erased(7, seq + 1), await live.erased(8, 0)]).toEqual([undefined, undefined]);
    expect(await live.entity(user('dan'))).toBeUndefined();
    expect((await live.members('keen', { offset: 0, limit: 10 })).total).toBe(0);
    await live.close();
    journal = await openJournal(folder, 'main', { clock });
    await journal.forget();
    await journal.close();
    await open();
    expect(await live.entity(user('dan'))).toBeUndefined();
    expect((await live.entity(user('eve')))?.events).toBe(1);
    expect(JSON.stringify([await live.changes(0, 100), await live.recent(100)])).not.toContain('dan');
  });

  it('keeps no state of somebody who was erased, nor of who they were before they were known to be one', async () => {
    const browser = { type: 'anonymous', value: 'b1' };
    await live.accept([event('', 'Viewed', now, { identifiers: [browser] }), event('ann', 'Viewed')]);
    await live.close();
    await open();
    await live.accept([event('ann', 'Viewed', now, { identifiers: [user('ann'), browser] })]);
    await live.close();
    await open();
    expect(await live.erase(user('ann'))).toMatchObject({ identifiers: 2, events: 3 });
    await live.close();
    const file = openSqlite(join(folder, 'workspaces', 'main', 'journal.sqlite'));
    expect(file.prepare('SELECT * FROM states WHERE entity >= 0').all([])).toEqual([]);
    file.close();
    await open();
  });

  it('has no text of somebody who was erased in memory any more, and goes on with those of the others', async () => {
    const paid: Rule = { kind: 'performed', source: 'events', where: [{ column: 'properties.by', op: '=', value: 'card' }], op: '>=', value: 2 };
    const by = (who: string, how: string) => event(who, 'Paid', now, { payload: { properties: { by: how } } });
    await live.accept([by('dan', 'secret-voucher'), by('eve', 'card'), by('eve', 'own-voucher')]);
    await defined('card', paid);
    await live.erase(user('dan'));
    await live.accept([by('eve', 'card'), by('fay', 'secret-voucher'), by('fay', 'card')]);
    expect(await inSegments('eve')).toEqual(['card']);
    expect(await inSegments('fay')).toEqual([]);
    expect((await live.why(user('eve'), 'card'))!.conditions[0].events.map(({ name }) => name)).toEqual(['Paid', 'Paid']);
  });

  it('gives nobody the browser of somebody who was erased, also from nothing but the journal', async () => {
    const browser = { type: 'anonymous', value: 'b1' };
    const facts = async () => JSON.stringify([await live.entity(user('bob')), await live.entity(browser), await live.members('keen', { offset: 0, limit: 10 })]);
    await defined('keen', twice);
    await live.accept([event('ann', 'Viewed', now, { identifiers: [user('ann'), browser] }), event('bob', 'Viewed', now, { identifiers: [user('bob'), browser] })]);
    await live.close();
    await open();
    await live.accept([event('bob', 'Other', now, { identifiers: [user('bob'), browser] }), event('eve', 'Other', now, { identifiers: [user('eve'), browser] })]);
    await live.erase(user('ann'));
    await live.accept([event('', 'Viewed', now, { identifiers: [browser] })]);
    const before = await facts();
    expect((await live.entity(browser))?.identifiers).toEqual([browser]);
    await live.close();
    journal = await openJournal(folder, 'main', { clock });
    expect(await replay(journal, createContext())).toMatchObject({ differing: [] });
    await journal.close();
    await open();
    expect(await facts()).toBe(before);
    await live.accept([event('bob', 'Viewed', now, { identifiers: [user('bob'), browser] })]);
    expect((await live.entity(user('bob')))?.events).toBe(4);
  });

  it('goes on counting changes after somebody was erased, also from nothing but the journal', async () => {
    await defined('keen', twice);
    await live.accept([event('dan', 'Viewed'), event('dan', 'Viewed'), event('eve', 'Viewed'), event('eve', 'Viewed')]);
    await live.erase(user('dan'));
    await live.close();
    journal = await openJournal(folder, 'main', { clock });
    const { before, memberships, differing } = await replay(journal, createContext());
    expect(differing).toEqual([]);
    expect(memberships).toBe(before);
    await journal.close();
    await open();
    await live.accept([event('fay', 'Viewed'), event('fay', 'Viewed')]);
    expect((await live.changes(0, 10)).map(({ n, entity, direction }) => [n, entity, direction])).toEqual([[2, 'eve', 'entered'], [3, 'fay', 'entered']]);
  });

  it('keeps events only as long as it is told to, and what followed from them all the same', async () => {
    await defined('keen', { ...twice, window: undefined } as Rule);
    await live.accept([event('ann', 'Viewed'), event('ann', 'Viewed')]);
    await live.close();
    now += 3 * 86_400_000;
    journal = await openJournal(folder, 'main', { clock });
    live = await openLive(journal, { clock }, { failed: (error) => void failures.push(error), limits: { age: 2 * 86_400_000 } });
    await live.accept([event('bob', 'Viewed')]);
    await expect.poll(async () => (await journal.size()).oldest).toBe(now);
    expect(await inSegments('ann')).toEqual(['keen']);
    await live.close();
    journal = await openJournal(folder, 'main', { clock });
    await expect(replay(journal, createContext())).rejects.toMatchObject({ code: 'live/pruned' });
    await journal.close();
    await open();
    expect(await inSegments('ann')).toEqual(['keen']);
  });

  it('forgets somebody although it was killed between the erasure and its snapshot', async () => {
    await defined('keen', twice);
    await live.accept(['dan', 'eve', 'fay'].flatMap((one) => [event(one, 'Viewed'), event(one, 'Viewed')]));
    await live.close();
    await open();
    const stage = journal.stage;
    journal.stage = () => new Promise(() => {});
    void live.erase(user('dan'));
    for (const before = (await journal.head()).seq; (await journal.head()).seq === before;) await new Promise((resolve) => setImmediate(resolve));
    journal.stage = stage;
    await journal.close();
    await open();
    expect(await live.entity(user('dan'))).toBeUndefined();
    expect((await live.members('keen', { offset: 0, limit: 10 })).items.map(({ entity }) => entity)).toEqual(['eve', 'fay']);
    await live.accept([event('eve', 'Viewed'), event('dan', 'Viewed')]);
    expect((await live.entity(user('dan')))?.events).toBe(1);
  });

  it('finishes an erasure whose snapshot is written and whose traces are not, when it is closed', async () => {
    await live.accept([event('dan', 'Viewed'), event('eve', 'Viewed')]);
    await live.close();
    journal = await openJournal(folder, 'main', { clock });
    let erasing = false, closed: Promise<void> | undefined;
    const watched: typeof journal = {
      ...journal,
      async tidy() {
        if (!erasing || closed || (await journal.saved())!.seq < 3) return journal.tidy();
        closed = live.close();
        return 'more';
      },
    };
    live = await openLive(watched, { clock }, { failed: (error) => void failures.push(error) });
    erasing = true;
    expect(await live.erase(user('dan'))).toMatchObject({ identifiers: 1, record: 3 });
    await closed;
  });

  it('tells an erasure as done once its log is empty, also of one from before it was opened, whoever reads beside', async () => {
    await live.accept([event('dan', 'Viewed'), event('eve', 'Viewed')]);
    const reader = openSqlite(join(folder, 'workspaces', 'main', 'journal.sqlite'));
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM records').all([]);
    const answer = live.erase(user('dan'), 7).then(() => 'done', () => 'stopped');
    while ((await journal.saved())?.seq !== 3) await new Promise((resolve) => void setImmediate(resolve));
    // It is not waited for, but goes on when this is opened again.
    await live.close();
    expect(await answer).toBe('stopped');
    await open();
    const erased = live.erased(7, 0);
    let done = false;
    void erased.then(() => (done = true));
    for (let i = 0; i < 50; i++) await new Promise((resolve) => void setImmediate(resolve));
    expect([done, (await stat(join(folder, 'workspaces', 'main', 'journal.sqlite-wal'))).size > 0]).toEqual([false, true]);
    reader.exec('COMMIT');
    reader.close();
    now += 1000;
    await live.accept([event('eve', 'Viewed')]);
    expect(await erased).toMatchObject({ identifiers: 1, record: 3 });
  });

  it('erases whoever it is when its turn comes, and says so where there is nobody', async () => {
    await defined('keen', { not: twice });
    await live.accept([event('dan', 'Viewed')]);
    const [first, second] = await Promise.allSettled([live.erase(user('dan')), live.erase(user('dan'))]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { identifiers: 1, events: 1 } });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'live/unknown-entity' } });
    expect((await live.members('keen', { offset: 0, limit: 10 })).total).toBe(0);
    expect(JSON.stringify(await live.vocabulary())).not.toContain('dan');
  });

  it('keeps to what it told although the clock of the machine was put back', async () => {
    await defined('keen', twice);
    await live.accept([event('bob', 'Viewed'), event('bob', 'Viewed')]);
    now += 30 * minute;
    expect(await live.changes(0, 10)).toHaveLength(2);
    await live.close();
    now -= 10 * minute;
    await open();
    expect(await inSegments('bob')).toEqual([]);
    await live.accept([event('zoe', 'Viewed'), event('zoe', 'Viewed')]);
    expect((await live.changes(0, 10)).map(({ n, entity, direction }) => [n, entity, direction])).toEqual([[1, 'bob', 'entered'], [2, 'bob', 'left'], [3, 'zoe', 'entered']]);
  });

  it('loses no change that becomes due while others are being written', async () => {
    await defined('keen', twice);
    await live.accept([event('bob', 'Viewed'), event('bob', 'Viewed')]);
    await live.accept([event('zoe', 'Viewed', now + 1), event('zoe', 'Viewed', now + 1)]);
    const append = journal.append;
    journal.append = async (group) => {
      if (group.entries.length === 0) {
        // Somebody asks meanwhile, and time goes on.
        now += minute;
        void live.status();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return append(group);
    };
    for (let i = 0; i < 40; i++) {
      now += minute;
      await live.status();
    }
    expect((await live.changes(0, 10)).map(({ n, entity, direction }) => [n, entity, direction])).toEqual([[1, 'bob', 'entered'], [2, 'zoe', 'entered'], [3, 'bob', 'left'], [4, 'zoe', 'left']]);
    expect(failures).toEqual([]);
  });

  it('joins a browser to its user, and parts them again', async () => {
    await defined('keen', twice);
    const browser = { type: 'anonymous', value: 'b1' };
    await live.accept([event('', 'Viewed', now, { identifiers: [browser] })]);
    await live.accept([event('fay', 'Viewed', now, { identifiers: [user('fay'), browser] })]);
    expect((await live.entity(browser))?.id).toBe('fay');
    expect(await inSegments('fay')).toEqual(['keen']);
    const [merge] = await live.merges();
    await live.unmerge(merge.seq);
    expect((await live.entity(browser))?.id).toBe('anonymous:b1');
    expect(await inSegments('fay')).toEqual([]);
  });

  it('accepts nothing more after the journal failed, and says so once', async () => {
    await live.accept([event('ann', 'Viewed')]);
    journal.append = async () => {
      throw new Error('the disk is full');
    };
    await expect(live.accept([event('ann', 'Viewed')])).rejects.toThrow('the disk is full');
    await expect(live.accept([event('ann', 'Viewed')])).rejects.toThrow('the disk is full');
    expect(failures).toHaveLength(1);
  });
});
