// The workspace over the demo company of 20,000 customers, in headless Chromium: from opening it to its first screen, from a click to a screen that was never seen (of a server
// that was started just before, in a browser that knows nothing), and to one that was.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChromium } from '../scripts/chromium.mjs';
import { flags, machine, main, root, say } from './measure.mjs';

const GOALS = { open: 1000, change: 100 };
/** Every screen, by its place below the workspace. `{segment}`, `{other}` and `{entity}` are filled in. */
const SCREENS = {
  Map: '/map', Segments: '/segments', 'One segment': '/segments/{segment}', 'Two segments': '/segments/{segment}/versus/{other}', Overlap: '/overlap', 'Build a segment': '/rules',
  'Look someone up': '/entities', 'One customer': '/entities/{entity}', 'How many groups': '/choose', Data: '/data', 'Runs and models': '/runs', Settings: '/settings', 'Add data': '/start', Overview: '',
};
const NAMES = Object.keys(SCREENS);
/** Milliseconds that somebody looks at the first screen: the code of the others comes when the browser has nothing better to do. */
const LOOKED = 3000;
/** And at each of the others. */
const PAUSE = 700;

await main(async () => {
  const { opens, rounds, visits, rests } = flags({ opens: 10, rounds: 8, visits: 8, rests: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'shoal-screens-'));
  const browser = await openChromium();
  const load = loadavg()[0];
  const first = [], again = [], opened = [];
  try {
    // Making the demo is no visit.
    await (await serve(folder)).end();
    for (let visit = 0; visit < visits; visit++) {
      const server = await serve(folder);
      const { context, page } = await enter(browser, server.invitation);
      const paths = await placesOf(page);
      // Each screen is sometimes the first that anybody asks for.
      const order = NAMES.map((_, i) => NAMES[(i + visit * 5) % NAMES.length]);
      first.push(...(await round(page, paths, order, rests)));
      if (visit === visits - 1) {
        for (let i = 0; i < rounds; i++) again.push(...(await round(page, paths, NAMES, rests)));
        const state = await context.storageState();
        for (let i = 0; i < opens; i++) opened.push(await open(browser, new URL(server.invitation).origin, state));
      }
      await context.close();
      await server.end();
    }
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const results = { open: quantiles(opened), first: timesOf(first), again: timesOf(again) };
  said('Opened without anything cached', results.open, GOALS.open);
  for (const [what, { byScreen, all }, list] of [['A screen for the first time, of a server just started', results.first, first], ['A screen seen before', results.again, again]]) {
    for (const [name, { p50, p95 }] of Object.entries(byScreen)) say(`  ${name.padEnd(18)} p50 ${p50.toFixed(0).padStart(4)} ms  p95 ${p95.toFixed(0).padStart(4)} ms${p95 > GOALS.change ? `  ${slowest(list, name)}` : ''}`);
    said(what, all, GOALS.change);
  }
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, 'bench/results/ui-screens.json'), `${JSON.stringify({ date: new Date().toISOString(), machine: { ...machine(), load, busy: load > 0.3 * availableParallelism() }, opens, rounds, visits, rests, results }, null, 2)}\n`);
});

/** A browser that knows nothing, on the first screen for a while. */
async function enter(browser, invitation) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(invitation);
  await page.waitForSelector('#overview-title');
  await page.waitForTimeout(LOOKED);
  return { context, page };
}

/** The path of each screen, about two segments and somebody. Whom to look at is the only thing that is asked before. */
async function placesOf(page) {
  const found = await page.evaluate(async () => {
    const of = async (path) => (await fetch(path, { headers: { 'Shoal-Workspace': 'demo' } })).json();
    const segments = (await of('/v1/segments')).filter((one) => one.origin === 'found');
    const [{ id }] = await of('/v1/runs');
    return { segment: segments[0].id, other: segments[1].id, entity: (await of(`/v1/runs/${id}`)).map.entity[7] };
  });
  return Object.fromEntries(Object.entries(SCREENS).map(([name, path]) => [name, `/w/demo${path.replace(/\{(\w+)\}/g, (_, what) => encodeURIComponent(found[what]))}`]));
}

