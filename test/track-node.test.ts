import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Analytics, type AnalyticsSettings } from '@segment/analytics-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { by, listening, type Listening } from '../src/server/app.test.fixture.js';
import { memoryIntake } from '../src/server/track/memory-intake.test.fixture.js';

/** The official SDK for Node, pointed at this server and told nothing else. */
describe('@segment/analytics-node', () => {
  const intake = memoryIntake();
  let server: Listening;
  let writeKey: string;
  beforeAll(async () => {
    server = await listening({ intake, limits: { tracking: { waiting: 40, bytes: 2 ** 24, slowest: 5000 } } });
    writeKey = (await server.home.keys.create({ name: 'shop', only: ['POST /v1/batch'] }, by)).secret;
  });
  afterAll(() => server.close());
  const open = (settings: Partial<AnalyticsSettings> = {}) => new Analytics({ writeKey, host: server.server, flushInterval: 50, ...settings });
  const since = (from: number) => intake.events.slice(from);

  it('delivers every kind of call', async () => {
    const from = intake.events.length;
    const analytics = open();
    const failed: unknown[] = [];
    analytics.on('error', (error) => failed.push(error));
    const timestamp = new Date('2024-03-01T10:00:00Z');
    analytics.identify({ userId: 'u1', anonymousId: 'a1', traits: { email: 'Ann@Example.com', plan: 'pro' } });
    analytics.track({ userId: 'u1', event: 'Order Completed', properties: { total: 12.5, products: [{ sku: 's1' }] }, timestamp, context: { timezone: 'Europe/Berlin' }, integrations: { All: false } });
    analytics.page({ userId: 'u1', name: 'Home', category: 'Docs', properties: { path: '/' } });
    analytics.screen({ anonymousId: 'a1', name: 'Start' });
    analytics.group({ userId: 'u1', groupId: 'g1', traits: { email: 'office@example.com' } });
    analytics.alias({ userId: 'u1', previousId: 'old' });
    await analytics.closeAndFlush();
    expect(failed).toEqual([]);
    expect(since(from).map(({ kind, name, identifiers, workspace }) => [kind, name, identifiers.map(({ type, value }) => `${type}:${value}`).join(' '), workspace])).toEqual([
      ['identify', 'identify', 'user:u1 email:ann@example.com anonymous:a1', 'main'], ['track', 'Order Completed', 'user:u1', 'main'], ['page', 'Home', 'user:u1', 'main'], ['screen', 'Start', 'anonymous:a1', 'main'],
      ['group', 'group', 'user:u1', 'main'], ['alias', 'alias', 'user:u1 user:old', 'main'],
    ]);
    const [, track] = since(from);
    expect(track.payload).toMatchObject({ properties: { total: 12.5, products: [{ sku: 's1' }] }, context: { timezone: 'Europe/Berlin', library: { name: '@segment/analytics-node' } }, integrations: { All: false } });
    expect(track.id).toMatch(/^node-next-/);
    expect(Math.abs(track.at - timestamp.getTime())).toBeLessThan(10_000);
    expect(JSON.stringify(since(from))).not.toContain(writeKey);
  });

  it('delivers hundreds in batches, each once', async () => {
    const from = intake.events.length;
    const analytics = open({ flushAt: 20 });
    let requests = 0;
    analytics.on('http_request', () => requests++);
    for (let i = 0; i < 500; i++) analytics.track({ userId: `u${i % 50}`, event: 'Viewed', properties: { i } });
    await analytics.closeAndFlush();
    expect(since(from).map(({ payload }) => (payload.properties as { i: number }).i).sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(requests).toBeGreaterThanOrEqual(25);
  });

  it('comes again when it is told that too much arrives, and nothing is lost or counted twice', async () => {
    const from = intake.events.length;
    const go = intake.pause();
    const analytics = open({ flushAt: 20 });
    const statuses: number[] = [];
    analytics.on('http_response', ({ status }) => {
      statuses.push(status);
      if (status === 429) go();
    });
    for (let i = 0; i < 100; i++) analytics.track({ userId: 'u', event: 'Viewed', properties: { i } });
    await analytics.closeAndFlush({ timeout: 30_000 });
    expect(statuses).toContain(429);
    expect(since(from)).toHaveLength(100);
    expect(new Set(since(from).map(({ id }) => id)).size).toBe(100);
  });

  it('sends again what it had no answer to, and that is not counted twice', async () => {
    const from = intake.events.length;
    const lossy = await losing(server.port, 1);
    const analytics = open({ host: `http://127.0.0.1:${(lossy.address() as AddressInfo).port}` });
    const retries: string[] = [];
    analytics.on('http_request', ({ headers }) => retries.push(headers['X-Retry-Count'] ?? 'first'));
    analytics.track({ userId: 'u', event: 'Paid', messageId: 'paid once' } as Parameters<Analytics['track']>[0]);
    await analytics.closeAndFlush({ timeout: 20_000 });
    lossy.close();
    expect(retries).toEqual(['first', '1']);
    expect(since(from)).toHaveLength(1);
  });

  it('drops what a key may not write, instead of trying for ever', async () => {
    const analytics = open({ writeKey: 'shl_unknown' });
    const statuses: number[] = [];
    analytics.on('http_response', ({ status }) => statuses.push(status));
    analytics.track({ userId: 'u', event: 'x' });
    await analytics.closeAndFlush({ timeout: 5000 });
    expect(statuses).toEqual([401]);
  });

  it('is not stopped by a message that the server cannot take: the others of its batch arrive', async () => {
    const from = intake.events.length;
    const analytics = open();
    analytics.track({ userId: 'u', event: 'x'.repeat(300) });
    analytics.track({ userId: 'u', event: 'good' });
    await analytics.closeAndFlush();
    expect(since(from).map(({ name }) => name)).toEqual(['good']);
  });
});

/** Passes requests on, but breaks the connection instead of giving the first `times` answers. */
async function losing(port: number, times: number): Promise<Server> {
  let left = times;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...headers } = request.headers as Record<string, string>;
    const answer = await fetch(`http://127.0.0.1:${port}${request.url}`, { method: request.method, headers, body: Buffer.concat(chunks) });
    if (left-- > 0) return void request.socket.destroy();
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
