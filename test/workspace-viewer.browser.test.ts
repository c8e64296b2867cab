import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { roles } from '../src/domain/role.js';
import { contract, type RouteId } from '../src/server/contract/contract.js';
import { emptyFolder } from './support/shoal.js';
import { accessibilityFaults, openPage, overhang, settled, smallMarket, startServer, type TestServer, tryChromium } from './support/workspace.js';

const { browser, why } = await tryChromium();

/** Doors that take more than a viewer's key, by what they are called anywhere. */
const closed = /^(Add data|Add your data|Use it|Go back to the one before|Rename|Remove|Remove this segment|Save as segment|Save changes|Add note|Use again|New key|New workspace|Make a segment|Connect PostgreSQL|Bring back .+|Edit the rule|Change the rule|Download its files|Run again|Members|Access keys|What was changed|Show examples|All of them as CSV)$/;

describe.skipIf(!browser)(`a viewer in the workspace${why}`, { timeout: 120_000 }, () => {
  let server: TestServer;
  let folder: string;
  let page: Page;
  let close: () => Promise<void>;
  const ids: Record<string, string> = {};
  const refused: string[] = [];
  const someone: string[] = [];

  beforeAll(async () => {
    folder = await emptyFolder('shoal-viewer');
    server = await startServer();
    const files = await server.addFiles(await smallMarket(folder));
    await server.discover(files, { title: 'October' });
    ids['OTHER_RUN'] = await server.discover(files, { title: 'November', k: 3 });
    ids['HAND'] = (await server.client.ask('POST /v1/segments', { body: { name: 'By hand', rule: { kind: 'feature', feature: 'orders', op: '>=', value: 2 } } })).id;
    await server.client.ask('POST /v1/segments/:segment/notes', { params: { segment: ids['HAND'] }, body: { text: 'Mind the holidays.' } });
    const segments = await server.client.ask('GET /v1/segments');
    ids['FOUND'] = segments[0].id;
    ids['SECOND'] = segments[1].id;
    someone.push(...(await server.client.ask('GET /v1/entities', { query: { limit: 40 } })).rows.map(({ entity }) => entity));
    const { token } = await server.client.ask('POST /v1/keys', { body: { name: 'guest', role: 'viewer' } });
    ({ page, close } = await openPage(browser!, server, '/w/main', { signedIn: false }));
    await page.getByLabel('Access token').first().fill(token);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.locator('#overview-title').waitFor();
    page.on('response', (response) => [401, 403].includes(response.status()) && refused.push(`${response.status()} ${response.url()}`));
  }, 180_000);

  afterAll(async () => {
    await close?.();
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const screens = [
    '', 'map', 'map?run=OTHER_RUN', 'segments', 'segments/FOUND', 'segments/FOUND?part=spread', 'segments/FOUND?part=inside', 'segments/FOUND?part=members', 'segments/FOUND?part=history', 'segments/HAND', 'segments/HAND?part=history',
    'segments/FOUND/versus/SECOND', 'overlap', 'rules', 'rules?segment=HAND', 'entities', 'entities/SOMEONE', 'choose', 'data', 'runs', 'start', 'settings', 'settings?part=keys', 'settings?part=audit',
  ];

  it.each(screens)('is shown no door that would not open, and nobody by name: /%s', async (screen) => {
    const path = screen.replace(/[A-Z_]{4,}/g, (name) => ids[name] ?? someone[0]);
    await page.goto(`${server.address}/w/main/${path}`);
    await settled(page);
    const doors = await page.locator('button:visible, a:visible').evaluateAll((all) => all.map((one) => (one.getAttribute('aria-label') ?? one.textContent ?? '').trim()));
    expect(doors.filter((name) => closed.test(name))).toEqual([]);
    const text = (await page.locator('main').textContent()) ?? '';
    if (!screen.startsWith('entities/')) for (const id of someone) expect(text).not.toContain(id);
    expect(refused).toEqual([]);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
  });

  it('counts a rule and sees whom it overlaps, but neither its people nor a way to keep it', async () => {
    const rule = { all: [{ kind: 'feature', feature: 'orders', op: '>=', value: 5 }] };
    await page.goto(`${server.address}/w/main/rules#rule=${Buffer.from(JSON.stringify(rule)).toString('base64url')}`);
    await page.reload();
    const result = page.getByRole('complementary', { name: 'Who is meant' });
    await result.getByText('They are now in').waitFor();
    expect(await result.getByText('A few of these').count()).toBe(0);
    await expect.poll(() => page.getByRole('button', { name: /^Export: customers|Save/ }).count()).toBe(0);
    expect(refused).toEqual([]);
  });

  it('takes away what it sees: a list as a file, a chart as an image', async () => {
    await page.goto(`${server.address}/w/main/segments`);
    for (const item of ['CSV', 'Parquet']) {
      await page.getByRole('button', { name: 'Export: Segments' }).click();
      await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click()]);
    }
    expect(refused).toEqual([]);
  });

  it('chooses on the map and is told how many, but makes no segment of them', async () => {
    await page.goto(`${server.address}/w/main/map`);
    await page.getByRole('button', { name: 'Choose customers on the map' }).click();
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/customers? inside/).first().waitFor();
    await expect.poll(() => page.getByLabel('Name of the new segment').count()).toBe(0);
    expect(refused).toEqual([]);
  });

  const beyond = (Object.keys(contract) as RouteId[]).filter((id) => contract[id].role !== 'anyone' && roles.indexOf(contract[id].role) > roles.indexOf('viewer'));

  it(`is refused whatever it tries from the page all the same: ${beyond.length} routes`, async () => {
    await page.goto(`${server.address}/w/main`);
    const before = await server.client.ask('GET /v1/audit/verify');
    const answers = await page.evaluate(async (routes) => {
      const found: [string, number][] = [];
      for (const route of routes) {
        const [method, path] = route.split(' ');
        const answer = await fetch(path.replace(/:\w+/g, 'x').replace('/runs/x/', '/runs/champion/'), { method, headers: { 'shoal-workspace': 'main', ...(method !== 'GET' && method !== 'DELETE' && { 'content-type': 'application/json' }) }, ...(method !== 'GET' && method !== 'DELETE' && { body: '{}' }) });
        found.push([route, answer.status]);
      }
      return found;
    }, beyond);
    expect(answers.filter(([, status]) => status !== 403)).toEqual([]);
    expect((await server.client.ask('GET /v1/audit/verify')).entries).toBe(before.entries);
    refused.length = 0;
  });
});
