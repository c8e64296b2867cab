import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyFolder } from './support/shoal.js';
import { beginWith, faultsInBothColours, openPage, overhang, settled, smallMarket, startServer, type TestServer, tryChromium, undo } from './support/workspace.js';

const { browser, why } = await tryChromium();

describe.skipIf(!browser)(`map, segments and their number${why}`, { timeout: 120_000 }, () => {
  let server: TestServer;
  let folder: string;
  /** Id and name of two found segments. */
  let first: { id: string; name: string; entities: number };
  let second: { id: string; name: string };

  beginWith(async () => {
    await server?.close();
    folder ??= await emptyFolder('shoal-segments');
    server = await startServer();
    await server.discover(await server.addFiles(await smallMarket(folder)));
    [first, second] = await server.client.ask('GET /v1/segments');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('takes a lasso on the map to a segment, counts the same on both sides, and takes it back', async () => {
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/map');
    await page.getByRole('button', { name: 'Choose customers on the map' }).click();
    await drawRound(page);
    const inside = await countInside(page);
    expect(inside).toBeGreaterThan(50);
    await page.getByLabel('Name of the new segment').fill('Drawn by hand');
    await page.getByRole('button', { name: 'Make a segment' }).click();
    await page.getByText('“Drawn by hand” is a segment now.').waitFor();
    const made = (await server.client.ask('GET /v1/segments')).find((s) => s.name === 'Drawn by hand');
    expect(made).toMatchObject({ origin: 'drawn', entities: inside });

    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(async () => (await server.client.ask('GET /v1/segments')).some((s) => s.name === 'Drawn by hand')).toBe(false);
    expect(problems).toEqual([]);
    expect(foreign).toEqual([]);
    await close();
  });

  it('chooses a region by keys alone, of the segments that are shown', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/map');
    await page.getByRole('button', { name: 'Choose customers on the map' }).click();
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowRight');
    const before = await countInside(page);
    for (let i = 0; i < 12; i++) await page.keyboard.press('Shift+ArrowDown');
    for (let i = 0; i < 12; i++) await page.keyboard.press('Shift+ArrowRight');
    await expect.poll(() => countInside(page)).toBeGreaterThan(before);
    const all = await countInside(page);
    await page.getByRole('group', { name: 'Segments on the map' }).getByRole('button').first().click();
    await expect.poll(() => countInside(page)).toBeLessThan(all);
    const shown = await countInside(page);
    await page.getByLabel('Name of the new segment').fill('By keys');
    await page.getByRole('button', { name: 'Make a segment' }).click();
    await page.getByText('“By keys” is a segment now.').waitFor();
    expect((await server.client.ask('GET /v1/segments')).find((s) => s.name === 'By keys')?.entities).toBe(shown);
    await page.keyboard.press('Escape');
    await close();
  });

  it('says why a region cannot become a segment', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/map');
    await page.route('**/v1/segments', (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'No', status: 422, detail: 'There are too many segments.', code: 'x/y' }) }) : route.continue()));
    await page.getByRole('button', { name: 'Choose customers on the map' }).click();
    await drawRound(page);
    await page.getByRole('button', { name: 'Make a segment' }).click();
    await page.getByText('Give it a name first.').waitFor();
    await page.getByLabel('Name of the new segment').fill('Too many');
    await page.getByRole('button', { name: 'Make a segment' }).click();
    await page.getByText('There are too many segments.').waitFor();
    await close();
  });

  it('colours the map by a feature, keeps that in the address, and names and opens the one under the pointer', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/map');
    const colour = page.getByRole('combobox', { name: 'Colour by' });
    await colour.click();
    await colour.fill('Orders');
    await page.getByRole('option', { name: 'Orders', exact: true }).click();
    await page.getByRole('table', { name: 'Colours of Orders' }).waitFor();
    expect(new URL(page.url()).searchParams.get('colour')).toBe('orders');
    await page.reload();
    await page.getByRole('table', { name: 'Colours of Orders' }).waitFor();
    const spot = await someone(page);
    await page.mouse.move(spot.x, spot.y);
    await expect.poll(() => page.getByRole('application').getByRole('status').textContent()).toMatch(/^C\d+/);
    const name = (/^C\d+/.exec((await page.getByRole('application').getByRole('status').textContent()) ?? '') ?? [''])[0];
    await page.mouse.click(spot.x, spot.y);
    await page.waitForURL(`**/entities/${name}*`);
    await page.goBack();
    await page.getByRole('table', { name: 'Colours of Orders' }).waitFor();
    const named = page.getByRole('application').getByRole('status');
    // A map that has just come back names nobody until its points are in order.
    await expect.poll(async () => {
      if (await named.count()) return named.textContent();
      await page.getByRole('application').press('Enter');
      return named.textContent({ timeout: 500 }).catch(() => '');
    }, { timeout: 20_000 }).toMatch(/^C\d+/);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/entities/C*');
    expect(problems).toEqual([]);
    await close();
  });

  it('lists, finds, sorts and compares segments', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/segments');
    const list = page.getByRole('table', { name: 'Segments' });
    await list.waitFor();
    await page.getByRole('button', { name: 'Share of customers' }).click();
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-size');
    expect(await list.getByRole('columnheader', { name: 'Share of customers' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('textbox', { name: 'Find a segment' }).fill('no such thing');
    await page.getByRole('heading', { name: 'No segment is called that' }).waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByLabel(`Choose ${first.name}`).check();
    await page.getByLabel(`Choose ${second.name}`).check();
    await page.getByRole('link', { name: 'Compare the two' }).click();
    await page.getByRole('heading', { name: 'What tells them apart' }).waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(5);
    expect(new URL(page.url()).pathname).toBe(`/w/main/segments/${first.id}/versus/${second.id}`);
    expect(problems).toEqual([]);
    await close();
  });

  it('renames in place with undo, and remembers every name', async () => {
    const { page, problems, close } = await openPage(browser!, server, `/w/main/segments/${first.id}`);
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name of the segment' }).fill('The faithful');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'The faithful' }).waitFor();
    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await page.getByRole('group', { name: 'Segments on the map' }).getByRole('button', { name: 'The faithful' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { level: 1, name: first.name }).waitFor();
    await page.getByRole('link', { name: 'History and notes' }).click();
    await page.getByText('The faithful', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'A note on this segment' }).fill('Mind the holidays.');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('Mind the holidays.').waitFor();
    await page.getByRole('button', { name: 'Remove this note' }).click();
    await page.getByText('No notes yet.').waitFor();
    await undo(page, 'Note removed.');
    await page.getByText('Mind the holidays.').waitFor();
    await expect.poll(() => page.getByText('No notes yet.').count()).toBe(0);
    expect(problems).toEqual([]);
    await close();
  });

  it('shows what a segment is made of: story, distributions, groups inside, members', async () => {
    const { page, problems, close } = await openPage(browser!, server, `/w/main/segments/${first.id}`);
    await page.getByRole('heading', { name: 'What sets them apart' }).waitFor();
    await page.getByRole('link', { name: 'Distributions' }).click();
    await page.getByRole('heading', { name: 'The same in the other segments' }).waitFor();
    await page.getByRole('link', { name: 'Groups inside' }).click();
    await page.locator('main').getByText(/smaller groups|stay together|parted along other lines/).first().waitFor();
    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByText(new RegExp(`of ${first.entities.toLocaleString('en-GB')}`)).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('says so where a segment or its numbers are not there', async () => {
    const { page, close } = await openPage(browser!, server, '/w/main/segments/nobody-knows-it');
    await page.getByRole('heading', { name: 'There is no such segment' }).waitFor();
    await page.route('**/v1/runs/*/map*', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'No', status: 500, detail: 'The disk is full.', code: 'x/y' }) }));
    await page.goto(`${server.address}/w/main/map`);
    await page.getByText('The disk is full.').waitFor();
    await close();
  });

  it('shows whom segments made by hand share, and removes them with a way back', async () => {
    const { id } = await server.client.ask('POST /v1/segments', { body: { name: 'Two or more', rule: { kind: 'feature', feature: 'orders', op: '>=', value: 2 } } });
    const { page, problems, close } = await openPage(browser!, server, '/w/main/overlap');
    const row = page.getByRole('row', { name: /Two or more/ }).last();
    await row.waitFor();
    expect(await row.getByRole('link').count()).toBeGreaterThan(1);
    await page.getByText('Jaccard', { exact: true }).click();
    await page.getByText('1 is the same people').waitFor();
    await page.goto(`${server.address}/w/main/segments/${id}`);
    await page.getByRole('heading', { name: 'Where its members are otherwise' }).waitFor();
    const there = async () => (await server.client.ask('GET /v1/segments')).some((s) => s.id === id);
    await page.getByRole('button', { name: 'Remove this segment' }).click();
    await page.waitForURL('**/w/main/segments');
    expect(await there()).toBe(false);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(there).toBe(true);
    expect(problems.filter((problem) => !/status of 404/.test(problem))).toEqual([]);
    await server.client.ask('DELETE /v1/segments/:segment', { params: { segment: id } });
    await close();
  });

  it('tells what another number of groups would give, and moves the cut', async () => {
    const { page, problems, close } = await openPage(browser!, server, '/w/main/choose');
    await page.getByRole('group', { name: 'Number of groups' }).getByRole('button', { name: '3', exact: true }).click();
    await page.getByRole('heading', { name: 'What if there were 3?' }).waitFor();
    await expect.poll(() => page.getByRole('list', { name: 'The 3 groups' }).getByRole('listitem').count(), { timeout: 30_000 }).toBe(3);
    expect(new URL(page.url()).searchParams.get('k')).toBe('3');
    const cut = page.getByRole('slider', { name: /Cut into/ });
    await cut.focus();
    const before = await cut.inputValue();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => cut.inputValue()).toBe(String(Number(before) + 1));
    expect(problems).toEqual([]);
    await close();
  });

  const PAGES = ['map', 'segments', 'segments/FIRST', 'segments/FIRST?part=spread', 'segments/FIRST?part=inside', 'segments/FIRST?part=history', 'segments/FIRST/versus/SECOND', 'overlap', 'choose'];
  const path = (page: string) => `/w/main/${page.replace('FIRST', first.id).replace('SECOND', second.id)}`;

  it.each(PAGES)('has no serious accessibility fault, in light and dark: %s', async (name) => {
    const { page, close } = await openPage(browser!, server, path(name));
    await settled(page);
    expect(await faultsInBothColours(page)).toEqual([]);
    await close();
  });

  it.each(PAGES)('never scrolls sideways on a phone: %s', async (name) => {
    const { page, close } = await openPage(browser!, server, path(name), { width: 360 });
    await settled(page);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await close();
  });
});

