import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder } from './support/shoal.js';
import { accessibilityFaults, faultsInBothColours, openPage, overhang, smallMarket, startServer, type TestServer, tryChromium } from './support/workspace.js';

const { browser, why } = await tryChromium();

const evil = '<img src=x onerror=window.__pwned=1>';
const odd = [evil, '\u202emoc.live', '__proto__', 'constructor', `${'long-'.repeat(99)}end`];

describe.skipIf(!browser)(`people in the workspace${why}`, { timeout: 120_000 }, () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    folder = await emptyFolder('shoal-entity');
    server = await startServer();
    const files = await smallMarket(folder, { only: ['customers', 'orders', 'events', 'products'] });
    await writeOddOrders(files.find((file) => basename(file).startsWith('orders'))!);
    await server.discover(await server.addFiles(files));
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const open = (path: string, options = {}) => openPage(browser!, server, `/w/main/${path}`, options);

  it('goes from a part of an id to the whole story of one person', async () => {
    const { page, problems, foreign, close } = await open('entities');
    await page.getByRole('status').filter({ hasText: 'customers in run' }).waitFor();
    const search = page.locator('main').getByRole('combobox', { name: 'Find a customer by id' });
    await search.fill('00012');
    await page.getByRole('option').first().waitFor();
    await expect.poll(() => page.getByRole('option').count()).toBeGreaterThan(1);
    await search.fill('C0000012');
    await expect.poll(() => page.getByRole('option').count()).toBe(1);
    await search.press('Enter');
    await page.getByRole('heading', { name: 'C0000012', level: 1 }).waitFor();

    const person = await server.client.ask('GET /v1/entities/:entity', { params: { entity: 'C0000012' } });
    const main = page.locator('main');
    await main.getByRole('region', { name: 'Why they are in it' }).getByText(/pulls in/).first().waitFor();
    const text = (await main.textContent()) ?? '';
    expect(text).toContain(person.segmentName);
    expect(text).toContain('from border to core');
    for (const other of person.alternatives.slice(0, 3)) expect(text).toContain(other.segmentName);
    for (const other of person.similar.slice(0, 5)) expect(text).toContain(other.entity);
    await page.getByRole('img', { name: 'Place on the map of everyone' }).waitFor();

    await page.getByRole('link', { name: /^Everything measured/ }).first().click();
    await page.getByLabel('Find something measured').fill('total spend');
    const row = page.getByRole('listitem').filter({ hasText: 'Total spend' });
    expect(await row.textContent()).toContain(person.features.find((f) => f.feature === 'spend')!.text.replace(' %', '\u202f%'));
    await row.getByRole('img', { name: /higher than .* of all customers/ }).waitFor();

    await page.getByRole('link', { name: 'Story' }).click();
    await page.getByRole('region', { name: 'Similar customers' }).getByRole('link').first().click();
    await page.getByRole('heading', { name: person.similar[0].entity, level: 1 }).waitFor();
    expect(problems).toEqual([]);
    expect(foreign).toEqual([]);
    await close();
  });

  it('tells what is true live beside what the run found, for whoever both know, and keeps it true', async () => {
    const { token } = await server.client.ask('POST /v1/keys', { body: { name: 'live', only: ['POST /v1/batch'], workspace: 'main' } });
    const order = () => fetch(`${server.address}/v1/track`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ userId: 'C0000012', event: 'Order Completed', properties: { total: 5 } }) });
    expect((await order()).status).toBe(200);
    await server.client.ask('POST /v1/live/segments', { body: { name: 'Ordered twice', rule: { kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'Order Completed' }], op: '>=', value: 2 } } });
    const both = await server.client.ask('GET /v1/entities/:entity', { params: { entity: 'C0000012' } });
    expect(both.run).toBeDefined();
    expect(both.live).toMatchObject({ id: 'C0000012', events: 1, memberships: [] });

    const { page, problems, close } = await open('entities/C0000012');
    const now = page.getByRole('region', { name: 'Live segments, now' });
    await now.getByText('In none of them.').waitFor();
    await page.getByRole('region', { name: 'Similar customers' }).waitFor();
    expect((await order()).status).toBe(200);
    await now.getByRole('link', { name: 'Ordered twice' }).waitFor();
    await page.getByRole('link', { name: /^Live ?1$/ }).click();
    await page.getByRole('button', { name: 'Why in Ordered twice' }).click();
    await page.getByText('Measured: 2').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('tells what happened, newest first, by source, and loads more', async () => {
    const busiest = (await server.client.ask('GET /v1/entities', { query: { limit: 1, sort: '-orders' } })).rows[0].entity;
    const { total } = await server.client.ask('GET /v1/entities/:entity/timeline', { params: { entity: busiest }, query: { limit: 1 } });
    expect(total).toBeGreaterThan(60);
    const { page, close } = await open(`entities/${busiest}?part=timeline`);
    await page.getByText(`60 of ${total.toLocaleString('en-GB')} events`).waitFor();
    const days = await page.locator('main h3').allTextContents();
    const instants = days.map((day) => Date.parse(`${day} UTC`));
    expect(instants).toEqual([...instants].sort((a, b) => b - a));
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText(new RegExp(`^(${Math.min(120, total)}) of`)).waitFor();
    const orders = await server.client.ask('GET /v1/entities/:entity/timeline', { params: { entity: busiest }, query: { source: 'orders' } });
    expect(orders.total).toBeLessThan(total);
    await page.getByRole('group', { name: 'Sources' }).getByRole('button', { name: 'orders' }).click();
    await page.getByText(new RegExp(` of ${orders.total} events$`)).waitFor();
    await page.getByText(/^Order .*: /).first().waitFor();
    await page.getByRole('group', { name: 'Sources' }).getByRole('button', { name: 'All' }).click();
    await page.getByText(` of ${total.toLocaleString('en-GB')} events`).waitFor();
    await close();
  });

  it('sorts everyone and shows the columns one chooses, count and list of one run', async () => {
    const { page, close } = await open('entities');
    await page.getByRole('combobox', { name: 'Columns' }).fill('total spend');
    await page.getByRole('option', { name: 'Total spend', exact: true }).click();
    await page.keyboard.press('Escape');
    const head = page.getByRole('columnheader', { name: 'Total spend' });
    await head.getByRole('button').click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending');
    const { rows, total } = await server.client.ask('GET /v1/entities', { query: { limit: 25, sort: '-spend' } });
    await expect.poll(() => page.locator('tbody th').allTextContents()).toEqual(rows.map((row) => row.entity));
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText(`26–50 of ${total.toLocaleString('en-GB')} customers in run`).waitFor();
    await close();
  });

  it('says who is not there, and offers the search', async () => {
    const { page, close } = await open('entities/nobody-at-all');
    await page.getByText('There is no such customer in this run').waitFor();
    await page.locator('main').getByRole('combobox', { name: 'Find a customer by id' }).waitFor();
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-find'))).toBe('');
    await page.keyboard.type('zzzz');
    await page.getByText('No customer has “zzzz” in its id.').waitFor();
    await close();
  });

  it('tells in which segments made by hand somebody is', async () => {
    const [made, other] = [await server.client.ask('POST /v1/segments', { body: { name: 'Ever ordered', rule: { kind: 'performed', source: 'orders', op: '>=', value: 1 } } }), await server.client.ask('POST /v1/segments', { body: { name: 'Never ordered', rule: { kind: 'performed', source: 'orders', op: '=', value: 0 } } })];
    const { page, close } = await open('entities/C0000012');
    const card = page.getByRole('region', { name: 'Segments made by hand' });
    await expect.poll(() => card.getByRole('listitem').allTextContents()).toEqual([`${made.name}in`, `${other.name}not in`]);
    await close();
  });

  it.each(odd.map((id) => [id.length > 40 ? `${id.slice(0, 20)}… (${id.length} characters)` : id, id]))('shows the odd id %s as text, and leads to it', async (_, id) => {
    const { page, problems, close } = await open(`entities?text=x`);
    const search = page.locator('main').getByRole('combobox', { name: 'Find a customer by id' });
    await search.fill(id.slice(0, 200));
    await page.getByRole('option', { name: id, exact: true }).waitFor();
    await search.press('Enter');
    await page.getByRole('navigation', { name: 'About this customer' }).waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(id.length > 120 ? `${id.slice(0, 120)}…` : id);
    await page.getByRole('link', { name: 'What happened' }).first().click();
    await page.getByText(/\d events$/).waitFor();
    expect(await page.evaluate(() => (window as unknown as { __pwned?: number }).__pwned)).toBeUndefined();
    await expect.poll(() => page.locator('main img').count()).toBe(0);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
    await close();
  });

  it('writes a chart as a PNG that holds it, and as a drawing in the colours worn', async () => {
    const { page, problems, close } = await open('map', { colorScheme: 'dark' });
    await page.getByRole('application').waitFor();
    const drawing = (await save(page, 'Drawing (SVG)')).toString();
    expect(drawing).toMatch(/^<svg xmlns/);
    expect(drawing).toContain('data:image/png');
    expect(drawing).toContain('as of');
    expect(drawing).not.toContain('var(--');
    const png = await save(page, 'Image (PNG)');
    // The picture, read back: as large as the chart, and of many colours.
    const seen = await page.evaluate(async (bytes) => {
      const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const pen = canvas.getContext('2d')!;
      pen.drawImage(image, 0, 0);
      const { data } = pen.getImageData(0, 0, image.width, image.height);
      const colours = new Set<number>();
      for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      return { width: image.width, colours: colours.size, corner: [...data.slice(0, 3)] };
    }, [...png]);
    expect(seen.width).toBeGreaterThan(1200);
    expect(seen.colours).toBeGreaterThan(200);
    expect(Math.max(...seen.corner)).toBeLessThan(60);
    expect(problems).toEqual([]);
    await close();
  });

  it.each([1280, 360])('has no serious accessibility fault and never scrolls sideways, in light and dark: %i px', async (width) => {
    const { page, close } = await open('entities', { width });
    for (const path of ['entities', 'entities/C0000012', 'entities/C0000012?part=measured', 'entities/C0000012?part=timeline', 'entities/nobody']) {
      await page.goto(`${server.address}/w/main/${path}`);
      await page.locator('main h2, main h3, main table').first().waitFor();
      expect(await faultsInBothColours(page), path).toEqual([]);
      expect(await overhang(page), path).toBeLessThanOrEqual(0);
    }
    await close();
  });
});

/** What the export menu of the first chart of the page saves. */
async function save(page: Page, item: string): Promise<Buffer> {
  await page.locator('main').getByRole('button', { name: /^Export/ }).first().click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
  return readFile(await download.path());
}

/** Gives some customers ids that a page could stumble over. */
async function writeOddOrders(file: string): Promise<void> {
  const [head, ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
  const column = head.split(',').indexOf('customer_id');
  const added = odd.flatMap((id, i) => lines.slice(i * 40, i * 40 + 12).map((line, j) => {
    const cells = line.split(',');
    cells[column] = `"${id.replaceAll('"', '""')}"`;
    cells[0] = `ODD${i}-${j}`;
    return cells.join(',');
  }));
  await writeFile(file, `${[head, ...lines, ...added].join('\n')}\n`);
}
