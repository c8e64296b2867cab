// Weights of a linear model: least Σ weight × loss + λ ((1 − α)/2 Σ β² + α Σ |β|), the intercepts free.
// Without α: some seven Newton steps. Up to some hundred columns each is solved outright by Cholesky, O(rows × inputs²), or where there are many rows by conjugate gradients that never form
// the matrix, O(rows × inputs) a pass (Lin, Weng & Keerthi 2008), with that of some of the rows taken out, so that few passes do. For more columns, and several classes at once, the diagonal.
// With α: Newton steps solved by coordinate descent on the matrix of second derivatives (Friedman, Hastie & Tibshirani 2010), O(rows × inputs²) a step.
import { breath, type Context } from '../context.js';
import { cholesky, solveLower } from '../util/cholesky.js';
import { type DesignRows, rowsAt } from './design.js';

export type Loss = 'squared' | 'logistic' | 'softmax';

export interface LinearProblem {
  readonly rows: DesignRows;
  /** Number, 0 or 1, or index of the class. */
  readonly y: Float64Array;
  readonly weights: Float64Array;
  readonly loss: Loss;
  /** 1, or the number of classes. */
  readonly outputs: number;
  readonly penalty: number;
  /** α: share of the penalty on absolute values. */
  readonly l1Share: number;
  /** Largest slope that may be left, per unit of weight. */
  readonly tolerance: number;
}

export interface LinearFit {
  /** outputs × columns. */
  readonly weights: Float64Array;
  readonly intercepts: Float64Array;
  readonly iterations: number;
}

const mostSteps = 200;
/** Columns whose matrix of second derivatives is worth forming: beyond them a step by conjugate gradients costs less. */
const mostOutright = 256;
/** Rows per column that the matrix is formed of; from three times as many rows on, of those only. */
const rowsPerColumn = 20;
/** Of the bend of the intercept: a column with less is in few rows. */
const rare = 0.01;

/** @throws `run/aborted` */
export async function fitLinear(problem: LinearProblem, context: Pick<Context, 'signal'>): Promise<LinearFit> {
  const state = new State(problem);
  const step = problem.l1Share * problem.penalty > 0 ? coordinateStep : problem.outputs === 1 && problem.rows.columns <= mostOutright ? outrightStep : conjugateStep;
  let iterations = 0;
  for (; iterations < mostSteps; iterations++) {
    await breath(context);
    if (!step(state)) break;
  }
  const { outputs, columns, beta } = state;
  const weights = new Float64Array(outputs * columns);
  for (let o = 0; o < outputs; o++) weights.set(beta.subarray(o * (columns + 1), o * (columns + 1) + columns), o * columns);
  return { weights, intercepts: Float64Array.from({ length: outputs }, (_, o) => beta[o * (columns + 1) + columns]), iterations };
}

/** Where the descent stands. `beta` is outputs × (columns + 1), the intercept last. */
class State {
  readonly problem: LinearProblem;
  readonly outputs: number;
  readonly columns: number;
  readonly total: number;
  readonly beta: Float64Array;
  readonly ridge: number;
  readonly lasso: number;
  sums: Float64Array;
  value: number;

  constructor(problem: LinearProblem) {
    const { rows, outputs, weights, penalty, l1Share } = problem;
    this.problem = problem;
    this.outputs = outputs;
    this.columns = rows.columns;
    this.total = weights.reduce((sum, w) => sum + w, 0);
    this.ridge = penalty * (1 - l1Share);
    this.lasso = penalty * l1Share;
    this.beta = new Float64Array(outputs * (rows.columns + 1));
    this.sums = new Float64Array(rows.rows * outputs);
    this.value = this.objective(this.beta, this.sums);
  }

