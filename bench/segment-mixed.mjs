// k-prototypes on mixed customer data: Shoal against kmodes.KPrototypes on the same rows, standardised, at equal or lower cost.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, dataFile, flags, main, peerPython, report, requirePeer, root, must } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
const k = 5;

/** Files with the columns that are amounts; all other columns are categories. */
const sets = {
  telco: { path: 'telco-churn-ibm/telco_churn_7043.csv', amounts: ['tenure', 'monthly_charges', 'total_charges'], leave: ['churn'] },
  credit: { path: 'german-credit/GermanCredit.csv', amounts: ['duration', 'amount', 'age'], leave: ['credit_risk'] },
};

await main(async () => {
  const [mode, ...rest] = process.argv.slice(2);
  if (mode === 'fit') return fit(rest[0], Number(rest[1]), rest[2].split(',').map(Number), Number(rest[3]));
  const { pairs, starts } = flags({ pairs: 3, starts: 5 });
  requirePeer('numpy', 'kmodes');
  const folder = mkdtempSync(join(tmpdir(), 'shoal-mixed-'));
  try {
    for (const name of Object.keys(sets)) await against(name, folder, pairs, starts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function against(name, folder, pairs, starts) {
  const { values, d, categorical } = read(sets[name]);
  const file = join(folder, `${name}.f64`);
  writeFileSync(file, values);
  const check = ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1));
  const ours = { name: 'shoal', command: process.execPath, args: () => [here, 'fit', file, `${d}`, `${categorical}`, `${starts}`], check };
  const theirs = { name: 'kmodes', command: peerPython, args: () => [join(root, 'bench/peers/k_prototypes.py'), file, `${d}`, `${categorical}`, `${k}`, `${starts}`], check };
  const result = await compare({ contenders: [ours, theirs], pairs, warmups: 0 });
  const runs = (who) => result.contenders[who].runs.map(({ facts }) => facts);
  const ratios = runs('kmodes').map(({ seconds }, i) => seconds / runs('shoal')[i].seconds).sort((a, b) => a - b);
  const ratio = ratios[(ratios.length - 1) >> 1];
  runs('kmodes').forEach(({ gamma }, i) => must(Math.abs(runs('shoal')[i].gamma / gamma - 1) < 1e-9, `The two weigh categories differently: ${runs('shoal')[i].gamma} and ${gamma}.`));
  const excess = Math.max(...runs('kmodes').map(({ cost }, i) => runs('shoal')[i].cost / cost - 1));
  for (const who of ['shoal', 'kmodes']) {
    const times = runs(who).map(({ seconds }) => seconds).sort((a, b) => a - b);
    result.contenders[who].wall = { median: times[times.length >> 1], least: times[0], most: times.at(-1) };
    result.contenders[who].cpu = undefined;
  }
  result.ratios.kmodes = { median: ratio, least: ratios[0], most: ratios.at(-1) };
  report(`segment-mixed-${name}`, result, [
    { what: `cost no worse (${(excess * 100).toFixed(3)} %)`, met: excess <= 1e-9 },
    { what: `at least 10× faster, fits alone (${ratio.toFixed(0)}×)`, met: ratio >= 10 },
  ]);
}

/** Only the fit is timed, as on the other side. */
async function fit(path, d, categorical, restarts) {
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { fitKPrototypes, kPrototypes } = await import('../dist/segment/algorithms/k-prototypes.js');
  const kernel = await openKernel({ threads: 1 });
  const bytes = readFileSync(path);
  const data = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const start = performance.now();
  const { cost, params } = await fitKPrototypes({ rows: data.length / d, d, stride: d, data }, kPrototypes.options.parse({ k, categorical, restarts }), createContext({ seed: 1 }), kernel);
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - start) / 1000, cost, gamma: params.gamma })}\n`);
  await kernel.close();
}

/** Amounts standardised (an absent one is the mean), categories numbered as they come. */
function read({ path, amounts, leave }) {
  const [head, ...lines] = readFileSync(dataFile(path), 'utf8').trim().split(/\r?\n/).map((line) => [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map((m) => m[2] ?? m[1]));
  const names = head.filter((name) => name && !leave.includes(name));
  const columns = names.map((name) => {
    const cells = lines.map((line) => line[head.indexOf(name)]);
    if (!amounts.includes(name)) {
      const codes = new Map();
      return cells.map((cell) => codes.get(cell) ?? (codes.set(cell, codes.size), codes.size - 1));
    }
    const known = cells.filter((cell) => cell !== '' && Number.isFinite(Number(cell))).map(Number);
    const mean = known.reduce((a, b) => a + b, 0) / known.length;
    const sd = Math.sqrt(known.reduce((a, b) => a + (b - mean) ** 2, 0) / known.length);
    return cells.map((cell) => (cell !== '' && Number.isFinite(Number(cell)) ? (Number(cell) - mean) / sd : 0));
  });
  const values = Float64Array.from({ length: lines.length * names.length }, (_, v) => columns[v % names.length][Math.floor(v / names.length)]);
  return { values, d: names.length, categorical: names.flatMap((name, j) => (amounts.includes(name) ? [] : [j])) };
}
