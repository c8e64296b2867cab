import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openChromium } from '../scripts/chromium.mjs';
import { ShoalError } from '../src/errors.js';
import { by, listening, type Listening } from '../src/server/app.test.fixture.js';
import { memoryIntake } from '../src/server/track/memory-intake.test.fixture.js';

const opened: Browser | Error = await openChromium().catch((error: Error) => error);
const why = opened instanceof Error ? ` (skipped: Chromium cannot run here; install libnss3 or set CHROMIUM_PATH: ${opened.message.split('\n')[0]})` : '';

/** The official SDK in a page of another origin. */
describe.skipIf(opened instanceof Error)(`@segment/analytics-next in a browser${why}`, { timeout: 60_000 }, () => {
  const browser = opened as Browser;
  const intake = memoryIntake();
  let server: Listening, shop: Server, address: string, writeKey: string;
  const pages: Page[] = [];

  beforeAll(async () => {
    const made = await build({
      configFile: false, logLevel: 'error', define: { 'process.env.NODE_ENV': '"production"' },
      build: { write: false, minify: false, lib: { entry: fileURLToPath(new URL('support/track-page.ts', import.meta.url)), formats: ['iife'], name: 'shop' } },
    });
    const [{ output: [{ code }] }] = made as unknown as [{ output: [{ code: string }] }];
    shop = createServer(({ url }, response) => {
      if (url === '/sdk.js') return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Shop</title><script src="/sdk.js"></script>');
    });
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    address = `http://localhost:${(shop.address() as AddressInfo).port}`;
    server = await listening({ intake, limits: { tracking: { waiting: 3, bytes: 2 ** 24, slowest: 5000 } } });
    writeKey = (await server.home.keys.create({ name: 'shop', only: ['POST /v1/batch'] }, by)).secret;
  }, 120_000);
  afterEach(async () => {
    intake.fail(undefined);
    for (const page of pages.splice(0)) await page.context().close();
  });
  afterAll(async () => {
    await browser.close();
    shop.close();
    await server.close();
  });

  /** A page with the SDK loaded; what it asked the server, and what it was told. */
  async function visit(options: object = {}, settings: object = { cdnURL: server.server }) {
    const page = await (await browser.newContext()).newPage();
    pages.push(page);
    const asked: { path: string; status: number; type?: string; retry?: string }[] = [];
    const problems: string[] = [];
    page.on('response', (response) => {
      const { port, pathname } = new URL(response.url());
      const headers = response.request().headers();
      if (port === String(server.port)) asked.push({ path: pathname.replace(writeKey, ':key'), status: response.status(), type: headers['content-type'], retry: headers['x-retry-count'] });
    });
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(address);
    await page.evaluate(async ([load, more]) => {
      const { AnalyticsBrowser } = window as unknown as { AnalyticsBrowser: { load(settings: unknown, options: unknown): PromiseLike<unknown> } };
      const analytics = AnalyticsBrowser.load(load, more);
      Object.assign(window, { analytics });
      await analytics;
    }, [{ writeKey, ...settings }, options] as const);
    return { page, asked, problems };
  }
  const calls = (page: Page, script: string) => page.evaluate(script);
  const since = (from: number) => intake.events.slice(from);
  const batching = { integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 3, timeout: 100 } } } } };

  it('delivers every kind of call one by one, with nothing told to it but this server as its CDN', async () => {
    const from = intake.events.length;
    const { page, asked, problems } = await visit();
    await calls(page, `(async () => {
      await analytics.page('Home', { from: 'test' });
      await analytics.alias('u1');
      await analytics.identify('u1', { email: 'ann@example.com', plan: 'pro' });
      await analytics.track('Order Completed', { total: 12.5, products: [{ sku: 's1' }] });
      await analytics.screen('Start');
      await analytics.group('g1', { seats: 5 });
    })()`);
    await expect.poll(() => since(from).length).toBe(6);
    expect(since(from).map(({ kind, name }) => [kind, name])).toEqual([['page', 'Home'], ['alias', 'alias'], ['identify', 'identify'], ['track', 'Order Completed'], ['screen', 'Start'], ['group', 'group']]);
    expect(asked.filter(({ path }) => path !== '/v1/projects/:key/settings').map(({ path, status, type }) => `${path} ${status} ${type}`)).toEqual(['p', 'a', 'i', 't', 's', 'g'].map((letter) => `/v1/${letter} 200 text/plain`));
    const [home, alias, identify, track, , group] = since(from);
    const anonymous = home.identifiers[0];
    expect(anonymous.type).toBe('anonymous');
    expect(identify.identifiers).toEqual([{ type: 'user', value: 'u1' }, { type: 'email', value: 'ann@example.com' }, anonymous]);
    expect(track.payload).toMatchObject({ properties: { total: 12.5 }, context: { page: { path: '/', title: 'Shop' }, timezone: expect.any(String), library: { name: 'analytics.js' } } });
    expect(track.id).toMatch(/^ajs-next-/);
    expect(group.payload).toMatchObject({ groupId: 'g1', traits: { seats: 5 } });
    expect(alias.identifiers).toEqual([{ type: 'user', value: 'u1' }, anonymous]);
    expect(problems).toEqual([]);
  });

  it('delivers in batches, the last of them when the page is left', async () => {
    const from = intake.events.length;
    const { page, asked } = await visit(batching);
    await calls(page, `Promise.all(Array.from({ length: 7 }, (_, i) => analytics.track('Viewed', { i })))`);
    await expect.poll(() => since(from).length).toBe(7);
    await expect.poll(() => asked.filter(({ path }) => path === '/v1/b').length).toBeGreaterThan(1);
    await calls(page, `analytics.track('Left', {})`);
    await page.goto('about:blank');
    await expect.poll(() => since(from).map(({ name }) => name)).toContain('Left');
    expect(since(from)).toHaveLength(8);
  });

  it.each([['one by one', {}], ['in batches', batching]])('%s, comes again after 429 when it was told to, and nothing is counted twice', async (_, options) => {
    const from = intake.events.length;
    const { page, asked } = await visit(options);
    const go = intake.pause();
    const blocking = fetch(`${server.server}/v1/b`, { method: 'POST', body: JSON.stringify({ writeKey, batch: [1, 2, 3].map(() => ({ type: 'track', userId: 'u', event: 'Blocking' })) }) });
    await expect.poll(async () => (await server.ask('/v1/t', { method: 'POST', body: '{}' })).status).toBe(429);
    const began = performance.now();
    await calls(page, `void analytics.track('Patient', {})`);
    await expect.poll(() => asked.map(({ status }) => status)).toContain(429);
    go();
    await blocking;
    await expect.poll(() => since(from).filter(({ name }) => name === 'Patient').length, { timeout: 15_000 }).toBe(1);
    // Told to wait a second, it does: only a page that may read the header of another origin can know.
    expect(performance.now() - began).toBeGreaterThan(900);
    await expect.poll(() => asked.at(-1)?.status).toBe(200);
  });

  it('sends again after 503', async () => {
    const from = intake.events.length;
    const { page, asked } = await visit();
    intake.fail(new ShoalError('store/unavailable', { place: 'journal', reason: 'EIO' }));
    await calls(page, `void analytics.track('Stubborn', {})`);
    await expect.poll(() => asked.map(({ status }) => status)).toContain(503);
    intake.fail(undefined);
    await expect.poll(() => since(from).filter(({ name }) => name === 'Stubborn').length, { timeout: 20_000 }).toBe(1);
    await expect.poll(() => asked.at(-1)).toMatchObject({ path: '/v1/t', status: 200 });
  });

  it('works with settings that stand in the page, as the documentation shows', async () => {
    const from = intake.events.length;
    const { page, asked } = await visit({}, { cdnSettings: { integrations: { 'Segment.io': { apiKey: writeKey, apiHost: `127.0.0.1:${server.port}/v1`, protocol: 'http' } }, metrics: { sampleRate: 0 } } });
    await calls(page, `analytics.track('Inline', {})`);
    await expect.poll(() => since(from).map(({ name }) => name)).toEqual(['Inline']);
    expect(asked.map(({ path }) => path)).toEqual(['/v1/t']);
  });
});