  objective(beta: Float64Array, sums: Float64Array): number {
    const { outputs, columns, ridge, lasso } = this;
    let [squares, absolutes] = [0, 0];
    for (let o = 0; o < outputs; o++) {
      for (let j = 0; j < columns; j++) {
        const b = beta[o * (columns + 1) + j];
        squares += b * b;
        absolutes += Math.abs(b);
      }
    }
    return lossOf(this.problem, sums) + 0.5 * ridge * squares + lasso * absolutes;
  }

  /** Goes along `direction` (whose sums are `along`) as far as the value falls enough for its `slope`; false where it no longer does. */
  advance(direction: Float64Array, along: Float64Array, slope: number): boolean {
    for (let length = 1; length > 1e-10; length /= 2) {
      const beta = this.beta.map((b, j) => b + length * direction[j]);
      const sums = this.sums.map((s, i) => s + length * along[i]);
      const value = this.objective(beta, sums);
      if (value <= this.value + 1e-4 * length * slope) {
        const fallen = this.value - value;
        this.beta.set(beta);
        this.sums = sums;
        this.value = value;
        return fallen > 0;
      }
    }
    return false;
  }
}

/** One Newton step by conjugate gradients with the diagonal taken out; false when there is nothing left to do. */
function conjugateStep(state: State): boolean {
  const { problem, columns, outputs, total, beta, ridge } = state;
  const size = beta.length;
  const penalised = (j: number) => (j % (columns + 1) === columns ? 0 : ridge);
  const slopes = slopesOf(problem, state.sums);
  const gradient = transposed(problem.rows, slopes.first, outputs);
  for (let j = 0; j < size; j++) gradient[j] += penalised(j) * beta[j];
  const steepest = largest(gradient);
  if (steepest <= problem.tolerance * total) return false;
  const undo = partlySolved(state, slopes.second, penalised);

  const direction = new Float64Array(size);
  const along = new Float64Array(state.sums.length);
  const residual = gradient.map((g) => -g);
  const towards = undo(residual);
  let energy = dot(residual, towards);
  const enough = energy * Math.min(0.01, problem.loss === 'squared' ? 1e-24 : steepest / total) ** 2;
  for (let k = 0; k < 20 + 2 * size && energy > enough; k++) {
    const sums = products(problem.rows, towards, outputs);
    const bent = transposed(problem.rows, curved(problem, slopes, sums), outputs);
    for (let j = 0; j < size; j++) bent[j] += penalised(j) * towards[j];
    const curvature = dot(towards, bent);
    if (!(curvature > 0)) break;
    const length = energy / curvature;
    for (let j = 0; j < size; j++) {
      direction[j] += length * towards[j];
      residual[j] -= length * bent[j];
    }
    for (let i = 0; i < along.length; i++) along[i] += length * sums[i];
    const before = energy;
    const next = undo(residual);
    energy = dot(residual, next);
    for (let j = 0; j < size; j++) towards[j] = next[j] + (energy / before) * towards[j];
  }
  return state.advance(direction, along, dot(gradient, direction));
}

/** The matrix of second derivatives, where there are many rows from some of them, evenly chosen. */
function roughly(rows: DesignRows, second: Float64Array, output: number, outputs: number): Float64Array {
  const every = Math.floor(rows.rows / (rowsPerColumn * rows.columns));
  if (every < 3) return secondDerivatives(rows, second, output, outputs);
  const some = Int32Array.from({ length: Math.floor(rows.rows / every) }, (_, r) => r * every);
  const matrix = secondDerivatives(rowsAt(rows, some), Float64Array.from(some, (i) => second[i * outputs + output] * every), 0, 1);
  // What is rare may be in hardly any of these: its own bend is that of all rows.
  const size = rows.columns + 1;
  const few = Array.from({ length: rows.columns }, (_, j) => j).filter((j) => matrix[j * size + j] < rare * matrix[size * size - 1]);
  if (few.length === 0) return matrix;
  const whole = squaresOf(rows, second, outputs).subarray(output * size, (output + 1) * size);
  for (const j of few) matrix[j * size + j] = Math.max(matrix[j * size + j], whole[j]);
  return matrix;
}

