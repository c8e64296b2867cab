import { rm } from 'node:fs/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { emptyFolder } from './support/shoal.js';
import { accessibilityFaults, beginWith, openPage, overhang, smallMarket, startServer, type TestServer, tryChromium, undo } from './support/workspace.js';

const { browser, why } = await tryChromium();

describe.skipIf(!browser)(`runs, data and settings${why}`, { timeout: 180_000 }, () => {
  let server: TestServer;
  let folder: string;
  let first: string;
  let second: string;

  beginWith(async () => {
    await server?.close();
    folder ??= await emptyFolder('shoal-runs');
    server = await startServer();
    const files = await server.addFiles(await smallMarket(folder));
    first = await server.discover(files, { title: 'October' });
    second = await server.discover(files, { title: 'November', k: 3 });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    if ((await champion()) !== first) await server.client.ask('PUT /v1/aliases/:alias', { params: { alias: 'champion' }, body: { run: first } });
  });

  const champion = async () => (await server.client.ask('GET /v1/aliases')).champion;

  it('puts another run in use after saying what will change, and goes back again', async () => {
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/runs');
    await page.getByRole('button', { name: 'Use it' }).click();
    const dialog = page.getByRole('dialog', { name: 'Use this run?' });
    await dialog.getByText('of those in both stay in the matching segment').waitFor();
    expect(await dialog.textContent()).toContain('“November”');
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole('textbox', { name: 'Why' }).fill('fresher');
    await dialog.getByRole('button', { name: 'Use this run' }).click();
    await page.getByRole('region', { name: 'In use', exact: true }).getByRole('heading', { name: 'November' }).waitFor();
    expect(await champion()).toBe(second);
    expect(await page.getByRole('region', { name: 'In use', exact: true }).textContent()).toContain('“fresher”');

    await page.getByRole('button', { name: 'Go back to the one before' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Go back', exact: true }).click();
    await page.getByRole('region', { name: 'In use', exact: true }).getByRole('heading', { name: 'October' }).waitFor();
    expect(await champion()).toBe(first);
    await expect.poll(() => page.getByText('went back to “October” instead of “November”').count()).toBe(1);
    expect([problems, foreign]).toEqual([[], []]);
    await close();
  });

  it('takes back a change of what is in use with Undo', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/runs');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Use this run' }).click();
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('region', { name: 'In use', exact: true }).getByRole('heading', { name: 'October' }).waitFor();
    expect(await champion()).toBe(first);
    await close();
  });

  it('compares two runs: verdict, who is better at what, who goes where', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/runs');
    await page.getByRole('button', { name: 'More about November' }).click();
    await page.getByRole('menuitem', { name: 'Compare with the one in use' }).click();
    await page.getByRole('heading', { name: 'Which is better at what' }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/w/main/runs/${first}/versus/${second}`);
    await expect.poll(() => page.locator('svg path').count()).toBeGreaterThan(2);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'The second' }).selectOption(first);
    await page.getByText('This is one run, twice').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('shows a run beside the one in use whole: who is under the pointer, a lasso, people and lists', async () => {
    const { page, problems, close } = await openPage(browser!, server, `/w/main/map?run=${second}`);
    await page.getByText('which is not the one in use').waitFor();
    const map = page.getByRole('application');
    const named = map.getByRole('status');
    await expect.poll(async () => {
      if (await named.count()) return named.textContent();
      await map.press('Enter');
      return named.textContent({ timeout: 500 }).catch(() => '');
    }, { timeout: 20_000 }).toMatch(/^C\d+/);
    const who = /^C\d+/.exec((await named.textContent()) ?? '')![0];
    await map.press('Enter');
    await page.waitForURL(`**/entities/${who}?run=${second}`);
    await page.getByRole('heading', { name: who, level: 1 }).waitFor();
    const there = await server.client.ask('GET /v1/entities/:entity', { params: { entity: who }, query: { run: second } });
    expect(await page.locator('main').textContent()).toContain(there.segmentName);
    await page.getByRole('region', { name: /^Similar/ }).getByRole('link').first().click();
    await page.getByRole('heading', { name: there.similar[0].entity, level: 1 }).waitFor();
    expect(new URL(page.url()).searchParams.get('run')).toBe(second);

    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await page.getByRole('button', { name: 'Choose customers on the map' }).click();
    await map.focus();
    await page.keyboard.press('ArrowRight');
    for (let i = 0; i < 8; i++) await page.keyboard.press('Shift+ArrowDown');
    const inside = async () => Number((/[\d,]+/.exec((await page.getByText(/customers? inside/).first().textContent()) ?? '') ?? [''])[0].replaceAll(',', ''));
    await expect.poll(inside).toBeGreaterThan(20);
    const count = await inside();
    await page.getByLabel('Name of the new segment').fill('From beside');
    await page.getByRole('button', { name: 'Make a segment' }).click();
    await page.getByText('“From beside” is a segment now.').waitFor();
    const made = (await server.client.ask('GET /v1/segments')).find((s) => s.name === 'From beside')!;
    expect(made).toMatchObject({ origin: 'drawn', entities: count, run: second });
    await page.getByRole('button', { name: 'See it' }).click();
    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByText(`of ${count.toLocaleString('en-GB')} customers in run ${second}`).waitFor();

    await page.goto(`${server.address}/w/main/entities?run=${second}`);
    await page.getByText(new RegExp(`customers in run ${second}`)).waitFor();
    const found = (await server.client.ask('GET /v1/segments', { query: { run: second } })).filter(({ origin }) => origin === 'found');
    await page.getByRole('link', { name: 'Segments', exact: true }).click();
    await page.getByRole('table', { name: 'Segments' }).getByRole('link', { name: found[0].name }).click();
    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByText(`of ${found[0].entities.toLocaleString('en-GB')} customers in run ${second}`).waitFor();
    await server.client.ask('DELETE /v1/segments/:segment', { params: { segment: made.id } });
    expect(problems).toEqual([]);
    await close();
  });

  it('renames a run, removes it, and brings it back', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/runs');
    const more = (title: string) => page.getByRole('button', { name: `More about ${title}` });
    await more('November').click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    const name = page.getByRole('dialog').getByRole('textbox', { name: 'Name' });
    await name.fill('Late autumn');
    await name.press('Enter');
    await more('Late autumn').click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await expect.poll(() => more('Late autumn').count()).toBe(0);
    await undo(page, 'Removed “Late autumn”');
    await more('Late autumn').waitFor();
    await close();
  });

  it('does not offer to remove the run in use, and gives its files', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/runs');
    await page.getByRole('button', { name: 'More about October' }).click();
    expect(await page.getByRole('menuitem', { name: 'Remove (not while it is in use)' }).isDisabled()).toBe(true);
    await page.getByRole('menuitem', { name: 'Download its files' }).click();
    const waiting = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('link', { name: /^membership\.csv/ }).click();
    expect((await waiting).suggestedFilename()).toMatch(/membership\.csv$/);
    await close();
  });

  it('shows what the data was taken for, and the rows left out when asked', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/data');
    await page.getByRole('article', { name: 'Source orders' }).waitFor();
    await expect.poll(() => page.getByText('The data ends', { exact: true }).count()).toBe(1);
    await page.getByRole('button', { name: 'Show examples' }).click();
    await page.getByRole('columnheader', { name: 'As it stands in the file' }).first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('makes a key that is shown once, works, can be revoked, and taken back', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/settings?part=keys');
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New key' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Website');
    await dialog.getByRole('radio', { name: /^Ask which segment someone is in/ }).check();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const token = (await dialog.locator('[data-token]').textContent())!;
    expect(token).toMatch(/^shl_/);
    await dialog.getByRole('button', { name: 'Copy the key' }).click();
    await dialog.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => page.getByText(token).count()).toBe(0);

    const ask = () => fetch(`${server.address}/v1/entities/nobody`, { headers: { authorization: `Bearer ${token}` } }).then((r) => r.status);
    expect(await ask()).toBe(404);
    await page.getByRole('button', { name: 'Revoke Website' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Revoke Website' }).count()).toBe(0);
    expect(await ask()).toBe(401);
    await undo(page, '“Website” no longer opens anything.');
    await page.getByRole('button', { name: 'Revoke Website' }).waitFor();
    expect(await ask()).toBe(404);
    await page.getByRole('button', { name: 'Revoke Website' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).click();
    await page.getByText('Revoked keys').click();
    expect(await ask()).toBe(401);
    await page.getByRole('button', { name: 'Bring back Website' }).click();
    await page.getByText('“Website” opens what it opened before.').waitFor();
    expect(await ask()).toBe(404);
    const log = await server.client.ask('GET /v1/audit', { query: { of: 'server', action: 'key.restore' } });
    expect(log.items).toHaveLength(2);
    expect(problems).toEqual([]);
    await close();
  });

  it('tells every change in the log, filters it, and finds it whole', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/settings?part=audit');
    await page.getByText('changed what is in use').first().waitFor();
    await page.getByRole('combobox', { name: 'About' }).selectOption('run');
    await expect.poll(() => page.getByText('changed what is in use').count()).toBe(0);
    await page.getByText('renamed the run “Late autumn”').waitFor();
    await page.getByRole('button', { name: 'Check that it is whole' }).click();
    await page.getByText(/All \d+ entries are as they were written/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it('makes a workspace, renames it, removes it and brings it back; the switch follows', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/settings');
    await page.getByRole('button', { name: 'New workspace' }).click();
    const name = page.getByRole('dialog').getByRole('textbox', { name: 'Name' });
    await name.fill('Second client');
    await name.press('Enter');
    await page.getByRole('button', { name: 'More about Second client' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Client two');
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('button', { name: 'More about Client two' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'More about Client two' }).count()).toBe(0);
    await undo(page, 'Removed “Client two”');
    await page.getByRole('button', { name: 'More about Client two' }).waitFor();
    await page.getByRole('button', { name: /^Workspace: Main/ }).click();
    await page.getByRole('menuitem', { name: 'Client two' }).click();
    await page.getByText('Nothing has been looked at yet').waitFor();
    expect(await page.title()).toContain('Client two');
    await close();
  });

  it('shows a viewer no doors that would not open', async () => {
    const { token } = await server.client.ask('POST /v1/keys', { body: { name: 'guest', role: 'viewer' } });
    const { page, problems, close } = await openPage(browser!, server, '/w/main/runs', { signedIn: false });
    await page.getByLabel('Access token').first().fill(token);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('heading', { name: 'Runs and models' }).waitFor();
    for (const name of ['Use it', 'Add data']) await expect.poll(() => page.getByRole('button', { name }).or(page.getByRole('link', { name })).count()).toBe(0);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('navigation', { name: 'Settings' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Access keys' }).count()).toBe(0);
    expect(problems.filter((p) => !/status of 401/.test(p))).toEqual([]);
    await close();
  });

  it.each(['runs', 'data', 'settings?part=keys', 'settings?part=audit', 'settings?part=appearance', 'settings?part=about'])('fits a phone in dark colours without a fault: %s', async (path) => {
    const { page, problems, close } = await openPage(browser!, server, `/w/main/${path}`, { width: 360, colorScheme: 'dark' });
    await page.locator('main h1').waitFor();
    await page.waitForFunction(() => !document.querySelector('[role=status][class*=loading]'));
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });
});
