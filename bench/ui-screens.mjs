// The workspace over the demo company of 20,000 customers, in headless Chromium: from opening it to its first screen, and from a click to the next screen.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChromium } from '../scripts/chromium.mjs';
import { flags, machine, main, root, say } from './measure.mjs';

const GOALS = { open: 1000, change: 100 };
const SCREENS = ['Map', 'Segments', 'Build a segment', 'Look someone up', 'How many groups', 'Data', 'Runs and models', 'Settings', 'Overview'];

await main(async () => {
  const { opens, rounds } = flags({ opens: 10, rounds: 8 });
  const folder = mkdtempSync(join(tmpdir(), 'shoal-screens-'));
  const { server, invitation } = await serve(folder);
  const browser = await openChromium();
  const load = loadavg()[0];
  try {
    const door = await browser.newContext();
    const page = await door.newPage();
    await page.goto(invitation);
    await page.waitForSelector('#overview-title');
    const state = await door.storageState();
    await door.close();
    const opened = [];
    for (let i = 0; i < opens; i++) opened.push(await open(browser, new URL(invitation).origin, state));
    const changes = await walk(browser, new URL(invitation).origin, state, rounds);
    const results = { open: quantiles(opened), first: quantiles(changes.first), change: quantiles(changes.again), byScreen: Object.fromEntries(SCREENS.map((name, i) => [name, quantiles(changes.again.filter((_, j) => j % SCREENS.length === i))])) };
    say(`Opened without anything cached: p50 ${results.open.p50.toFixed(0)} ms, p95 ${results.open.p95.toFixed(0)} ms; asked for: ${GOALS.open}. ${results.open.p95 <= GOALS.open ? 'Met.' : 'NOT met.'}`);
    for (const [name, { p50, p95 }] of Object.entries(results.byScreen)) say(`  ${name.padEnd(18)} p50 ${p50.toFixed(0)} ms  p95 ${p95.toFixed(0)} ms`);
    say(`A screen seen before: p50 ${results.change.p50.toFixed(0)} ms, p95 ${results.change.p95.toFixed(0)} ms; asked for: ${GOALS.change}. ${results.change.p95 <= GOALS.change ? 'Met.' : 'NOT met.'}`);
    say(`The first time, with what it asks of the server: p50 ${results.first.p50.toFixed(0)} ms, p95 ${results.first.p95.toFixed(0)} ms.`);
    mkdirSync(join(root, 'bench/results'), { recursive: true });
    writeFileSync(join(root, 'bench/results/ui-screens.json'), `${JSON.stringify({ date: new Date().toISOString(), machine: { ...machine(), load, busy: load > 0.3 * availableParallelism() }, opens, rounds, results }, null, 2)}\n`);
  } finally {
    await browser.close();
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
});

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

/** Milliseconds from a click in the way round to the frame that shows the next screen whole: its title, and nothing that is still on its way. */
async function walk(browser, origin, storageState, rounds) {
  const context = await browser.newContext({ storageState, viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(`${origin}/w/demo`);
  await page.waitForSelector('#overview-title');
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(3000); // the code of the other pages comes when the browser has nothing better to do
  const round = async () => {
    const took = [];
    for (const name of SCREENS) {
      took.push(await page.evaluate(change, name));
      await page.waitForLoadState('networkidle');
    }
    return took;
  };
  const first = await round();
  const again = [];
  for (let i = 0; i < rounds; i++) again.push(...(await round()));
  await context.close();
  return { first, again };
}

/** In the page. */
async function change(name) {
  const link = [...document.querySelectorAll('nav[aria-label=Pages] a')].find((a) => a.textContent.trim() === name);
  const before = document.querySelector('main h1')?.closest('main > *');
  const began = performance.now();
  link.click();
  const there = () => {
    const heading = document.querySelector('main h1');
    return location.pathname === link.pathname && heading && heading.closest('main > *') !== before && !document.querySelector('main [role=status][class*=loading]');
  };
  while (!there()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}

function serve(folder) {
  const server = spawn(process.execPath, [join(root, 'dist/bin/shoal.js'), 'serve', '--demo', '--quiet', '--port', '0', '--data', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, failed) => {
    let said = '';
    server.stdout.on('data', (part) => {
      const invitation = /Shoal is at (\S+)\s/.exec((said += part))?.[1];
      if (invitation) done({ server, invitation });
    });
    server.once('exit', () => failed(new Error(`The server ended: ${said}`)));
  });
}

function quantiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), most: sorted[sorted.length - 1] };
}
