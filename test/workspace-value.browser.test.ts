import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PurchaseWorth } from '../src/domain/value.js';
import type { Report } from '../src/domain/report.js';
import { emptyFolder } from './support/shoal.js';
import { market } from './support/value-data.js';
import { accessibilityFaults, openPage, overhang, startServer, type TestServer, tryChromium } from './support/workspace.js';

const { browser, why } = await tryChromium();

describe.skipIf(!browser)(`what everyone will be worth, in the workspace${why}`, { timeout: 180_000 }, () => {
  let server: TestServer;
  let folder: string;
  let report: Report;
  let worth: PurchaseWorth;

  beforeAll(async () => {
    folder = await emptyFolder('shoal-worth');
    server = await startServer();
    await server.discover(await server.addFiles([market(folder, 'orders', 700)]), { k: 3, currency: '£', value: { horizonDays: 90 } });
    report = await server.client.ask('GET /v1/runs/:run', { params: { run: 'champion' } });
    worth = (await server.client.ask('GET /v1/runs/:run/worth', { params: { run: 'champion' } })) as PurchaseWorth;
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const money = (value: number) => new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 }).format(value).toUpperCase();

  it('is told at once, with its interval and how it did when it was tried', async () => {
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main');
    const stat = page.getByText('Worth within 90 days').locator('xpath=..');
    await expect.poll(() => stat.textContent()).toContain(money(worth.all.value!));
    expect(await stat.textContent()).toMatch(/ to .*; when tried [+−]?[\d.]+/);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect([problems, foreign]).toEqual([[], []]);
    await close();
  });

  it('stands with each segment, and with all of them side by side, beside what happened when it was tried', async () => {
    const { segment, value } = worth.segments[0]!;
    const one = await openPage(browser!, server, `/w/main/segments/${segment}`);
    await expect.poll(() => one.page.getByText('Worth within 90 days').locator('xpath=..').textContent()).toContain(money(value!));
    expect(one.problems).toEqual([]);
    await one.close();
    const { page, problems, close } = await openPage(browser!, server, '/w/main/predict');
    const bars = page.getByRole('list', { name: 'Worth by segment' }).getByRole('listitem');
    await expect.poll(() => bars.count()).toBe(report.segments.length);
    const shares = (await bars.allTextContents()).map((text) => Number(/([\d.]+)\s?%/.exec(text)![1]));
    expect(Math.abs(shares.reduce((a, b) => a + b, 0) - 100)).toBeLessThan(1.6);
    await page.getByRole('img', { name: /days with a purchase were expected and .* had happened/ }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('is told of a person as its features have it', async () => {
    const id = report.map.entity[3];
    const { page, problems, close } = await openPage(browser!, server, `/w/main/entities/${id}`);
    const person = await server.client.ask('GET /v1/entities/:entity', { params: { entity: id } });
    const alive = person.run === undefined ? undefined : person.features.find(({ feature }) => feature === 'value_alive')!.value!;
    const card = page.getByRole('region', { name: 'What they will be worth' });
    await expect.poll(() => card.textContent()).toMatch(/Still there\s*(\d+(\.\d)?)\s?%/);
    expect(Math.abs(Number(/Still there\s*([\d.]+)/.exec((await card.textContent())!)![1]) / 100 - alive!)).toBeLessThan(0.0051);
    expect(problems).toEqual([]);
    await close();
  });

  it.each(['light', 'dark'] as const)('fits a phone in %s colours', async (colorScheme) => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/predict', { width: 360, colorScheme });
    await page.getByRole('heading', { name: 'Did it come as it was told?' }).waitFor();
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('can be asked of a run that was not, with one click', async () => {
    const files = await server.client.ask('GET /v1/files', {});
    const bare = await server.discover(files.map(({ id }) => id), { k: 2 });
    await expect(server.client.ask('GET /v1/runs/:run/worth', { params: { run: bare } })).rejects.toThrow(/was not asked what everyone will be worth/);
    const { page, problems, close } = await openPage(browser!, server, `/w/main/predict?run=${bare}`);
    await page.getByRole('button', { name: 'Work out what they will be worth' }).click();
    await page.getByText('Worth within 365 days').waitFor({ timeout: 120_000 });
    expect(problems).toEqual([]);
    await close();
  });
});
