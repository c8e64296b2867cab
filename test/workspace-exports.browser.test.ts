import { readFile, rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder } from './support/shoal.js';
import { openPage, smallMarket, startServer, type TestServer, tryChromium } from './support/workspace.js';

const { browser, why } = await tryChromium();

type Rows = readonly Readonly<Record<string, unknown>>[];

describe.skipIf(!browser)(`what can be taken away${why}`, { timeout: 120_000 }, () => {
  let server: TestServer;
  let folder: string;
  /** Ids of two found segments, of one made by hand, and of two runs. */
  const ids: Record<string, string> = {};
  let everyone: number;

  beforeAll(async () => {
    folder = await emptyFolder('shoal-exports');
    server = await startServer();
    const files = await server.addFiles(await smallMarket(folder));
    ids['FIRST_RUN'] = await server.discover(files, { title: 'October' });
    ids['SECOND_RUN'] = await server.discover(files, { title: '=November()', k: 3 });
    ids['HAND'] = (await server.client.ask('POST /v1/segments', { body: { name: '=HYPERLINK("x")', rule: { kind: 'feature', feature: 'orders', op: '>=', value: 2 } } })).id;
    [ids['A'], ids['B']] = (await server.client.ask('GET /v1/segments')).map(({ id }) => id);
    const { total, rows } = await server.client.ask('GET /v1/entities', { query: { limit: 1 } });
    [everyone, ids['WHO']] = [total, rows[0].entity];
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const path = (page: string) => `/w/main${page && '/'}${page.replace(/[A-Z_]{3,}|\b[AB]\b/g, (name) => ids[name] ?? name)}`;

  it('everyone, in the order and with the columns of the list', async () => {
    const { page, problems, foreign, close } = await openPage(browser!, server, path('entities'));
    await page.getByRole('columnheader', { name: 'How firmly' }).getByRole('button').click();
    await expect.poll(() => page.getByRole('columnheader', { name: 'How firmly' }).getAttribute('aria-sort')).toBe('descending');
    const { rows } = await server.client.ask('GET /v1/entities', { query: { sort: '-strength', limit: 25 } });
    await expect.poll(() => page.locator('tbody th').allTextContents()).toEqual(rows.map(({ entity }) => entity));
    const [csv, json, parquet] = [await save(page, 'All customers', 'CSV'), await save(page, 'All customers', 'JSON'), await save(page, 'All customers', 'Parquet')];
    expect(csv.toString().trim().split('\n')).toHaveLength(everyone + 1);
    expect((JSON.parse(json.toString()) as Rows).slice(0, 25).map(({ entity }) => entity)).toEqual(rows.map(({ entity }) => entity));
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
    expect([problems, foreign]).toEqual([[], []]);
    await close();
  });

  const tables: readonly (readonly [page: string, title: string, check: (rows: Rows) => void])[] = [
    ['', 'Who they are and what they bring', (rows) => expect(rows.reduce((sum, row) => sum + Number(row['share']), 0)).toBeCloseTo(1, 3)],
    ['map', 'map', (rows) => expect(rows).toHaveLength(everyone)],
    ['segments', 'Segments', (rows) => expect(rows.find(({ id }) => id === ids['HAND'])).toMatchObject({ name: '=HYPERLINK("x")', origin: 'ruled' })],
    ['segments/A?part=spread', '', (rows) => expect(rows.reduce((sum, row) => sum + Number(row['everyone']), 0)).toBeCloseTo(1, 3)],
    ['segments/A?part=members', '', (rows) => expect(new Set(rows.map((row) => row['segment_id']))).toEqual(new Set([ids['A']]))],
    ['segments/A?part=history', 'Size, run by run', (rows) => expect(rows[0]).toMatchObject({ run: ids['FIRST_RUN'] })],
    ['segments/A/versus/B', '', (rows) => expect(rows.length).toBeGreaterThan(5)],
    ['overlap', 'Who is in several segments', (rows) => expect(rows.filter(({ segment }) => segment === ids['HAND']).length).toBe(rows.length)],
    ['choose', 'How the number', (rows) => expect(rows.filter(({ chosen }) => chosen)).toHaveLength(1)],
    ['choose', 'What if there were', (rows) => expect(rows.reduce((sum, row) => sum + Number(row['entities']), 0)).toBe(everyone)],
    ['choose', 'Groups within groups', (rows) => expect(rows.length).toBeGreaterThan(4)],
    ['choose', 'Does it come out again?', (rows) => expect(rows.map(({ segment }) => segment)).toContain(ids['A'])],
    ['data', 'Columns of customers', (rows) => expect(rows[0]).toMatchObject({ column: 'customer_id' })],
    ['data', 'Features', (rows) => expect(rows.map(({ feature }) => feature)).toContain('spend')],
    ['runs', 'All runs', (rows) => expect(rows.map(({ title }) => title)).toEqual(['=November()', 'October'])],
    ['runs', 'What was in use', (rows) => expect(rows).toHaveLength(1)],
    ['runs/FIRST_RUN/versus/SECOND_RUN', 'Which is better at what', (rows) => expect(rows.length).toBeGreaterThan(1)],
    ['runs/FIRST_RUN/versus/SECOND_RUN', 'Who goes where', (rows) => expect(rows.reduce((sum, row) => sum + Number(row['entities']), 0)).toBeGreaterThan(everyone * 0.9)],
    ['entities/WHO?part=measured', 'Everything measured', (rows) => expect(rows.map(({ feature }) => feature)).toContain('spend')],
    ['entities/WHO?part=timeline', 'What happened', (rows) => expect(rows.length).toBeGreaterThan(0)],
    ['settings?part=audit', 'What was changed', (rows) => expect(rows.at(-1)).toMatchObject({ seq: 1, previous: '0'.repeat(64) })],
  ];

  it.each(tables)('of /%s: %s', async (where, title, check) => {
    const { page, problems, close } = await openPage(browser!, server, path(where));
    const menu = new RegExp(`^Export: ${title.replace(/[?]/g, '\\?')}`);
    check(JSON.parse((await save(page, menu, 'JSON')).toString()) as Rows);
    const csv = (await save(page, menu, 'CSV')).toString();
    expect(csv).not.toMatch(/(^|,)"?[=+@]/m);
    expect((await save(page, menu, 'Parquet')).subarray(0, 4).toString()).toBe('PAR1');
    expect(problems).toEqual([]);
    await close();
  });

  it('a chart as an image on the clipboard, which is that chart', async () => {
    const { page, problems, close } = await openPage(browser!, server, path('segments/A/versus/B'));
    await page.evaluate(() => navigator.clipboard.writeText('before'));
    await page.getByRole('button', { name: /^Export: / }).click();
    await page.getByRole('menuitem', { name: 'Copy as image' }).click();
    const seen = () => page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      if (!item.types.includes('image/png')) return { types: [...item.types], width: 0, height: 0, colours: 0 };
      const image = await createImageBitmap(await item.getType('image/png'));
      const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
      pen.drawImage(image, 0, 0);
      const { data } = pen.getImageData(0, 0, image.width, image.height);
      const colours = new Set<number>();
      for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      return { types: [...item.types], width: image.width, height: image.height, colours: colours.size };
    });
    await expect.poll(async () => (await seen()).types).toEqual(['image/png']);
    const { width, height, colours } = await seen();
    expect(width).toBeGreaterThan(1000);
    expect(height).toBeGreaterThan(300);
    expect(colours).toBeGreaterThan(50);
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });

  it('says so where a browser keeps the clipboard to itself', async () => {
    const { page, close } = await openPage(browser!, server, path('segments/A/versus/B'));
    await page.evaluate(() => Object.defineProperty(navigator.clipboard, 'write', { value: () => Promise.reject(new DOMException('no', 'NotAllowedError')) }));
    await page.getByRole('button', { name: /^Export: / }).click();
    await page.getByRole('menuitem', { name: 'Copy as image' }).click();
    await page.getByRole('alert').filter({ hasText: 'This browser did not let the image onto the clipboard. Save it as PNG instead.' }).waitFor();
    await close();
  });
});

/** What an export menu of the page saves. */
async function save(page: Page, title: string | RegExp, item: string): Promise<Buffer> {
  await page.locator('main').getByRole('button', { name: typeof title === 'string' ? `Export: ${title}` : title }).first().click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).first().click()]);
  return readFile(await download.path());
}
