import type { Selectable } from 'kysely';
import { roles } from '../domain/role.js';
import type { ApiKey } from '../domain/api-key.js';
import type { Login } from '../domain/login.js';
import type { Workspace } from '../domain/workspace.js';
import { ShoalError } from '../errors.js';
import { auditOf } from './audit.js';
import type { Databases } from './database.js';
import { openLedger, type Ledger } from './ledger.js';
import { migrate } from './migrate.js';
import { migrations } from './migrations/catalog.js';
import { hashOfSecret, newId, newSecret } from './secret.js';
import type { Sealing } from './sealing.js';
import type { HomeStore, NewApiKey, Store } from './store.js';
import type { Tables } from './tables.js';
import { bad, instant, line, maybe, oneOf, workspaceId } from './values.js';
import { openWorkspace } from './workspace.js';

const minute = 60_000;
/** How long a key that was revoked by mistake can be made good again. */
const secondThoughts = 15 * minute;

/** The store of home and, through it, of every workspace. */
export async function openHome(databases: Databases, sealing: Sealing, clock: () => number): Promise<HomeStore> {
  const database = await databases.open();
  await migrate(database, migrations.home, clock);
  const home = openLedger(database, clock);
  const opened = new Map<string, Promise<Store>>();
  return {
    workspaces: workspacesOf(home, databases, (id) => opened.delete(id)),
    keys: keysOf(home),
    logins: loginsOf(home),
    audit: auditOf(home),
    async open(id) {
      const row = await home.db.selectFrom('workspaces').select('removed_at').where('id', '=', workspaceId(id)).executeTakeFirst();
      if (!row || row.removed_at !== null) throw new ShoalError('store/not-found', { kind: 'workspace', id });
      const found = opened.get(id) ?? openExisting(databases, id, sealing, clock);
      opened.set(id, found);
      found.catch(() => opened.delete(id));
      return found;
    },
    hasJournal: (id) => databases.exists(workspaceId(id), 'journal'),
    async check() {
      await home.db.selectFrom('schema_versions').select('version').limit(1).execute();
    },
    close: () => databases.close(),
  };
}

async function openExisting(databases: Databases, id: string, sealing: Sealing, clock: () => number): Promise<Store> {
  if (!(await databases.exists(id))) throw new ShoalError('store/damaged', { place: `${databases.name} (workspace '${id}')`, reason: 'its store is gone.' });
  const database = await databases.open(id);
  await migrate(database, migrations.workspace, clock);
  return openWorkspace(openLedger(database, clock), sealing);
}

function workspacesOf({ db, change, clock }: Ledger, databases: Databases, forget: (id: string) => void): HomeStore['workspaces'] {
  const named = async (id: string, from = db) => {
    const row = await from.selectFrom('workspaces').selectAll().where('id', '=', workspaceId(id)).executeTakeFirst();
    if (!row) throw new ShoalError('store/not-found', { kind: 'workspace', id });
    return row;
  };
  return {
    async create({ id, name }, by) {
      const row = { id: workspaceId(id), name: line('name of the workspace', name), removed_at: null };
      // Its database comes first: a workspace that is listed can be opened.
      const database = await databases.open(id);
      await migrate(database, migrations.workspace, clock);
      const used = await database.db.selectFrom('audit').select('seq').limit(1).executeTakeFirst();
      return change(by, async ({ trx, at, audit }) => {
        if (await trx.selectFrom('workspaces').select('id').where('id', '=', id).executeTakeFirst()) throw new ShoalError('store/exists', { kind: 'workspace', id });
        if (used) throw new ShoalError('store/conflict', { problem: `There is data of an earlier workspace '${id}' in '${databases.name}'. Restore a backup that knows it, or choose another id.` });
        await trx.insertInto('workspaces').values({ ...row, created_at: at }).execute();
        await audit('workspace.create', topic(id), { after: { name } });
        return workspaceFrom({ ...row, created_at: at });
      });
    },
    async list({ removed = false } = {}) {
      const rows = await db.selectFrom('workspaces').selectAll().execute();
      return rows.filter(({ removed_at }) => removed || removed_at === null).map(workspaceFrom).sort((a, b) => byName(a, b));
    },
    get: async (id) => workspaceFrom(await named(id)),
    rename: (id, name, by) => change(by, async ({ trx, audit }) => {
      const row = await named(id, trx);
      await trx.updateTable('workspaces').set({ name: line('name of the workspace', name) }).where('id', '=', id).execute();
      await audit('workspace.rename', topic(id), { before: { name: row.name }, after: { name } });
      return workspaceFrom({ ...row, name });
    }),
    async remove(id, by) {
      const workspace = await change(by, async ({ trx, at, audit }) => {
        const row = await named(id, trx);
        if (row.removed_at !== null) throw new ShoalError('store/conflict', { problem: `The workspace '${id}' is removed already.` });
        await trx.updateTable('workspaces').set({ removed_at: at }).where('id', '=', id).execute();
        await audit('workspace.remove', topic(id));
        return workspaceFrom({ ...row, removed_at: at });
      });
      forget(id);
      return workspace;
    },
    restore: (id, by) => change(by, async ({ trx, audit }) => {
      const row = await named(id, trx);
      if (row.removed_at === null) throw new ShoalError('store/conflict', { problem: `The workspace '${id}' is not removed.` });
      if (!(await databases.exists(id))) throw new ShoalError('store/conflict', { problem: `The workspace '${id}' was being purged; its store is gone. Purge it again to finish that.` });
      await trx.updateTable('workspaces').set({ removed_at: null }).where('id', '=', id).execute();
      await audit('workspace.restore', topic(id));
      return workspaceFrom({ ...row, removed_at: null });
    }),
    async purge(id, by) {
      // Dropped before it is forgotten: what is half done is still listed as removed, and can be purged again.
      if ((await named(id)).removed_at === null) throw new ShoalError('store/conflict', { problem: `The workspace '${id}' is in use. Remove it first.` });
      forget(id);
      await databases.drop(id);
      await change(by, async ({ trx, audit }) => {
        const { name } = await named(id, trx);
        await trx.deleteFrom('workspaces').where('id', '=', id).execute();
        await audit('workspace.purge', topic(id), { before: { name } });
      });
    },
  };
}

