import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder } from './support/shoal.js';
import { accessibilityFaults, openPage, overhang, smallMarket, startServer, type TestServer, tryChromium } from './support/workspace.js';

const { browser, why } = await tryChromium();

describe.skipIf(!browser)(`what comes next, in the workspace${why}`, { timeout: 180_000 }, () => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    folder = await emptyFolder('shoal-predict');
    server = await startServer();
    const files = await server.addFiles(await smallMarket(folder, { customers: 400, only: ['orders'] }));
    await server.discover(files, { title: 'October' });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('says what cannot be predicted, in a sentence', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/predict');
    await page.getByText('Nothing was predicted in this run').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'What to predict' }).selectOption('Who orders again');
    expect(await page.getByRole('button', { name: 'Predict' }).isDisabled()).toBe(true);
    await page.getByRole('spinbutton', { name: 'How many days ahead' }).fill('3000');
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.getByText('That did not work.').waitFor({ timeout: 60_000 });
    await page.getByText(/3,000 days/).first().waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('predicts who orders again, says how far to trust it, and gives it to rules', async () => {
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/predict');
    await page.getByRole('combobox', { name: 'What to predict' }).selectOption('Who orders again');
    await page.getByRole('spinbutton', { name: 'How many days ahead' }).fill('30');
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.waitForURL((url) => url.pathname === '/w/main', { timeout: 150_000 });
    await page.getByRole('link', { name: 'What comes next' }).click();
    await page.getByRole('heading', { name: /order of this customer within 30 days/ }).waitFor();
    await page.getByRole('heading', { name: 'How far to trust it' }).waitFor();
    const counts = page.getByRole('heading', { name: 'What is expected' }).locator('xpath=..').getByRole('listitem');
    const told = (await counts.allTextContents()).map((text) => Number(/([\d,]+) ·/.exec(text)?.[1].replaceAll(',', '')));
    const report = await server.client.ask('GET /v1/runs/:run', { params: { run: 'champion' } });
    expect(told.reduce((sum, n) => sum + n, 0)).toBe(report.totals.entities);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect([problems, foreign]).toEqual([[], []]);
    await close();
    // What is shown is what lists and rules ask.
    const { feature } = report.predictions!.targets[0];
    const rule = { kind: 'feature' as const, feature: feature!, op: '>=' as const, value: 0.55 };
    const { entities } = await server.client.ask('POST /v1/rules/preview', { body: { rule } });
    expect(entities).toBe(told[0] + told[1]);
  });

  it('draws how well it tells them apart, and makes a segment of the likeliest 40 with one click', async () => {
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/predict');
    await page.getByRole('img', { name: /^ROC curve: area 0\.\d{3}/ }).waitFor();
    await page.getByRole('img', { name: /^Precision and recall: average precision 0\.\d{3}/ }).waitFor();
    const report = await server.client.ask('GET /v1/runs/:run', { params: { run: 'champion' } });
    const feature = report.predictions!.targets[0].feature!;
    await page.getByRole('spinbutton', { name: /How many you can reach/ }).first().fill('40');
    const { rows } = await server.client.ask('GET /v1/entities', { query: { sort: `-${feature}`, columns: feature, offset: 39, limit: 1 } });
    const from = rows[0].values[0].value!;
    await expect.poll(() => page.getByText('Chance from').locator('xpath=..').textContent()).toMatch(new RegExp(`${Math.round(from * 100)}\\s?%`));
    await page.getByRole('button', { name: 'Make them a segment' }).click();
    await page.waitForURL((url) => url.pathname.includes('/segments/'));
    const made = (await server.client.ask('GET /v1/segments', {})).find(({ origin }) => origin === 'ruled')!;
    // As many as can be reached, and whoever is as likely as the last of them.
    const { entities: above } = await server.client.ask('POST /v1/rules/preview', { body: { rule: { kind: 'feature', feature, op: '>', value: from } } });
    expect(above).toBeLessThan(40);
    expect(made.entities).toBeGreaterThanOrEqual(40);
    await page.getByRole('heading', { name: made.name }).waitFor();
    expect([problems, foreign]).toEqual([[], []]);
    await close();
  });

  it.each(['light', 'dark'] as const)('fits a phone in %s colours', async (colorScheme) => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/predict', { width: 360, colorScheme });
    await page.getByRole('heading', { name: 'What is expected' }).waitFor();
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });
});
