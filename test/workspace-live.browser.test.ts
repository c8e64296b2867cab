import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BodyOf } from '../src/server/contract/contract.js';
import { shoppers } from '../src/flow/live/found/shoppers.test.fixture.js';
import { accessibilityFaults, beginWith, openPage, overhang, startServer, type TestServer, tryChromium, undo } from './support/workspace.js';

const { browser, why } = await tryChromium();

/** What is asked ahead of a page (a run's timeline of somebody known live only), or by one that is just being left, may not be there; the browser itself writes that down. */
const otherThanGone = (problems: readonly string[]) => problems.filter((text) => !text.includes('status of 404'));

describe.skipIf(!browser)(`the live side in the workspace${why}`, { timeout: 120_000 }, () => {
  let server: TestServer;
  let key: string;
  /** Another program, which takes webhooks; `answer` is what it says. */
  let other: Server;
  let otherUrl: string;
  const received: string[] = [];
  let answer = 200;

  beforeAll(async () => {
    other = createServer((request, response) => {
      request.setEncoding('utf8').on('data', (part: string) => received.push(part)).on('end', () => response.writeHead(answer).end());
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    otherUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  });
  beginWith(async () => {
    await server?.close();
    answer = 200;
    server = await startServer(['--allow-hosts', new URL(otherUrl).host]);
    key = (await server.client.ask('POST /v1/keys', { body: { name: 'test', only: ['POST /v1/batch'], workspace: 'main' } })).token;
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    other?.close();
  });

  /** Sends messages as an SDK does, and waits until they are on stable storage. */
  async function send(...batch: readonly object[]): Promise<void> {
    const answer = await fetch(`${server.address}/v1/batch`, { method: 'POST', headers: { authorization: `Basic ${btoa(`${key}:`)}`, 'content-type': 'application/json' }, body: JSON.stringify({ batch }) });
    expect(answer.status).toBe(200);
  }
  const ordered = (name: string, value: number, ...where: readonly object[]) => ({ name, rule: { kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'Order Completed' }, ...where], op: '>=', value } }) as BodyOf<'POST /v1/live/segments'>;
  const buyers = ordered('Buyers', 2);
  const winners = ordered('Winners', 1, { column: 'properties.total', op: '>=', value: 1000 });
  /** Makes a live segment, and waits until it is live. */
  async function live(body: BodyOf<'POST /v1/live/segments'>): Promise<void> {
    const { segment } = await server.client.ask('POST /v1/live/segments', { body });
    await expect.poll(async () => (await server.client.ask('GET /v1/live/segments/:segment', { params: { segment } })).state).toBe('live');
  }
  /** What the tests before have made, where they did not: both segments, a webhook, and somebody of whom it was told. */
  async function furnished(): Promise<void> {
    const names = (await server.client.ask('GET /v1/live/segments')).map(({ name }) => name);
    for (const body of [buyers, winners]) if (!names.includes(body.name)) await live(body);
    if ((await server.client.ask('GET /v1/webhooks')).items.length === 0) await server.client.ask('POST /v1/webhooks', { body: { name: 'CRM', url: otherUrl } });
    await send(track('hal', 'Order Completed', { total: 2000 }));
  }
  const track = (userId: string, event: string, properties: object = {}, more: object = {}) => ({ type: 'track', userId, event, properties, ...more });

  it('leads from a key to the first event', async () => {
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/live/connect');
    await page.getByText('Listening for events …').waitFor();
    await page.getByRole('button', { name: 'Make a write key' }).click();
    const token = await page.locator('[data-token]').textContent();
    expect(token).toMatch(/^shl_/);
    const lines = (await page.getByRole('region', { name: 'Lines for curl' }).textContent())!;
    expect(lines).toContain(`curl -u ${token}: ${server.address}/v1/track`);
    for (const name of ['Website', 'Node', 'Files']) {
      await page.getByRole('radiogroup', { name: 'From where' }).getByText(name).click();
      expect(await page.getByRole('region', { name: `Lines for ${name}` }).textContent()).toContain(token);
    }
    // What is refused is said while one waits, with the reason.
    expect((await fetch(`${server.address}/v1/track`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ event: 'Nobody' }) })).status).toBe(400);
    await page.getByText('Something came, and was not taken').waitFor();
    // The line of curl, as it stands there.
    const [, data] = /-d '(.*)'/.exec(lines)!;
    expect((await fetch(`${server.address}/v1/track`, { method: 'POST', headers: { authorization: `Basic ${btoa(`${token}:`)}`, 'content-type': 'application/json' }, body: data })).status).toBe(200);
    await page.getByText('First event came').waitFor();
    expect(await page.getByRole('link', { name: 'user-42' }).getAttribute('href')).toContain('/entities/user-42');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    expect(foreign).toEqual([]);
    await close();
  });

  it('shows events as they arrive with who enters because of them, what came twice and what was not taken', async () => {
    await live(buyers);
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/live');
    await page.getByText('Following', { exact: true }).waitFor();
    await send(track('bea', 'Order Completed', { total: 5 }), track('bea', 'Order Completed', { total: 7, note: 'blue ribbon' }, { messageId: 'twice' }));
    const lines = page.getByRole('region', { name: 'Events' }).locator('ol > li');
    await lines.filter({ hasText: 'bea' }).filter({ hasText: 'entered Buyers' }).waitFor();
    await send(track('bea', 'Order Completed', {}, { messageId: 'twice' }), { type: 'track', userId: 'bea' });
    await lines.filter({ hasText: 'Had come before under the same message id' }).waitFor();
    await lines.filter({ hasText: 'Not taken' }).filter({ hasText: 'event' }).first().waitFor();

    await page.getByRole('button', { name: /^Payload of Order Completed/ }).first().click();
    expect(await page.getByRole('region', { name: 'Payload of Order Completed' }).textContent()).toContain('blue ribbon');

    await page.getByRole('button', { name: 'Pause' }).click();
    await send(track('cem', 'Signed Up'));
    await page.getByText('Paused, 1 more').waitFor();
    expect(await lines.filter({ hasText: 'Signed Up' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await lines.filter({ hasText: 'Signed Up' }).waitFor();

    await page.getByLabel('Find by name or person').fill('CEM');
    await expect.poll(() => lines.count()).toBe(1);
    await page.getByLabel('Find by name or person').fill('');
    await page.getByLabel('What is shown').selectOption('Not taken, or come before');
    await expect.poll(() => lines.filter({ hasText: 'Signed Up' }).count()).toBe(0);
    expect(await lines.count()).toBeGreaterThanOrEqual(2);
    await page.getByLabel('What is shown').selectOption('Everything');
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(problems).toEqual([]);
    expect(foreign).toEqual([]);
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await close();
  });

  it('makes a live segment from a template, follows who comes and goes, changes its rule, renames it, takes it away and back', async () => {
    await send(track('dan', 'Product Added', { cart: 'c1' }), track('dan', 'Order Completed', { cart: 'c1', total: 20 }));
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/live/segments');
    await page.getByRole('link', { name: 'New live segment' }).click();
    await page.getByRole('button', { name: /^Much interest in this session/ }).click();
    await page.getByRole('button', { name: /how many$/ }).first().click();
    await page.getByLabel('Pause', { exact: true }).fill('20');
    await expect.poll(() => page.getByRole('region', { name: 'The rule in other forms' }).textContent()).toContain('20 quiet minutes');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save as live segment' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Much interest');
    await page.getByRole('button', { name: 'Save segment' }).click();
    await page.getByRole('heading', { level: 1, name: 'Much interest' }).waitFor();
    await page.getByText('Nobody, at the moment.').waitFor();

    // Numbers and members follow what is sent, without anything being pressed.
    const event = /“(.*?)” at least 3 times/.exec(await templateText())![1];
    await send(track('eva', event), track('eva', event), track('eva', event));
    const members = page.locator('#members tbody tr');
    await members.filter({ hasText: 'eva' }).waitFor();
    expect(await members.filter({ hasText: 'eva' }).getByText(/in (19|20) min/).count()).toBe(1);
    await expect.poll(() => page.locator('[data-members]').textContent()).toBe('1');
    expect(await page.locator('[data-total]').textContent()).toBe('1');
    await page.getByText('1 entered and 0 left').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('link', { name: 'Change the rule' }).click();
    await page.getByRole('button', { name: /how many$/ }).first().click();
    await page.getByLabel('Value', { exact: true }).first().fill('4');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Nobody, at the moment.').waitFor();
    await page.getByText('1 entered and 1 left').waitFor();

    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('Keen');
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('heading', { level: 1, name: 'Keen' }).waitFor();
    expect(await page.locator('#names').textContent()).toContain('Much interest');

    expect(problems).toEqual([]);

    await page.getByRole('button', { name: 'Remove “Keen”' }).click();
    await page.getByText('Removed “Keen”.').waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'Keen' }).count()).toBe(0);
    await undo(page, 'Removed “Keen”');
    const line = page.getByRole('row').filter({ hasText: 'Keen' });
    await line.getByText('Live').waitFor();
    await send(track('fay', event), track('fay', event), track('fay', event), track('fay', event));
    await expect.poll(() => line.locator('[data-label="Members"]').textContent()).toBe('1');
    expect(await accessibilityFaults(page)).toEqual([]);

    // Nothing to undo any more: it stands among what was removed.
    await page.getByRole('link', { name: 'Keen' }).click();
    await page.getByRole('button', { name: 'Remove “Keen”' }).click();
    await page.getByText('Removed “Keen”.').waitFor();
    await page.goto(`${server.address}/w/main/live/segments`);
    await page.getByText('Removed: 1 live segment').click();
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Bring back Keen' }).click();
    await line.getByText('Live').waitFor();
    await expect.poll(() => line.locator('[data-label="Members"]').textContent()).toBe('1');
    await expect.poll(() => page.getByText('Removed: 1 live segment').count()).toBe(0);
    expect(otherThanGone(problems)).toEqual([]);
    expect(foreign).toEqual([]);
    await close();
  });

  it('tells of somebody known live only what is true now, why and why not, follows it, parts ids that were joined, and forgets them', async () => {
    const rule = { kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'Order Completed' }], op: '>=', value: 1, window: { last: 2, unit: 'hours' } } as const;
    await live({ name: 'Ordered lately', rule });
    await send({ type: 'identify', anonymousId: 'browser-1', traits: { plan: 'pro' } }, { type: 'identify', anonymousId: 'browser-1', userId: 'gil', traits: { city: 'Oslo' } });

    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/entities');
    await page.getByLabel('Id', { exact: true }).fill('gil');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByRole('heading', { level: 1, name: 'gil' }).waitFor();
    const part = (name: string) => page.getByRole('region', { name, exact: true });
    expect(await part('Traits').textContent()).toMatch(/plan.*pro.*city.*Oslo|city.*Oslo.*plan.*pro/);
    await part('Known as').getByText('browser-1').waitFor();
    await page.getByRole('button', { name: 'Why not in Ordered lately' }).click();
    await part('Live segments').getByText('does not hold').waitFor();

    await send(track('gil', 'Order Completed', { total: 9 }));
    await part('Live segments').getByText(/leaves in (119|120) min|leaves in 2 hr/).waitFor();
    await page.getByText('What happened just now').waitFor();
    await part('What happened just now').getByText('Order Completed').first().waitFor();
    await part('Live segments').getByText(/They leave/).waitFor();
    await part('Live segments').getByText(/Order Completed.*record \d+/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByRole('button', { name: /^Part them/ }).click();
    await page.getByText('Parted.').waitFor();
    await expect.poll(() => part('Known as').getByText('browser-1').count()).toBe(0);

    await page.getByRole('button', { name: 'Erase them' }).click();
    await page.getByRole('dialog').getByLabel(/^Type gil/).fill('gill');
    await page.getByRole('dialog').getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('Nothing was erased.').waitFor();
    await page.getByRole('dialog').getByLabel(/^Type gil/).fill('gil');
    await page.getByRole('dialog').getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText(/^Erased: \d+ events? under/).waitFor();
    await expect(server.client.ask('GET /v1/entities/:entity', { params: { entity: 'gil' } })).rejects.toMatchObject({ problem: { status: 404 } });
    expect(otherThanGone(problems)).toEqual([]);
    expect(foreign).toEqual([]);
    await page.goto(`${server.address}/w/main/entities/gil`);
    await page.getByText('There is no such customer').waitFor();
    await page.setViewportSize({ width: 360, height: 780 });
    await send(track('bea', 'Order Completed'));
    await page.goto(`${server.address}/w/main/entities/bea?part=live`);
    await part('Live segments').waitFor();
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await close();
  });

  it('tells another program, shows every try, and sends again what was given up', async () => {
    await live(winners);
    const { page, problems, foreign, close } = await openPage(browser!, server, '/w/main/settings?part=webhooks');
    await page.getByText('No program is told yet').waitFor();
    await page.getByRole('button', { name: 'New webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('CRM');
    await dialog.getByLabel('Address').fill('http://10.0.0.1/hook');
    await dialog.getByRole('button', { name: 'Make the webhook' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Address').fill(otherUrl);
    await dialog.getByRole('combobox', { name: 'Segments' }).click();
    await dialog.getByRole('option', { name: 'Winners' }).click();
    await page.keyboard.press('Tab');
    await dialog.getByRole('button', { name: 'Make the webhook' }).click();
    expect(await dialog.locator('[data-token]').textContent()).toMatch(/^whsec_/);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('link', { name: 'CRM' }).click();
    await page.getByText('Nothing was sent yet').waitFor();

    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText(/The test was answered with 200/).waitFor();
    await send(track('hal', 'Order Completed', { total: 2000 }));
    const row = page.getByRole('row').filter({ hasText: 'hal entered Winners' });
    await row.getByText('Delivered').waitFor();
    expect(received.some((body) => body.includes('"entity":"hal"'))).toBe(true);

    answer = 410;
    await send(track('ida', 'Order Completed', { total: 2000 }));
    const given = page.getByRole('row').filter({ hasText: 'ida entered Winners' });
    await given.getByText('Given up').waitFor({ timeout: 30_000 });
    await given.getByRole('button', { name: /tries of/ }).click();
    await given.getByText(/: 410, \d+ ms/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    answer = 200;
    // Gone for good is an answer after which nothing is sent any more, until somebody says so.
    await page.getByText('Nothing is sent to it.').waitFor();
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByRole('button', { name: 'Where it stopped' }).click();
    await page.getByRole('button', { name: 'Switch off' }).waitFor();
    await given.getByRole('button', { name: /^Send again/ }).click();
    await given.getByText('Delivered').waitFor({ timeout: 30_000 });

    await page.getByRole('button', { name: 'New secret' }).click();
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    await page.locator('[data-token]').waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Remove “CRM”' }).click();
    await page.getByText('No program is told yet').waitFor();
    await undo(page, 'Removed “CRM”');
    await page.getByRole('link', { name: 'CRM' }).click();
    await page.getByRole('button', { name: 'Remove “CRM”' }).click();
    await page.getByText('No program is told yet').waitFor();
    await page.reload();
    await page.getByText('Removed: 1 webhook').click();
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Bring back CRM' }).click();
    await page.getByRole('link', { name: 'CRM' }).waitFor();
    await expect.poll(() => page.getByText('Removed: 1 webhook').count()).toBe(0);
    await page.getByRole('link', { name: 'CRM' }).click();
    await row.waitFor();
    expect(await overhang(page)).toBeLessThanOrEqual(0);
    expect(problems.filter((text) => !text.includes('status of 4'))).toEqual([]);
    expect(foreign).toEqual([]);
    await close();
  });

  it('shows viewers figures and segments, and nobody by name', async () => {
    await furnished();
    const { token } = await server.client.ask('POST /v1/keys', { body: { name: 'guest', role: 'viewer' } });
    const { page, problems, close } = await openPage(browser!, server, '/w/main/live/segments', { signedIn: false });
    await page.getByLabel('Access token').first().fill(token);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    problems.length = 0;
    await page.getByRole('link', { name: 'Winners' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: 'New live segment' }).count()).toBe(0);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.getByRole('link', { name: 'Winners' }).click();
    await page.getByText('This takes the role of an analyst').waitFor();
    await page.getByRole('link', { name: 'Live', exact: true }).click();
    await page.getByText('Came or went').waitFor();
    for (const path of ['live/connect', 'live/segments/new', 'entities/hal']) {
      await page.goto(`${server.address}/w/main/${path}`);
      await page.getByText('This takes the role of an analyst').waitFor();
    }
    expect(await page.locator('main').textContent()).not.toMatch(/\b(hal|ida|bea)\b/);
    expect(asked.filter((path) => /news|events|members|changes|vocabulary|entities\//.test(path) && path.startsWith('/v1'))).toEqual([]);
    expect(problems).toEqual([]);
    await close();
  });

  it.each([['light', 360], ['dark', 1280]] as const)('has no serious accessibility fault and never scrolls sideways: %s, %i px', async (colorScheme, width) => {
    await furnished();
    const [{ segment }] = await server.client.ask('GET /v1/live/segments');
    const { page, problems, close } = await openPage(browser!, server, '/w/main/live', { colorScheme, width });
    const screens: readonly (readonly [path: string, there: string])[] = [
      ['live', 'Came or went'], ['live/segments', 'Members'], [`live/segments/${segment}`, 'Who is in it now'], [`live/segments/${segment}/edit`, 'Copy words'], ['live/segments/new', 'Or begin with one of these'],
      ['live/connect', 'Listening for events …'], ['entities/hal', 'Known as'], ['settings?part=webhooks', 'Got through last'],
    ];
    for (const [path, there] of screens) {
      await page.goto(`${server.address}/w/main/${path}`);
      await page.getByText(there).first().waitFor({ state: 'attached' });
      expect(await accessibilityFaults(page), path).toEqual([]);
      expect(await overhang(page), path).toBeLessThanOrEqual(0);
    }
    expect(problems).toEqual([]);
    await close();
  });

  it('tells of segments that were found in the events how many are in each, why somebody is in one or not, and what comes next of them', { timeout: 300_000 }, async () => {
    await furnished();
    const events = shoppers(120);
    const late = Date.now() - events.at(-1)!.at - 3_600_000;
    const messages = events.map(({ id, kind, name, at, identifiers, payload }) => ({ messageId: id, type: kind, ...(kind === 'track' ? { event: name } : { name }), userId: identifiers[0].value, timestamp: new Date(at + late).toISOString(), ...payload }));
    for (let i = 0; i < messages.length; i += 200) await send(...messages.slice(i, i + 200));
    const { id } = await server.client.ask('POST /v1/predict', { body: { live: true, horizon: 30, promote: true, options: { seed: 1 } } });
    for await (const job of server.client.follow('GET /v1/jobs/:job/events', { params: { job: id } })) expect(['queued', 'running', 'done']).toContain(job.state);
    await expect.poll(async () => (await server.client.ask('GET /v1/live/found')).reduce((sum, { members }) => sum + members, 0), { timeout: 60_000 }).toBeGreaterThanOrEqual(120);
    const found = await server.client.ask('GET /v1/live/found');
    const { id: somebody, memberships } = await server.client.ask('GET /v1/live/entities/:entity', { params: { entity: 'u0' } });
    const own = memberships.find(({ strength }) => strength !== undefined)!;
    const { segment } = (await server.client.ask('GET /v1/live/segments')).find(({ name }) => name === 'Buyers')!;

    for (const [colorScheme, width] of [['light', 360], ['dark', 1280]] as const) {
      const { page, problems, close } = await openPage(browser!, server, '/w/main/live/segments', { colorScheme, width });
      const part = (name: string) => page.getByRole('region', { name, exact: true });
      const faultless = async () => {
        expect(await accessibilityFaults(page)).toEqual([]);
        expect(await overhang(page)).toBeLessThanOrEqual(0);
      };
      for (const { name, members } of found) await part('Found by the model in use').getByRole('row').filter({ hasText: name }).filter({ hasText: String(members) }).waitFor();
      await faultless();
      await page.goto(`${server.address}/w/main/live/segments/${segment}`);
      await part('Who came and went').getByText(/entered and .* left since/).waitFor();
      await faultless();
      await page.goto(`${server.address}/w/main/entities/${somebody}?part=live`);
      await part('What happened just now').getByRole('link', { name: own.name }).first().waitFor({ state: 'attached' });
      await part('What comes next').getByText('within 30 days').first().waitFor();
      await page.getByRole('button', { name: `Why in ${own.name}` }).click();
      await part('Live segments').getByText('What speaks for it or for').waitFor();
      await page.getByRole('button', { name: `Why not in ${found.find((one) => one.segment !== own.segment)!.name}` }).click();
      await expect.poll(() => part('Live segments').getByText('What speaks for it or for').count()).toBe(2);
      // Words have the room to be read.
      expect(await part('Live segments').locator('li > :first-child:has(+ [data-for])').evaluateAll((words) => Math.min(...words.map((one) => one.getBoundingClientRect().width)))).toBeGreaterThan(140);
      await faultless();
      expect(problems).toEqual([]);
      await close();
    }

    // One click makes a live segment of the likeliest: everyone in it is, at this moment, as likely as its rule says.
    const { page, problems, close } = await openPage(browser!, server, '/w/main/predict');
    await page.getByRole('button', { name: 'Keep them as a live segment' }).first().click();
    await page.waitForURL((url) => url.pathname.includes('/live/segments/'));
    const made = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!);
    await expect.poll(async () => (await server.client.ask('GET /v1/live/segments/:segment', { params: { segment: made } })).members, { timeout: 60_000 }).toBeGreaterThan(0);
    const { rule } = await server.client.ask('GET /v1/live/segments/:segment', { params: { segment: made } });
    const { feature, value } = rule as { feature: string; value: number };
    const { items } = await server.client.ask('GET /v1/live/segments/:segment/members', { params: { segment: made }, query: { limit: 5 } });
    for (const { entity } of items) expect((await server.client.ask('GET /v1/live/entities/:entity', { params: { entity } })).features[feature]).toBeGreaterThanOrEqual(value);
    expect(problems).toEqual([]);
    await close();
  });

  /** What the template of sessions says: it is about whatever was seen most. */
  async function templateText(): Promise<string> {
    const { page, close } = await openPage(browser!, server, '/w/main/live/segments/new');
    const text = (await page.getByRole('button', { name: /^Much interest in this session/ }).textContent())!;
    await close();
    return text;
  }
});
