import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildUi } from '../scripts/build-ui.mjs';
import { openChromium } from '../scripts/chromium.mjs';
import type { Report } from '../src/domain/report.js';
import { renderReport } from '../src/util/report-html.js';
import { continuumReport } from '../ui/fixtures/continuum.js';
import { barestReport, hostileReport } from '../ui/fixtures/hostile.js';
import { shopReport } from '../ui/fixtures/shop.js';

const REPORTS: Record<string, () => Report> = { shop: shopReport, continuum: continuumReport, hostile: hostileReport, barest: barestReport };
type Name = 'shop' | 'continuum' | 'hostile' | 'barest';

const opened: Browser | Error = await openChromium().catch((error: Error) => error);
const why = opened instanceof Error ? ` (skipped: Chromium cannot run here; install libnss3 or set CHROMIUM_PATH: ${opened.message.split('\n')[0]})` : '';

describe.skipIf(opened instanceof Error)(`report.html in a browser${why}`, { timeout: 60_000 }, () => {
  const browser = opened as Browser;
  let folder: string;
  let axe: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-report-'));
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const { path } = await buildUi({ out: join(folder, 'template.html') });
    const template = await readFile(path, 'utf8');
    for (const [name, make] of Object.entries(REPORTS)) await writeFile(join(folder, `${name}.html`), renderReport(template, make()));
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is one file of less than 900 kB before the data', async () => {
    expect((await stat(join(folder, 'template.html'))).size).toBeLessThan(900_000);
  });

  it('shows every part of a report, quietly, and asks nothing of the network', async () => {
    const { page, problems, requests } = await open('shop');
    expect(await headings(page)).toEqual([
      'Your 20,000 customers fall into seven proven groups. One in eleven brings 39\u202f% of revenue, and a group worth £1.1M has stopped ordering.',
      'Who they are and what they bring', 'Who is at risk', 'Worth knowing before you use it', 'Map of the customers', 'The segments', 'What sets them apart', 'Distributions', 'Value tiers',
      'How the number 7 was decided', 'Data audit', 'Method and run',
    ]);
    expect(await page.title()).toBe('Harbour Pantry: customer segments');
    expect(await page.locator('#segments article').count()).toBe(7);
    expect(await page.locator('#segment-1').textContent()).toContain('Wednesday, about 22:30');
    expect(await page.locator('#data').textContent()).toMatch(/612,480 rows in = 608,112 kept \+ 4,368 rejected/);
    expect(problems).toEqual([]);
    expect(requests).toEqual([]);
    await page.close();
  });

  it('marks a convenience partition as one, and leaves out what the data lacks', async () => {
    const { page, problems } = await open('continuum');
    expect(await page.locator('#overview').textContent()).toContain('No proven structure');
    expect(await page.locator('#segments article').first().textContent()).toContain('convenience slice');
    expect(await page.getByText('Share of revenue').count()).toBe(0);
    expect(await page.getByText('Their week').count()).toBe(0);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('says so where there is nothing to show', async () => {
    const { page, problems } = await open('barest');
    const text = (await page.locator('main').textContent()) ?? '';
    for (const empty of ['There is no map', 'No features were made', 'No sources are recorded', 'No short rule']) expect(text).toContain(empty);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('shows hostile strings as text and runs none of them', async () => {
    const { page, problems, requests } = await open('hostile');
    expect(await page.evaluate(() => (window as unknown as { __pwned?: number }).__pwned)).toBeUndefined();
    expect(await page.locator('img, iframe, object, svg[onload], [onerror]').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(2);
    expect(await page.getByText('<script>window.__pwned=1</script>').count()).toBeGreaterThan(3);
    expect(await page.locator('#segments article').count()).toBe(15);
    expect(problems).toEqual([]);
    expect(requests).toEqual([]);
    await page.close();
  });

  it('lets no other script run, even one that got into the page', async () => {
    const { page } = await open('shop');
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.__pwned = 1';
      document.body.append(script);
      return (window as unknown as { __pwned?: number }).__pwned;
    });
    expect(ran).toBeUndefined();
    await page.close();
  });

  it.each<[Name, number]>([['shop', 360], ['shop', 768], ['continuum', 360], ['hostile', 360], ['hostile', 1280], ['barest', 360]])('never scrolls sideways: %s at %i px', async (name, width) => {
    const { page } = await open(name, { width });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.close();
  });

  it.each<[Name, 'light' | 'dark', number]>([['shop', 'light', 1280], ['shop', 'dark', 1280], ['shop', 'light', 360], ['continuum', 'dark', 1280], ['barest', 'light', 1280]])(
    'has no serious accessibility fault: %s, %s, %i px',
    async (name, colorScheme, width) => {
      const { page } = await open(name, { width, colorScheme });
      const numbers = page.getByRole('switch', { name: 'Numbers' });
      if (await numbers.count()) await numbers.check({ force: true });
      await page.evaluate(axe);
      const faults = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: Axe }).axe.run(document, { resultTypes: ['violations'] });
        return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html} ${n.failureSummary}`).join(' | ')}`);
      });
      expect(faults).toEqual([]);
      await page.close();
    },
  );

  it('filters and zooms the map, and names the point under the pointer', async () => {
    const { page } = await open('shop');
    const map = page.locator('#map');
    await map.getByRole('button', { name: 'One-time gift buyers' }).click();
    expect(await map.getByRole('button', { name: 'One-time gift buyers' }).getAttribute('aria-pressed')).toBe('false');
    expect(await map.locator('figcaption').textContent()).not.toContain('4,000 of 4,000');
    await map.getByRole('button', { name: 'Show all' }).click();
    expect(await map.locator('figcaption').textContent()).toContain('4,000 of 4,000');
    const before = await map.locator('canvas').screenshot();
    await map.getByRole('button', { name: 'Zoom in' }).click();
    expect((await map.locator('canvas').screenshot()).equals(before)).toBe(false);
    await map.getByRole('button', { name: 'Show everything' }).click();
    const box = await map.getByRole('application').boundingBox();
    if (!box) throw new Error('the map has no size');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 + 30);
    expect(await map.getByRole('status').textContent()).toMatch(/^C-\d{6}/);
    await page.close();
  });

  it('moves through the heatmap with the arrow keys and tells the value', async () => {
    const { page } = await open('shop');
    await page.locator('[data-cell="0:0"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-cell'))).toBe('1:1');
    await expect.poll(() => page.getByRole('tooltip').textContent()).toMatch(/^Orders.*: 0\.\d standard deviations above everyone’s mean$/);
    await page.close();
  });

  it('shows the distributions of another feature', async () => {
    const { page } = await open('shop');
    const chosen = page.locator('#distributions').getByRole('combobox').first();
    await chosen.click();
    await page.getByRole('option', { name: 'Usual basket value' }).click();
    expect(await page.locator('#distributions').textContent()).toContain('Usual basket value');
    await page.close();
  });

  it('switches colours, and keeps the way round under a menu on a phone', async () => {
    const { page } = await open('shop', { width: 360 });
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
    const link = page.getByRole('link', { name: 'Data audit' });
    expect(await link.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Sections' }).click();
    await link.click();
    await expect.poll(async () => (await page.locator('#data').boundingBox())?.y ?? 9999).toBeLessThan(120);
    expect(await link.isVisible()).toBe(false);
    await page.close();
  });

  it('prints without the controls', async () => {
    const { page } = await open('shop');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('nav').isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Zoom in' }).isVisible()).toBe(false);
    expect(await page.locator('#segment-7').isVisible()).toBe(true);
    await page.close();
  });

  async function open(name: Name, { width = 1280, colorScheme = 'light' as 'light' | 'dark' } = {}) {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce', locale: 'en-GB' });
    const address = pathToFileURL(join(folder, `${name}.html`)).href;
    const problems: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('request', (request) => request.url() !== address && requests.push(request.url()));
    await page.goto(address);
    await page.waitForSelector('main h1');
    return { page, problems, requests };
  }
});

interface Axe {
  run(root: Document, options: { resultTypes: string[] }): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

const headings = (page: Page) => page.locator('main h1, main > section h2').allTextContents();
