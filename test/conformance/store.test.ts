import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunSegment } from '../../src/domain/segment-record.js';
import type { RunSummary } from '../../src/domain/stored-run.js';
import type { SeenTransition, Transition } from '../../src/domain/transition.js';
import { backup, restore } from '../../src/store/backup.js';
import { openDatabases, openStore } from '../../src/store/catalog.js';
import { verifyChain } from '../../src/store/chain.js';
import { migrate } from '../../src/store/migrate.js';
import { migrations } from '../../src/store/migrations/catalog.js';
import type { HomeStore, Store } from '../../src/store/store.js';
import { verifyAudits } from '../../src/store/verify.js';
import { emptyFolder } from '../support/shoal.js';
import { startPostgres, withoutPostgres } from '../../scripts/postgres.mjs';

if (withoutPostgres) process.stderr.write(`${withoutPostgres}\n`);

let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
/** Folder of the key that secrets are sealed with. */
let keys: string;
beforeAll(async () => {
  folders.push((keys = await emptyFolder('shoal-keys')));
  if (!withoutPostgres) server = await startPostgres();
});
afterAll(() => server?.stop());

const engines = [
  { engine: 'SQLite', missing: false, place: () => emptyFolder('shoal-store') },
  { engine: 'PostgreSQL', missing: withoutPostgres !== undefined, place: () => server!.fresh() },
];
const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const by = { actor: 'ada', reason: 'to see', request: 'r-1' };
const day = 86_400_000;

