// Pictures of every screen, in light and dark, on a desktop and a phone: npm run screenshots [-- <folder> [name …]]
// Of a report instead: node scripts/screenshots.mjs <report.html> <folder> [part …]
// The workspace is that of the demo company, on a server of its own in a folder that is kept beside the pictures, so that a second time is quick.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openChromium } from './chromium.mjs';
import { root } from './run.mjs';

const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 360, height: 780 } };
const LOOKS = Object.entries(SIZES).flatMap(([size, viewport]) => ['light', 'dark'].map((colorScheme) => ({ name: `${size}-${colorScheme}`, viewport, colorScheme })));
// In a picture of one part, the bar that follows the reader would cover it, and the part wants a margin.
const PLAIN = 'header:has(nav) { position: static !important } main > section { padding: 24px !important; margin-inline: -24px } article { scroll-margin: 0 }';

const [first = 'pictures', ...rest] = process.argv.slice(2);
const browser = await openChromium();
try {
  if (first.endsWith('.html')) await report(first, rest[0] ?? 'pictures', rest.slice(1));
  else await workspace(first, rest);
} finally {
  await browser.close();
}

/** Every screen of the workspace; `only` names some of them. */
async function workspace(folder, only) {
  await mkdir(folder, { recursive: true });
  const { server, invitation } = await serve(join(folder, 'data'));
  try {
    const { origin } = new URL(invitation);
    const door = await browser.newContext();
    const page = await door.newPage();
    await page.goto(invitation);
    await page.waitForSelector('main h1');
    const state = await door.storageState();
    const screens = await screensOf(page);
    await door.close();
    for (const [screen, path, prepare] of screens.filter(([name]) => only.length === 0 || only.includes(name)))
      for (const { name, ...look } of LOOKS) {
        const context = await browser.newContext({ ...look, ...(screen !== 'door' && { storageState: state }), reducedMotion: 'reduce', locale: 'en-GB' });
        const shown = await context.newPage();
        shown.on('console', (message) => message.type() === 'error' && screen !== 'door' && console.error(`${screen}: ${message.text()}`));
        await shown.goto(origin + path);
        await shown.waitForSelector('main h1, main h2');
        await prepare?.(shown);
        // Pages that hear what happens have a line that stays open.
        if (/\/(live|entities\/)/.test(path)) await shown.waitForTimeout(2500);
        else await shown.waitForLoadState('networkidle', { timeout: 60_000 }).catch(() => console.error(`${screen}: still asking after a minute`));
        await shown.waitForTimeout(250);
        const wide = await shown.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wide > 0) console.error(`${screen}, ${name}: reaches ${wide} px beyond the window`);
        await shown.screenshot({ path: join(folder, `${screen}-${name}.png`), fullPage: !screen.endsWith('-open') });
        await context.close();
        console.log(`${screen}-${name}`);
      }
  } finally {
    server.kill('SIGTERM');
  }
}