/** Nearly the inverse of the matrix of second derivatives: that of some of the rows, evenly chosen, where there are many and few columns; else of its diagonal. */
function partlySolved({ problem: { rows }, columns, outputs, total }: State, second: Float64Array, penalised: (j: number) => number): (residual: Float64Array) => Float64Array {
  const size = columns + 1;
  if (outputs === 1 && columns <= mostOutright) {
    const matrix = roughly(rows, second, 0, 1);
    for (let j = 0; j < size; j++) matrix[j * size + j] = Math.max(matrix[j * size + j] * (1 + 1e-9) + penalised(j), 1e-12 * total);
    const lower = cholesky(matrix, size);
    if (lower) return (residual) => solveLower(lower, residual);
  }
  const diagonal = squaresOf(rows, second, outputs);
  for (let j = 0; j < diagonal.length; j++) diagonal[j] = Math.max(diagonal[j] + penalised(j), 1e-12 * total);
  return (residual) => residual.map((r, j) => r / diagonal[j]);
}

/** One Newton step of a single output; false when there is nothing left to do. */
function outrightStep(state: State): boolean {
  const { problem, columns, total, beta, ridge } = state;
  if (problem.rows.rows > 3 * rowsPerColumn * columns) return conjugateStep(state);
  const size = columns + 1;
  const slopes = slopesOf(problem, state.sums);
  const gradient = transposed(problem.rows, slopes.first, 1);
  for (let j = 0; j < columns; j++) gradient[j] += ridge * beta[j];
  if (largest(gradient) <= problem.tolerance * total) return false;
  const matrix = secondDerivatives(problem.rows, slopes.second, 0, 1);
  for (let j = 0; j < size; j++) matrix[j * size + j] = Math.max(matrix[j * size + j] + (j < columns ? ridge : 0), 1e-12 * total);
  const lower = cholesky(matrix, size);
  // Columns that say the same, and no penalty to part them.
  if (!lower) return conjugateStep(state);
  const direction = solveLower(lower, gradient.map((g) => -g));
  return state.advance(direction, products(problem.rows, direction, 1), dot(gradient, direction));
}

/** One Newton step per output by coordinate descent on its quadratic; false when no output has anything left to do. */
function coordinateStep(state: State): boolean {
  const { problem, columns, outputs, total, beta, ridge, lasso } = state;
  const size = columns + 1;
  let moved = false;
  for (let o = 0; o < outputs; o++) {
    const slopes = slopesOf(problem, state.sums);
    const gradient = transposed(problem.rows, slopes.first, outputs).subarray(o * size, (o + 1) * size);
    const own = beta.subarray(o * size, (o + 1) * size);
    for (let j = 0; j < columns; j++) gradient[j] += ridge * own[j];
    const left = (j: number) => (j === columns ? Math.abs(gradient[j]) : own[j] !== 0 ? Math.abs(gradient[j] + lasso * Math.sign(own[j])) : Math.abs(gradient[j]) - lasso);
    if (own.every((_, j) => left(j) <= problem.tolerance * total)) continue;
    const matrix = roughly(problem.rows, slopes.second, o, outputs);
    for (let j = 0; j < size; j++) matrix[j * size + j] = Math.max(matrix[j * size + j] + (j < columns ? ridge : 0), 1e-12 * total);
    const step = leastQuadratic(matrix, gradient, own, lasso);
    const direction = new Float64Array(beta.length);
    direction.set(step, o * size);
    let slope = dot(gradient, step);
    for (let j = 0; j < columns; j++) slope += lasso * (Math.abs(own[j] + step[j]) - Math.abs(own[j]));
    if (state.advance(direction, products(problem.rows, direction, outputs), slope)) moved = true;
  }
  return moved;
}

