// Customer value: BG/NBD fitted to 1,000,000 customers, against lifetimes' BetaGeoFitter on the same file; then what every one of them is worth, with intervals (no peer has these).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareFits, summary, timed } from './fits.mjs';
import { flags, main, requirePeer, say } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
/** What the customers are drawn from: r, α (days), a, b. Days of purchase are whole, as in a log. */
const truth = [0.6, 40, 0.8, 2.4];

await main(async () => {
  const [mode, path] = process.argv.slice(2);
  if (mode === 'fit') return fit(path);
  if (mode === 'worth') return worth(path);
  const { customers, pairs, alone } = flags({ customers: 1_000_000, pairs: 1, alone: false });
  const folder = mkdtempSync(join(tmpdir(), 'shoal-value-'));
  const file = join(folder, 'histories.f64');
  try {
    say(`Drawing ${customers.toLocaleString('en')} customers`);
    await draw(file, customers);
    if (alone) return void (await fit(file), await worth(file));
    requirePeer('lifetimes');
    const found = await compareFits({
      name: `predict-value-bg-nbd-${customers}`, pairs, peer: 'lifetimes', ours: [here, 'fit', file], theirs: ['value.py', file],
      judge: (ratio, both) => {
        const { ours, theirs } = both[0];
        return [
          { what: `as good a likelihood (${ours.logLikelihood.toFixed(4)} against ${theirs.logLikelihood.toFixed(4)})`, met: both.every((pair) => pair.ours.logLikelihood >= pair.theirs.logLikelihood - 0.01) },
          { what: `within 10 s (${ours.seconds.toFixed(2)} s)`, met: both.every((pair) => pair.ours.seconds <= 10) },
          { what: `below 1 GB (${Math.round(ours.memory / 1e6)} MB)`, met: both.every((pair) => pair.ours.memory < 1e9) },
          { what: `faster than lifetimes (${ratio.toFixed(1)}×)`, met: ratio > 1 },
        ];
      },
    });
    summary([found]);
    await worth(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Per customer repeats, last and age in days, and the mean spend. */
async function draw(path, customers) {
  const { createRng } = await import('../dist/util/rng.js');
  const { drawBeta, drawGamma } = await import('../dist/util/gamma-draw.js');
  const rng = createRng(2026, 'value bench');
  const values = new Float64Array(4 * customers);
  for (let i = 0; i < customers; i++) {
    const age = 30 + rng.int(700);
    const [rate, leaves] = [drawGamma(truth[0], rng) / truth[1], drawBeta(truth[2], truth[3], rng)];
    let [repeats, last] = [0, 0];
    for (let at = 0; (at -= Math.log(1 - rng.next()) / rate) <= age; ) {
      const day = Math.ceil(at);
      if (day > age) break;
      if (day > last) (repeats++, (last = day));
      if (rng.next() < leaves) break;
    }
    values.set([repeats, last, age, Math.round(2000 * drawGamma(6, rng) / drawGamma(4, rng)) / 100 + 0.01], 4 * i);
  }
  writeFileSync(path, Buffer.from(values.buffer));
}

function load(path) {
  const bytes = readFileSync(path);
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  const rows = values.length / 4;
  const column = (k) => Float64Array.from({ length: rows }, (_, i) => values[4 * i + k]);
  return { rows, repeats: column(0), last: column(1), age: column(2), mean: column(3) };
}

async function fit(path) {
  const { createContext } = await import('../dist/context.js');
  const { bgNbd } = await import('../dist/predict/value/bg-nbd.js');
  const { fitPurchases } = await import('../dist/predict/value/fit.js');
  const { mean: _, ...histories } = load(path);
  await timed(async () => {
    const { parameters, errors, logLikelihood, evaluations } = fitPurchases(bgNbd, histories, createContext());
    return { parameters, errors, logLikelihood, evaluations, memory: process.resourceUsage().maxRSS * 1024 };
  });
}

async function worth(path) {
  const { createContext } = await import('../dist/context.js');
  const { bgNbd } = await import('../dist/predict/value/bg-nbd.js');
  const { continuousRate } = await import('../dist/predict/value/expect.js');
  const { fitPurchases } = await import('../dist/predict/value/fit.js');
  const { foretell } = await import('../dist/predict/value/foretell.js');
  const { fitSpend } = await import('../dist/predict/value/gamma-gamma.js');
  const { mean, ...histories } = load(path);
  const context = createContext();
  const fitted = fitPurchases(bgNbd, histories, context);
  const purchases = histories.repeats.map((x) => x + 1);
  const lap = (name, work) => {
    const start = performance.now();
    const made = work();
    say(`${name.padEnd(48)} ${((performance.now() - start) / 1000).toFixed(2)} s`);
    return made;
  };
  const spend = lap('Gamma-Gamma of all', () => fitSpend({ rows: histories.rows, purchases, mean }, context));
  const { columns } = lap('alive, purchases, value and intervals of all', () => foretell(bgNbd, fitted, histories, { horizon: 365, rate: continuousRate(0.01, 1), level: 0.8, spend: { fit: spend, purchases, mean, kept: 1 } }));
  say(`Worth ${Math.round(columns.value.reduce((a, b) => a + b)).toLocaleString('en')} together; peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}
