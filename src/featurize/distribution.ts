/** The shape of a list of known numbers. */
export interface Shape {
  readonly low: number;
  readonly high: number;
  readonly median: number;
  readonly mean: number;
  readonly sd: number;
  /** Third standardised moment; 0 where all are equal. */
  readonly skewness: number;
  /** Share of the most common value. */
  readonly commonest: number;
  /** Linear between the closest ranks (type 7). */
  quantile(p: number): number;
}

export function shape(values: Float64Array): Shape {
  const sorted = values.slice().sort();
  const n = sorted.length;
  const { mean, sd, skewness } = moments(sorted);
  const quantile = (p: number) => {
    const at = (n - 1) * p;
    const below = Math.floor(at);
    return sorted[below] + (at - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
  };
  return { low: sorted[0], high: sorted[n - 1], median: quantile(0.5), mean, sd, skewness, commonest: longestRun(sorted) / n, quantile };
}

/** Standardises in place (mean 0, sd 1; untouched where all are equal) and gives the mean and sd it had. */
export function standardised(values: Float64Array): { mean: number; sd: number } {
  const { mean, sd } = moments(values);
  if (sd > 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] - mean) / sd;
  return { mean, sd };
}

/** Pearson correlations of standardised columns: a symmetric matrix with 1 on the diagonal. */
export function correlations(z: readonly Float64Array[]): Float64Array[] {
  const d = z.length;
  const n = z[0]?.length ?? 0;
  const r = Array.from({ length: d }, () => new Float64Array(d));
  // Stretches of rows that stay in cache while every pair of columns meets.
  for (let from = 0; from < n; from += ROWS) {
    const to = Math.min(n, from + ROWS);
    for (let i = 0; i < d; i += 2) for (let k = 0; k <= i; k += 4) addProducts(z, r, i, k, from, to);
  }
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < i; k++) r[i][k] = r[k][i] = r[i][k] / n;
    r[i][i] = 1;
  }
  return r;
}

const ROWS = 512;

/** Adds the products of columns i, i + 1 with k … k + 3 over some rows: eight sums at a time, as a value read once serves several. */
function addProducts(z: readonly Float64Array[], r: readonly Float64Array[], i: number, k: number, from: number, to: number): void {
  const last = z.length - 1;
  // Beyond the last column the last one is taken again; its sums are not kept.
  const column = (j: number) => z[Math.min(j, last)];
  const [p, q, a, b, c, d] = [column(i), column(i + 1), column(k), column(k + 1), column(k + 2), column(k + 3)];
  let pa = 0, pb = 0, pc = 0, pd = 0, qa = 0, qb = 0, qc = 0, qd = 0;
  for (let row = from; row < to; row++) {
    const x = p[row], y = q[row], s = a[row], t = b[row], u = c[row], v = d[row];
    pa += x * s;
    pb += x * t;
    pc += x * u;
    pd += x * v;
    qa += y * s;
    qb += y * t;
    qc += y * u;
    qd += y * v;
  }
  const add = (row: number, sums: readonly number[]) => {
    if (row <= last) for (let j = 0; j < 4 && k + j <= last; j++) r[row][k + j] += sums[j];
  };
  add(i, [pa, pb, pc, pd]);
  add(i + 1, [qa, qb, qc, qd]);
}

/** Mean, population standard deviation and skewness (0 where nothing varies). */
export function moments(values: Float64Array): { mean: number; sd: number; skewness: number } {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  let squares = 0;
  let cubes = 0;
  for (let i = 0; i < n; i++) {
    const x = values[i] - mean;
    squares += x * x;
    cubes += x * x * x;
  }
  const sd = Math.sqrt(squares / n);
  // Rounding alone must not make a constant vary.
  const varies = sd > 1e-12 * Math.max(1, Math.abs(mean));
  return { mean, sd: varies ? sd : 0, skewness: varies ? cubes / n / sd ** 3 : 0 };
}

function longestRun(sorted: Float64Array): number {
  let longest = 0;
  let run = 0;
  for (let i = 0; i < sorted.length; i++) {
    run = i > 0 && sorted[i] === sorted[i - 1] ? run + 1 : 1;
    if (run > longest) longest = run;
  }
  return longest;
}
