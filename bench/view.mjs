// Questions on a finished run, each asked of many entities in one process: how long until the answer, and how much memory stays. No peer: the targets are the workbench's.
import { existsSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, discover, openView, simulate } from '../dist/index.js';
import { flags, machine, main, megabytes, report, say } from './measure.mjs';

await main(async () => {
  const { customers, asked } = flags({ customers: 20_000, asked: 200 });
  const folder = await runOf(customers);
  const context = createContext();
  const [load] = loadavg();
  const times = {};
  const timed = async (name, work) => {
    const start = performance.now();
    const answer = await work();
    (times[name] ??= []).push(performance.now() - start);
    return answer;
  };

  const view = await timed('open', () => openView(folder, context));
  const { report: { segments, run } } = view;
  const ids = [];
  for (let i = 0; i < asked; i++) {
    const { rows: [{ entity }] } = await view.page({ offset: Math.floor(((i * 0.618_034) % 1) * view.entities), limit: 1, columns: [] });
    ids.push(entity);
  }
  const features = view.report.features.map(({ name }) => name);
  await timed('map', () => view.map());
  await timed('first entity', () => view.entity(ids[0]));
  await timed('first timeline', () => view.timeline(ids[0]));
  for (const [i, id] of ids.entries()) {
    const segment = { kind: 'segment', segment: i % segments.length };
    const feature = features[i % features.length];
    await timed('entity', () => view.entity(id));
    await timed('timeline', () => view.timeline(id));
    await timed('page', () => view.page({ of: segment, offset: 50 * (i % 10) }));
    await timed('page, sorted', () => view.page({ of: segment, sort: { by: features[i % 5], descending: true } }));
    await timed('search', () => view.search(id.slice(0, 3 + (i % 5))));
    if (i % 4 === 0) await timed('colours', () => view.colours(feature));
    if (i % 4 === 1) await timed('distribution', () => view.distribution(feature));
    if (i % 4 === 2) await timed('overlap', () => view.overlap(segments.map((_, s) => ({ kind: 'segment', segment: s }))));
    if (i % 20 === 3) await timed('compare', () => view.compare(segment, { kind: 'segment', segment: (i + 1) % segments.length }));
  }
  const resident = process.memoryUsage().rss;
  const other = segments.length === 4 ? 5 : 4;
  await timed('what if', () => view.whatIf(other));
  await timed('levels', () => view.levels());
  const after = process.memoryUsage().rss;
  await view.close();

  const figures = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, { asked: list.length, p50: at(list, 0.5), p95: at(list, 0.95) }]));
  for (const [name, { asked: n, p50, p95 }] of Object.entries(figures)) say(`${name.padEnd(16)} ${p50.toFixed(1).padStart(8)} ms  p95 ${p95.toFixed(1).padStart(8)} ms  (${n})`);
  say(`resident: ${megabytes(resident)}, after what if and levels ${megabytes(after)}`);
  const large = customers > 100_000;
  report(large ? 'view-large' : 'view', { date: new Date().toISOString(), machine: { ...machine(), load, busy: load > 0.6 }, contenders: {}, ratios: {}, run: run.id, customers, features: features.length, segments: segments.length, figures, resident, after }, [
    { what: `opens within ${large ? 3 : 1} s (${(times.open[0] / 1000).toFixed(2)} s)`, met: times.open[0] <= (large ? 3000 : 1000) },
    ...['entity', 'timeline', 'page', 'page, sorted', 'search', 'colours', 'distribution', 'overlap'].map((name) => ({ what: `${name}: p95 under 100 ms (${figures[name].p95.toFixed(0)} ms)`, met: figures[name].p95 < 100 })),
    { what: `under 1 GB (${megabytes(after)})`, met: after < 1e9 },
  ]);
});

/** The run of a simulated market (all its sources; of a large one, orders and customers), made once and kept. */
async function runOf(customers) {
  const cache = process.env.SHOAL_BENCH_CACHE ?? join(tmpdir(), 'shoal-bench-data');
  const folder = join(cache, `run-${customers}`);
  if (existsSync(join(folder, 'everyone.columns'))) return folder;
  say(`Making ${folder} (once) …`);
  const only = customers > 100_000 ? ['orders', 'customers', 'products'] : undefined;
  const { files } = await simulate({ customers, seed: 1, out: join(cache, `view-market-${customers}`), format: 'parquet', ...(only && { only }) }, createContext());
  const found = await discover(Object.values(files));
  await found.write(folder, { workspace: true });
  await found.close();
  return folder;
}

function at(list, q) {
  return [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))];
}
