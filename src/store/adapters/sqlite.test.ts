import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql, type Kysely } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabases, openStore } from '../catalog.js';
import type { Tables } from '../tables.js';

const by = { actor: 'ada' };
const clock = () => 1000;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-sqlite-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('lets one process write at a time, and others read beside it', async () => {
  const home = await openStore(folder, { clock });
  await home.workspaces.create({ id: 'main', name: 'Main' }, by);
  await expect(openStore(folder, { clock })).rejects.toThrow(`'${folder}' is in use by another Shoal process. Stop that one first, or use it.`);
  const beside = await openDatabases(folder, { beside: true });
  const { db } = await beside.open();
  expect(await db.selectFrom('workspaces').select('id').execute()).toEqual([{ id: 'main' }]);
  await expect(db.deleteFrom('workspaces').execute()).rejects.toMatchObject({ code: 'store/unavailable' });
  await home.workspaces.create({ id: 'later', name: 'Later' }, by);
  expect(await db.selectFrom('workspaces').select('id').execute()).toHaveLength(2);
  await beside.close();
  await home.close();
  await (await openStore(folder, { clock })).close();
});

it('keeps what it was told on the disk, whatever is asked first', async () => {
  const databases = await openDatabases(folder);
  const { db } = await databases.open();
  const { sql } = await import('kysely');
  const pragma = async (name: string) => Object.values((await sql.raw<Record<string, unknown>>(`PRAGMA ${name}`).execute(db)).rows[0])[0];
  expect(await pragma('journal_mode')).toBe('wal');
  expect(await pragma('synchronous')).toBe(2);
  await databases.close();
});

it('says what is wrong with a file that is no store, or no longer a whole one', async () => {
  await writeFile(join(folder, 'home.sqlite'), 'This is a letter to my aunt. '.repeat(200));
  await expect(openStore(folder, { clock })).rejects.toMatchObject({ code: 'store/damaged', message: expect.stringContaining("Restore a backup with 'shoal store restore'.") });
  await rm(join(folder, 'home.sqlite'));

  const home = await openStore(folder, { clock });
  for (let i = 0; i < 5; i++) await home.workspaces.create({ id: `w${i}`, name: 'x'.repeat(200) }, by);
  await home.close();
  const path = join(folder, 'home.sqlite');
  await truncate(path, (await stat(path)).size / 2);
  const broken = await openDatabases(folder);
  await expect((async () => (await broken.open()).inspect())()).rejects.toMatchObject({ code: 'store/damaged' });
  await broken.close();
});

it('says so where it may not write', async () => {
  await writeFile(join(folder, 'file'), '');
  await expect(openStore(join(folder, 'file'), { clock })).rejects.toMatchObject({ code: 'store/unavailable' });
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('');
});

it('gives everything back after a workspace of it is dropped, and leaves the others alone', async () => {
  const home = await openStore(folder, { clock });
  for (const id of ['one', 'two']) await home.workspaces.create({ id, name: id }, by);
  await (await home.open('two')).notes.add({ about: { kind: 'x', id: 'y' }, text: 'stays' }, by);
  await home.open('one');
  await home.workspaces.remove('one', by);
  await home.workspaces.purge('one', by);
  await expect(stat(join(folder, 'workspaces', 'one', 'store.sqlite'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect((await (await home.open('two')).notes.list()).items).toMatchObject([{ text: 'stays' }]);
  await home.close();
});

it('what need not wait for the disk does not, and what comes after it does, also where it failed', async () => {
  const databases = await openDatabases(folder);
  const { db, soon } = await databases.open('main');
  const synchronous = async (at: Kysely<Tables>) => Number(Object.values((await sql`PRAGMA synchronous`.execute(at)).rows[0] as object)[0]);
  expect(await soon(async (trx) => [await synchronous(trx), await sql`CREATE TABLE t (n INTEGER)`.execute(trx).then(() => 'made')])).toEqual([1, 'made']);
  expect(await synchronous(db)).toBe(2);
  await expect(soon(async (trx) => {
    await sql`INSERT INTO t VALUES (1)`.execute(trx);
    throw new Error('no');
  })).rejects.toThrow('no');
  expect(await synchronous(db)).toBe(2);
  expect((await sql`SELECT * FROM t`.execute(db)).rows).toEqual([]);
  await databases.close();
});