/** Milliseconds from the address to the headline on the screen and a page that answers, in a browser that has nothing cached. */
async function open(browser, origin, storageState) {
  const context = await browser.newContext({ storageState, viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(`${origin}/w/demo`, { waitUntil: 'commit' });
  const took = await page.evaluate(async () => {
    while (!document.querySelector('#overview-title')) await new Promise(requestAnimationFrame);
    await new Promise((resolve) => setTimeout(resolve));
    return performance.now();
  });
  await context.close();
  return took;
}

/** From a click to the frame that shows the next screen whole, screen after screen; before it the pointer rests on the link for so many milliseconds (0: it is pressed out of the blue, as on a touch screen). */
async function round(page, paths, order, rests) {
  const took = [];
  for (const name of order) {
    took.push({ name, ...(await page.evaluate(change, { path: paths[name], rests })) });
    // Somebody looks at it, and what a screen asks in passing comes meanwhile.
    await page.waitForTimeout(PAUSE);
  }
  return took;
}

/** In the page: follows a link as a click does, until the title of another screen is there and nothing is still on its way. Gives the time, and what it waited for longest. */
async function change({ path, rests }) {
  const grey = ['[role=status][class*=loading]', '[aria-busy=true]', 'span[aria-hidden=true][class*=_block_]', 'span[aria-hidden=true][class*=_lines_]'].map((one) => `main ${one}`).join();
  const before = document.querySelector('main h1')?.closest('main > *');
  const link = Object.assign(document.createElement('a'), { href: path });
  document.body.append(link);
  if (rests > 0) {
    link.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, rests));
  }
  performance.clearResourceTimings();
  const began = performance.now();
  link.click();
  link.remove();
  const there = () => {
    const heading = document.querySelector('main h1');
    return location.pathname === path && heading && heading.closest('main > *') !== before && !document.querySelector(grey);
  };
  while (!there()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const ms = performance.now() - began;
  const waited = performance.getEntriesByType('resource').map(({ name, duration }) => ({ asked: name.slice(location.origin.length), ms: Math.round(duration) }));
  return { ms, waited: waited.sort((a, b) => b.ms - a.ms)[0] };
}

/** A server on the folder's demo. */
function serve(folder) {
  const server = spawn(process.execPath, [join(root, 'dist/bin/shoal.js'), 'serve', '--demo', '--quiet', '--port', '0', '--data', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const end = async () => {
    server.kill('SIGTERM');
    await ended;
  };
  return new Promise((done, failed) => {
    let said = '';
    server.stdout.on('data', (part) => {
      const invitation = /Shoal is at (\S+)\s/.exec((said += part))?.[1];
      if (invitation) done({ invitation, end });
    });
    server.once('exit', () => failed(new Error(`The server ended: ${said}`)));
  });
}

function timesOf(list) {
  const of = (name) => quantiles(list.filter((one) => one.name === name).map(({ ms }) => ms));
  return { all: quantiles(list.map(({ ms }) => ms)), byScreen: Object.fromEntries(NAMES.map((name) => [name, of(name)])) };
}

function said(what, { p50, p95, most }, goal) {
  say(`${what}: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, most ${most.toFixed(0)} ms; asked for: ${goal} at p95. ${p95 <= goal ? 'Met.' : 'NOT met.'}`);
}

/** What the slowest visit of a screen waited for longest. */
function slowest(list, name) {
  const { ms, waited } = list.filter((one) => one.name === name).sort((a, b) => b.ms - a.ms)[0];
  return waited ? `(of ${ms.toFixed(0)} ms, ${waited.ms} for ${waited.asked})` : `(${ms.toFixed(0)} ms, nothing asked)`;
}

function quantiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), most: sorted[sorted.length - 1] };
}
