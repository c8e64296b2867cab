import { readFile, rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { Rule } from '../src/domain/rule.js';
import { emptyFolder } from './support/shoal.js';
import { beginWith, faultsInBothColours, openPage, overhang, smallMarket, startServer, type TestServer, tryChromium, undo } from './support/workspace.js';

const { browser, why } = await tryChromium();

const spent: Rule = { kind: 'performed', source: 'orders', sum: 'amount', op: '>=', value: 300, window: { last: 365, unit: 'days' } };
const recent: Rule = { kind: 'last', source: 'orders', op: '<', value: 60, unit: 'days' };

describe.skipIf(!browser)(`rules in the workspace${why}`, { timeout: 120_000 }, () => {
  let server: TestServer;
  let folder: string;

  beginWith(async () => {
    await server?.close();
    folder ??= await emptyFolder('shoal-rules');
    server = await startServer();
    await server.discover(await server.addFiles(await smallMarket(folder, { only: ['customers', 'orders', 'events', 'products'] })));
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const count = async (rule: Rule) => (await server.client.ask('POST /v1/rules/preview', { body: { rule } })).entities;
  const open = (path = '', options = {}) => openPage(browser!, server, `/w/main/rules${path}`, options);
  const address = (rule: Rule) => `#rule=${Buffer.from(JSON.stringify(rule)).toString('base64url')}`;

  it('builds “spent over 300 in 90 days, but nothing in the last 30” by typing, counted at once', async () => {
    const { page, problems, foreign, close } = await open();
    await add(page, 'total amount');
    const money = page.getByRole('group', { name: 'Orders: total of amount' });
    await money.getByLabel('Comparison').selectOption('more than');
    await money.getByRole('textbox', { name: 'Value' }).fill('300');
    await add(page, 'orders none');
    const rule: Rule = { all: [
      { kind: 'performed', source: 'orders', sum: 'amount', op: '>', value: 300, window: { last: 90, unit: 'days' } },
      { kind: 'performed', source: 'orders', op: '=', value: 0, window: { last: 30, unit: 'days' } },
    ] };
    const expected = await count(rule);
    expect(expected).toBeGreaterThan(0);
    await expect.poll(() => total(page)).toBe(expected);
    await expect.poll(() => ruleIn(page)).toEqual(rule);
    const { conditions } = await server.client.ask('POST /v1/rules/preview', { body: { rule } });
    await page.getByText(`keeps ${conditions[1].lost.toLocaleString('en-GB')} out`).waitFor();
    expect(problems).toEqual([]);
    expect(foreign).toEqual([]);
    await close();
  });

  it('takes every kind of condition, each with its form, and says each in words', async () => {
    const { page, problems, close } = await open();
    const run = (await server.client.ask('GET /v1/rules/vocabulary')).run;
    for (const choice of ['Total spend', 'orders how many', 'One thing', 'orders first one', 'orders last one', 'Country Customers']) await add(page, choice);
    const [segment] = await server.client.ask('GET /v1/segments');
    await add(page, segment.name);
    await expect.poll(() => page.getByRole('group', { name: 'Conditions' }).locator('[aria-expanded="true"][data-part]').count()).toBe(7);
    await page.getByText('JSON', { exact: true }).click();
    const json = page.getByLabel('The rule as JSON');
    const rule = JSON.parse(await json.inputValue()) as { all: { kind: string }[] };
    await json.fill(JSON.stringify({ any: [...rule.all, { kind: 'drawn', run, points: [[-99, -99], [99, -99], [99, 99], [-99, 99]] }] }));
    await page.getByRole('img', { name: /A shape of/ }).waitFor({ state: 'detached' });
    await expect.poll(() => kindsIn(page)).toEqual(['feature', 'performed', 'sequence', 'first', 'last', 'attribute', 'segment', 'drawn']);
    await expect.poll(() => total(page)).toBe((await server.client.ask('GET /v1/entities', { query: { limit: 1 } })).total);
    const sentences = page.getByRole('group', { name: 'Conditions' }).locator('[data-part][aria-expanded]');
    expect(await sentences.count()).toBe(8);
    await sentences.last().click();
    await page.getByRole('img', { name: 'A shape of 4 corners on the map' }).waitFor();
    await page.getByText('SQL', { exact: true }).click();
    expect(await page.getByRole('region', { name: 'The rule as SQL' }).textContent()).toMatch(/select/i);
    expect(problems).toEqual([]);
    await close();
  });

  it('nests groups, denies them, moves and removes conditions by keys, and takes each step back', async () => {
    const { page, close } = await open(address({ all: [spent, { not: { any: [recent, { not: { kind: 'feature', feature: 'orders', op: '>=', value: 3 } }] } }] }));
    await page.getByText('Whose last order').first().waitFor();
    const before = await ruleIn(page);
    await expect.poll(() => total(page)).toBe(await count(before as Rule));

    await page.getByRole('button', { name: /^With spend/ }).focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => ruleIn(page)).toEqual({ all: [{ not: { any: [spent, recent, { not: { kind: 'feature', feature: 'orders', op: '>=', value: 3 } }] } }] });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('spend');
    await page.keyboard.press('!');
    await page.keyboard.press('Control+d');
    await expect.poll(async () => JSON.stringify(await ruleIn(page)).split('amount').length).toBe(3);
    await page.keyboard.press('Delete');
    await page.getByLabel('How the conditions of this group are joined').selectOption('all of these');
    const after: Rule = { all: [{ all: [{ not: spent }, recent, { not: { kind: 'feature', feature: 'orders', op: '>=', value: 3 } }] }] };
    await expect.poll(() => ruleIn(page)).toEqual(after);
    await expect.poll(() => total(page)).toBe(await count(after));
    for (let i = 0; i < 8; i++) await page.keyboard.press('Control+z');
    await expect.poll(() => total(page)).toBe(await count(before as Rule));
    expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(async () => JSON.stringify(await ruleIn(page))).not.toBe(JSON.stringify(before));
    await close();
  });

  it('moves conditions by dragging them, also into and out of a group; the keys do the same', async () => {
    const few: Rule = { kind: 'feature', feature: 'orders', op: '>=', value: 3 };
    const { page, problems, close } = await open(address({ all: [spent, recent, { any: [few] }] }));
    await page.getByText('Whose last order').first().waitFor();
    await drag(page, /^With spend/, 2);
    await expect.poll(() => ruleIn(page)).toEqual({ all: [recent, spent, { any: [few] }] });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('spend');
    // Places from the top: before each of the three, within the group before and behind its one, behind all.
    await drag(page, /^Whose last order/, 4);
    await expect.poll(() => ruleIn(page)).toEqual({ all: [spent, { any: [few, recent] }] });
    await expect.poll(() => total(page)).toBe(await count({ all: [spent, { any: [few, recent] }] }));
    await drag(page, 'Orders', 0);
    await expect.poll(() => ruleIn(page)).toEqual({ all: [few, spent, { any: [recent] }] });
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => ruleIn(page)).toEqual({ all: [spent, few, { any: [recent] }] });
    // Let go beside everything, nothing moves.
    const spot = await grip(page, /^With spend/);
    await page.mouse.move(spot.x, spot.y);
    await page.mouse.down();
    await page.mouse.move(900, 600, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.locator('[data-carrying="true"]').count()).toBe(0);
    expect(await ruleIn(page)).toEqual({ all: [spent, few, { any: [recent] }] });
    for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z');
    await expect.poll(() => page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
    expect(problems).toEqual([]);
    await close();
  });

  it('writes the people of a rule that is not saved, those that are counted', async () => {
    const { page, problems, close } = await open(address({ all: [spent, recent] }));
    const expected = await count({ all: [spent, recent] });
    await expect.poll(() => total(page)).toBe(expected);
    for (const [item, check] of [
      ['CSV', (bytes: Buffer) => expect(bytes.toString().trim().split('\n').length - 1).toBe(expected)],
      ['JSON', (bytes: Buffer) => expect(JSON.parse(bytes.toString())).toHaveLength(expected)],
      ['Parquet', (bytes: Buffer) => expect(bytes.subarray(0, 4).toString()).toBe('PAR1')],
    ] as const) {
      await page.getByRole('button', { name: 'Export: customers of this rule' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click()]);
      expect(download.suggestedFilename()).toMatch(/^rule-.*\.(csv|json|parquet)$/);
      check(await readFile(await download.path()));
    }
    await page.route('**/v1/exports/rule', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'No', status: 500, detail: 'The disk is full.', code: 'x/y' }) }));
    await page.getByRole('button', { name: 'Export: customers of this rule' }).click();
    await page.getByRole('menuitem', { name: /^CSV/ }).click();
    await page.getByRole('alert').filter({ hasText: 'The disk is full.' }).waitFor();
    expect(problems.filter((problem) => !/status of 500/.test(problem))).toEqual([]);
    await close();
  });

  it('keeps the number before while it counts, and never shows an answer that comes late', async () => {
    const { page, close } = await open(address({ all: [spent] }));
    const first = await count({ all: [spent] });
    await expect.poll(() => total(page)).toBe(first);
    await page.getByRole('button', { name: /^With spend/ }).click();
    // The answer to 400 is held back until the one to 500 has long been there.
    let release = () => {};
    const held = new Promise<void>((done) => { release = done; });
    await page.route('**/v1/rules/preview', async (route) => {
      if (route.request().postData()?.includes('400')) await held;
      await route.continue().catch(() => {});
    });
    const value = page.getByRole('textbox', { name: 'Value' });
    const asked = page.waitForRequest((request) => request.postData()?.includes('400') ?? false);
    await value.fill('400');
    await asked;
    expect(await total(page)).toBe(first);
    await page.getByText('counting again').waitFor();
    await value.fill('500');
    const last = await count({ all: [{ ...spent, value: 500 } as Rule] });
    await expect.poll(() => total(page)).toBe(last);
    release();
    await page.getByText('counting again').waitFor({ state: 'detached' });
    expect(await total(page)).toBe(last);
    await close();
  });

  it('drags a threshold over the distribution, by keys too', async () => {
    const { page, close } = await open(address({ all: [{ kind: 'feature', feature: 'spend', op: '>=', value: 200 }] }));
    await page.getByRole('button', { name: /total spend/i }).first().click();
    const handle = page.getByRole('slider', { name: 'Value: Total spend' });
    const box = (await handle.boundingBox())!;
    const before = await total(page);
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 120, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => total(page)).toBeLessThan(before);
    const value = Number(await page.getByRole('textbox', { name: 'Value' }).inputValue());
    expect(value).toBeGreaterThan(200);
    await handle.press('ArrowLeft');
    await expect.poll(async () => Number(await page.getByRole('textbox', { name: 'Value' }).inputValue())).toBeLessThan(value);
    await close();
  });

  it('says at its place what is wrong with a rule as JSON, and with a number', async () => {
    const { page, close } = await open(address({ all: [spent] }));
    await page.getByText('JSON', { exact: true }).click();
    const json = page.getByLabel('The rule as JSON');
    await json.fill((await json.inputValue()).replace('300', '"many"').replace('"orders"', '""'));
    await page.getByRole('button', { name: 'Line 5, column 17' }).waitFor();
    await page.getByText('all[0].source is empty').waitFor();
    await page.getByRole('button', { name: /^Line 8/ }).click();
    expect(await json.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd))).toBe('"many"');
    await json.fill('{ "all": [ }');
    await page.getByText('This is not JSON').waitFor();
    await json.fill(JSON.stringify({ all: [recent] }));
    await expect.poll(() => total(page)).toBe(await count({ all: [recent] }));
    await page.getByRole('button', { name: /^Whose last order/ }).click();
    const ago = page.getByRole('textbox', { name: 'How long ago' });
    await ago.fill('soon');
    await page.getByText('Type a number').waitFor();
    expect(await ago.getAttribute('aria-invalid')).toBe('true');
    await close();
  });

  it('tells what a rule of another run speaks of in vain, and a broken address', async () => {
    const { page, close } = await open(address({ all: [{ kind: 'feature', feature: 'spendd', op: '>=', value: 1 }] }));
    await page.getByText('There is no feature ‘spendd’').or(page.getByText("There is no feature 'spendd'")).first().waitFor();
    await page.getByText('This rule could not be counted.').waitFor();
    await page.getByText('There are no words and no SQL until').waitFor();
    await page.goto(`${server.address}/w/main/rules?again=1#rule=eyJh`);
    await page.reload();
    await page.getByText('it was probably cut off').waitFor();
    await close();
  });

  it('is saved under a name with a reason, changed, shared, removed and brought back', async () => {
    const { page, problems, close } = await open(address({ all: [spent, recent] }));
    await expect.poll(() => total(page)).toBe(await count({ all: [spent, recent] }));
    await page.getByRole('button', { name: 'Save as segment' }).click();
    await page.getByLabel('Name').fill('Recent spenders');
    await page.getByLabel('Why').fill('For the spring letter');
    await page.getByRole('button', { name: 'Save segment' }).click();
    await page.getByRole('heading', { name: 'Recent spenders' }).waitFor();
    const made = (await server.client.ask('GET /v1/segments')).find((s) => s.name === 'Recent spenders')!;
    expect(made).toMatchObject({ origin: 'ruled', entities: await count({ all: [spent, recent] }) });
    expect(new URL(page.url()).search).toContain(made.id);

    await page.getByRole('button', { name: /^Whose last order/ }).click();
    await page.getByRole('textbox', { name: 'How long ago' }).fill('45');
    await expect.poll(() => page.url()).toContain('#rule=');
    const shared = page.url();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await page.getByRole('dialog', { name: 'Leave without saving?' }).getByRole('button', { name: 'Stay here' }).click();
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByLabel('Why').fill('Sixty days was too long');
    await page.getByRole('dialog').getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Version 2').waitFor();
    await page.getByText('Sixty days was too long').waitFor();
    const changed: Rule = { all: [spent, { ...recent, value: 45 } as Rule] };
    const detail = await server.client.ask('GET /v1/segments/:segment', { params: { segment: made.id } });
    expect(detail.versions.map(({ rule, reason }) => [rule, reason])).toEqual([[changed, 'Sixty days was too long'], [{ all: [spent, recent] }, 'For the spring letter']]);

    // Count and list are of one snapshot.
    await page.getByText(new RegExp(`of ${detail.entities.toLocaleString('en-GB')} customers in run`)).waitFor();
    await page.getByRole('columnheader', { name: 'How firmly' }).getByRole('button').click();
    await expect.poll(() => page.getByRole('columnheader', { name: 'How firmly' }).getAttribute('aria-sort')).toBe('descending');

    const other = await open(new URL(shared).search + new URL(shared).hash);
    await expect.poll(() => total(other.page)).toBe(await count(changed));
    await other.close();

    await page.getByRole('button', { name: 'Remove “Recent spenders”' }).click();
    await page.getByText('Removed “Recent spenders”.').waitFor();
    expect((await server.client.ask('GET /v1/segments')).some((s) => s.id === made.id)).toBe(false);
    await undo(page, 'Removed “Recent spenders”');
    await expect.poll(async () => (await server.client.ask('GET /v1/segments')).some((s) => s.id === made.id)).toBe(true);
    expect(problems).toEqual([]);
    await close();
  });

  it('begins from a template, and writes the members as CSV, JSON and Parquet', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: /^Bought only once/ }).click();
    await page.getByRole('button', { name: 'Save as segment' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe('Bought only once');
    await page.getByRole('button', { name: 'Save segment' }).click();
    const made = await expect.poll(async () => (await server.client.ask('GET /v1/segments')).find((s) => s.name === 'Bought only once')).toBeDefined().then(async () => (await server.client.ask('GET /v1/segments')).find((s) => s.name === 'Bought only once')!);
    for (const [item, check] of [
      ['CSV', (bytes: Buffer) => expect(bytes.toString().trim().split('\n').length - 1).toBe(made.entities)],
      ['JSON', (bytes: Buffer) => expect(JSON.parse(bytes.toString())).toHaveLength(made.entities)],
      ['Parquet', (bytes: Buffer) => expect(bytes.subarray(0, 4).toString()).toBe('PAR1')],
    ] as const) {
      await page.getByRole('button', { name: 'Export: Bought only once' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: new RegExp(`^${item}`) }).click()]);
      check(await readFile(await download.path()));
    }
    await close();
  });

  it('lists its keys when asked', async () => {
    const { page, close } = await open(address({ all: [spent] }));
    await page.getByText('keeps').first().waitFor();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByText('Move the condition or group that has the focus').waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'hidden' });
    await close();
  });

  it('shows hostile texts as text', async () => {
    const evil = '<img src=x onerror="window.__pwned=1">';
    const { page, close } = await open(address({ all: [{ kind: 'performed', source: 'orders', where: [{ column: 'device', op: '=', value: evil }, { column: 'category', op: 'in', values: ['__proto__', '\u202eevil', 'x'.repeat(200)] }], op: '>=', value: 0 }] }));
    await expect.poll(() => total(page)).toBeGreaterThan(0);
    await page.getByRole('button', { name: /^With/ }).first().click();
    await page.getByRole('button', { name: 'Save as segment' }).click();
    await page.getByLabel('Name').fill(`${evil} constructor`);
    await page.getByRole('button', { name: 'Save segment' }).click();
    await page.getByRole('heading', { name: `${evil} constructor` }).waitFor();
    expect(await page.evaluate(() => (window as unknown as { __pwned?: number }).__pwned)).toBeUndefined();
    await expect.poll(() => page.locator('main img').count()).toBe(0);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await close();
  });

  it.each([1280, 360])('has no serious accessibility fault and never scrolls sideways, in light and dark: %i px', async (width) => {
    const { page, close } = await open(address({ all: [spent, { kind: 'feature', feature: 'spend', op: 'between', from: 100, to: 900 }, { not: { any: [recent, { kind: 'attribute', source: 'customers', column: 'country', op: 'in', values: ['Germany', 'France'] }] } }] }), { width });
    await page.getByText('keeps').first().waitFor();
    const sentences = page.getByRole('group', { name: 'Conditions' }).locator('[data-part][aria-expanded="false"]');
    while ((await sentences.count()) > 0) await sentences.first().click();
    await page.getByRole('slider').first().waitFor();
    expect(await faultsInBothColours(page)).toEqual([]);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await page.getByText('JSON', { exact: true }).click();
    await page.getByRole('button', { name: 'Add a condition to the rule' }).click();
    expect(await faultsInBothColours(page)).toEqual([]);
    await close();
  });
});

