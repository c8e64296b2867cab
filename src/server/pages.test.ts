import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listening, type Listening } from './app.test.fixture.js';

let folder: string;
let server: Listening;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-pages-'));
  await mkdir(join(folder, 'pages', 'assets'), { recursive: true });
  await writeFile(join(folder, 'pages', 'workspace.html'), '<!doctype html><title>Shoal</title>');
  await writeFile(join(folder, 'pages', 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, 'pages', 'assets', 'main-B1x9_aZ2.js'), `export const words = '${'shoal '.repeat(500)}';`);
  await writeFile(join(folder, 'secret.txt'), 'secret');
  server = await listening({ pages: join(folder, 'pages') });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it.each(['/', '/segments', '/w/main/segments/regulars', '/entities/a%20b', '/workspace.html', '/w/v1/x', '/w/main/entities/ann@example.org'])('%s is the page of the workspace, under a policy that runs only our own scripts', async (path) => {
  const response = await server.ask(path, { headers: { accept: 'text/html,*/*' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
});

it('what is named by its content is kept for good, compressed where that is read, and the rest is asked for again', async () => {
  const script = await server.ask('/assets/main-B1x9_aZ2.js', { headers: { 'accept-encoding': 'br' } });
  expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(script.headers.get('content-encoding')).toBe('br');
  expect(await script.text()).toMatch(/^export const words = 'shoal /);
  const icon = await server.ask('/favicon.svg');
  expect(icon.headers.get('cache-control')).toBe('no-cache');
  const again = await server.ask('/favicon.svg', { headers: { 'if-none-match': icon.headers.get('etag')! } });
  expect(again.status).toBe(304);
});

it.each(['/secret.txt', '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '/assets/%2e%2e%2f%2e%2e%2fsecret.txt', '/assets/nothing.js', '/v1/nothing'])('%s is not there', async (path) => {
  const response = await server.ask(path);
  expect(response.status).toBe(404);
  expect(await response.text()).not.toBe('secret');
});