describe.each(engines)('a store on $engine', ({ engine, missing, place: newPlace }) => {
  let place: string;
  let home: HomeStore;
  let store: Store;
  let now: number;
  const clock = () => now;
  const open = () => openStore(place, { clock, keys });
  const reopen = async () => {
    await home.close();
    home = await open();
    store = await home.open('main');
  };

  beforeEach(async (context) => {
    if (missing) return context.skip();
    now = Date.UTC(2026, 0, 1);
    place = await newPlace();
    if (engine === 'SQLite') folders.push(place);
    home = await open();
    await home.workspaces.create({ id: 'main', name: 'Main' }, by);
    store = await home.open('main');
  });
  afterEach(async () => {
    if (!missing) await home.close();
  });

  const begun = (id: string) => store.runs.begin({ id, title: `Run ${id}`, input: { files: ['orders.csv'], seed: 1 } }, by);
  const published = async (id: string, segments: readonly RunSegment[] = [], asOf = now) => {
    await begun(id);
    return store.runs.publish(id, { summary: summaryOf(segments, asOf), segments }, by);
  };
  const actions = async (of: { audit: HomeStore['audit'] } = store) => (await of.audit.list({ limit: 1000 })).items.map(({ action }) => action).reverse();

  describe('workspaces', () => {
    it('are made, renamed, removed, restored and purged, each with its audit entry', async () => {
      await home.workspaces.create({ id: 'shop-2', name: 'Zweite Filiale' }, by);
      expect((await home.workspaces.list()).map(({ id }) => id)).toEqual(['main', 'shop-2']);
      await home.workspaces.rename('shop-2', 'A second shop', by);
      expect((await home.workspaces.list()).map(({ name }) => name)).toEqual(['A second shop', 'Main']);
      const other = await home.open('shop-2');
      await other.notes.add({ about: { kind: 'run', id: 'x' }, text: 'mine' }, by);

      now += day;
      expect(await home.workspaces.remove('shop-2', by)).toMatchObject({ removedAt: now });
      expect((await home.workspaces.list()).map(({ id }) => id)).toEqual(['main']);
      expect((await home.workspaces.list({ removed: true })).map(({ id }) => id)).toEqual(['shop-2', 'main']);
      await expect(home.open('shop-2')).rejects.toMatchObject({ code: 'store/not-found' });

      await home.workspaces.restore('shop-2', by);
      expect((await (await home.open('shop-2')).notes.list()).items).toHaveLength(1);

      await expect(home.workspaces.purge('shop-2', by)).rejects.toThrow("The workspace 'shop-2' is in use. Remove it first.");
      await home.workspaces.remove('shop-2', by);
      await home.workspaces.purge('shop-2', by);
      await expect(home.workspaces.get('shop-2')).rejects.toMatchObject({ code: 'store/not-found' });
      await home.workspaces.create({ id: 'shop-2', name: 'Again' }, by);
      expect((await (await home.open('shop-2')).notes.list()).items).toEqual([]);
      expect(await actions(home)).toEqual(['create', 'create', 'rename', 'remove', 'restore', 'remove', 'purge', 'create'].map((verb) => `workspace.${verb}`));
    });

    it('see nothing of each other', async () => {
      await home.workspaces.create({ id: 'other', name: 'Other' }, by);
      const other = await home.open('other');
      await published('r1', [segmentOf('night-owls', 0)]);
      await store.notes.add({ about: { kind: 'run', id: 'r1' }, text: 'canary' }, by);
      expect((await other.runs.list()).items).toEqual([]);
      expect(await other.segments.list()).toEqual([]);
      expect((await other.notes.list()).items).toEqual([]);
      expect((await other.audit.list()).items).toEqual([]);
      await expect(other.runs.get('r1')).rejects.toMatchObject({ code: 'store/not-found' });
    });

    it('have ids that are no way out of their folder or schema', async () => {
      for (const id of ['', ' ', '..', '../x', 'a/b', 'A', 'ä', '1a', 'a"; DROP SCHEMA shoal; --', "a'b", 'a\0b', '__proto__', 'a'.repeat(41), 'a b', 'home.sqlite']) {
        await expect(home.workspaces.create({ id, name: 'x' }, by), id).rejects.toMatchObject({ code: 'store/bad-value' });
        await expect(home.open(id), id).rejects.toMatchObject({ code: 'store/bad-value' });
      }
    });

    it('may have names that SQL and JavaScript know', async () => {
      for (const id of ['select', 'constructor', 'public', 'a'.repeat(40), 'pg-catalog']) {
        await home.workspaces.create({ id, name: id }, by);
        await (await home.open(id)).notes.add({ about: { kind: 'x', id }, text: id }, by);
      }
      for (const id of ['select', 'constructor', 'public']) expect((await (await home.open(id)).notes.list()).items).toMatchObject([{ text: id }]);
    });

    it('are made once, whoever asks at the same time', async () => {
      const asked = await Promise.allSettled(Array.from({ length: 12 }, () => home.workspaces.create({ id: 'race', name: 'Race' }, by)));
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(asked.filter((one) => one.status === 'rejected' && (one.reason as { code: string }).code === 'store/exists')).toHaveLength(11);
    });
  });

  describe('keys and logins', () => {
    it('are found by their secret, which is nowhere in the store', async () => {
      const { key, secret } = await home.keys.create({ name: 'CRM', workspace: 'main', only: ['GET /v1/segments'] }, by);
      expect(secret).toMatch(/^shl_[\w-]{43}$/);
      expect(key).toEqual({ id: key.id, name: 'CRM', hint: secret.slice(0, 8), workspace: 'main', only: ['GET /v1/segments'], createdAt: now, createdBy: 'ada' });
      expect(await home.keys.find(secret)).toEqual(key);
      expect((await home.keys.list())[0].lastUsedAt).toBe(now);
      expect(await home.keys.find(`${secret}x`)).toBeUndefined();
      const { secret: cookie } = await home.logins.open({ role: 'admin', expiresAt: now + day }, by);
      await home.close();
      const databases = await openDatabases(place);
      const { db } = await databases.open();
      for (const table of ['api_keys', 'logins', 'audit'] as const) {
        const rows = JSON.stringify(await db.selectFrom(table).selectAll().execute());
        expect(rows).not.toContain(secret.slice(8));
        expect(rows).not.toContain(cookie.slice(8));
      }
      await databases.close();
      home = await open();
      expect(await home.keys.find(secret)).toBeDefined();
    });

    it('end: keys by expiry and revocation, logins by expiry, by hand and with their key', async () => {
      const { key, secret } = await home.keys.create({ name: 'short', role: 'analyst', expiresAt: now + day }, by);
      const { key: revoked, secret: gone } = await home.keys.create({ name: 'gone', role: 'viewer' }, by);
      const { login, secret: cookie } = await home.logins.open({ role: 'analyst', key: key.id, expiresAt: now + 9 * day }, by);
      const { secret: other } = await home.logins.open({ role: 'viewer', key: revoked.id, expiresAt: now + 9 * day }, by);
      const { login: own, secret: mine } = await home.logins.open({ role: 'admin', expiresAt: now + 9 * day }, by);
      expect(await home.logins.find(cookie)).toEqual(login);
      await home.keys.revoke(revoked.id, by);
      expect(await home.keys.find(gone)).toBeUndefined();
      expect(await home.logins.find(other)).toBeUndefined();
      await expect(home.keys.revoke(revoked.id, by)).rejects.toThrow("The key 'gone' is revoked already.");
      await home.logins.end(own.id, by);
      expect(await home.logins.find(mine)).toBeUndefined();
      now += day;
      expect(await home.keys.find(secret)).toBeUndefined();
      expect(await home.logins.find(cookie)).toBeUndefined();
    });

    it('that were revoked by mistake can be made good again for a quarter of an hour, with the logins that they opened', async () => {
      const { key, secret } = await home.keys.create({ name: 'CRM', role: 'viewer' }, by);
      const { secret: cookie } = await home.logins.open({ role: 'viewer', key: key.id, expiresAt: now + day }, by);
      await expect(home.keys.restore(key.id, by)).rejects.toThrow("The key 'CRM' is not revoked.");
      await expect(home.keys.restore('nothing', by)).rejects.toMatchObject({ code: 'store/not-found' });
      expect(await home.keys.revoke(key.id, by)).toMatchObject({ revokedAt: now, restorableUntil: now + 900_000 });
      now += 899_999;
      expect(await home.keys.restore(key.id, { ...by, reason: 'the wrong one' })).toEqual(key);
      expect([await home.keys.find(secret), await home.logins.find(cookie)].every(Boolean)).toBe(true);
      const { items: [entry] } = await home.audit.list({ action: 'key.restore' });
      expect(entry).toMatchObject({ actor: by.actor, reason: 'the wrong one', subject: { kind: 'key', id: key.id }, after: { name: 'CRM' } });
      await home.keys.revoke(key.id, by);
      now += 900_000;
      await expect(home.keys.restore(key.id, by)).rejects.toThrow('more than a quarter of an hour ago');
      expect(await home.keys.find(secret)).toBeUndefined();
    });

    it('are refused without exactly one of role and routes, with an expiry that has passed, or for a workspace there is none of', async () => {
      await expect(home.keys.create({ name: 'x' }, by)).rejects.toThrow('The key needs either a role or the routes it may use.');
      await expect(home.keys.create({ name: 'x', role: 'admin', only: ['GET /'] }, by)).rejects.toMatchObject({ code: 'store/bad-value' });
      await expect(home.keys.create({ name: 'x', role: 'root' as 'admin' }, by)).rejects.toThrow("The role is 'root', but must be one of viewer, analyst, operator, admin.");
      await expect(home.keys.create({ name: 'x', role: 'admin', expiresAt: now }, by)).rejects.toThrow('The expiry is in the past.');
      await expect(home.keys.create({ name: 'x', role: 'admin', workspace: 'none' }, by)).rejects.toMatchObject({ code: 'store/not-found' });
    });
  });

  describe('runs', () => {
    it('show their segments and transitions when they are published, not before', async () => {
      await begun('r1');
      await store.transitions.append('r1', [{ entity: 'anna', at: now, to: 'night-owls' }], by);
      expect(await store.segments.list()).toEqual([]);
      expect(await store.transitions.ofEntity('anna')).toEqual([]);
      expect(await store.transitions.flow('night-owls')).toEqual([]);
      expect((await store.transitions.list('night-owls', { direction: 'entered' })).items).toEqual([]);

      const run = await store.runs.publish('r1', { summary: summaryOf([], now), segments: [segmentOf('night-owls', 0)] }, by);
      expect(run).toEqual({ id: 'r1', title: 'Run r1', state: 'published', begunAt: now, begunBy: 'ada', endedAt: now, input: { files: ['orders.csv'], seed: 1 }, summary: summaryOf([], now) });
      expect(await store.runs.get('r1')).toEqual(run);
      expect(await store.transitions.ofEntity('anna')).toEqual([{ entity: 'anna', at: now, to: 'night-owls', run: 'r1' }]);
      expect(await store.transitions.flow('night-owls')).toEqual([{ run: 'r1', asOf: now, entered: 1, left: 0 }]);
      expect(await store.segments.list()).toMatchObject([{ id: 'night-owls', origin: 'found', name: 'Night-owls', run: { run: 'r1', segment: 0, entities: 10, share: 0.5 } }]);
    });

    it('that ended unpublished are begun again, and what they had written is forgotten', async () => {
      await begun('r1');
      await store.transitions.append('r1', [{ entity: 'anna', at: now, to: 'a' }, { entity: 'ben', at: now, to: 'a' }], by);
      await store.runs.fail('r1', 'The disk is full.', by);
      expect(await store.runs.get('r1')).toMatchObject({ state: 'failed', error: 'The disk is full.' });
      await begun('r1');
      await store.transitions.append('r1', [{ entity: 'anna', at: now, to: 'b' }], by);
      await store.runs.publish('r1', { summary: summaryOf([], now), segments: [] }, by);
      expect(await store.transitions.ofEntity('ben')).toEqual([]);
      expect(await store.transitions.ofEntity('anna')).toMatchObject([{ to: 'b' }]);
      expect(await store.transitions.flow('a')).toEqual([]);
      await expect(begun('r1')).rejects.toThrow("There is a run 'r1' already. Choose another id.");
      await expect(store.transitions.append('r1', [{ entity: 'x', at: 1, to: 'b' }], by)).rejects.toThrow("The run 'r1' is published; transitions are added while it runs.");
      await expect(store.runs.publish('r1', { summary: summaryOf([], now), segments: [] }, by)).rejects.toMatchObject({ code: 'store/conflict' });
    });

    it('go out of sight with what they saw, come back with it, and are purged', async () => {
      await begun('r1');
      await store.transitions.append('r1', [{ entity: 'anna', at: 1, to: 'a' }], by);
      await store.runs.publish('r1', { summary: summaryOf([], now), segments: [segmentOf('a', 0)] }, by);
      await store.runs.remove('r1', by);
      expect((await store.runs.list()).items).toEqual([]);
      expect((await store.runs.list({ removed: true })).items).toMatchObject([{ id: 'r1', removedAt: now }]);
      expect(await store.transitions.ofEntity('anna')).toEqual([]);
      expect(await store.segments.list()).toEqual([]);
      expect(await store.segments.trend('a')).toEqual([]);
      await store.runs.restore('r1', by);
      expect(await store.transitions.ofEntity('anna')).toHaveLength(1);
      expect(await store.segments.list()).toHaveLength(1);
      await expect(store.runs.purge('r1', by)).rejects.toMatchObject({ code: 'store/conflict' });
      await store.runs.remove('r1', by);
      await store.runs.purge('r1', by);
      await expect(store.runs.get('r1')).rejects.toMatchObject({ code: 'store/not-found' });
      // A new one of the same id gets nothing of the old one's.
      await published('r1');
      expect(await store.transitions.ofEntity('anna')).toEqual([]);
      expect(await store.transitions.flow('a')).toEqual([]);
    });

    it('are listed newest first, in pages, by state', async () => {
      for (let i = 1; i <= 5; i++) await published(`r${i}`);
      await begun('r6');
      const first = await store.runs.list({ limit: 4 });
      expect(first.items.map(({ id }) => id)).toEqual(['r6', 'r5', 'r4', 'r3']);
      const second = await store.runs.list({ limit: 4, after: first.next });
      expect(second.items.map(({ id }) => id)).toEqual(['r2', 'r1']);
      expect(second.next).toBeUndefined();
      expect((await store.runs.list({ state: 'running' })).items.map(({ id }) => id)).toEqual(['r6']);
      await expect(store.runs.list({ after: '1; DROP TABLE runs' })).rejects.toMatchObject({ code: 'store/bad-value' });
      for (const limit of [0, -1, 1.5, 1001, Number.NaN]) await expect(store.runs.list({ limit })).rejects.toMatchObject({ code: 'store/bad-value' });
    });

    it('are published whole or not at all', async () => {
      const { id } = await store.segments.create({ origin: 'ruled', name: 'Mine', rule: {}, words: 'x' }, by);
      await begun('r1');
      const before = await store.audit.head();
      await expect(store.runs.publish('r1', { summary: summaryOf([], now), segments: [segmentOf('fine', 0), segmentOf(id, 1)] }, by)).rejects.toMatchObject({ code: 'store/conflict' });
      expect(await store.runs.get('r1')).toMatchObject({ state: 'running' });
      expect(await store.segments.list({ removed: true })).toHaveLength(1);
      expect(await store.audit.head()).toEqual(before);
    });
  });

  describe('aliases', () => {
    it('move with their reason and roll back to the run before, and the one before that', async () => {
      for (const id of ['r1', 'r2', 'r3']) {
        await published(id);
        await store.aliases.move('champion', id, { ...by, reason: `${id} is better` });
      }
      await store.aliases.move('challenger', 'r1', by);
      expect(await store.aliases.current()).toEqual({ champion: 'r3', challenger: 'r1' });
      expect(await store.aliases.rollback('champion', by)).toMatchObject({ run: 'r2', previous: 'r3', kind: 'rollback' });
      expect(await store.aliases.rollback('champion', by)).toMatchObject({ run: 'r1', previous: 'r2' });
      await expect(store.aliases.rollback('champion', by)).rejects.toThrow('There is no earlier champion to go back to.');
      await store.aliases.move('champion', 'r3', by);
      expect(await store.aliases.rollback('champion', by)).toMatchObject({ run: 'r1' });
      expect((await store.aliases.history('champion')).map(({ kind, run }) => `${kind} ${run}`)).toEqual(['rollback r1', 'move r3', 'rollback r1', 'rollback r2', 'move r3', 'move r2', 'move r1']);
      expect((await store.aliases.history()).find(({ run }) => run === 'r2')).toMatchObject({ seq: 5, kind: 'rollback' });
      expect((await store.audit.list({ action: 'alias' })).items[0]).toMatchObject({ action: 'alias.rollback', subject: { kind: 'alias', id: 'champion' }, before: { run: 'r3' }, after: { run: 'r1' } });
    });

    it('pass over runs that are removed, and come back from nothing', async () => {
      for (const id of ['r1', 'r2', 'r3']) {
        await published(id);
        await store.aliases.move('champion', id, by);
      }
      await store.runs.remove('r2', by);
      expect(await store.aliases.rollback('champion', by)).toMatchObject({ run: 'r1' });
      expect(await store.aliases.move('champion', undefined, by)).toEqual({ seq: 5, alias: 'champion', previous: 'r1', kind: 'move', at: now, actor: 'ada', reason: 'to see' });
      expect(await store.aliases.current()).toEqual({});
      expect(await store.aliases.rollback('champion', by)).toMatchObject({ run: 'r1' });
      await expect(store.runs.remove('r1', by)).rejects.toThrow("The run 'r1' is the champion. Point that at another run first.");
    });

    it('point at published runs only', async () => {
      await begun('r1');
      await expect(store.aliases.move('champion', 'r1', by)).rejects.toThrow("The run 'r1' is running; an alias can only point at a published one.");
      await expect(store.aliases.move('champion', 'none', by)).rejects.toMatchObject({ code: 'store/not-found' });
      await expect(store.aliases.move('__proto__' as 'champion', undefined, by)).rejects.toMatchObject({ code: 'store/bad-value' });
    });
  });

  describe('segments', () => {
    it('keep their identity and a person’s name for them from run to run', async () => {
      await published('r1', [segmentOf('a', 0, { name: 'Alpha' }), segmentOf('b', 1, { name: 'Beta' })]);
      now += day;
      await store.segments.rename('a', 'Loyal regulars', { actor: 'ben', reason: 'says more' });
      now += day;
      await published('r2', [segmentOf('b', 0, { name: 'Beta two', entities: 20 }), segmentOf('a', 1, { name: 'Alpha two', stability: 0.9, revenue: 12.5 })]);
      expect(await store.segments.get('a')).toEqual({
        id: 'a', origin: 'found', name: 'Loyal regulars', createdAt: now - 2 * day, createdBy: 'ada',
        names: [{ name: 'Alpha', at: now - 2 * day, actor: 'ada', by: 'run', reason: 'to see' }, { name: 'Loyal regulars', at: now - day, actor: 'ben', by: 'person', reason: 'says more' }],
        run: { ...segmentOf('a', 1, { name: 'Alpha two', stability: 0.9, revenue: 12.5 }), run: 'r2', asOf: now },
      });
      expect((await store.segments.get('b')).names.map(({ name }) => name)).toEqual(['Beta', 'Beta two']);
      expect((await store.segments.list({ run: 'r2' })).map(({ id }) => id)).toEqual(['b', 'a']);
      expect((await store.segments.list({ run: 'r1' })).map(({ name, run }) => [name, run?.name])).toEqual([['Loyal regulars', 'Alpha'], ['Beta', 'Beta']]);
      expect((await store.segments.trend('b')).map(({ run, entities }) => [run, entities])).toEqual([['r1', 10], ['r2', 20]]);
    });

    it('made by a rule keep every version of it', async () => {
      const rule = { kind: 'and', of: [{ feature: '__proto__', op: '>', value: 3 }] };
      const made = await store.segments.create({ origin: 'ruled', name: 'Night owls', rule, words: 'shops at night', entities: 12, run: 'r1' }, by);
      expect(made).toMatchObject({ id: 'ruled.night-owls', origin: 'ruled', rule: { version: 1, rule, words: 'shops at night', entities: 12, run: 'r1', actor: 'ada' } });
      const revised = await store.segments.revise(made.id, { rule: { kind: 'not', of: rule }, words: 'shops by day' }, { actor: 'ben' });
      expect(revised.rule).toMatchObject({ version: 2, words: 'shops by day', actor: 'ben' });
      expect((await store.segments.versions(made.id)).map(({ version, rule: kept }) => [version, kept])).toEqual([[2, { kind: 'not', of: rule }], [1, rule]]);
      expect((await store.segments.create({ origin: 'ruled', name: 'Night owls!', rule, words: 'x' }, by)).id).toBe('ruled.night-owls-2');
      expect((await store.segments.create({ origin: 'drawn', name: '夜猫子', rule, words: 'x' }, by)).id).toBe('drawn.夜猫子');
      expect((await store.segments.list({ origin: 'ruled' })).map(({ name }) => name)).toEqual(['Night owls', 'Night owls!']);
      await published('r1', [segmentOf('a', 0)]);
      await expect(store.segments.revise('a', { rule, words: 'x' }, by)).rejects.toMatchObject({ code: 'store/conflict' });
    });

    it('are removed and restored', async () => {
      await published('r1', [segmentOf('a', 0), segmentOf('b', 1)]);
      await store.segments.remove('a', by);
      expect((await store.segments.list()).map(({ id }) => id)).toEqual(['b']);
      expect((await store.segments.list({ run: 'r1' })).map(({ id }) => id)).toEqual(['b']);
      expect((await store.segments.list({ removed: true })).map(({ id }) => id)).toEqual(['a', 'b']);
      await expect(store.segments.remove('a', by)).rejects.toMatchObject({ code: 'store/conflict' });
      await store.segments.restore('a', by);
      expect(await store.segments.list()).toHaveLength(2);
      await expect(store.segments.rename('nobody', 'x', by)).rejects.toThrow("There is no segment 'nobody'.");
    });
  });

  describe('transitions', () => {
    it('are what a plain list of them says, whatever is published, removed and begun again', async () => {
      const id = fc.constantFrom('a', 'b', 'c');
      const moved: fc.Arbitrary<Transition> = fc.record({ entity: fc.constantFrom('anna', 'ben', "o'hara", '__proto__', 'Ünal'), at: fc.integer({ min: 0, max: 99 }), from: fc.option(id, { nil: undefined }), to: fc.option(id, { nil: undefined }), reason: fc.option(fc.constantFrom('moved', 'spends more', '__proto__'), { nil: undefined }) })
        .filter(({ from, to }) => from !== to);
      const step = fc.oneof(
        fc.record({ do: fc.constant('append' as const), run: fc.nat(2), rows: fc.array(moved, { minLength: 1, maxLength: 12 }) }),
        fc.record({ do: fc.constantFrom('publish' as const, 'publish' as const, 'publish' as const, 'remove' as const, 'restore' as const, 'again' as const, 'fail' as const), run: fc.nat(2) }),
      );
      let trial = 0;
      await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 30 }), async (steps) => {
        const workspace = `trial-${(trial += 1)}`;
        await home.workspaces.create({ id: workspace, name: workspace }, by);
        const { runs, transitions } = await home.open(workspace);
        // The model: runs in the order in which they were last begun, with their rows.
        let model: { id: string; state: string; removed: boolean; rows: Transition[] }[] = [];
        for (const { run, ...what } of steps) {
          const id = `r${run}`;
          const known = model.find((other) => other.id === id);
          if (!known || what.do === 'again') {
            if (known && (known.state === 'published' || known.removed)) continue;
            await runs.begin({ id, title: id, input: {} }, by);
            model = [...model.filter((other) => other.id !== id), { id, state: 'running', removed: false, rows: [] }];
          } else if (what.do === 'append' && known.state === 'running') {
            expect(await transitions.append(id, what.rows, by)).toBe(what.rows.length);
            known.rows.push(...what.rows);
          } else if (what.do === 'publish' && known.state === 'running' && !known.removed) {
            await runs.publish(id, { summary: summaryOf([], run), segments: [] }, by);
            known.state = 'published';
          } else if (what.do === 'fail' && known.state === 'running') {
            await runs.fail(id, 'no', by);
            known.state = 'failed';
          } else if (what.do === 'remove' && !known.removed) {
            await runs.remove(id, by);
            known.removed = true;
          } else if (what.do === 'restore' && known.removed) {
            await runs.restore(id, by);
            known.removed = false;
          }
        }
        const seen = model.filter(({ state, removed }) => state === 'published' && !removed);
        const rowsIn = (some: typeof seen): SeenTransition[] => some.flatMap(({ id, rows }) => rows.map((row) => ({ ...row, run: id })));
        for (const entity of ['anna', 'ben', "o'hara", '__proto__', 'Ünal']) expect(await transitions.ofEntity(entity)).toEqual(rowsIn(seen).filter((row) => row.entity === entity));
        for (const segment of ['a', 'b', 'c']) {
          const flows = seen.map(({ id, rows }) => ({ run: id, asOf: Number(id.slice(1)), entered: rows.filter(({ to }) => to === segment).length, left: rows.filter(({ from }) => from === segment).length }));
          expect(await transitions.flow(segment)).toEqual(flows.filter(({ entered, left }) => entered + left > 0));
          for (const { id } of model) {
            const rows = seen.find((other) => other.id === id)?.rows ?? [];
            const counted = ['moved', 'spends more', '__proto__'].map((reason) => ({ reason, entered: rows.filter((row) => row.to === segment && row.reason === reason).length, left: rows.filter((row) => row.from === segment && row.reason === reason).length }));
            expect((await transitions.reasons(segment, id)).sort((a, b) => (a.reason < b.reason ? -1 : 1))).toEqual(counted.filter(({ entered, left }) => entered + left > 0).sort((a, b) => (a.reason < b.reason ? -1 : 1)));
          }
          for (const direction of ['entered', 'left'] as const) {
            const wanted = rowsIn([...seen].reverse()).filter(({ from, to }) => (direction === 'entered' ? to : from) === segment);
            const found: SeenTransition[] = [];
            for (let after: string | undefined, more = true; more;) {
              const page = await transitions.list(segment, { direction, limit: 3, after });
              found.push(...page.items);
              after = page.next;
              more = after !== undefined;
            }
            expect(found).toEqual(wanted);
          }
        }
      }), { numRuns: engine === 'SQLite' ? 60 : 15 });
    });

    it('are read page by page through all runs, each in the order they were written', async () => {
      for (const id of ['r1', 'r2']) {
        await begun(id);
        await store.transitions.append(id, Array.from({ length: 5 }, (_, i) => ({ entity: `${id}-${i}`, at: i, to: i === 3 ? 'b' : 'a' })), by);
        await store.runs.publish(id, { summary: summaryOf([], now), segments: [] }, by);
      }
      const found: string[] = [];
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const page = await store.transitions.list('a', { direction: 'entered', limit: 3, after });
        found.push(...page.items.map(({ entity }) => entity));
        after = page.next;
      }
      expect(found).toEqual(['r2-0', 'r2-1', 'r2-2', 'r2-4', 'r1-0', 'r1-1', 'r1-2', 'r1-4']);
      expect((await store.transitions.list('a', { direction: 'entered', run: 'r1' })).items).toHaveLength(4);
      await expect(store.transitions.list('a', { direction: 'entered', after: "1' OR 1" })).rejects.toMatchObject({ code: 'store/bad-value' });
    });

    it('are taken from a stream, in chunks between which others get their turn', async () => {
      await begun('r1');
      let turns = 0;
      let stopped = false;
      const others = (async () => {
        while (!stopped) {
          await setImmediate();
          await store.runs.get('r1');
          turns += 1;
        }
      })();
      async function* many() {
        for (let i = 0; i < 2500; i++) yield { entity: `c${i}`, at: i, to: `s${i % 3}` };
      }
      expect(await store.transitions.append('r1', many(), by)).toBe(2500);
      stopped = true;
      await others;
      expect(turns).toBeGreaterThanOrEqual(5);
      await store.runs.publish('r1', { summary: summaryOf([], now), segments: [] }, by);
      expect(await store.transitions.flow('s0')).toEqual([{ run: 'r1', asOf: now, entered: 834, left: 0 }]);
      expect(await store.transitions.ofEntity('c2499')).toMatchObject([{ at: 2499, to: 's0' }]);
    });

    it('stop when asked to', async () => {
      await begun('r1');
      const stop = new AbortController();
      function* endless() {
        for (let i = 0; ; i++) {
          if (i === 1200) stop.abort();
          yield { entity: `c${i}`, at: i, to: 'a' };
        }
      }
      await expect(store.transitions.append('r1', endless(), by, { signal: stop.signal })).rejects.toMatchObject({ code: 'run/aborted' });
    });

    it('that say nothing are refused', async () => {
      await begun('r1');
      await expect(store.transitions.append('r1', [{ entity: 'x', at: 1 }], by)).rejects.toThrow('The transition says neither what was left nor what was entered.');
      await expect(store.transitions.append('r1', [{ entity: 'x', at: 1, from: 'a', to: 'a' }], by)).rejects.toMatchObject({ code: 'store/bad-value' });
      await expect(store.transitions.append('r1', [{ entity: 'x', at: Number.NaN, to: 'a' }], by)).rejects.toMatchObject({ code: 'store/bad-value' });
      await expect(store.transitions.append('none', [{ entity: 'x', at: 1, to: 'a' }], by)).rejects.toMatchObject({ code: 'store/not-found' });
    });
  });

  describe('notes, decisions and jobs', () => {
    it('are kept about what they are about', async () => {
      const about = { kind: 'entity', id: "o'hara" };
      const note = await store.notes.add({ about, text: 'Called today.\nWants a refund.' }, by);
      await store.notes.add({ about: { kind: 'run', id: 'r1' }, text: 'other' }, by);
      now += 1000;
      expect(await store.notes.edit(note.id, 'Called yesterday.', { actor: 'ben' })).toEqual({ id: note.id, about, text: 'Called yesterday.', at: now - 1000, actor: 'ada', editedAt: now });
      expect((await store.notes.list({ about })).items).toHaveLength(1);
      await store.notes.remove(note.id, by);
      expect((await store.notes.list({ about })).items).toEqual([]);
      expect(await store.notes.get(note.id)).toMatchObject({ about, removedAt: expect.any(Number) });
      await expect(store.notes.get('nothing')).rejects.toMatchObject({ code: 'store/not-found' });
      await store.notes.restore(note.id, by);
      expect((await store.notes.list()).items.map(({ text }) => text)).toEqual(['other', 'Called yesterday.']);
      expect((await store.audit.list({ action: 'note.edit' })).items[0]).toMatchObject({ before: { text: 'Called today.\nWants a refund.' }, after: { text: 'Called yesterday.' } });
    });

    it('of which decisions need a reason, and are replaced once', async () => {
      const about = { kind: 'run', id: 'r1' };
      await expect(store.decisions.record({ about, text: 'Six segments' }, { actor: 'ada' })).rejects.toThrow('The decision needs a reason; say why.');
      const first = await store.decisions.record({ about, text: 'Six segments' }, { actor: 'ada', reason: 'steadiest' });
      const second = await store.decisions.record({ about, text: 'Five', replaces: first.id }, { actor: 'ben', reason: 'simpler' });
      expect((await store.decisions.list({ about })).items).toEqual([
        { id: second.id, about, text: 'Five', reason: 'simpler', at: now, actor: 'ben', replaces: first.id },
        { id: first.id, about, text: 'Six segments', reason: 'steadiest', at: now, actor: 'ada', replacedBy: second.id },
      ]);
      await expect(store.decisions.record({ about, text: 'Four', replaces: first.id }, by)).rejects.toMatchObject({ code: 'store/conflict' });
    });

    it('of which jobs go from state to state and never otherwise', async () => {
      const job = await store.jobs.queue({ kind: 'discover', input: { files: ['a.csv'] } }, by);
      expect(job).toMatchObject({ state: 'queued', attempts: 0, by: 'ada' });
      await expect(store.jobs.finish(job.id, {}, by)).rejects.toThrow(`The job '${job.id}' is queued; it cannot become done.`);
      await store.jobs.start(job.id, by);
      await store.jobs.progress(job.id, { stage: 'featurize', done: 0.5 });
      expect(await store.jobs.get(job.id)).toMatchObject({ state: 'running', attempts: 1, progress: { stage: 'featurize', done: 0.5 } });
      await reopen();
      expect(await store.jobs.interrupt(by)).toMatchObject([{ id: job.id, state: 'interrupted' }]);
      expect(await store.jobs.interrupt(by)).toEqual([]);
      expect(await store.jobs.resume(job.id, by)).toMatchObject({ state: 'queued', attempts: 1, input: { files: ['a.csv'] } });
      await store.jobs.start(job.id, by);
      await store.jobs.fail(job.id, { code: 'ingest/no-rows', sentence: 'Nothing in it.' }, by);
      await store.jobs.resume(job.id, by);
      await store.jobs.start(job.id, by);
      const done = await store.jobs.finish(job.id, { run: 'r1' }, by);
      expect(done).toMatchObject({ state: 'done', attempts: 3, result: { run: 'r1' } });
      expect(done.problem).toBeUndefined();
      await expect(store.jobs.cancel(job.id, by)).rejects.toMatchObject({ code: 'store/conflict' });
      await store.jobs.queue({ kind: 'inspect', input: {} }, by);
      expect((await store.jobs.list({ state: 'queued' })).items.map(({ kind }) => kind)).toEqual(['inspect']);
      expect((await store.jobs.list({ kind: 'discover' })).items).toHaveLength(1);
    });
  });

  describe('webhooks', () => {
    const wish = { name: 'CRM', url: 'https://crm.example.org/in', segments: null, types: null, cursor: 0 };
    const made = async (more = {}) => (await store.webhooks.create({ ...wish, ...more }, by)).webhook;
    const changed = (n: number, entity = 'ann', direction: 'entered' | 'left' = 'entered') => ({ n, entity, segment: 's', version: 1, direction, at: now + n, seq: n, reason: 'because', sequence: n });
    const delivered = (delivery: number, webhook = 1) => ({ delivery, webhook, at: now, ms: 5, status: 200, then: 'delivered' as const });
    const dueNow = async () => (await store.outbox.due(1, now, 100)).map(({ change: { n } }) => n);

    it('are made, edited, switched off and on, given a new secret, removed and restored, each with its audit entry, which has no secret in it', async () => {
      const { webhook, secret } = await store.webhooks.create({ ...wish, segments: ['b', 'a'], types: ['segment.member.left'] }, by);
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(webhook).toEqual({ id: webhook.id, name: 'CRM', url: wish.url, segments: ['b', 'a'], types: ['segment.member.left'], enabled: true, cursor: 0, waiting: 0, dead: 0, createdAt: now, createdBy: 'ada' });
      expect(await store.webhooks.edit(webhook.id, { name: 'CRM 2', segments: null }, by)).toMatchObject({ name: 'CRM 2', types: ['segment.member.left'] });
      expect(await store.webhooks.disable(webhook.id, by)).toMatchObject({ enabled: false, disabled: { at: now, reason: 'ada disabled it' } });
      expect(await store.outbox.targets()).toEqual([]);
      expect(await store.webhooks.enable(webhook.id, by, 7)).toMatchObject({ enabled: true, cursor: 7 });
      const { secret: second } = await store.webhooks.rotate(webhook.id, by);
      expect((await store.outbox.targets())[0].secrets).toEqual([second, secret]);
      now += day;
      expect((await store.outbox.targets())[0].secrets).toEqual([second]);
      expect(await store.webhooks.get(webhook.id)).not.toHaveProperty('oldSecretUntil');
      await store.webhooks.remove(webhook.id, by);
      expect(await store.webhooks.list()).toEqual([]);
      expect(await store.outbox.targets()).toEqual([]);
      await store.webhooks.restore(webhook.id, by);
      expect(await store.webhooks.list()).toMatchObject([{ id: webhook.id, cursor: 7 }]);
      await reopen();
      expect(await store.webhooks.list({ removed: true })).toMatchObject([{ id: webhook.id }]);
      expect(await actions()).toEqual(['create', 'edit', 'disable', 'enable', 'rotate', 'remove', 'restore'].map((verb) => `webhook.${verb}`));
      const told = JSON.stringify([(await store.audit.list()).items, await store.webhooks.list()]);
      for (const one of [secret, second]) expect(told).not.toContain(one.slice(6, 40));
      await expect(store.webhooks.enable(webhook.id, by)).rejects.toMatchObject({ code: 'store/conflict' });
      await expect(store.webhooks.get('nothing')).rejects.toMatchObject({ code: 'store/not-found' });
    });

    it('have their secrets sealed where they are kept, also those that an earlier version wrote as they are; under another key nothing is signed', async () => {
      const { webhook: { id }, secret } = await store.webhooks.create(wish, by);
      const rows = async (set?: object) => {
        const databases = await openDatabases(place);
        const { db } = await databases.open('main');
        if (set) await db.updateTable('webhooks').set(set).execute();
        const [row] = await db.selectFrom('webhooks').selectAll().execute();
        await databases.close();
        return row;
      };
      await home.close();
      expect(JSON.stringify(await rows())).not.toContain(secret.slice(6, 40));
      await rows({ secret, old_secret: `${secret}old`, old_secret_until: now + day });
      home = await open();
      store = await home.open('main');
      expect((await store.outbox.targets())[0].secrets).toEqual([secret, `${secret}old`]);
      await home.close();
      expect(JSON.stringify(await rows())).not.toContain(secret.slice(6, 40));
      const other = await emptyFolder('shoal-keys');
      folders.push(other);
      home = await openStore(place, { clock, keys: other });
      store = await home.open('main');
      expect(await store.webhooks.get(id)).toMatchObject({ enabled: false, disabled: { reason: expect.stringContaining('give it a new one') } });
      expect((await store.outbox.targets(id))[0].secrets).toEqual([]);
      await expect(store.webhooks.enable(id, by)).rejects.toMatchObject({ code: 'store/conflict' });
      const { secret: second } = await store.webhooks.rotate(id, by);
      await store.webhooks.enable(id, by);
      expect((await store.outbox.targets())[0].secrets).toEqual([second]);
    });

    it('have each change delivered once however often it is taken, and those of one entity one after the other', async () => {
      await made();
      const all = [changed(1), changed(2), changed(3, 'bob'), changed(4, '\u0000\ud800 odd')];
      for (let i = 0; i < 3; i++) await store.outbox.take([{ webhook: 1, cursor: 4, changes: all }]);
      await store.outbox.take([{ webhook: 1, cursor: 2, changes: all.slice(0, 2) }]);
      expect((await store.webhooks.list())[0]).toMatchObject({ cursor: 4, waiting: 4 });
      expect(await dueNow()).toEqual([1, 3, 4]);
      const [first, , odd] = await store.outbox.due(1, now, 100);
      expect(odd.change.entity).toBe('\u0000\ud800 odd');
      await store.outbox.settle([{ ...delivered(first.id), status: 500, then: { due: now + 100 } }]);
      expect(await dueNow()).toEqual([3, 4]);
      expect(await store.outbox.next([{ webhook: 1, beside: [3, 4] }])).toBe(now + 100);
      now += 10;
      await store.outbox.settle([{ ...delivered(first.id), then: { dead: 'enough' }, status: 500 }, delivered(3)]);
      expect(await dueNow()).toEqual([4, 2]);
      const { items } = await store.webhooks.deliveries((await store.webhooks.list())[0].id);
      expect(items.map(({ n, state, attempts }) => [n, state, attempts])).toEqual([[4, 'waiting', 0], [3, 'delivered', 1], [2, 'waiting', 0], [1, 'dead', 2]]);
    });

    it('write down every attempt, and send again what a person chooses, in its order', async () => {
      const { id } = await made();
      await store.outbox.take([{ webhook: 1, cursor: 3, changes: [changed(1), changed(2), changed(3)] }]);
      for (const n of [1, 2, 3]) await store.outbox.settle([{ delivery: n, webhook: 1, at: now, ms: 9, fault: 'timeout', then: { dead: 'enough' } }]);
      expect(await store.webhooks.delivery(id, 2)).toMatchObject({ n: 2, state: 'dead', reason: 'enough', settledAt: now, log: [{ at: now, ms: 9, fault: 'timeout' }] });
      expect(await store.webhooks.replay(id, { state: 'dead', since: now + 2, until: now + 4 }, by)).toBe(2);
      expect(await dueNow()).toEqual([2]);
      expect(await store.webhooks.replay(id, { ids: [1, 2, 77] }, by)).toBe(1);
      expect(await dueNow()).toEqual([2]);
      await store.outbox.settle([delivered(2)]);
      expect(await dueNow()).toEqual([1]);
      expect((await store.webhooks.delivery(id, 2)).log).toHaveLength(2);
      expect(await store.webhooks.replay(id, { ids: [] }, by)).toBe(0);
      expect((await store.audit.list({ action: 'webhook.replay' })).items).toHaveLength(3);
      const other = await made({ name: 'Other' });
      await expect(store.webhooks.delivery(other.id, 2)).rejects.toMatchObject({ code: 'store/not-found' });
    });

    it('are disabled by what comes back, once, and forget whom they should and what is old', async () => {
      const { id } = await made();
      await store.outbox.take([{ webhook: 1, cursor: 3, changes: [changed(1), changed(2, 'bob'), changed(3, 'eve')] }]);
      const gone = (delivery: number) => ({ ...delivered(delivery), status: 410, then: { dead: 'gone' }, disable: 'it answered 410: gone' });
      await store.outbox.settle([gone(1), gone(2)]);
      expect(await store.webhooks.get(id)).toMatchObject({ enabled: false, dead: 2, lastFailureAt: now });
      expect((await store.audit.list({ action: 'webhook.disable' })).items).toMatchObject([{ actor: 'system', after: { reason: 'it answered 410: gone' } }]);
      await store.erasures.erased(await store.erasures.begin(['bob', 'odd\u0000\ud800'], 1), { record: 2, told: 3, identifiers: 2 }, by);
      await store.erasures.forget();
      await store.outbox.settle([delivered(2)]);
      expect(await store.outbox.prune(now)).toBe(0);
      expect(await store.outbox.prune(now + 1)).toBe(1);
      expect((await store.webhooks.deliveries(id)).items.map(({ n }) => n)).toEqual([3]);
    });
  });

  describe('an erasure', () => {
    it('is under way until it is done everywhere, also after a restart, and leaves nothing about somebody', async () => {
      for (const id of ['ann', 'bob', 'eve']) await store.notes.add({ about: { kind: 'entity', id }, text: 'a note' }, by);
      await store.webhooks.create({ name: 'h', url: 'https://h.example.org/', segments: null, types: null, cursor: 0 }, by);
      const changes = ['ann', 'bob', 'eve', 'ann'].map((entity, i) => ({ n: i + 1, entity, segment: 's', version: 1, direction: 'entered' as const, at: now, seq: i + 1, reason: 'because', sequence: i + 1 }));
      await store.outbox.take([{ webhook: 1, cursor: 4, changes }]);
      const first = await store.erasures.begin(['ann', 'anonymous:b1'], 7);
      await store.erasures.begin(['eve', 'eve\u0000'], 8);
      await store.erasures.erased(first, { record: 9, told: 3, identifiers: 2, events: 5 }, by);
      now += 1;
      await store.notes.add({ about: { kind: 'entity', id: 'ann' }, text: 'a later one' }, by);
      await reopen();
      expect(await store.erasures.open()).toEqual([{ seq: 1, names: ['ann', 'anonymous:b1'], erased: true, record: 9 }, { seq: 2, names: ['eve', 'eve\u0000'], erased: false, record: 8 }]);
      await store.erasures.forget();
      // Of whom the journal still knows nothing is deleted, nor of whoever came after.
      expect((await store.notes.list()).items.map(({ about, text }) => `${about.id}: ${text}`).sort()).toEqual(['ann: a later one', 'bob: a note', 'eve: a note']);
      expect((await store.outbox.due(1, now, 9)).map(({ change: { n } }) => n).sort()).toEqual([2, 3, 4]);
      expect((await store.audit.list({ action: 'entity.erase' })).items).toMatchObject([{ subject: { kind: 'entity', id: 'erased' }, after: { identifiers: 2, events: 5 } }]);
      await store.erasures.end([1, 2], { runs: 1, rows: 1 }, by);
      expect(await store.erasures.open()).toEqual([]);
      expect((await store.audit.list({ action: 'entity.forget' })).items).toMatchObject([{ subject: { kind: 'entity', id: 'erased' }, after: { runs: 1, rows: 1 } }]);
    });
  });

  describe('text', () => {
    const kept = ['"; DROP TABLE segments; --', "Robert'); --", '__proto__', 'constructor', '<script>alert(1)</script>', '=cmd|calc', '%_\\', '${x}', '{{x}}', 'naïve ﷽ 👩‍👩‍👧 \u202Eabc', 'null', 'NaN', '0', ' spaced ', '?', '$1', ':a', '\uFFFD', '\u200B!'];
    it('comes back as it was, whatever it means elsewhere', async () => {
      for (const [i, text] of kept.entries()) {
        await published(`r${i}`, [segmentOf(text, 0, { name: text })]);
        await store.segments.rename(text, `${text}!`, { actor: text, reason: text, request: text });
        await store.notes.add({ about: { kind: text, id: text }, text }, { actor: text });
        await store.segments.create({ origin: 'ruled', name: text, rule: JSON.parse(`{${JSON.stringify(text)}:[${JSON.stringify(text)},1.5,null,true]}`), words: text }, by);
        await store.runs.rename(`r${i}`, text, by);
      }
      await reopen();
      const ruled = await store.segments.list({ origin: 'ruled' });
      expect(ruled).toHaveLength(kept.length);
      for (const [i, text] of kept.entries()) {
        expect(await store.segments.get(text)).toMatchObject({ id: text, name: `${text}!`, names: [{ name: text }, { name: `${text}!`, actor: text, reason: text }] });
        const about = { kind: text, id: text };
        expect((await store.notes.list({ about })).items).toMatchObject([{ about, text, actor: text }]);
        expect(JSON.stringify(ruled.find(({ name }) => name === text)!.rule!.rule)).toBe(`{${JSON.stringify(text)}:[${JSON.stringify(text)},1.5,null,true]}`);
        expect((await store.runs.get(`r${i}`)).title).toBe(text);
        expect((await store.audit.list({ actor: text, action: 'segment' })).items).toMatchObject([{ actor: text, reason: text, request: text, before: { name: text } }]);
      }
      expect((await store.audit.verify()).fault).toBeUndefined();
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    });

    const refused: [string, unknown, string][] = [
      ['1 MB', 'x'.repeat(1 << 20), 'is 1,048,576 characters long; at most 200 are kept'], ['a NUL', 'a\0b', 'holds a control character'], ['a line break', 'a\nb', 'holds a control character or a line break'],
      ['half a character', 'a\uD800', 'is not valid Unicode'], ['nothing', '', 'is empty'], ['blanks', '  ', 'is empty'], ['a number', 7, 'must be text, not number'], ['null', null, 'must be text, not null'], ['an object', { toString: () => 'x' }, 'must be text, not object'],
    ];
    it('that an engine would change, or nobody would read, is refused with a sentence, and nothing is changed', async () => {
      await published('r1', [segmentOf('a', 0)]);
      const before = await store.audit.head();
      for (const [what, value, sentence] of refused) {
        const text = value as string;
        const tries = [
          () => store.segments.rename('a', text, by), () => store.segments.create({ origin: 'ruled', name: text, rule: {}, words: 'x' }, by), () => store.runs.rename('r1', text, by),
          () => store.runs.begin({ id: 'r2', title: text, input: {} }, by), () => store.notes.add({ about: { kind: 'x', id: 'y' }, text: 'fine' }, { actor: text }),
          () => store.jobs.queue({ kind: text, input: {} }, by), () => store.segments.get(text), () => store.transitions.flow(text), () => store.audit.list({ actor: text }),
        ];
        for (const attempt of tries) await expect(attempt().then(() => 'accepted'), what).rejects.toMatchObject({ code: 'store/bad-value', message: expect.stringContaining(sentence) });
        await expect(home.workspaces.rename('main', text, by), what).rejects.toMatchObject({ code: 'store/bad-value' });
        await expect(home.keys.create({ name: text, role: 'viewer' }, by), what).rejects.toMatchObject({ code: 'store/bad-value' });
      }
      expect(await store.audit.head()).toEqual(before);
    });

    it('of JSON that is too long, too deep, or would change is refused', async () => {
      let deep: unknown = 1;
      for (let i = 0; i < 100_000; i++) deep = [deep];
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      for (const input of [{ x: 'x'.repeat(1 << 20) }, deep, circle, Number.NaN, { x: Infinity }, { x: new Date(0) }, { x: new Map() }, { x: 1n }, { x: () => 1 }, undefined]) {
        await expect(store.jobs.queue({ kind: 'x', input }, by)).rejects.toMatchObject({ code: 'store/bad-value' });
      }
      expect((await store.jobs.list()).items).toEqual([]);
      const input = JSON.parse('{"__proto__":{"polluted":1},"b":[1e21,0.1,-5],"a":"\\u0000\\ud800"}') as unknown;
      const { id } = await store.jobs.queue({ kind: 'x', input }, by);
      expect(JSON.stringify((await store.jobs.get(id)).input)).toBe('{"__proto__":{"polluted":1},"a":"\\u0000\\ud800","b":[1e+21,0.1,-5]}');
    });
  });

  describe('the audit log', () => {
    it('has one entry for every change, with who, what, when, why', async () => {
      await published('r1', [segmentOf('a', 0)]);
      await store.aliases.move('champion', 'r1', by);
      await store.segments.rename('a', 'Alpha', { actor: 'ben', reason: 'shorter', request: 'q-7' });
      expect(await actions()).toEqual(['run.begin', 'run.publish', 'alias.move', 'segment.rename']);
      const { items: [entry] } = await store.audit.list({ limit: 1 });
      expect(entry).toMatchObject({ seq: 4, at: now, actor: 'ben', action: 'segment.rename', subject: { kind: 'segment', id: 'a' }, before: { name: 'A' }, after: { name: 'Alpha' }, reason: 'shorter', request: 'q-7' });
      expect(await store.audit.verify()).toEqual({ entries: 4, head: { seq: 4, hash: entry.hash } });
      expect(await store.audit.head()).toEqual({ seq: 4, hash: entry.hash });
    });

    it('is the same after reading everything there is', async () => {
      await published('r1', [segmentOf('a', 0)]);
      const before = await store.audit.head();
      await Promise.all([store.runs.list(), store.runs.get('r1'), store.aliases.current(), store.aliases.history(), store.segments.list(), store.segments.get('a'), store.segments.trend('a'), store.transitions.ofEntity('x'), store.notes.list(), store.decisions.list(), store.jobs.list(), store.audit.list(), store.audit.verify()]);
      expect(await store.audit.head()).toEqual(before);
    });

    it('is filtered and paged', async () => {
      for (let i = 0; i < 7; i++) {
        await store.audit.record({ action: i % 2 ? 'export.csv' : 'exports.all', subject: { kind: 'segment', id: `s${i % 3}` } }, { actor: i < 4 ? 'ada' : 'ben' });
        now += 1000;
      }
      const seqs = async (filter: Parameters<Store['audit']['list']>[0]) => (await store.audit.list(filter)).items.map(({ seq }) => seq);
      expect(await seqs({ action: 'export' })).toEqual([6, 4, 2]);
      expect(await seqs({ action: 'export.csv', actor: 'ada' })).toEqual([4, 2]);
      expect(await seqs({ action: '%' })).toEqual([]);
      expect(await seqs({ subject: { kind: 'segment', id: 's1' } })).toEqual([5, 2]);
      expect(await seqs({ since: now - 3000, until: now - 1000 })).toEqual([6, 5]);
      const first = await store.audit.list({ limit: 5 });
      expect(first.next).toBe('3');
      expect(await seqs({ limit: 5, after: first.next })).toEqual([2, 1]);
    });

    it('stays one chain when many change things at once', async () => {
      await published('r1', [segmentOf('a', 0)]);
      await Promise.all(Array.from({ length: 40 }, (_, i) => store.segments.rename('a', `Name ${i}`, by)));
      expect((await store.segments.get('a')).names).toHaveLength(41);
      expect(await store.audit.verify()).toMatchObject({ entries: 42 });
    });

    it('shows any edit, deletion, insertion and change of order, and where', async () => {
      for (let i = 0; i < 12; i++) await store.audit.record({ action: 'thing.change', subject: { kind: 'thing', id: `t${i}` }, before: { n: i }, after: { n: i + 1 } }, { actor: 'ada', ...(i % 2 && { reason: 'why' }) });
      const head = await store.audit.head();
      await home.close();
      const databases = await openDatabases(place);
      const { db } = await databases.open('main');
      class Undo extends Error {}
      const columns = ['at', 'actor', 'action', 'subject_kind', 'subject', 'before', 'after', 'reason', 'request', 'previous', 'hash'] as const;
      const seq = fc.integer({ min: 1, max: 12 });
      const tampering = fc.oneof(
        fc.record({ how: fc.constant('edit' as const), seq, column: fc.constantFrom(...columns), value: fc.oneof(fc.string({ unit: fc.constantFrom('a', '0', '{', '}', ' ', 'é') }), fc.constant(null)) }),
        fc.record({ how: fc.constant('space' as const), seq }),
        fc.record({ how: fc.constant('delete' as const), seq }),
        fc.record({ how: fc.constant('swap' as const), seq, other: seq }).filter(({ seq: a, other }) => a !== other),
        fc.record({ how: fc.constant('insert' as const), seq: fc.constantFrom(0, -3, 13) }),
        fc.record({ how: fc.constant('renumber' as const), seq }),
      );
      await fc.assert(fc.asyncProperty(tampering, async (what) => {
        await db.transaction().execute(async (trx) => {
          const all = await trx.selectFrom('audit').selectAll().orderBy('seq').execute();
          const row = all.find(({ seq: own }) => own === what.seq)!;
          const set = (own: number, change: Partial<typeof row>) => trx.updateTable('audit').set(change).where('seq', '=', own).execute();
          let expected = what.seq;
          if (what.how === 'edit') {
            const optional = ['before', 'after', 'reason', 'request'].includes(what.column);
            const value = what.column === 'at' ? row.at + (what.value?.length ?? 7) + 1 : what.value ?? (optional ? null : 'x');
            fc.pre(value !== row[what.column]);
            await set(what.seq, { [what.column]: value });
          } else if (what.how === 'space') await set(what.seq, { after: row.after!.replace(':', ': ') });
          else if (what.how === 'delete') await trx.deleteFrom('audit').where('seq', '=', what.seq).execute();
          else if (what.how === 'swap') {
            const other = all.find(({ seq: own }) => own === what.other)!;
            await set(what.seq, { ...other, seq: what.seq });
            await set(what.other, { ...row, seq: what.other });
            expected = Math.min(what.seq, what.other);
          } else if (what.how === 'renumber') {
            await trx.deleteFrom('audit').where('seq', '=', what.seq).execute();
            await trx.updateTable('audit').set({ seq: sql`seq + 100` }).where('seq', '>', what.seq).execute();
            await trx.updateTable('audit').set({ seq: sql`seq - 101` }).where('seq', '>', 100).execute();
          } else {
            await trx.insertInto('audit').values({ ...all[3], seq: what.seq }).execute();
            expected = what.seq === 13 ? 13 : 1;
          }
          const cutOff = (what.how === 'delete' || what.how === 'renumber') && what.seq === 12;
          const { fault } = await verifyChain(trx);
          // A log that ends early is a whole log: only the head that was kept tells.
          if (cutOff) expect(fault).toBeUndefined();
          else expect(fault?.seq).toBe(expected);
          expect((await verifyChain(trx, head)).fault?.seq).toBe(what.how === 'insert' && what.seq === 13 ? 13 : expected);
          throw new Undo();
        }).catch((error: unknown) => {
          if (!(error instanceof Undo)) throw error;
        });
      }), { numRuns: engine === 'SQLite' ? 400 : 100 });
      expect(await verifyChain(db, head)).toEqual({ entries: 12, head });
      expect((await verifyChain(db, { seq: 5, hash: 'f'.repeat(64) })).fault).toEqual({ seq: 5, problem: 'its hash is not that of the head that was kept: the log was written anew' });
      await databases.close();
      home = await open();
    });

    it('of every database of a place is checked at once, also beside the process that writes', async () => {
      await published('r1');
      const reports = await verifyAudits(place);
      expect(reports.map(({ workspace, check }) => [workspace, check.entries, check.fault])).toEqual([[undefined, 1, undefined], ['main', 2, undefined]]);
      const cut = await verifyAudits(place, { workspaces: { main: { seq: 3, hash: 'a'.repeat(64) } } });
      expect(cut[1].check.fault).toEqual({ seq: 3, problem: 'the log ends at entry 2, but the head that was kept is of entry 3: entries were cut off its end' });
    });
  });

  describe('opening', () => {
    it('refuses a schema that is newer than the program', async () => {
      await home.close();
      const databases = await openDatabases(place);
      const { db } = await databases.open('main');
      await db.insertInto('schema_versions').values({ version: 99, name: 'from the future', at: 1 }).execute();
      await databases.close();
      home = await open();
      await expect(home.open('main')).rejects.toMatchObject({ code: 'store/newer', message: expect.stringContaining('its schema is version 99') });
    });

    it('takes each step of a schema whole or not at all, and in order', async () => {
      await home.close();
      const databases = await openDatabases(place);
      const database = await databases.open('main');
      const second = { name: 'second', up: async (db: typeof database.db) => void (await db.schema.createTable('extra').addColumn('x', 'text').execute()) };
      const broken = {
        name: 'broken',
        async up(db: typeof database.db) {
          await db.schema.createTable('half').addColumn('x', 'text').execute();
          await db.deleteFrom('audit').execute();
          throw new TypeError('no');
        },
      };
      await expect(migrate(database, [...migrations.workspace, second, broken], clock)).rejects.toThrow('no');
      const tables = await database.tables(database.db);
      expect(tables).toContain('extra');
      expect(tables).not.toContain('half');
      expect((await database.db.selectFrom('schema_versions').selectAll().orderBy('version').execute()).map(({ name }) => name)).toEqual(['start', 'reasons', 'webhooks', 'erasures', 'erased', 'second']);
      await databases.close();
      home = await open();
    });

    it('brings an older schema forward with what is in it', async () => {
      await home.close();
      const databases = await openDatabases(place);
      const database = await databases.open('older');
      await migrate(database, migrations.workspace.slice(0, 1), clock);
      const moved = (n: number, from: string | null, to: string | null, reason: string | null) => ({ run: 1, n, entity: `c${n}`, at: 1, from_segment: from, to_segment: to, reason });
      await database.db.insertInto('transitions').values([moved(1, 'a', 'b', 'why'), moved(2, 'a', 'b', 'why'), moved(3, 'b', 'a', 'why'), moved(4, null, 'a', 'other'), moved(5, 'a', null, null)]).execute();
      await migrate(database, migrations.workspace, clock);
      const rows = await database.db.selectFrom('flow_reasons').selectAll().orderBy('segment').orderBy('reason').execute();
      expect(rows).toEqual([
        { run: 1, segment: 'a', reason: 'other', entered: 1, left: 0 }, { run: 1, segment: 'a', reason: 'why', entered: 1, left: 2 }, { run: 1, segment: 'b', reason: 'why', entered: 2, left: 1 },
      ]);
      await databases.close();
      home = await open();
    });

    it('tells of a workspace whose store is gone, and of data that home does not know', async () => {
      await home.workspaces.create({ id: 'lost', name: 'Lost' }, by);
      await home.workspaces.create({ id: 'found', name: 'Found' }, by);
      await (await home.open('found')).notes.add({ about: { kind: 'x', id: 'y' }, text: 'z' }, by);
      await home.close();
      const databases = await openDatabases(place);
      await databases.drop('lost');
      await (await databases.open()).db.deleteFrom('workspaces').where('id', '=', 'found').execute();
      await databases.close();
      home = await open();
      await expect(home.open('lost')).rejects.toMatchObject({ code: 'store/damaged' });
      await expect(home.workspaces.create({ id: 'found', name: 'x' }, by)).rejects.toMatchObject({ code: 'store/conflict' });
    });
  });

  describe('a backup', () => {
    const all = async (from: HomeStore) => {
      const main = await from.open('main');
      return {
        workspaces: await from.workspaces.list({ removed: true }), keys: await from.keys.list(), homeAudit: await from.audit.list({ limit: 1000 }), runs: await main.runs.list({ removed: true }), aliases: await main.aliases.history(),
        segments: await main.segments.list({ removed: true }), flow: await main.transitions.flow('a'), who: await main.transitions.list('a', { direction: 'entered', limit: 1000 }), notes: await main.notes.list(), decisions: await main.decisions.list(), jobs: await main.jobs.list(),
        audit: await main.audit.list({ limit: 1000 }), verified: await main.audit.verify(),
      };
    };
    let path: string;
    beforeEach(async () => {
      path = join(await emptyFolder('shoal-backup'), 'store.backup');
      folders.push(join(path, '..'));
      await begun('r1');
      await store.transitions.append('r1', Array.from({ length: 1234 }, (_, i) => ({ entity: `c${i} "\u2028'`, at: i, to: 'a', reason: i % 2 ? 'why' : undefined })), by);
      await store.runs.publish('r1', { summary: summaryOf([], now), segments: [segmentOf('a', 0, { share: 0.1 + 0.2, revenue: 1e-7 })] }, by);
      await store.aliases.move('champion', 'r1', by);
      await store.segments.create({ origin: 'ruled', name: '__proto__', rule: JSON.parse('{"__proto__":1}'), words: 'x' }, by);
      await store.notes.add({ about: { kind: 'run', id: 'r1' }, text: 'line\nbreak' }, by);
      await store.jobs.queue({ kind: 'discover', input: {} }, by);
      await home.keys.create({ name: 'k', only: ['a'] }, by);
      await home.workspaces.create({ id: 'second', name: 'Second' }, by);
      await home.workspaces.remove('second', by);
    });

    it.each(engines)('is the same store again on $engine', async ({ engine: other, missing: absent, place: otherPlace }, context) => {
      if (absent) return context.skip();
      const before = await all(home);
      const written = await backup(place, path, { clock });
      expect(written.workspaces).toEqual(['main', 'second']);
      const target = await otherPlace();
      if (other === 'SQLite') folders.push(target);
      expect(await restore(path, target, { clock })).toEqual(written);
      const restored = await openStore(target, { clock, keys });
      try {
        expect(await all(restored)).toEqual(before);
        await (await restored.open('main')).runs.begin({ id: 'r2', title: 'goes on', input: {} }, by);
      } finally {
        await restored.close();
      }
      await expect(restore(path, target, { clock })).rejects.toMatchObject({ code: 'store/conflict' });
    });

    it.skipIf(engine !== 'SQLite')('that was cut short, changed, or is something else is refused before anything is written', async () => {
      const { readFile, writeFile } = await import('node:fs/promises');
      const { gunzipSync, gzipSync } = await import('node:zlib');
      await backup(place, path, { clock });
      const good = await readFile(path);
      const lines = gunzipSync(good).toString().split('\n');
      const target = await newPlace();
      folders.push(target);
      const tries: [Buffer | string, RegExp][] = [
        [good.subarray(0, good.length / 2), /ends too early|not a gzipped/], [good.subarray(0, good.length - 4), /ends too early|not a gzipped/], ['hello', /not a gzipped file/], ['', /ends too early|not a gzipped/],
        [gzipSync(lines.filter((_, i) => i !== 5).join('\n')), /changed after/], [gzipSync(lines.join('\n').replace('c7 ', 'c8 ')), /changed after/], [gzipSync(lines.slice(0, -2).join('\n')), /ends too early/], [gzipSync('{"a":1}\n'), /line 1 is not/], [gzipSync('{"table":"x","columns":[]}\n'), /not a backup/], [gzipSync('5'), /line 1 is not/], [gzipSync('nonsense'), /line 1 is not/],
      ];
      for (const [content, problem] of tries) {
        await writeFile(path, content);
        await expect(restore(path, target, { clock }), `${problem}`).rejects.toMatchObject({ code: 'store/bad-backup', message: expect.stringMatching(problem) });
      }
      await expect(restore(join(target, 'none'), target, { clock })).rejects.toThrow('there is no such file');
      const untouched = await openDatabases(target);
      expect(await untouched.exists()).toBe(false);
      await untouched.close();
    });
  });
});