function keysOf({ db, change, clock }: Ledger): HomeStore['keys'] {
  const known = async (trx: typeof db, id: string) => {
    const row = await trx.selectFrom('api_keys').selectAll().where('id', '=', line('id of the key', id)).executeTakeFirst();
    if (!row) throw new ShoalError('store/not-found', { kind: 'key', id });
    return row;
  };
  return {
    async create(key, by) {
      const secret = newSecret('shl_');
      const checked = checkedKey(key);
      return change(by, async ({ trx, at, actor, audit }) => {
        if (checked.expires_at !== null && checked.expires_at <= at) throw bad('expiry', 'is in the past');
        if (checked.workspace !== null && !(await trx.selectFrom('workspaces').select('id').where('id', '=', checked.workspace).executeTakeFirst())) {
          throw new ShoalError('store/not-found', { kind: 'workspace', id: checked.workspace });
        }
        const newest = await trx.selectFrom('api_keys').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
        const row = { ...checked, seq: (newest?.seq ?? 0) + 1, id: newId(), hint: secret.slice(0, 8), hash: hashOfSecret(secret), created_at: at, created_by: actor, revoked_at: null, last_used_at: null };
        await trx.insertInto('api_keys').values(row).execute();
        const shown = keyFrom(row);
        const { name, workspace, role, only, expiresAt } = shown;
        await audit('key.create', { kind: 'key', id: row.id }, { after: { name, workspace, role, only, expiresAt } });
        return { key: shown, secret };
      });
    },
    list: async () => (await db.selectFrom('api_keys').selectAll().orderBy('seq').execute()).map(keyFrom),
    async find(secret) {
      const row = await db.selectFrom('api_keys').selectAll().where('hash', '=', hashOfSecret(secret)).executeTakeFirst();
      const now = Math.round(clock());
      if (!row || row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return undefined;
      if (row.last_used_at === null || now - row.last_used_at >= minute) await db.updateTable('api_keys').set({ last_used_at: now }).where('id', '=', row.id).execute();
      return keyFrom(row);
    },
    revoke: (id, by) => change(by, async ({ trx, at, audit }) => {
      const row = await known(trx, id);
      if (row.revoked_at !== null) throw new ShoalError('store/conflict', { problem: `The key '${row.name}' is revoked already.` });
      await trx.updateTable('api_keys').set({ revoked_at: at }).where('id', '=', id).execute();
      await audit('key.revoke', { kind: 'key', id }, { before: { name: row.name } });
      return keyFrom({ ...row, revoked_at: at });
    }),
    restore: (id, by) => change(by, async ({ trx, at, audit }) => {
      const row = await known(trx, id);
      if (row.revoked_at === null) throw new ShoalError('store/conflict', { problem: `The key '${row.name}' is not revoked.` });
      if (at >= row.revoked_at + secondThoughts) throw new ShoalError('store/conflict', { problem: `The key '${row.name}' was revoked more than a quarter of an hour ago, and stays so. Make a new one.` });
      await trx.updateTable('api_keys').set({ revoked_at: null }).where('id', '=', id).execute();
      await audit('key.restore', { kind: 'key', id }, { after: { name: row.name } });
      return keyFrom({ ...row, revoked_at: null });
    }),
  };
}

function checkedKey({ name, workspace, role, only, expiresAt }: NewApiKey) {
  if ((role === undefined) === (only === undefined)) throw bad('key', 'needs either a role or the routes it may use');
  if (only && (only.length === 0 || only.length > 200)) throw bad('list of routes', `has ${only.length} entries, but must have from 1 to 200`);
  return {
    name: line('name of the key', name), workspace: workspace === undefined ? null : workspaceId(workspace), role: maybe((what, value: string) => oneOf(what, value, roles), 'role', role),
    only: only ? JSON.stringify(only.map((route) => line('route', route))) : null, expires_at: maybe(instant, 'expiry', expiresAt),
  };
}

function loginsOf({ db, change, clock }: Ledger): HomeStore['logins'] {
  return {
    async open({ role, workspace, key, expiresAt }, by) {
      const secret = newSecret('shs_');
      return change(by, async ({ trx, at, actor, audit }) => {
        const row = {
          id: newId(), hash: hashOfSecret(secret), actor, role: oneOf('role', role, roles), workspace: workspace === undefined ? null : workspaceId(workspace),
          key: maybe(line, 'key', key), created_at: at, expires_at: instant('expiry', expiresAt),
        };
        await trx.deleteFrom('logins').where('expires_at', '<=', at).execute();
        await trx.insertInto('logins').values(row).execute();
        await audit('login.open', { kind: 'login', id: row.id }, { after: { role, workspace, key, expiresAt } });
        return { login: loginFrom(row), secret };
      });
    },
    async find(secret) {
      const now = Math.round(clock());
      const row = await db.selectFrom('logins').leftJoin('api_keys', 'api_keys.id', 'logins.key').selectAll('logins')
        .select(['api_keys.id as key_id', 'api_keys.revoked_at as key_revoked', 'api_keys.expires_at as key_expires'])
        .where('logins.hash', '=', hashOfSecret(secret)).executeTakeFirst();
      if (!row || row.expires_at <= now) return undefined;
      if (row.key !== null && (row.key_id === null || row.key_revoked !== null || (row.key_expires !== null && row.key_expires <= now))) return undefined;
      return loginFrom(row);
    },
    end: (id, by) => change(by, async ({ trx, audit, nothingToDo }) => {
      if (!(await trx.selectFrom('logins').select('id').where('id', '=', line('id of the login', id)).executeTakeFirst())) return nothingToDo();
      await trx.deleteFrom('logins').where('id', '=', id).execute();
      await audit('login.end', { kind: 'login', id });
    }),
  };
}

const topic = (id: string) => ({ kind: 'workspace', id });

const { compare: byLetters } = new Intl.Collator('en', { numeric: true });
const byName = (a: { name: string; id: string }, b: { name: string; id: string }) => byLetters(a.name, b.name) || (a.id < b.id ? -1 : 1);

function workspaceFrom({ id, name, created_at, removed_at }: Selectable<Tables['workspaces']>): Workspace {
  return { id, name, createdAt: created_at, ...(removed_at !== null && { removedAt: removed_at }) };
}

function keyFrom(row: Selectable<Tables['api_keys']>): ApiKey {
  return {
    id: row.id, name: row.name, hint: row.hint, ...(row.workspace !== null && { workspace: row.workspace }), ...(row.role !== null && { role: row.role as ApiKey['role'] }),
    ...(row.only !== null && { only: JSON.parse(row.only) as string[] }), createdAt: row.created_at, createdBy: row.created_by,
    ...(row.expires_at !== null && { expiresAt: row.expires_at }), ...(row.revoked_at !== null && { revokedAt: row.revoked_at, restorableUntil: row.revoked_at + secondThoughts }), ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at }),
  };
}

function loginFrom(row: Selectable<Tables['logins']>): Login {
  return {
    id: row.id, actor: row.actor, role: row.role as Login['role'], ...(row.workspace !== null && { workspace: row.workspace }), ...(row.key !== null && { key: row.key }),
    createdAt: row.created_at, expiresAt: row.expires_at,
  };
}
