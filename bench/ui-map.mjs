// The map of 1,000,000 points in headless Chromium without a GPU: frame times while it is dragged, zoomed, coloured and drawn on.
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg, availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { openChromium } from '../scripts/chromium.mjs';
import { flags, machine, main, root, say } from './measure.mjs';

const VIEWPORT = { width: 1280, height: 800 };
const GOAL = 30;

await main(async () => {
  const { points, seconds } = flags({ points: 1_000_000, seconds: 4 });
  const page = await pageOf();
  const browser = await openChromium();
  const startLoad = loadavg()[0];
  const results = [];
  try {
    for (const ratio of [1, 2]) results.push(...(await measure(browser, page, { points, ratio, seconds })));
  } finally {
    await browser.close();
  }
  const pans = results.filter((r) => r.act.startsWith('pan'));
  const worst = Math.min(...pans.map((r) => 1000 / r.p50));
  say(`Dragged at ${worst.toFixed(0)} frames/s or more (median frame); asked for: ${GOAL}. ${worst >= GOAL ? 'Met.' : 'NOT met.'}`);
  const folder = join(root, 'bench/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'ui-map.json'), `${JSON.stringify({ date: new Date().toISOString(), machine: { ...machine(), load: startLoad, busy: startLoad > 0.3 * availableParallelism() }, viewport: VIEWPORT, points, results }, null, 2)}\n`);
});

/** ui/fixtures/map.html with its script and styles inside. */
async function pageOf() {
  const { output } = await build({ configFile: join(root, 'ui/vite.config.ts'), configLoader: 'runner', build: { write: false, rolldownOptions: { input: join(root, 'ui/fixtures/map.html') } } });
  const script = output.find((part) => part.type === 'chunk').code;
  const styles = output.find((part) => part.fileName.endsWith('.css')).source;
  return (points) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><style>${styles}</style></head><body><div id="root"></div><script>globalThis.POINTS=${points}</script><script type="module">${script.replace(/<\/(script)/gi, '<\\/$1')}</script></body></html>`;
}

async function measure(browser, page, { points, ratio, seconds }) {
  const tab = await browser.newPage({ viewport: VIEWPORT, deviceScaleFactor: ratio });
  await tab.addInitScript(() => {
    // When something was painted: one entry per frame.
    globalThis.painted = [];
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...args) {
      globalThis.painted.push(performance.now());
      return put.apply(this, args);
    };
  });
  const began = performance.now();
  await tab.route('http://map.invalid/', (route) => route.fulfill({ contentType: 'text/html', body: page(points) }));
  await tab.goto('http://map.invalid/');
  const plane = tab.getByRole('application');
  await plane.waitFor();
  await tab.waitForFunction(() => globalThis.painted.length > 0, undefined, { timeout: 60_000 });
  const ready = performance.now() - began;
  const box = await plane.boundingBox();
  const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
  const results = [];
  const record = async (act, run) => {
    await tab.evaluate(() => void (globalThis.painted = []));
    await run();
    const { p50, p95, frames } = await tab.evaluate(frameTimes);
    results.push({ act, ratio, points, frames, p50, p95 });
    say(`${ratio}×  ${act.padEnd(26)} ${String(frames).padStart(4)} frames  p50 ${p50.toFixed(1)} ms  p95 ${p95.toFixed(1)} ms  (${(1000 / p50).toFixed(0)} frames/s)`);
  };
  const drag = async (reach) => {
    await tab.mouse.move(cx, cy);
    await tab.mouse.down();
    await pour(seconds, (t) => tab.mouse.move(cx + reach * Math.sin(t * 3), cy + reach * 0.6 * Math.sin(t * 2)));
    await tab.mouse.up();
  };
  say(`${ratio}×  first picture after ${(ready / 1000).toFixed(2)} s (script, drawing ${points.toLocaleString('en')} points of chance, sorting, painting); ${Math.round(box.width)} × ${Math.round(box.height)} px`);
  await record('pan, everything in sight', () => drag(160));
  await record('zoom by wheel', () => pour(seconds, (t) => tab.mouse.wheel(0, Math.cos(t * 2) > 0 ? -60 : 60)));
  await tab.getByRole('button', { name: 'Show everything' }).click();
  for (let i = 0; i < 2; i++) await tab.getByRole('button', { name: 'Zoom in' }).click();
  await record('pan, zoomed in 2.6×', () => drag(160));
  for (let i = 0; i < 4; i++) await tab.getByRole('button', { name: 'Zoom in' }).click();
  await record('pan, zoomed in 17×', () => drag(160));
  await tab.getByRole('button', { name: 'Show everything' }).click();
  await tab.getByLabel('Colour by').first().click();
  await tab.getByRole('option', { name: 'Spend in the last 365 days' }).click();
  await record('pan, coloured by a feature', () => drag(160));
  await tab.getByRole('button', { name: 'Choose customers on the map' }).click();
  // Drawing leaves the points as they are; a frame is one in which the region changed and was counted.
  await tab.evaluate(() => new MutationObserver(() => globalThis.painted.push(performance.now())).observe(document.querySelector('[role=application]'), { subtree: true, childList: true, attributes: true, attributeFilter: ['points'] }));
  await record('draw, counting inside', () => lasso());
  await tab.close();
  return results;

  async function lasso() {
    await tab.mouse.move(cx + 180, cy);
    await tab.mouse.down();
    await pour(seconds, (t) => tab.mouse.move(cx + 180 * Math.cos((t / seconds) * 6.2), cy + 180 * Math.sin((t / seconds) * 6.2)));
    await tab.mouse.up();
  }
}

/** Acts again and again for some seconds, as fast as the browser takes it in, with no more than a few on the way. */
async function pour(seconds, act) {
  const began = performance.now();
  let open = [];
  for (let t = 0; t < seconds; t = (performance.now() - began) / 1000) {
    open.push(act(t));
    if (open.length >= 4) await open.shift();
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  await Promise.all(open);
}

function frameTimes() {
  const at = globalThis.painted;
  const between = at.slice(1).map((t, i) => t - at[i]).sort((a, b) => a - b);
  const quantile = (q) => between[Math.min(between.length - 1, Math.floor(q * between.length))] ?? Number.NaN;
  return { frames: at.length, p50: quantile(0.5), p95: quantile(0.95) };
}