/** Adds a condition to the outermost group by typing. */
async function add(page: Page, words: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a condition to the rule' }).click();
  const question = page.getByLabel('What should the condition be about?');
  await question.fill(words);
  await page.getByRole('listbox', { name: 'What a condition can be about' }).getByRole('option').first().waitFor();
  await question.press('Enter');
  await question.waitFor({ state: 'hidden' });
}

/** Where a condition is taken hold of, by its sentence or by what it is about. */
async function grip(page: Page, which: RegExp | string): Promise<{ x: number; y: number }> {
  const conditions = page.getByRole('group', { name: 'Conditions' });
  const condition = typeof which === 'string' ? conditions.getByRole('group', { name: which, exact: true }) : conditions.locator('[data-open]').filter({ has: page.getByRole('button', { name: which }) });
  const box = (await condition.getByTitle('Drag to move').boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Drags a condition to one of the places that open while it is carried, counted from the top. */
async function drag(page: Page, which: RegExp | string, place: number): Promise<void> {
  const from = await grip(page, which);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 4, from.y + 6, { steps: 3 });
  const places = page.locator('[data-carrying="true"] [data-over]');
  await places.first().waitFor();
  const to = (await places.nth(place).boundingBox())!;
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 6 });
  await page.mouse.up();
}

/** How many people the page says are meant. */
async function total(page: Page): Promise<number> {
  const said = await page.getByRole('complementary', { name: 'Who is meant' }).getByRole('status').locator('strong').textContent();
  return Number((said ?? '').replaceAll(',', ''));
}

/** The rule that the address holds, once it is written there. */
async function ruleIn(page: Page): Promise<unknown> {
  const said = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('rule');
  return said === null ? undefined : JSON.parse(Buffer.from(said, 'base64url').toString());
}

async function kindsIn(page: Page): Promise<string[]> {
  const rule = (await ruleIn(page)) as { any?: { kind: string }[] } | undefined;
  return rule?.any?.map(({ kind }) => kind) ?? [];
}
