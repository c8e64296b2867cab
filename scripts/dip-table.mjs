// Simulates the null distribution of the dip (uniform values) into src/util/dip-table.ts. Needs dist/ (npm run build); takes some minutes.
//   node scripts/dip-table.mjs
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

const load = (path) => import(pathToFileURL(join(root, 'dist', path)));
const { dip } = await load('util/dip.js');
const { createRng } = await load('util/rng.js');

/** Work per size is kept even: repetitions × n is at most `budget`. */
const budget = 150_000_000;
const sizes = [4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 30, 50, 75, 100, 150, 200, 400, 700, 1000, 2000, 5000, 10000, 20000];
const probabilities = [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9998];

const rows = [];
for (const n of sizes) {
  const repetitions = Math.min(200_000, Math.floor(budget / n));
  const rng = createRng(1985, `dip ${n}`);
  const values = new Float64Array(repetitions);
  const x = new Float64Array(n);
  for (let r = 0; r < repetitions; r++) values[r] = dip(uniform(rng, x)) * Math.sqrt(n);
  values.sort();
  rows.push(probabilities.map((p) => at(values, p).toFixed(5).replace(/0+$/, '').replace(/^0/, '')));
  process.stdout.write(`n = ${n}: ${repetitions} repetitions, 99.9 % at ${at(values, 0.999).toFixed(4)}\n`);
}

const line = (cells) => `  [${cells.join(', ')}],`;
writeFileSync(
  join(root, 'src/util/dip-table.ts'),
  `// Made by scripts/dip-table.mjs (seed 1985, up to 200,000 repetitions per size): do not edit.

/** Numbers of values for which the dip was simulated. */
export const dipSizes: readonly number[] = [${sizes.join(', ')}];

/** Probabilities of the quantiles below. */
export const dipProbabilities: readonly number[] = [
  ${probabilities.join(', ')},
];

/** Quantiles of √n × dip under the uniform distribution: one row per size, one column per probability. */
export const dipQuantiles: readonly (readonly number[])[] = [
${rows.map(line).join('\n')}
];
`,
);

/** Sorted uniform values without sorting: normalised partial sums of exponentials. */
function uniform(rng, x) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    sum -= Math.log(1 - rng.next());
    x[i] = sum;
  }
  return x;
}

function at(sorted, p) {
  const position = p * (sorted.length - 1);
  const i = Math.floor(position);
  return i + 1 < sorted.length ? sorted[i] + (position - i) * (sorted[i + 1] - sorted[i]) : sorted[i];
}
