// Is the rare-segment scan to be believed? 100 clouds with one small dense group must give that group, 100 without any must give none. Seeded.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext } from '../dist/context.js';
import { openKernel } from '../dist/kernel/catalog.js';
import { rowsInRegion, scanRare } from '../dist/segment/rare.js';
import { nullCloud, nullFamilies } from '../dist/simulate/clouds.js';
import { createRng } from '../dist/util/rng.js';
import { flags, machine, main, root, say } from './measure.mjs';

const share = 0.03;
const apart = 5;

/** The sets, the same ones on every run. */
export function plan(sets) {
  const families = Object.keys(nullFamilies);
  return Array.from({ length: sets }, (_, i) => ({
    planted: { rows: 20_000, d: [3, 5, 10, 20][i % 4], spread: [1, 0.6, 0.3][Math.floor(i / 4) % 3] },
    null: { family: families[i % 6], rows: [2000, 5000, 20_000][Math.floor(i / 6) % 3], d: [3, 5, 10, 20, 50][(Math.floor(i / 6) + i) % 5] },
  }));
}

/** A round normal cloud with a group of `share` of the rows, 5 standard deviations away in any direction. */
export function rareCloud({ rows, d, spread }, rng) {
  const direction = Array.from({ length: d }, () => rng.normal());
  const length = Math.hypot(...direction);
  const truth = Uint8Array.from({ length: rows }, () => (rng.next() < share ? 1 : 0));
  const data = new Float32Array(rows * d);
  for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) data[i * d + j] = truth[i] ? (apart * direction[j]) / length + spread * rng.normal() : rng.normal();
  return { rows, d, stride: d, data, truth };
}

await main(async () => {
  const { sets, from, seed, only } = flags({ sets: 100, from: 0, seed: 2026, only: 0 });
  const kernel = await openKernel({ threads: 2 });
  const results = [];
  for (const [i, { planted, null: nothing }] of plan(from + sets).entries()) {
    if (i < from) continue;
    const context = createContext({ seed: seed + i });
    if (only !== 2) {
      const cloud = nullCloud(nothing.family, nothing.rows, nothing.d, createRng(seed + i, 'null'));
      results.push({ i, kind: 'null', ...nothing, ...(await scanned(cloud, context, kernel)) });
    }
    if (only !== 1) {
      const cloud = rareCloud(planted, createRng(seed + i, 'rare'));
      results.push({ i, kind: 'planted', ...planted, ...(await scanned(cloud, context, kernel)) });
    }
    for (const r of results.slice(only ? -1 : -2)) if (wrong(r)) say(JSON.stringify(r));
  }
  await kernel.close();
  const of = (kind) => results.filter((r) => r.kind === kind);
  const found = of('planted').filter((r) => !wrong(r));
  const alarms = of('null').filter(wrong);
  const bars = [
    { what: `the group found in ${found.length} of ${of('planted').length} planted sets (90 % needed)`, met: found.length >= 0.9 * of('planted').length },
    { what: `${alarms.length} of ${of('null').length} null sets with a rare group (at most 2 % allowed)`, met: alarms.length <= 0.02 * of('null').length },
  ].filter((_, b) => of(b === 0 ? 'planted' : 'null').length > 0);
  for (const { what, met } of bars) say(`${met ? 'met    ' : 'not met'}  ${what}`);
  for (const spread of [1, 0.6, 0.3]) {
    const some = of('planted').filter((r) => r.spread === spread);
    if (some.length) say(`spread ${spread}: ${some.filter((r) => !wrong(r)).length} of ${some.length}`);
  }
  const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
  say(`median ${median(results.map((r) => r.seconds)).toFixed(2)} s a scan`);
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, `bench/results/segment-rare${from ? `-${from}` : ''}.json`), `${JSON.stringify({ date: new Date().toISOString(), machine: machine(), seed, bars, results }, null, 1)}\n`);
  if (bars.some(({ met }) => !met)) process.exitCode = 1;
});

/** The groups found: their size, and how well the surest of them agrees with the planted one (Jaccard). */
async function scanned(cloud, context, kernel) {
  const start = performance.now();
  const groups = await scanRare(cloud, {}, context, kernel);
  const seconds = (performance.now() - start) / 1000;
  let jaccard = 0;
  if (groups.length > 0 && cloud.truth) {
    const members = rowsInRegion(groups[0].region, cloud);
    const both = members.reduce((count, row) => count + (cloud.truth[row] === 1 ? 1 : 0), 0);
    jaccard = both / (members.length + cloud.truth.reduce((a, b) => a + b, 0) - both);
  }
  return { groups: groups.map(({ share: part, densityRatio, heldOut }) => ({ share: part, densityRatio, p: heldOut.p })), jaccard, seconds };
}

/** A planted group counts as found where it is the only one and shares at least half its rows with what was found. */
function wrong(r) {
  return r.kind === 'null' ? r.groups.length > 0 : r.groups.length !== 1 || r.jaccard < 0.5;
}