/** Draws a ring round the middle half of the map. */
async function drawRound(page: Page): Promise<void> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('the map has no size');
  const at = (turn: number): [number, number] => [box.x + box.width * (0.45 + 0.4 * Math.cos(turn)), box.y + box.height * (0.5 + 0.42 * Math.sin(turn))];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let i = 1; i <= 30; i++) await page.mouse.move(...at((i / 30) * 2 * Math.PI));
  await page.mouse.up();
}

async function countInside(page: Page): Promise<number> {
  const text = await page.getByText(/customers? inside/).first().textContent();
  return Number((/[\d,]+/.exec(text ?? '') ?? [''])[0].replaceAll(',', ''));
}

/** Where somebody is on the map: along a grid, the first spot that names one. */
async function someone(page: Page): Promise<{ x: number; y: number }> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('the map has no size');
  for (let i = 2; i < 18; i++)
    for (let j = 2; j < 18; j++) {
      const spot = { x: box.x + (box.width * i) / 20, y: box.y + (box.height * j) / 20 };
      await page.mouse.move(spot.x, spot.y);
      const named = page.getByRole('application').getByRole('status');
      if ((await named.count()) === 0) continue;
      // What is named may still be the one under the spot before: two frames later it is not.
      await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))));
      if (await named.count()) return spot;
    }
  throw new Error('there is nobody on the map');
}