/** Name, path and what to do first, of every screen; makes a second run to compare with where there is none. */
async function screensOf(page) {
  const ask = (method, path, body) =>
    page.evaluate(
      async ([method, path, body]) => {
        const answer = await fetch(path, { method, headers: { 'shoal-workspace': 'demo', ...(body && { 'content-type': 'application/json' }) }, ...(body && { body: JSON.stringify(body) }) });
        if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
        return answer.json();
      },
      [method, path, body],
    );
  const finished = async ({ id }) => {
    for (;;) {
      const job = await ask('GET', `/v1/jobs/${id}`);
      if (!['queued', 'running'].includes(job.state)) return job;
      await page.waitForTimeout(500);
    }
  };
  const files = (await ask('GET', '/v1/files')).map((file) => file.id);
  if ((await ask('GET', '/v1/runs')).length < 2) await finished(await ask('POST', '/v1/discover', { files, options: { title: 'Six groups, as asked', k: 6 } }));
  const [second, one] = await ask('GET', '/v1/runs');
  const inspected = (await ask('GET', '/v1/jobs')).find((job) => job.kind === 'inspect' && job.state === 'done') ?? (await finished(await ask('POST', '/v1/inspect', { files })));
  const segments = await ask('GET', '/v1/segments');
  const { rows } = await ask('GET', `/v1/segments/${segments[0].id}/members?limit=1`);
  const person = rows[0].entity;
  const live = await somethingLive(ask, page, person);
  const click = (role, name) => (shown) => shown.getByRole(role, { name }).first().click();
  return [
    ['door', '/w/demo'],
    ['overview', '/w/demo'],
    ['map', '/w/demo/map'],
    ['segments', '/w/demo/segments'],
    ['segment', `/w/demo/segments/${segments[0].id}`],
    ['segments-compared', `/w/demo/segments/${segments[0].id}/versus/${segments[1].id}`],
    ['overlap', '/w/demo/overlap'],
    ['rules', '/w/demo/rules'],
    ['entities', '/w/demo/entities'],
    ['entity', `/w/demo/entities/${encodeURIComponent(person)}`],
    ['predict', '/w/demo/predict'],
    ['choose', '/w/demo/choose'],
    ['data', '/w/demo/data'],
    ['runs', '/w/demo/runs'],
    ['runs-compared', `/w/demo/runs/${one.id}/versus/${second.id}`],
    ['promote-open', '/w/demo/runs', click('button', 'Use it')],
    ['start', '/w/demo/start'],
    ['start-postgres-open', '/w/demo/start', click('button', 'Connect PostgreSQL')],
    ['review', `/w/demo/start?job=${inspected.id}`],
    ['nothing-yet', '/w/main'],
    ['settings-workspaces', '/w/demo/settings'],
    ['settings-keys', '/w/demo/settings?part=keys'],
    ['settings-new-key-open', '/w/demo/settings?part=keys', click('button', 'New key')],
    ['settings-audit', '/w/demo/settings?part=audit'],
    ['settings-appearance', '/w/demo/settings?part=appearance'],
    ['settings-about', '/w/demo/settings?part=about'],
    ['settings-webhooks', '/w/demo/settings?part=webhooks'],
    ['settings-webhook', `/w/demo/settings?part=webhooks&webhook=${live.webhook}`],
    ['settings-new-webhook-open', '/w/demo/settings?part=webhooks', click('button', 'New webhook')],
    ['live-events', '/w/demo/live', click('button', /^Payload of/)],
    ['live-segments', '/w/demo/live/segments'],
    ['live-segment', `/w/demo/live/segments/${live.segment}`],
    ['live-new', '/w/demo/live/segments/new'],
    ['live-edit', `/w/demo/live/segments/${live.segment}/edit`, click('button', /how many$|then no/)],
    ['live-connect', '/w/demo/live/connect'],
    ['live-person', `/w/demo/entities/${encodeURIComponent(person)}?part=live`, click('button', /^Why/)],
    ['live-person-only', '/w/demo/entities/visitor-7', click('button', /^Why/)],
    ['live-erase-open', '/w/demo/entities/visitor-7', click('button', 'Erase them')],
    ['live-nothing-yet', '/w/main/live'],
    ['not-found', '/w/demo/nowhere'],
  ];
}