/** The step that is least by gradient · step + ½ step H step + λ |β + step|, the last coordinate free of the penalty. */
function leastQuadratic(matrix: Float64Array, gradient: Float64Array, beta: Float64Array, lasso: number): Float64Array {
  const size = beta.length;
  const step = new Float64Array(size);
  const slope = gradient.slice();
  for (let sweep = 0; sweep < 1000; sweep++) {
    let most = 0;
    for (let j = 0; j < size; j++) {
      const curvature = matrix[j * size + j];
      const now = beta[j] + step[j];
      const wished = now - slope[j] / curvature;
      const next = j === size - 1 ? wished : Math.sign(wished) * Math.max(0, Math.abs(wished) - lasso / curvature);
      const change = next - now;
      if (change === 0) continue;
      step[j] += change;
      for (let k = 0; k < size; k++) slope[k] += change * matrix[j * size + k];
      most = Math.max(most, change * change * curvature);
    }
    if (most < 1e-18 * Math.max(1, dot(beta, beta))) break;
  }
  return step;
}

function lossOf({ y, weights, loss, outputs }: LinearProblem, sums: Float64Array): number {
  let total = 0;
  for (let i = 0; i < y.length; i++) {
    if (loss === 'squared') total += 0.5 * weights[i] * (y[i] - sums[i]) ** 2;
    else if (loss === 'logistic') {
      const margin = y[i] > 0.5 ? sums[i] : -sums[i];
      total += weights[i] * (margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin);
    } else total += weights[i] * (logSumExp(sums, i * outputs, outputs) - sums[i * outputs + y[i]]);
  }
  return total;
}

/** First and (diagonal of the) second derivatives of the loss by the sums, rows × outputs; `p` the probabilities. */
interface Slopes {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly p: Float64Array;
}

function slopesOf({ y, weights, loss, outputs }: LinearProblem, sums: Float64Array): Slopes {
  const first = new Float64Array(sums.length);
  const second = new Float64Array(sums.length);
  const p = new Float64Array(sums.length);
  for (let i = 0; i < y.length; i++) {
    const w = weights[i];
    if (loss === 'squared') {
      first[i] = w * (sums[i] - y[i]);
      second[i] = w;
    } else if (loss === 'logistic') {
      p[i] = 1 / (1 + Math.exp(-sums[i]));
      first[i] = w * (p[i] - y[i]);
      second[i] = w * p[i] * (1 - p[i]);
    } else {
      const at = i * outputs;
      const norm = logSumExp(sums, at, outputs);
      for (let o = 0; o < outputs; o++) {
        const share = Math.exp(sums[at + o] - norm);
        p[at + o] = share;
        first[at + o] = w * (share - (y[i] === o ? 1 : 0));
        second[at + o] = w * share * (1 - share);
      }
    }
  }
  return { first, second, p };
}

/** Second derivatives of the loss times a change of the sums. */
function curved({ weights, loss, outputs }: LinearProblem, { second, p }: Slopes, change: Float64Array): Float64Array {
  if (loss !== 'softmax') return change.map((c, i) => c * second[i]);
  const bent = new Float64Array(change.length);
  for (let i = 0, at = 0; at < change.length; i++, at += outputs) {
    let along = 0;
    for (let o = 0; o < outputs; o++) along += p[at + o] * change[at + o];
    for (let o = 0; o < outputs; o++) bent[at + o] = weights[i] * p[at + o] * (change[at + o] - along);
  }
  return bent;
}

/** Sums of the columns: rows × outputs. */
function products({ rows, columns, numbers, dense, slots, codes }: DesignRows, beta: Float64Array, outputs: number): Float64Array {
  const size = columns + 1;
  const sums = new Float64Array(rows * outputs);
  for (let o = 0; o < outputs; o++) {
    const from = o * size;
    for (let i = 0; i < rows; i++) {
      let sum = beta[from + columns];
      for (let j = 0, at = i * numbers; j < numbers; j++, at++) sum += dense[at] * beta[from + j];
      for (let s = i * slots, end = s + slots; s < end; s++) if (codes[s] >= 0) sum += beta[from + codes[s]];
      sums[i * outputs + o] = sum;
    }
  }
  return sums;
}

