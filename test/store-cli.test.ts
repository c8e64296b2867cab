import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabases, openJournal, openStore } from '../src/store/catalog.js';
import { emptyFolder, shoal } from './support/shoal.js';

const by = { actor: 'ada', reason: 'a test' };

describe('shoal store and shoal govern', () => {
  let folder: string;
  let data: string;
  const within = (name: string) => join(folder, name);
  beforeAll(async () => {
    folder = await emptyFolder('shoal-store-cli');
    data = within('data');
    const home = await openStore(data, { clock: () => Date.UTC(2026, 0, 1) });
    await home.workspaces.create({ id: 'main', name: 'Main' }, by);
    await (await home.open('main')).notes.add({ about: { kind: 'run', id: 'r1' }, text: 'Keep this.' }, by);
    await home.close();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('back up beside a process that writes, and restore to a folder that goes on', async () => {
    const home = await openStore(data, { clock: () => Date.UTC(2026, 0, 2) });
    const file = within('monday.backup');
    const backup = await shoal(['store', 'backup', file, '--data', data]);
    await home.close();
    expect(backup.stderr).toBe('');
    expect(backup.stdout).toMatch(/monday\.backup: 1 workspace, 4 rows, 1 KiB\n$/);
    expect((await shoal(['store', 'backup', file, '--data', data])).code).toBe(2);
    const restored = await shoal(['store', 'restore', file, '--data', within('restored')]);
    expect(restored.stdout).toBe('Restored 1 workspace, 4 rows. The audit logs are as they were.\n');
    const again = await openStore(within('restored'), { clock: () => 0 });
    expect((await (await again.open('main')).notes.list()).items).toMatchObject([{ text: 'Keep this.' }]);
    await again.close();
    expect((await shoal(['store', 'restore', file, '--data', data])).stderr).toBe(`There is a store in '${data}' already. Restore into an empty folder or database.\n`);
  });

  it('take the journals of the live side with them, also while one is written', async () => {
    const clock = () => Date.UTC(2026, 0, 2);
    const [from, to, file] = [within('live'), within('live-restored'), within('live.backup')];
    const home = await openStore(from, { clock });
    await home.workspaces.create({ id: 'main', name: 'Main' }, by);
    const journal = await openJournal(from, 'main', { clock });
    const event = { id: 'm1', kind: 'track', name: 'Order', at: 1, received: 2, identifiers: [{ type: 'user', value: 'ada' }], payload: {} } as const;
    await journal.append({ clock: clock(), entries: [{ kind: 'event', event }] });
    expect((await shoal(['store', 'backup', file, '--data', from])).stderr).toBe('');
    await journal.close();
    await home.close();
    expect((await shoal(['store', 'restore', file, '--data', to])).stdout).toMatch(/^Restored 1 workspace, \d+ rows\./);
    const again = await openJournal(to, 'main', { clock });
    for await (const records of again.read(0)) expect(records).toEqual([{ seq: 1, clock: clock(), entry: { kind: 'event', event } }]);
    expect(await again.append({ clock: clock(), entries: [{ kind: 'event', event }] })).toEqual([{ duplicate: true }]);
    await again.close();
  });

  it('check the audit logs, keep their heads, and name what was changed since', async () => {
    const heads = within('heads.json');
    const good = await shoal(['govern', 'verify-audit', '--data', data, '--keep', heads]);
    expect(good.stdout).toMatch(/^the server: 1 entry, head [0-9a-f]{16}\nworkspace 'main': 1 entry, head [0-9a-f]{16}\n.*heads\.json: 2 heads\./);
    expect(JSON.parse(await readFile(heads, 'utf8'))).toMatchObject({ home: { seq: 1 }, workspaces: { main: { seq: 1 } } });
    expect((await shoal(['govern', 'verify-audit', '--data', data, '--heads', heads])).code).toBe(0);

    const databases = await openDatabases(data);
    const { db } = await databases.open('main');
    await db.updateTable('audit').set({ actor: 'nobody' }).execute();
    await databases.close();
    const edited = await shoal(['govern', 'verify-audit', '--data', data, '--json']);
    expect(edited.code).toBe(1);
    expect(JSON.parse(edited.stdout)).toMatchObject([{ check: { entries: 1 } }, { workspace: 'main', check: { fault: { seq: 1 } } }]);
    expect(edited.stderr).toBe("The audit log of workspace 'main' is not as it was written, from entry 1 on: its content is not what was hashed when it was written.\n");

    const cut = await openDatabases(data);
    await (await cut.open('main')).db.deleteFrom('audit').execute();
    await cut.close();
    expect((await shoal(['govern', 'verify-audit', '--data', data])).code).toBe(0);
    expect((await shoal(['govern', 'verify-audit', '--data', data, '--heads', heads])).stderr).toContain('the log ends at entry 0, but the head that was kept is of entry 1: entries were cut off its end');
  });

  it('say what is wrong with what they are given', async () => {
    await writeFile(within('nonsense'), 'nonsense');
    const said = async (...args: string[]) => {
      const { code, stderr } = await shoal(args);
      return `${code} ${stderr.trim()}`;
    };
    expect(await said('store', 'backup', within('x'), '--data', within('none'))).toBe(`2 There is no store '${within('none')}'.`);
    expect(await said('store', 'restore', within('nonsense'), '--data', within('none'))).toBe(`2 '${within('nonsense')}' cannot be restored: it is not a gzipped file of lines.`);
    expect(await said('govern', 'verify-audit', '--data', data, '--heads', within('nonsense'))).toMatch(/^2 '.*nonsense' holds no heads of audit logs\./);
    expect(await said('store', 'backup')).toContain("2 'shoal store backup' needs <file>.");
    expect(await said('store', 'backup', within('x'), '--store', 'mysql://x')).toContain('2 --store: must be like postgres://user@host/database');
    expect(await said('store', 'backup', within('x'), '--store', 'postgres://someone:hunter2@127.0.0.1:1/none')).toMatch(/^3 The store 'postgres:\/\/someone@127\.0\.0\.1:1\/none' does not answer: .*ECONNREFUSED/);
  });
});
