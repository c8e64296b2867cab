// Is what the judgement says true? 100 clouds without segments must give none, 100 with 2–12 planted ones must give exactly those. Seeded; both `choose` and `auto`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext } from '../dist/context.js';
import { openKernel } from '../dist/kernel/catalog.js';
import { assignNearest } from '../dist/segment/algorithms/kmeans.js';
import { auto } from '../dist/segment/auto.js';
import { choose } from '../dist/segment/choose.js';
import { nullCloud, plantedCloud, truthPlan } from '../dist/simulate/clouds.js';
import { adjustedRand } from '../dist/util/agreement.js';
import { createRng } from '../dist/util/rng.js';
import { flags, machine, main, root, say } from './measure.mjs';

await main(async () => {
  const { sets, from, seed, only } = flags({ sets: 100, from: 0, seed: 2026, only: 0 });
  const kernel = await openKernel({ threads: 2 });
  const results = [];
  for (const [i, { nothing, planted }] of truthPlan(from + sets).entries()) {
    if (i < from) continue;
    const context = createContext({ seed: seed + i });
    if (only !== 2) {
      const cloud = nullCloud(nothing.family, nothing.rows, nothing.d, createRng(seed + i, 'null'));
      results.push({ i, kind: 'null', ...nothing, ...(await judged(cloud, context, kernel)) });
    }
    if (only !== 1) {
      const cloud = plantedCloud(planted, createRng(seed + i, 'planted'));
      results.push({ i, kind: 'planted', ...planted, ...(await judged(cloud, context, kernel)) });
    }
    for (const r of results.slice(only ? -1 : -2)) if (wrong(r, 'choose') || wrong(r, 'auto')) say(JSON.stringify(r));
  }
  await kernel.close();
  const summary = Object.fromEntries(['choose', 'auto'].map((who) => [who, {
    nullsSegmented: results.filter((r) => r.kind === 'null' && wrong(r, who)).length,
    plantedExact: results.filter((r) => r.kind === 'planted' && !wrong(r, who)).length,
    seconds: results.reduce((sum, r) => sum + r[who].seconds, 0),
  }]));
  const count = (kind) => results.filter((r) => r.kind === kind).length;
  const bars = Object.entries(summary).flatMap(([who, { nullsSegmented, plantedExact }]) => [
    { what: `${who}: ${nullsSegmented} of ${count('null')} null sets segmented (0 allowed)`, met: nullsSegmented === 0, of: count('null') },
    { what: `${who}: exact number in ${plantedExact} of ${count('planted')} planted sets (95 % needed)`, met: plantedExact >= 0.95 * count('planted'), of: count('planted') },
  ]).filter((bar) => bar.of > 0);
  for (const { what, met } of bars) say(`${met ? 'met    ' : 'not met'}  ${what}`);
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, `bench/results/segment-truth${from ? `-${from}` : ''}.json`), `${JSON.stringify({ date: new Date().toISOString(), machine: machine(), seed, summary, bars, results }, null, 1)}\n`);
  if (bars.some(({ met }) => !met)) process.exitCode = 1;
});

async function judged(cloud, context, kernel) {
  const timed = async (work) => {
    const start = performance.now();
    const { verdict, k, labels, note } = await work();
    return { verdict, k, ari: adjustedRand(labels, cloud.truth), seconds: (performance.now() - start) / 1000, ...(note && { note }) };
  };
  return {
    choose: await timed(async () => {
      const { choice, params } = await choose(cloud, {}, context, kernel);
      return { verdict: choice.verdict, k: choice.k, labels: assignNearest(params, cloud).labels };
    }),
    auto: await timed(async () => {
      const { choice, algorithm, labels } = await auto(cloud, {}, context, kernel);
      return { verdict: choice.verdict, k: choice.k, labels, note: algorithm };
    }),
  };
}

function wrong(r, who) {
  return r.kind === 'null' ? r[who].verdict === 'segments' : r[who].verdict !== 'segments' || r[who].k !== r.k;
}
