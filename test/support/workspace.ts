import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { Browser, Page, Request } from 'playwright-core';
import { beforeAll, beforeEach, expect } from 'vitest';
import { openChromium } from '../../scripts/chromium.mjs';
import { createContext } from '../../src/context.js';
import type { BodyOf } from '../../src/server/contract/contract.js';
import { type Client, createClient } from '../../src/server/client.js';
import { simulate, type SimulatedSource } from '../../src/simulate/simulate.js';
import { cli, emptyFolder } from './shoal.js';

/** A browser, or why there is none: `describe.skipIf(!browser)(`… ${why}`)`. */
export async function tryChromium(): Promise<{ readonly browser?: Browser; readonly why: string }> {
  return openChromium().then(
    (browser) => ({ browser, why: '' }),
    (error: Error) => ({ why: ` (skipped: Chromium cannot run here; install libnss3 or set CHROMIUM_PATH: ${error.message.split('\n')[0]})` }),
  );
}

/** A built server of its own in a new folder, as `shoal serve` starts it. */
export interface TestServer {
  readonly address: string;
  /** Asks as an admin, in the workspace 'main'. */
  readonly client: Client;
  /** The session's cookie, for pages. */
  readonly cookie: { readonly name: string; readonly value: string };
  /** Uploads files and gives their ids. */
  addFiles(paths: readonly string[]): Promise<string[]>;
  /** Finds segments in files of the workspace and gives the run's id. */
  discover(files: readonly string[], options?: BodyOf<'POST /v1/discover'>['options']): Promise<string>;
  close(): Promise<void>;
}

export async function startServer(args: readonly string[] = []): Promise<TestServer> {
  const folder = await emptyFolder('shoal-workspace');
  const child = spawn(process.execPath, [cli, 'serve', '--data', folder, '--port', '0', ...args], { env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  const close = async () => {
    await ended(child);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const invitation = await printed(child);
    const address = new URL(invitation).origin;
    // The printed address is good for one session: it is opened here, and pages get its cookie.
    const opened = await fetch(`${address}/v1/session`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: new URLSearchParams(new URL(invitation).hash.slice(1)).get('token') }) });
    const [name, value] = (opened.headers.get('set-cookie') ?? '').split(';')[0].split('=');
    const made = await fetch(`${address}/v1/keys`, { method: 'POST', headers: { 'content-type': 'application/json', origin: address, cookie: `${name}=${value}` }, body: JSON.stringify({ name: 'test', role: 'admin' }) });
    const { token } = (await made.json()) as { token: string };
    const client = createClient({ server: address, token, workspace: 'main' });
    return {
      address, client, cookie: { name, value }, close,
      addFiles: (paths) => Promise.all(paths.map(async (path) => (await client.ask('PUT /v1/files/:name', { params: { name: basename(path) }, body: await readFile(path) })).id)),
      async discover(files, options) {
        const { id } = await client.ask('POST /v1/discover', { body: { files: [...files], options } });
        for await (const job of client.follow('GET /v1/jobs/:job/events', { params: { job: id } })) {
          if (job.state === 'done') return String(job.result?.['run']);
          if (job.state !== 'queued' && job.state !== 'running') throw new Error(job.problem?.sentence ?? job.state);
        }
        throw new Error('the events of the job ended before it did');
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The address that a starting server prints. */
function printed(child: ChildProcess): Promise<string> {
  return new Promise((done, failed) => {
    let said = '';
    const hear = (part: Buffer) => {
      said += part.toString();
      const address = /Shoal is at (\S+)\s/.exec(said)?.[1];
      if (address) done(address);
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    child.once('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) return done();
    child.once('exit', () => done());
    child.kill('SIGTERM');
  });
}

/** Makes what the tests of a file begin with: before the first, and anew before one that is tried again, since what that left half done would be in its way. */
export function beginWith(make: () => Promise<void>): void {
  beforeAll(make, 180_000);
  beforeEach(async ({ task }) => {
    if (task.result?.retryCount) await make();
  }, 180_000);
}

/** Files of a small synthetic market in a folder. */
export async function smallMarket(folder: string, { customers = 1500, seed = 1, only = ['customers', 'orders', 'products'] as readonly SimulatedSource[] } = {}): Promise<string[]> {
  const { files } = await simulate({ customers, seed, out: join(folder, `market-${seed}`), only: [...only] }, createContext({ seed }));
  return Object.values(files);
}

export interface OpenedPage {
  readonly page: Page;
  /** What the console complained of, content policy included, and errors that nothing caught. */
  readonly problems: string[];
  /** Requests to anywhere but the server. */
  readonly foreign: string[];
  close(): Promise<void>;
}

/** Takes back what the message with that text says: other messages may stand beside it, before or after. */
export const undo = (page: Page, text: string): Promise<void> =>
  page.getByRole('region', { name: 'Messages' }).locator('[data-tone]').filter({ hasText: text }).getByRole('button', { name: 'Undo' }).click();

/** A page of the workspace in a browser that is signed in (or is not: `signedIn: false`). */
export async function openPage(browser: Browser, server: TestServer, path: string, { width = 1280, colorScheme = 'light' as 'light' | 'dark', signedIn = true } = {}): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width, height: 860 }, colorScheme, reducedMotion: 'reduce', locale: 'en-GB', timezoneId: 'Europe/London' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.address }).catch(() => {});
  if (signedIn) await context.addCookies([{ ...server.cookie, url: server.address, httpOnly: true, sameSite: 'Strict' }]);
  const page = await context.newPage();
  const problems: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  watch(page);
  page.on('request', (request) => !request.url().startsWith(server.address) && !/^(data|blob):/.test(request.url()) && foreign.push(request.url()));
  await page.goto(server.address + path);
  return { page, problems, foreign, close: () => context.close() };
}

/** What each page has asked and not yet been answered, and when that last changed. */
const asked = new WeakMap<Page, { readonly waiting: Set<Request>; since: number }>();

function watch(page: Page): void {
  const now = { waiting: new Set<Request>(), since: performance.now() };
  asked.set(page, now);
  const note = (change: (request: Request) => void) => (request: Request) => {
    change(request);
    now.since = performance.now();
  };
  page.on('request', note((request) => now.waiting.add(request)));
  const over = note((request) => now.waiting.delete(request));
  page.on('requestfinished', over).on('requestfailed', over);
}

/** Until a page of `openPage` has its heading, has asked for nothing more for a tenth of a second, and shows nothing as loading. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  const { waiting } = asked.get(page)!;
  await expect.poll(() => waiting.size === 0 && performance.now() - asked.get(page)!.since > 100, { timeout: 30_000 }).toBe(true);
  await expect.poll(() => page.getByText(/^Loading /).count(), { timeout: 30_000 }).toBe(0);
}

const axe = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious faults of accessibility in the page as it is now. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await axe);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: Axe }).axe.run(document, { resultTypes: ['violations'] });
    return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html} ${n.failureSummary}`).join(' | ')}`);
  });
}

/** Serious faults of a page that was opened in light colours, in these and in dark ones. */
export async function faultsInBothColours(page: Page): Promise<string[]> {
  const light = await accessibilityFaults(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('html[data-mantine-color-scheme="dark"]').waitFor();
  const dark = await accessibilityFaults(page);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.locator('html[data-mantine-color-scheme="light"]').waitFor();
  return [...light, ...dark.map((fault) => `dark: ${fault}`)];
}

interface Axe {
  run(root: Document, options: { resultTypes: string[] }): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

/** How far the page reaches beyond its window, in pixels. */
export const overhang = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