describe.skipIf(withoutPostgres)('PostgreSQL', () => {
  const clock = () => 1000;

  it('keeps one chain where several processes change the same workspace at once', async () => {
    const place = await server!.fresh();
    const homes = [await openStore(place, { clock, keys }), await openStore(place, { clock, keys })];
    await homes[0].workspaces.create({ id: 'main', name: 'Main' }, by);
    const stores = await Promise.all(homes.map((home) => home.open('main')));
    await Promise.all(Array.from({ length: 30 }, (_, i) => stores[i % 2].notes.add({ about: { kind: 'x', id: 'y' }, text: `note ${i}` }, by)));
    expect((await stores[0].notes.list()).items).toHaveLength(30);
    expect(await stores[1].audit.verify()).toMatchObject({ entries: 30 });
    for (const home of homes) await home.close();
  });

  it('is one server\'s: one that loses its connection has it again, unless another came between', async () => {
    const place = await server!.fresh();
    const data = await emptyFolder('shoal-alone'), elsewhere = await emptyFolder('shoal-alone');
    folders.push(data, elsewhere);
    const first = await openStore(place, { clock, data });
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: place });
    await client.connect();
    const holders = async () => (await client.query<{ pid: number }>("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")).rows.map(({ pid }) => pid);
    const [before] = await holders();
    await client.query('SELECT pg_terminate_backend($1)', [before]);
    await vi.waitUntil(async () => (await holders()).some((pid) => pid !== before));
    await expect(openStore(place, { clock, data: elsewhere })).rejects.toMatchObject({ code: 'store/in-use' });
    expect(await first.workspaces.list()).toEqual([]);

    // Another session waits for it, and so has it before the first can take it again.
    const waiting = client.query("SELECT pg_advisory_lock(hashtextextended('shoal:server', 0))");
    const admin = new pg.Client({ connectionString: place });
    await admin.connect();
    await vi.waitUntil(async () => (await admin.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).rows.length > 0);
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
    await waiting;
    await vi.waitUntil(() => first.workspaces.create({ id: 'x', name: 'X' }, by).then(() => false, (error: unknown) => (error as { code?: string }).code === 'store/in-use'));
    await client.end();
    await vi.waitUntil(() => first.check().then(() => true, () => false));
    await admin.end();
    await first.close();
    await (await openStore(place, { clock, data: elsewhere })).close();
  });

  it('that gives no right to make schemas says so', async () => {
    const place = await server!.fresh();
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: place });
    await client.connect();
    await client.query("CREATE ROLE guest LOGIN");
    await client.end();
    await expect(openStore(place.replace('user=shoal', 'user=guest'), { clock, keys })).rejects.toMatchObject({ code: 'store/unavailable', message: expect.stringContaining('permission denied') });
    await expect(openStore(place.replace('user=shoal', 'user=nobody-known'), { clock, keys })).rejects.toMatchObject({ code: 'store/unavailable' });
    await expect(openStore(place.replace(/t\d+\?/, 'none?'), { clock, keys })).rejects.toMatchObject({ code: 'store/unavailable' });
  });

  it('that goes away is told of in a sentence, and used again when it is back', async () => {
    const own = await startPostgres();
    try {
      const home = await openStore(await own.fresh(), { clock, keys });
      await home.workspaces.create({ id: 'main', name: 'Main' }, by);
      const main = await home.open('main');
      let back = false;
      const crashing = own.crash().finally(() => (back = true));
      // Eight at a time, all through the crash: each is done, or refused with a sentence, and none ends the process.
      let refused = 0;
      const asking = async () => {
        while (!back) {
          await main.notes.add({ about: { kind: 'x', id: 'y' }, text: 'during' }, by).catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'store/unavailable', status: 503 });
            refused += 1;
          });
          await setImmediate();
        }
      };
      await Promise.all([crashing, ...Array.from({ length: 8 }, asking)]);
      expect(refused).toBeGreaterThan(0);
      // Of the connections from before the crash each may fail once.
      for (let i = 0; i < 8; i++) await home.check().catch(() => undefined);
      expect((await main.audit.verify()).fault).toBeUndefined();
      expect(await home.workspaces.list()).toHaveLength(1);
      await home.close();
    } finally {
      await own.stop();
    }
  });
});

function segmentOf(id: string, segment: number, more: Partial<RunSegment> = {}): RunSegment {
  return { id, segment, name: id.slice(0, 1).toUpperCase() + id.slice(1), entities: 10, share: 0.5, ...more };
}

function summaryOf(segments: readonly RunSegment[], asOf: number): RunSummary {
  return { headline: 'Two groups', entities: 20, segments: segments.length, asOf, seed: 1, version: '0.1.0', algorithm: 'kmeans', kind: 'found', fingerprint: 'abc', metrics: { strength: 0.9 } };
}
