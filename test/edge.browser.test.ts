import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildEdge } from '../scripts/build-edge.mjs';
import { openChromium } from '../scripts/chromium.mjs';
import type { LiveDefinition } from '../src/domain/live.js';
import { edgeModule } from '../src/flow/edge.js';
import { makeRound, types } from './parity-live/generate.js';
import { importText, type EdgeExports } from './support/edge.js';

const opened: Browser | Error = await openChromium().catch((error: Error) => error);
const why = opened instanceof Error ? ` (skipped: Chromium cannot run here; install libnss3 or set CHROMIUM_PATH: ${opened.message.split('\n')[0]})` : '';

describe.skipIf(opened instanceof Error)(`the module in Chromium, under a policy that allows nothing but the page's own files${why}`, { timeout: 60_000 }, () => {
  const browser = opened as Browser;
  const round = makeRound(7, { histories: 8 });
  const definitions = round.rules.map(({ id, rule }): LiveDefinition => ({ segment: id, name: id, version: 1, rule, types }));
  const views: LiveDefinition = { segment: 'views', name: 'Views', version: 1, rule: { all: [{ kind: 'performed', source: 'events', where: [{ column: 'event', op: '=', value: 'Product Viewed' }], op: '>=', value: 2, window: { last: 10, unit: 'minutes' } }, { kind: 'attribute', source: 'traits', column: 'plan', op: '=', value: 'pro' }] } };
  let server: Server, page: Page, files: Record<string, string>;
  const problems: string[] = [];

  beforeAll(async () => {
    await buildEdge();
    const made = await build({
      configFile: false, logLevel: 'error', define: { 'process.env.NODE_ENV': '"production"' },
      build: { write: false, minify: false, lib: { entry: fileURLToPath(new URL('support/track-page.ts', import.meta.url)), formats: ['iife'], name: 'shop' } },
    });
    const [{ output: [{ code }] }] = made as unknown as [{ output: [{ code: string }] }];
    files = { '/sdk.js': code, '/edge.js': await edgeModule(definitions), '/views.js': await edgeModule([views]) };
    server = createServer(({ url }, response) => {
      const file = files[url ?? ''];
      if (file !== undefined) return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(file);
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': "default-src 'none'; script-src 'self'" }).end('<!doctype html><title>Shop</title><script src="/sdk.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    page = await (await browser.newContext({ timezoneId: 'Asia/Tokyo' })).newPage();
    page.on('console', (message) => message.type() === 'error' && !/favicon/.test(message.text()) && problems.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  it('decides as in Node, for every random rule and history at every instant', async () => {
    const histories = round.histories.map(({ records, checkpoints }) => ({
      messages: records.flatMap(({ clock, entry }) => (entry.kind !== 'event' ? [] : [{ clock, message: { type: entry.event.kind, timestamp: new Date(entry.event.at).toISOString(), event: entry.event.name, name: entry.event.name, ...entry.event.payload } }])), checkpoints,
    }));
    const follow = ({ createDecider }: EdgeExports, given: typeof histories) => given.map(({ messages, checkpoints }) => {
      let now = 0, next = 0;
      const decider = createDecider({ clock: () => now, timezone: 'UTC' });
      return checkpoints.map((at) => {
        for (; next < messages.length && messages[next].clock <= at; next++) {
          now = messages[next].clock;
          decider.track(messages[next].message);
        }
        now = at;
        return decider.decide();
      });
    });
    const there = await page.evaluate(`(async (given) => (${follow.toString()})(await import('/edge.js'), given))(${JSON.stringify(histories)})`);
    expect(there).toEqual(follow(await importText(files['/edge.js']), histories));
    expect(JSON.stringify(there).length).toBeGreaterThan(100_000);
  });

  it('is fed by analytics.js as a plugin, and goes on after the page was left', async () => {
    const decided = await page.evaluate(`(async () => {
      const { createDecider } = await import('/views.js');
      const decider = createDecider();
      const analytics = AnalyticsBrowser.load({ writeKey: 'none', cdnSettings: { integrations: {} } }, { integrations: { 'Segment.io': false } });
      await analytics.register({
        name: 'Segments in the page', type: 'enrichment', version: '1', isLoaded: () => true, load: async () => {},
        ...Object.fromEntries(['identify', 'track', 'page', 'screen', 'group', 'alias'].map((kind) => [kind, (context) => {
          decider.track(context.event);
          localStorage.setItem('segments', decider.save());
          return context;
        }])),
      });
      await analytics.page('Shop');
      await analytics.track('Product Viewed', { product: 'Mug' });
      await analytics.identify('ann', { plan: 'pro' });
      const before = decider.decide();
      const { event } = await analytics.track('Product Viewed', { product: 'Cup' });
      return { before, after: decider.decide(), last: event.timestamp.getTime(), zone: event.context.timezone };
    })()`) as { before: object; after: { views: { member: boolean; since: number; until: number } }; last: number; zone: string };
    expect(decided.before).toEqual({ views: { member: false } });
    const { member, since, until } = decided.after.views;
    expect(member).toBe(true);
    expect(since).toBe(decided.last);
    expect(until - since).toBeLessThanOrEqual(600_000);
    expect(decided.zone).toBe('Asia/Tokyo');
    await page.reload();
    expect(await page.evaluate(`import('/views.js').then(({ createDecider }) => {
      const decider = createDecider();
      return [decider.load(localStorage.getItem('segments')), decider.decide()];
    })`)).toEqual([true, decided.after]);
    expect(problems).toEqual([]);
  });
});
