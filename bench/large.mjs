// 10 million simulated order lines of 1 million customers, end to end: time and memory, against the same script on the same file.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, flags, main, megabytes, report, root, say } from './measure.mjs';
import { peer, requireScript, samplingPeer, shoal, usualPeer } from './segmentation.mjs';

await main(async () => {
  const { pairs, customers, sampled, usual, alone, peer: name } = flags({ pairs: 1, customers: 1_000_000, sampled: false, usual: false, alone: false, peer: 'polars' });
  if (!alone) requireScript(name);
  const files = [market(customers)];
  // A few customers have lost the ids of all their lines, so those who are left are counted, not known; both must count the same.
  const expected = { features: 60, least: Math.floor(customers * 0.9) };
  const ours = shoal(files, expected);
  const script = peer(files, expected, name);
  const others = [...(sampled ? [samplingPeer(files, expected)] : []), ...(usual ? [usualPeer(files, expected)] : [])];
  const contenders = alone ? [ours] : [ours, script, ...others];
  const result = await compare({ contenders, pairs, warmups: 0 });
  sameCustomers(result);
  const { wall, memory } = result.contenders[ours.name];
  const ratio = result.ratios[script.name]?.median;
  report(name === 'polars' ? 'large' : `large-${name}`, { ...result, customers }, [
    { what: `within 60 s (${wall.median.toFixed(1)} s)`, met: wall.median <= 60 },
    ...(memory ? [{ what: `within 6 GB (${megabytes(memory.most)})`, met: memory.most <= 6e9 }] : []),
    ...(ratio ? [{ what: `at least 5× faster than the ${name} script (${ratio.toFixed(2)}×)`, met: ratio >= 5 }] : []),
  ]);
});

/** The order file, made once and kept: the same seed gives the same bytes. */
function market(customers) {
  const folder = join(process.env.SHOAL_BENCH_CACHE ?? join(tmpdir(), 'shoal-bench-data'), `market-${customers}`);
  const path = join(folder, 'orders.csv');
  if (!existsSync(path)) {
    say(`Making ${path} (once) …`);
    mkdirSync(folder, { recursive: true });
    execFileSync(process.execPath, [join(root, 'dist/bin/shoal.js'), 'demo', '--customers', `${customers}`, '--seed', '1', '--only', 'orders', '--out', folder, '--quiet'], { stdio: 'inherit' });
  }
  say(`${path}: ${megabytes(statSync(path).size)}`);
  return path;
}

function sameCustomers(result) {
  const counts = new Set(Object.values(result.contenders).flatMap(({ runs }) => runs.map((run) => run.facts.customers)));
  if (counts.size > 1) throw new Error(`The contenders counted different numbers of customers: ${[...counts].join(', ')}.`);
}
