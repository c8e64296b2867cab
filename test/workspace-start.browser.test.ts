import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { startPostgres, withoutPostgres } from '../scripts/postgres.mjs';
import { overTheNetwork } from './support/postgres.js';
import { emptyFolder } from './support/shoal.js';
import { accessibilityFaults, openPage, overhang, smallMarket, startServer, type TestServer, tryChromium } from './support/workspace.js';

const { browser, why } = await tryChromium();

describe.skipIf(!browser)(`start: from files to the story${why}`, { timeout: 180_000 }, () => {
  let server: TestServer;
  let folder: string;
  let market: string[];

  beforeAll(async () => {
    folder = await emptyFolder('shoal-start');
    [server, market] = await Promise.all([startServer(), smallMarket(folder)]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('lets in by the address that was printed, keeps no token in it, and shows the door without one', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/#token=shl_no-such-token', { signedIn: false });
    await page.getByRole('heading', { name: 'Open your workspace' }).waitFor();
    expect(page.url()).not.toContain('token');
    expect(await page.getByRole('textbox', { name: 'Access token' }).getAttribute('aria-invalid')).toBe('true');
    expect(await accessibilityFaults(page)).toEqual([]);
    const { token } = await server.client.ask('POST /v1/keys', { body: { name: 'door', role: 'admin' } });
    await page.getByRole('textbox', { name: 'Access token' }).fill(token);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('heading', { name: 'Nothing has been looked at yet' }).waitFor();
    expect(problems.filter((p) => !/status of 401/.test(p))).toEqual([]);
    await close();
  });

  it('takes own files from picking to the story, with a column corrected on the way', async () => {
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main');
    await page.getByRole('link', { name: 'Add your data' }).click();
    await page.getByRole('heading', { name: 'Add your data' }).waitFor();
    await page.locator('input[type=file]').setInputFiles(market);
    await page.getByRole('button', { name: 'Look at these 3 files' }).click();

    await page.getByRole('heading', { name: 'Is this right?' }).waitFor();
    await expect.poll(() => page.getByText('about 1,500 customers').count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: /^What device of orders is: Trait/ }).click();
    await page.getByRole('menuitem', { name: /^Left out/ }).click();
    await page.getByText('More choices').click();
    await page.getByLabel('Title').fill('First look');
    await page.getByRole('button', { name: 'See what this change does' }).click();
    await page.getByText('You say: not used.').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: /^What device of orders is: Left out/ }).waitFor();
    await page.getByRole('button', { name: 'Find the groups' }).click();
    await page.getByRole('list', { name: 'What is being done' }).waitFor();
    await page.locator('#overview-title').waitFor();
    expect(new URL(page.url()).pathname).toBe('/w/main');
    expect(await page.locator('#overview').textContent()).toContain('First look');
    expect(await page.title()).toBe('Overview – Shoal');
    const [run] = await server.client.ask('GET /v1/runs');
    expect(run.aliases).toEqual(['champion']);
    expect(run.input).toMatchObject({ options: { ignore: ['orders.device'], title: 'First look' } });
    expect([problems, foreign]).toEqual([[], []]);
    await close();
  });

  it('tells the story on one page: how many, how sure, where the money is, where to go', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main');
    await page.locator('#overview-title').waitFor();
    for (const part of ['Who they are and what they bring', 'Where to go from here']) await expect.poll(() => page.getByText(part).count()).toBe(1);
    await expect.poll(() => page.getByText('Proven segments').or(page.getByText('No proven structure')).count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: /^Get to know each group/ }).click();
    await page.getByRole('heading', { name: 'Segments', level: 1 }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('takes a pasted table, and says beside it what is wrong with a file that is none', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/start');
    await page.getByText('Drop files anywhere').waitFor();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'customer,amount\nA,1\nB,2\n');
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    });
    await page.getByText('pasted.csv').waitFor();
    const picture = join(folder, 'cat.csv');
    await writeFile(picture, Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    await page.locator('input[type=file]').setInputFiles(picture);
    const item = page.getByRole('listitem').filter({ hasText: 'cat.csv' });
    await item.getByRole('alert').waitFor();
    expect(await item.getByRole('alert').textContent()).toMatch(/cat\.csv/);
    await item.getByRole('button', { name: 'Take cat.csv off the list' }).click();
    await expect.poll(() => page.getByText('cat.csv').count()).toBe(0);
    await close();
  });

  it('takes files that are dropped anywhere on the page, and says while they hang over it that it will', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/start');
    await page.getByText('Drop files anywhere').waitFor();
    const hold = (type: string, files: readonly { readonly name: string; readonly text: string }[]) =>
      page.evaluate(([type, files]) => {
        const data = new DataTransfer();
        for (const { name, text } of files) data.items.add(new File([text], name));
        if (files.length === 0) data.setData('text/uri-list', 'https://example.org/');
        // Over the heading, far from the frame of dashes.
        const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
        document.querySelector('main h1')!.dispatchEvent(event);
        return event.defaultPrevented;
      }, [type, files] as const);
    const files = [{ name: 'dropped.csv', text: 'customer,amount\nA,1\nB,2\n' }, { name: 'more of it.csv', text: 'customer,amount\nC,1\n' }];
    await hold('dragenter', files);
    await page.getByText('Let go to add them').waitFor();
    expect(await hold('dragover', files)).toBe(true);
    await hold('dragleave', files);
    await page.getByText('Drop files anywhere').waitFor();
    await hold('dragenter', files);
    expect(await hold('drop', files)).toBe(true);
    for (const { name } of files) await page.getByRole('button', { name: `Remove ${name}` }).waitFor();
    await page.getByText('Drop files anywhere').waitFor();
    await page.getByRole('button', { name: 'Look at these 2 files' }).waitFor();
    // A link that is dragged along is none of ours.
    expect([await hold('dragover', []), await hold('drop', [])]).toEqual([false, false]);
    expect((await server.client.ask('GET /v1/files')).map(({ name }) => name)).toEqual(expect.arrayContaining(files.map(({ name }) => name)));
    for (const { id, name } of await server.client.ask('GET /v1/files')) if (files.some((file) => file.name === name)) await server.client.ask('DELETE /v1/files/:file', { params: { file: id } });
    expect(problems).toEqual([]);
    await close();
  });

  it.skipIf(withoutPostgres)(`copies tables of a database and goes on to find groups in them${withoutPostgres ? ` (skipped: ${withoutPostgres})` : ''}`, async () => {
    const postgres = await startPostgres();
    const inside = await postgres.fresh();
    const gate = await overTheNetwork(inside);
    const database = new pg.Client({ connectionString: inside });
    await database.connect();
    await database.query(`
      CREATE TABLE purchases AS SELECT i AS id, i % 300 AS customer_id, timestamptz '2024-03-01 12:00+00' + i * interval '1 hour' AS ordered, (i % 97 + 1)::numeric(10,2) AS amount FROM generate_series(1, 6000) i;
      CREATE TABLE unrelated AS SELECT 1 AS id; ANALYZE`);
    await database.end();
    const { page, problems, close } = await openPage(browser!, server, '/w/main/start');
    try {
      await page.getByRole('button', { name: 'Connect PostgreSQL' }).click();
      const dialog = page.getByRole('dialog', { name: 'Connect PostgreSQL' });
      await dialog.getByLabel('Address of the database').fill(gate.url);
      await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
      await dialog.getByRole('checkbox', { name: /^purchases about 6,000 rows/ }).check();
      expect(await accessibilityFaults(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Copy the table' }).click();
      await expect.poll(() => dialog.isVisible(), { timeout: 30_000 }).toBe(false);
      await page.getByRole('button', { name: 'Remove purchases.csv' }).waitFor();
      expect((await server.client.ask('GET /v1/files')).map(({ name, origin }) => [name, origin])).toContainEqual(['purchases.csv', 'postgres']);
      await page.getByRole('button', { name: 'Look at this file' }).click();
      await page.getByRole('heading', { name: 'Is this right?' }).waitFor({ timeout: 30_000 });
      await page.getByText('about 300 customers').waitFor();
      expect(problems).toEqual([]);
    } finally {
      await close();
      gate.close();
      await postgres.stop();
    }
  });

  it('removes a file and brings it back', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/start');
    await page.getByRole('button', { name: 'Remove pasted.csv' }).click();
    const toast = page.getByRole('region', { name: 'Messages' });
    await toast.getByText('Removed “pasted.csv”').waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Remove pasted.csv' }).count()).toBe(0);
    await toast.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Remove pasted.csv' }).waitFor();
    await close();
  });

  it('says why a run failed, and leads back to the files', async () => {
    const constant = join(folder, 'constant.csv');
    await writeFile(constant, 'customer_id,amount\nA,1\nA,2\nA,3\n');
    const [id] = await server.addFiles([constant]);
    const job = await server.client.ask('POST /v1/discover', { body: { files: [id] } });
    const { page, close } = await openPage(browser!, server, `/w/main/start?job=${job.id}`);
    await page.getByText('That did not work.').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('customer_id');
    await page.getByRole('button', { name: 'Back to the files' }).click();
    await page.getByText('Drop files anywhere').waitFor();
    await close();
  });

  it('stops when told to, and can be run again', async () => {
    const files = (await server.client.ask('GET /v1/files')).filter((file) => /orders|customers/.test(file.name)).map((file) => file.id);
    const job = await server.client.ask('POST /v1/discover', { body: { files, options: { seed: 7 } } });
    const { page, close } = await openPage(browser!, server, `/w/main/start?job=${job.id}`);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('Nothing was kept').waitFor();
    await page.getByRole('button', { name: 'Run it again' }).click();
    await page.locator('#overview-title').waitFor();
    await expect.poll(() => page.getByText('which is not the one in use').count()).toBe(1);
    await close();
  });

  it('asks a database that is not there, and says so beside the form', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/start');
    await page.getByRole('button', { name: 'Connect PostgreSQL' }).click();
    const dialog = page.getByRole('dialog', { name: 'Connect PostgreSQL' });
    await dialog.getByLabel('Address of the database').fill('postgres://nobody:secret@127.0.0.1:9/none');
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click();
    const said = await dialog.getByRole('alert').textContent();
    expect(said).not.toContain('secret');
    expect(said!.length).toBeGreaterThan(20);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.isVisible()).toBe(false);
    await close();
  });

  it.each([['/w/main', 360], ['/w/main/start', 360], ['/w/main', 768]] as const)('never scrolls sideways: %s at %i px', async (path, width) => {
    const { page, close } = await openPage(browser!, server, path, { width });
    await page.locator('main h1').first().waitFor();
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await close();
  });

  it('keeps the way round under a menu on a phone, in dark colours, without a fault', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main', { width: 360, colorScheme: 'dark' });
    await page.locator('main h1').waitFor();
    const link = page.getByRole('link', { name: 'Runs and models' });
    expect(await link.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Menu' }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await link.click();
    await page.getByRole('heading', { name: 'Runs and models' }).waitFor();
    expect(await link.isVisible()).toBe(false);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Runs and models');
    expect(problems).toEqual([]);
    await close();
  });

  it('says where an address leads nowhere', async () => {
    const { page, close } = await openPage(browser!, server, '/w/nobody');
    await page.getByText('There is no such workspace').waitFor();
    await page.goto(`${server.address}/w/main/elsewhere`);
    await page.getByText('There is no such page').waitFor();
    await page.goto(`${server.address}/w/main?run=gone`);
    await page.getByText('This run is not here').waitFor();
    await close();
  });
});
