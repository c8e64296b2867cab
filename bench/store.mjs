// The operational store on SQLite and PostgreSQL: changes with their audit entry, reads, transitions in bulk, checking the audit log, backup.
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { startPostgres, withoutPostgres } from '../scripts/postgres.mjs';
import { flags, machine, main, root, say } from './measure.mjs';

const by = { actor: 'bench', reason: 'to measure' };
const summary = { headline: 'h', entities: 1, segments: 10, asOf: 1, seed: 1, version: '1', algorithm: 'kmeans', kind: 'found', fingerprint: 'f', metrics: {} };

await main(async () => {
  const { rows, changes, reads } = flags({ rows: 200_000, changes: 2000, reads: 2000 });
  const folder = mkdtempSync(join(tmpdir(), 'shoal-bench-store-'));
  const server = withoutPostgres ? undefined : await startPostgres({ durable: true });
  if (withoutPostgres) say(withoutPostgres);
  try {
    const found = { rows, changes, reads, sqlite: await measured('SQLite', join(folder, 'data'), folder, { rows, changes, reads }) };
    if (server) found.postgres = await measured('PostgreSQL', await server.fresh(), folder, { rows, changes, reads });
    const path = join(root, 'bench', 'results', 'store.json');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify({ date: new Date().toISOString(), machine: machine(), ...found }, undefined, 1)}\n`);
    say('Written to bench/results/store.json');
  } finally {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function measured(name, place, folder, { rows, changes, reads }) {
  const { openStore } = await import('../dist/store/catalog.js');
  const { backup } = await import('../dist/store/backup.js');
  const home = await openStore(place, { clock: Date.now, keys: folder });
  await home.workspaces.create({ id: 'main', name: 'Main' }, by);
  const store = await home.open('main');
  const runs = 10;
  const segments = Array.from({ length: 10 }, (_, i) => ({ id: `s${i}`, segment: i, name: `Segment ${i}`, entities: 10, share: 0.1 }));
  for (let i = 0; i < runs; i++) {
    await store.runs.begin({ id: `r${i}`, title: `Run ${i}`, input: {} }, by);
    if (i < runs - 1) await store.runs.publish(`r${i}`, { summary, segments }, by);
  }
  const found = {};
  const each = async (what, times, work) => {
    const took = new Float64Array(times);
    for (let i = 0; i < times; i++) {
      const from = performance.now();
      await work(i);
      took[i] = performance.now() - from;
    }
    took.sort();
    const [p50, p99] = [0.5, 0.99].map((q) => took[Math.min(times - 1, Math.floor(q * times))]);
    found[what] = { p50, p99, perSecond: 1000 * times / took.reduce((a, b) => a + b) };
    say(`${name.padEnd(10)} ${what.padEnd(34)} p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`);
  };
  const bulk = async (what, count, work) => {
    const from = performance.now();
    const more = await work();
    const seconds = (performance.now() - from) / 1000;
    found[what] = { seconds, perSecond: count() / seconds, ...more };
    say(`${name.padEnd(10)} ${what.padEnd(34)} ${Math.round(count() / seconds).toLocaleString('en')} a second${more?.lag ? `, others wait at most ${more.lag.p99.toFixed(1)} ms (p99; most ${more.lag.most.toFixed(0)} ms)` : ''}`);
  };
  await bulk('transitions', () => rows, () => lagOf(() => store.transitions.append('r9', transitions(rows), by)));
  await store.runs.publish('r9', { summary, segments }, by);
  await each('audit entry', changes, () => store.audit.record({ action: 'bench.record', subject: { kind: 'x', id: 'y' } }, by));
  await each('rename', Math.min(200, changes), (i) => store.segments.rename(`s${i % 10}`, `Name ${i}`, by));
  await each('move the champion', Math.min(200, changes), (i) => store.aliases.move('champion', `r${i % runs}`, by));
  await each('roll back', runs, () => store.aliases.rollback('champion', by));
  await each('list runs', reads, () => store.runs.list());
  await each('list segments of a run', reads, () => store.segments.list({ run: 'r3' }));
  await each('memberships of an entity over time', reads, (i) => store.transitions.ofEntity(`c${i * 7 % rows}`));
  await each('who entered a segment (100)', reads, () => store.transitions.list('s3', { direction: 'entered' }));
  await each('entered and left per run', reads, () => store.transitions.flow('s3'));
  let entries = 0;
  await bulk('entries of the audit log checked', () => entries, async () => void ({ entries } = await store.audit.verify()));
  await home.close();
  let kept = 0;
  const path = join(folder, `${name}.backup`);
  await bulk('rows backed up', () => kept, async () => {
    ({ rows: kept } = await backup(place, path, { clock: Date.now }));
    return { bytes: statSync(path).size };
  });
  return found;
}

function* transitions(rows) {
  for (let i = 0; i < rows; i++) yield { entity: `c${i}`, at: i, to: `s${i % 10}`, from: `s${(i + 1) % 10}`, reason: 'spends more than before' };
}

/** How long the event loop was busy at a stretch while `work` went on, ms. */
async function lagOf(work) {
  const lags = [];
  let done = false;
  const watching = (async () => {
    while (!done) {
      const from = performance.now();
      await setImmediate();
      lags.push(performance.now() - from);
    }
  })();
  await work();
  done = true;
  await watching;
  lags.sort((a, b) => a - b);
  return { lag: { p99: lags[Math.floor(lags.length * 0.99)], most: lags.at(-1) } };
}
