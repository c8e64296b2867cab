import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createApp } from './app.js';
import { openBackend } from './backend.js';
import { serverConfig } from './config.js';
import { serve } from './serve.js';

vi.mock('./app.js', async (original) => {
  const app = await original<typeof import('./app.js')>();
  return { ...app, createApp: vi.fn(app.createApp) };
});

const clock = () => 1000;
const folder = () => mkdtemp(join(tmpdir(), 'shoal-serve-'));

it('lets go of the data folder where its routes cannot be made', async () => {
  const config = serverConfig({ data: await folder(), port: 0 }, {});
  vi.mocked(createApp).mockRejectedValueOnce(new Error('no routes'));
  await expect(serve(config, { clock })).rejects.toThrow('no routes');
  await (await openBackend(config, clock)).close();
});

it('lets go of the data folder where the port is taken', async () => {
  const other = createServer((_, reply) => reply.end('hello')).listen(0, '127.0.0.1');
  await vi.waitUntil(() => other.listening);
  const config = serverConfig({ data: await folder(), port: (other.address() as AddressInfo).port }, {});
  await expect(serve(config, { clock })).rejects.toMatchObject({ code: 'server/port-taken' });
  await (await openBackend(config, clock)).close();
  other.close();
});