/** Live segments, a webhook and a few minutes of events; gives the ids of the first of each. */
async function somethingLive(ask, page, person) {
  const event = (name) => ({ source: 'events', where: [{ column: 'event', op: '=', value: name }] });
  const { token } = await ask('POST', '/v1/keys', { name: `pictures ${Date.now()}`, only: ['POST /v1/batch'], workspace: 'demo' });
  const send = (batch) => ask('POST', '/v1/batch', { writeKey: token, batch });
  const at = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString();
  const track = (userId, name, minutes, properties = {}) => ({ type: 'track', userId, event: name, timestamp: at(minutes), properties });
  await send([track('visitor-1', 'Product Viewed', 600, { product: 'Tea' })]);
  let segments = await ask('GET', '/v1/live/segments');
  if (segments.length === 0) {
    const rules = [
      ['Left a cart', { all: [{ kind: 'sequence', first: event('Product Added'), then: event('Order Completed'), followed: false, within: { length: 30, unit: 'minutes' }, per: 'properties.cart' }] }],
      ['Much interest in this session', { all: [{ kind: 'performed', ...event('Product Viewed'), op: '>=', value: 3, window: { session: 30, unit: 'minutes' } }] }],
      ['Ordered today', { all: [{ kind: 'performed', ...event('Order Completed'), op: '>=', value: 1, window: { last: 24, unit: 'hours' } }, { not: { kind: 'attribute', source: 'traits', column: 'plan', op: '=', value: 'staff' } }] }],
    ];
    await send([{ type: 'identify', userId: 'visitor-1', traits: { plan: 'free' } }, track('visitor-1', 'Product Added', 500, { cart: 'c1', price: 12.5 }), track('visitor-1', 'Order Completed', 400, { cart: 'c1', total: 12.5 })]);
    for (const [name, rule] of rules) await ask('POST', '/v1/live/segments', { name, rule });
    await ask('POST', '/v1/webhooks', { name: 'CRM', url: 'https://crm.example/shoal' });
    segments = await ask('GET', '/v1/live/segments');
  }
  const people = [person, 'visitor-7', ...Array.from({ length: 12 }, (_, i) => `visitor-${i + 20}`)];
  await send([
    { type: 'identify', anonymousId: 'browser-7', timestamp: at(55), traits: { language: 'de' } }, { type: 'identify', anonymousId: 'browser-7', userId: 'visitor-7', timestamp: at(50), traits: { plan: 'pro', city: 'Oslo' } },
    ...people.flatMap((who, i) => [
      { type: 'page', userId: who, name: 'Home', timestamp: at(48 - i), context: { page: { path: '/' }, device: { type: 'phone' } } },
      ...[20, 12, 4].map((minutes) => track(who, 'Product Viewed', minutes + i / 10, { product: ['Tea', 'Coffee', 'Cocoa'][i % 3], price: 4.5 + i })),
      track(who, 'Product Added', 45 - i / 10, { cart: `cart-${i}-${Date.now()}`, price: 4.5 + i }), ...(i % 3 ? [track(who, 'Order Completed', 2, { cart: `cart-${i}`, total: 9 + i, currency: 'EUR' })] : []),
    ]),
  ]);
  await send([{ ...track('visitor-7', 'Product Viewed', 0), messageId: 'twice' }, { ...track('visitor-7', 'Product Viewed', 0), messageId: 'twice' }, { type: 'track', userId: 'visitor-8' }]);
  const [webhook] = (await ask('GET', '/v1/webhooks')).items;
  await page.waitForTimeout(1000);
  return { segment: segments.find(({ name }) => name === 'Left a cart').segment, webhook: webhook.id };
}

/** A server over the demo company, and the address that opens it. */
function serve(data) {
  const server = spawn(process.execPath, [join(root, 'dist', 'bin', 'shoal.js'), 'serve', '--demo', '--port', '0', '--data', data, '--allow-hosts', 'crm.example'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, failed) => {
    let said = '';
    server.stdout.on('data', (part) => {
      const invitation = /Shoal is at (\S+)\s/.exec((said += part))?.[1];
      if (invitation) done({ server, invitation });
    });
    server.once('exit', () => failed(new Error(`The server ended: ${said}`)));
  });
}

/** The first screen of a report, the whole page, and every part by itself (or only the parts named, e.g. "map"). */
async function report(path, folder, only) {
  if (!existsSync(path)) throw new Error(`There is no report at ${path}.`);
  await mkdir(folder, { recursive: true });
  for (const { name, ...look } of LOOKS) {
    const page = await browser.newPage({ ...look, deviceScaleFactor: 1, reducedMotion: 'reduce' });
    await page.goto(pathToFileURL(resolve(path)).href);
    await page.waitForSelector('main');
    await page.waitForTimeout(150);
    if (only.length === 0) {
      await page.screenshot({ path: join(folder, `${name}.png`) });
      await page.screenshot({ path: join(folder, `${name}-whole.png`), fullPage: true });
    }
    await page.addStyleTag({ content: PLAIN });
    for (const part of await page.locator('main > section, #segments article').all()) {
      const id = await part.getAttribute('id');
      if (only.length === 0 || only.includes(id)) await part.screenshot({ path: join(folder, `${name}-${id}.png`) });
    }
    await page.close();
    console.log(name);
  }
}