/** The transpose of `products`: per output and column Σ value × slope. */
function transposed({ rows, columns, numbers, dense, slots, codes }: DesignRows, slopes: Float64Array, outputs: number): Float64Array {
  const size = columns + 1;
  const out = new Float64Array(outputs * size);
  for (let o = 0; o < outputs; o++) {
    const to = o * size;
    for (let i = 0; i < rows; i++) {
      const slope = slopes[i * outputs + o];
      if (slope === 0) continue;
      out[to + columns] += slope;
      for (let j = 0, at = i * numbers; j < numbers; j++, at++) out[to + j] += dense[at] * slope;
      for (let s = i * slots, end = s + slots; s < end; s++) if (codes[s] >= 0) out[to + codes[s]] += slope;
    }
  }
  return out;
}

/** Per output and column Σ value² × weight. */
function squaresOf(rows: DesignRows, weights: Float64Array, outputs: number): Float64Array {
  return transposed({ ...rows, dense: rows.dense.map((value) => value * value) }, weights, outputs);
}

/** Σ weight × column × column of one output, the intercept last. */
function secondDerivatives({ rows, columns, numbers, dense, slots, codes }: DesignRows, weights: Float64Array, output: number, outputs: number): Float64Array {
  const size = columns + 1;
  const matrix = new Float64Array(size * size);
  const weight = outputs === 1 ? weights : Float64Array.from({ length: rows }, (_, i) => weights[i * outputs + output]);
  addNumbers(matrix, size, dense, numbers, rows, weight);
  for (let i = 0; i < rows; i++) {
    const w = weight[i];
    if (w === 0) continue;
    const last = columns * size;
    for (let j = 0, at = i * numbers; j < numbers; j++, at++) matrix[last + j] += w * dense[at];
    matrix[last + columns] += w;
    for (let s = i * slots, end = s + slots; s < end; s++) {
      if (codes[s] < 0) continue;
      const row = codes[s] * size;
      for (let j = 0, at = i * numbers; j < numbers; j++, at++) matrix[row + j] += w * dense[at];
      // Slots are in the order of their columns.
      for (let t = i * slots; t <= s; t++) if (codes[t] >= 0) matrix[row + codes[t]] += w;
      matrix[last + codes[s]] += w;
    }
  }
  for (let a = 0; a < size; a++) for (let b = 0; b < a; b++) matrix[b * size + a] = matrix[a * size + b];
  return matrix;
}

/** The lower triangle of Σ weight × row × row of dense rows, four rows at a time. */
function addNumbers(matrix: Float64Array, size: number, dense: Float64Array, numbers: number, rows: number, weight: Float64Array): void {
  const whole = rows - (rows % 4);
  for (let i = 0; i < whole; i += 4) {
    const [p, q, r, s] = [i * numbers, (i + 1) * numbers, (i + 2) * numbers, (i + 3) * numbers];
    for (let a = 0; a < numbers; a++) {
      const [x, y, z, u] = [weight[i] * dense[p + a], weight[i + 1] * dense[q + a], weight[i + 2] * dense[r + a], weight[i + 3] * dense[s + a]];
      const row = a * size;
      for (let b = 0; b <= a; b++) matrix[row + b] += x * dense[p + b] + y * dense[q + b] + z * dense[r + b] + u * dense[s + b];
    }
  }
  for (let i = whole; i < rows; i++) {
    for (let a = 0, at = i * numbers; a < numbers; a++) {
      const x = weight[i] * dense[at + a];
      for (let b = 0; b <= a; b++) matrix[a * size + b] += x * dense[at + b];
    }
  }
}

function logSumExp(sums: Float64Array, at: number, outputs: number): number {
  let most = -Infinity;
  for (let o = at; o < at + outputs; o++) most = Math.max(most, sums[o]);
  let total = 0;
  for (let o = at; o < at + outputs; o++) total += Math.exp(sums[o] - most);
  return most + Math.log(total);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
