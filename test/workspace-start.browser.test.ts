import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
    expect(await page.getByText('about 1,500 customers').count()).toBe(1);
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
    for (const part of ['Who they are and what they bring', 'Where to go from here']) expect(await page.getByText(part).count()).toBe(1);
    expect(await page.getByText('Proven segments').or(page.getByText('No proven structure')).count()).toBe(1);
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
    expect(await page.getByText('cat.csv').count()).toBe(0);
    await close();
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
    expect(await page.getByText('which is not the one in use').count()).toBe(1);
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
