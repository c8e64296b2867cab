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
        await shown.waitForLoadState('networkidle', { timeout: 60_000 }).catch(() => console.error(`${screen}: still asking after a minute`));
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
    ['not-found', '/w/demo/nowhere'],
  ];
}

/** A server over the demo company, and the address that opens it. */
function serve(data) {
  const server = spawn(process.execPath, [join(root, 'dist', 'bin', 'shoal.js'), 'serve', '--demo', '--port', '0', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });
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
