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
  const r = Array.from({ length: d }, () => new Float64Array(d));
  for (let i = 0; i < d; i++) {
    r[i][i] = 1;
    for (let k = 0; k < i; k++) r[i][k] = r[k][i] = dot(z[i], z[k]) / z[i].length;
  }
  return r;
}

/** Four sums at a time: one alone would wait for each addition. */
function dot(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let [s, t, u, v] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < n; i += 4) {
    s += a[i] * b[i];
    t += a[i + 1] * b[i + 1];
    u += a[i + 2] * b[i + 2];
    v += a[i + 3] * b[i + 3];
  }
  for (; i < n; i++) s += a[i] * b[i];
  return s + t + (u + v);
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
