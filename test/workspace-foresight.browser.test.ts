import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder } from './support/shoal.js';
import { type OpenedPage, openPage, smallMarket, startServer, type TestServer, tryChromium } from './support/workspace.js';

const { browser, why } = await tryChromium();

describe.skipIf(!browser)(`what pages begin with${why}`, { timeout: 120_000 }, () => {
  let server: TestServer;
  let folder: string;
  let opened: OpenedPage;
  let asked: string[] = [];
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    folder = await emptyFolder('shoal-foresight');
    server = await startServer();
    ids['RUN'] = await server.discover(await server.addFiles(await smallMarket(folder)), { title: 'October' });
    const [first, second] = await server.client.ask('GET /v1/segments');
    ids['FIRST'] = first.id;
    ids['SECOND'] = second.id;
    ids['ENTITY'] = (await server.client.ask('GET /v1/entities', { query: { limit: 1 } })).rows[0].entity;
  }, 180_000);

  afterAll(async () => {
    await opened?.close();
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Points at a link to a path until what that asks is answered. */
  async function pointAt(page: Page, path: string): Promise<void> {
    await page.evaluate((href) => {
      document.querySelector('#pointed')?.remove();
      const link = Object.assign(document.createElement('a'), { id: 'pointed', href, textContent: 'There' });
      link.style.cssText = 'position: fixed; inset: 0 auto auto 0; z-index: 10000; padding: 8px; background: white';
      document.body.append(link);
    }, path);
    await page.mouse.move(600, 400);
    await page.hover('#pointed');
  }

  const paths = [
    ['map', 'Map'], ['segments/FIRST', undefined], ['segments/FIRST/versus/SECOND', 'Two segments compared'], ['overlap', undefined], ['rules', 'Build a segment'],
    ['entities', 'Look someone up'], ['entities/ENTITY', 'ENTITY'], ['choose', 'How many groups'], ['predict', 'What comes next'], ['runs', undefined], ['settings', 'Settings'], ['start', undefined],
    ['segments/SECOND?run=RUN', undefined], ['entities/ENTITY?run=RUN', 'ENTITY'],
  ] as const;

  it('is asked when the pointer rests on a link to them, or before, and not again once it is pressed', async () => {
    opened = await openPage(browser!, server, '/w/main');
    const { page, problems } = opened;
    await page.locator('#overview-title').waitFor();
    const pending = new Set<string>();
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      // What happens from now on cannot be asked before, and does not end.
      if (!pathname.startsWith('/v1/') || pathname === '/v1/live/news') return;
      asked.push(`${request.method()} ${pathname}${search}`);
      pending.add(request.url());
    });
    for (const end of ['requestfinished', 'requestfailed'] as const) page.on(end, (request) => pending.delete(request.url()));
    for (const [path, title] of paths) {
      const filled = path.replace(/[A-Z]{3,}/g, (name) => ids[name]);
      asked = [];
      await pointAt(page, `/w/main/${filled}`);
      if (path.startsWith('segments/') || path.startsWith('entities/')) await expect.poll(() => asked.length, { message: path }).toBeGreaterThan(0);
      // Those of the way round were asked while the first page was looked at; the last of them is where files are added.
      else if (path === 'map') await expect.poll(() => asked.some((one) => one.includes('/v1/files')), { timeout: 20_000 }).toBe(true);
      await expect.poll(() => pending.size, { message: path, timeout: 20_000 }).toBe(0);
      asked = [];
      const before = await page.locator('main h1').textContent();
      await page.click('#pointed');
      await expect.poll(() => page.locator('main h1').textContent(), { message: path }).not.toBe(before);
      if (title) await page.getByRole('heading', { level: 1, name: ids[title] ?? title }).waitFor();
      await expect.poll(() => page.locator('main [role=status][class*=loading], main [aria-busy=true]').count(), { message: path }).toBe(0);
      expect(asked, path).toEqual([]);
    }
    expect(problems).toEqual([]);
  });
});
