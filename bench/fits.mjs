// Shared by segment-kmeans.mjs and segment-mixture.mjs: the data they draw, and the comparison of one fit with a peer's on the same single-precision file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, peerPython, report, root } from './measure.mjs';

export const threads = 2;

/** Ways to draw a row; each is given a generator, the number of features and of groups. */
export const draws = {
  /** Equal round groups. */
  blobs({ normal, int }, d, k) {
    const centres = Float64Array.from({ length: k * d }, () => normal() * 0.9);
    return (row) => {
      const g = int(k) * d;
      for (let j = 0; j < d; j++) row[j] = centres[g + j] + normal();
    };
  },
  /** Very unequal groups, skewed in half of their features, with features that go together. */
  skewed({ normal, next }, d, k) {
    const centres = Float64Array.from({ length: k * d }, () => normal() * 0.8);
    return (row) => {
      const g = Math.floor(k * next() ** 2.5) * d;
      const shared = normal();
      for (let j = 0; j < d; j++) {
        const x = centres[g + j] + normal() * 0.8 + (j % 3 === 0 ? shared : 0);
        row[j] = j % 2 === 0 ? x : Math.exp(x / 2) - 1;
      }
    };
  },
  /** One cloud without any groups. */
  none: ({ normal }, d) => (row) => {
    for (let j = 0; j < d; j++) row[j] = normal();
  },
};

/** Draws a file of rows × d single-precision numbers. */
export async function draw(path, name, rows, d, k = 8) {
  const { createRng } = await import('../dist/util/rng.js');
  const fill = draws[name](createRng(2026, 'kmeans bench'), d, k);
  const values = new Float32Array(rows * d);
  const row = new Float64Array(d);
  for (let i = 0; i < rows; i++) {
    fill(row);
    values.set(row, i * d);
  }
  writeFileSync(path, Buffer.from(values.buffer));
}

/** The rows of a file as the peer has them too: one array, row by row, nothing in kernel memory yet. */
export function load(path, d) {
  const bytes = readFileSync(path);
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return { rows: data.length / d, d, stride: d, data };
}

/** Runs `work` and prints its seconds, processor seconds and what it gives. */
export async function timed(work) {
  const before = process.cpuUsage();
  const start = performance.now();
  const facts = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ seconds, cpu: (user + system) / 1e6, ...facts })}\n`);
}

/**
 * Times only the fits: both sides load the file first, and a small fit warms them up. `judge` gives the targets from the ratio and pairs of facts.
 * @param {{ name: string, ours: string[], theirs: string[], pairs: number, peer?: string, judge: (ratio: number, pairs: { ours: object, theirs: object }[]) => { what: string, met: boolean }[] }} plan
 */
export async function compareFits({ name, ours, theirs, pairs, judge, peer = 'scikit-learn' }) {
  const check = ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1));
  const contenders = [
    { name: 'shoal', command: process.execPath, args: () => ours, check },
    {
      name: peer, command: peerPython, args: () => [join(root, 'bench/peers', theirs[0]), ...theirs.slice(1)], check,
      // Threads that sleep while they wait: faster than the default wherever anything else runs.
      env: { OMP_NUM_THREADS: `${threads}`, OPENBLAS_NUM_THREADS: `${threads}`, OMP_WAIT_POLICY: 'passive' },
    },
  ];
  const result = await compare({ contenders, pairs, warmups: 0 });
  const fitted = Object.fromEntries(Object.entries(result.contenders).map(([who, { runs }]) => [who, {
    wall: spread(runs.map(({ facts }) => facts.seconds)), cpu: spread(runs.map(({ facts }) => facts.cpu)), memory: spread(runs.map((run) => run.memory ?? 0)), runs,
  }]));
  const both = fitted.shoal.runs.map((run, i) => ({ ours: run.facts, theirs: fitted[peer].runs[i].facts }));
  const ratio = spread(both.map((pair) => pair.theirs.seconds / pair.ours.seconds));
  const processor = spread(both.map((pair) => pair.theirs.cpu / pair.ours.cpu));
  const targets = judge(ratio.median, both);
  report(name, { ...result, contenders: fitted, ratios: { [peer]: ratio }, processorRatio: processor }, targets);
  return { name, ratio: ratio.median, processor: processor.median, targets };
}

/** One line per comparison. */
export function summary(found) {
  process.stdout.write(`${found.map(({ name, ratio, processor, targets }) =>
    `${name.padEnd(36)} ${ratio.toFixed(2).padStart(6)}×   by processor time ${processor.toFixed(2).padStart(6)}×   ${targets.every(({ met }) => met) ? 'met' : 'NOT MET'}`).join('\n')}\n`);
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[(sorted.length - 1) >> 1], least: sorted[0], most: sorted[sorted.length - 1] };
}
