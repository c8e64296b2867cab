// k-means alone, 1,000,000 rows × 50 features, k = 8: the kernel against sklearn.cluster.KMeans on the same single-precision file.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, flags, main, must, peerPython, report, requirePeer, root, say } from './measure.mjs';

const here = fileURLToPath(import.meta.url);
const d = 50;
const k = 8;
const threads = 2;

await main(async () => {
  const [mode, path] = process.argv.slice(2);
  if (mode === 'fit') return fit(path);
  const { pairs, rows } = flags({ pairs: 3, rows: 1_000_000 });
  requirePeer('numpy', 'sklearn');
  must(existsSync(join(root, 'dist/kernel/kernel.wasm')), "Nothing is built yet. Run 'npm run build' first.");
  const folder = mkdtempSync(join(tmpdir(), 'shoal-kmeans-'));
  try {
    for (const [name, draw] of Object.entries({ blobs, skewed })) {
      const file = join(folder, `${name}.f32`);
      say(`Drawing ${name}: ${rows.toLocaleString('en')} × ${d}`);
      await write(file, rows, draw);
      await against(name, file, pairs);
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Times only the fits: both load the file first. Inertia must be no worse than 0.1 % above the other's. */
async function against(name, file, pairs) {
  const check = ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1));
  const ours = { name: 'shoal kernel', command: process.execPath, args: () => [here, 'fit', file], check };
  const theirs = {
    name: 'scikit-learn KMeans', command: peerPython, args: () => [join(root, 'bench/peers/kmeans.py'), file, `${d}`, `${k}`, `${threads}`], check,
    env: { OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}` },
  };
  const result = await compare({ contenders: [ours, theirs], pairs, warmups: 0 });
  const fitted = Object.fromEntries(Object.entries(result.contenders).map(([who, { runs }]) => [who, {
    wall: spread(runs.map((run) => run.facts.seconds)), cpu: undefined, memory: spread(runs.map((run) => run.memory ?? 0)), runs,
  }]));
  const pairwise = fitted[theirs.name].runs.map((run, i) => run.facts.seconds / fitted[ours.name].runs[i].facts.seconds);
  const excess = fitted[theirs.name].runs.map((run, i) => fitted[ours.name].runs[i].facts.inertia / run.facts.inertia - 1);
  const worst = Math.max(...excess);
  report(`kmeans-${name}`, { ...result, contenders: fitted, ratios: { [theirs.name]: spread(pairwise) }, inertiaExcess: excess }, [
    { what: `at least 3× faster (${spread(pairwise).median.toFixed(2)}×)`, met: spread(pairwise).median >= 3 },
    { what: `inertia at most 0.1 % above (${(worst * 100).toFixed(3)} %)`, met: worst <= 0.001 },
  ]);
}

/** One fit of a file already in the kernel's memory; prints seconds and inertia. */
async function fit(path) {
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { fitKMeans, kmeans } = await import('../dist/segment/algorithms/kmeans.js');
  const kernel = await openKernel({ threads });
  const bytes = readFileSync(path);
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const points = kernel.allocate(values.length / d, d);
  for (let i = 0; i < points.rows; i++) points.data.set(values.subarray(i * d, (i + 1) * d), i * points.stride);
  const start = performance.now();
  const { inertia } = await fitKMeans(points, kmeans.options.parse({ k }), createContext({ seed: 1, threads }), kernel);
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - start) / 1000, inertia })}\n`);
  await kernel.close();
}

/** Eight equal round groups. */
function blobs({ normal, int }) {
  const centres = Float64Array.from({ length: k * d }, () => normal() * 0.9);
  return (row) => {
    const g = int(k) * d;
    for (let j = 0; j < d; j++) row[j] = centres[g + j] + normal();
  };
}

/** Eight very unequal groups, skewed in half of their features, with features that go together. */
function skewed({ normal, next }) {
  const centres = Float64Array.from({ length: k * d }, () => normal() * 0.8);
  return (row) => {
    const g = Math.floor(k * next() ** 2.5) * d;
    const shared = normal();
    for (let j = 0; j < d; j++) {
      const x = centres[g + j] + normal() * 0.8 + (j % 3 === 0 ? shared : 0);
      row[j] = j % 2 === 0 ? x : Math.exp(x / 2) - 1;
    }
  };
}

async function write(path, rows, draw) {
  const { createRng } = await import('../dist/util/rng.js');
  const fill = draw(createRng(2026, 'kmeans bench'));
  const values = new Float32Array(rows * d);
  const row = new Float64Array(d);
  for (let i = 0; i < rows; i++) {
    fill(row);
    values.set(row, i * d);
  }
  writeFileSync(path, Buffer.from(values.buffer));
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[(sorted.length - 1) >> 1], least: sorted[0], most: sorted[sorted.length - 1] };
}
