import { cholesky, invertLower } from './cholesky.js';

/** A smooth function: gives its value at `at` and writes its gradient into `gradient`. A value that is not finite means "not here". */
export type Smooth = (at: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  /** Greatest absolute partial derivative there. */
  readonly slope: number;
  /** Second derivatives there, row-major. */
  readonly hessian: Float64Array;
  /** Their inverse; absent where they are not positive definite: the minimum is flat, or at infinity. */
  readonly inverse?: Float64Array;
  readonly evaluations: number;
}

export interface MinimiseOptions {
  /** The slope at which it is there. */
  readonly precision?: number;
  readonly iterations?: number;
  /** A guess of the inverse of the second derivatives, row-major, as of a sample's minimum: it spares most of the steps. */
  readonly metric?: Float64Array;
  /** Called before each evaluation; may throw to stop. */
  readonly breath?: () => void;
}

/** Steps and differences of gradients that L-BFGS remembers. */
const remembered = 8;
/** Sufficient decrease and curvature (Nocedal & Wright 2006, 3.1). */
const decrease = 1e-4;
const longestStep = 2;
/** Relative gain of a step that gains nothing. */
const idleGain = 1e-10;

/**
 * The minimum of a smooth function of a few variables: L-BFGS with backtracking until near (Nocedal & Wright 2006, algorithm 7.4), then Newton's steps with
 * second derivatives by central differences of the gradient until the slope is at most `precision`. Variables should be of one scale (logarithms of parameters).
 */
export function minimise(f: Smooth, start: ArrayLike<number>, { precision = 1e-10, iterations = 300, metric, breath = () => {} }: MinimiseOptions = {}): Minimum {
  const n = start.length;
  let evaluations = 0;
  const evaluate = (at: Float64Array, gradient: Float64Array) => {
    breath();
    evaluations++;
    return f(at, gradient);
  };
  let at = Float64Array.from(start);
  let gradient = new Float64Array(n);
  let value = evaluate(at, gradient);
  const steps: Float64Array[] = [];
  const turns: Float64Array[] = [];
  let idle = 0;
  const near = metric ? precision : Math.max(precision, 1e-5);
  for (let iteration = 0; iteration < iterations && slopeOf(gradient) > near; iteration++) {
    const direction = twoLoop(gradient, steps, turns, metric);
    const next = search(evaluate, at, value, gradient, direction);
    if (!next) {
      if (!steps.length) break;
      steps.length = turns.length = 0; // what it remembers misleads it: begin again from the gradient
      continue;
    }
    const step = next.at.map((v, i) => v - at[i]);
    const turn = next.gradient.map((v, i) => v - gradient[i]);
    if (dot(step, turn) > 1e-12 * dot(turn, turn)) {
      steps.push(step);
      turns.push(turn);
      if (steps.length > remembered) (steps.shift(), turns.shift());
    }
    const gain = value - next.value;
    ({ at, value, gradient } = next);
    idle = gain < idleGain * (1 + Math.abs(value)) ? idle + 1 : 0;
    if (!metric && idle >= 4) break;
  }
  let hessian = hessianBy(evaluate, at);
  for (let iteration = 0; iteration < 20 && slopeOf(gradient) > precision; iteration++) {
    const next = search(evaluate, at, value, gradient, times(curved(hessian, n), gradient, n).map((v) => -v));
    if (!next) break;
    const gained = value - next.value > idleGain * 1e-3 * (1 + Math.abs(value)) || slopeOf(next.gradient) < slopeOf(gradient) / 2;
    ({ at, value, gradient } = next);
    hessian = hessianBy(evaluate, at);
    if (!gained) break; // along a flat valley one can walk for ever
  }
  const inverse = inverseOf(hessian, n);
  return { at, value, slope: slopeOf(gradient), hessian, inverse, evaluations };
}

/** A point along `direction` that is lower enough or, at the end, where values no longer tell, one with half the slope. */
function search(evaluate: Smooth, at: Float64Array, value: number, gradient: Float64Array, direction: Float64Array) {
  const down = dot(gradient, direction);
  if (!(down < 0)) return undefined;
  let length = Math.min(1, longestStep / Math.max(...direction.map(Math.abs)));
  for (let tries = 0; tries < 40; tries++, length /= tries < 3 ? 2 : 8) {
    const there = at.map((v, i) => v + length * direction[i]);
    const steep = new Float64Array(at.length);
    const found = evaluate(there, steep);
    if (Number.isFinite(found) && (found <= value + decrease * length * down || (slopeOf(steep) < slopeOf(gradient) / 2 && found <= value + 1e-12 * Math.abs(value)))) return { at: there, value: found, gradient: steep };
  }
  return undefined;
}

function twoLoop(gradient: Float64Array, steps: readonly Float64Array[], turns: readonly Float64Array[], metric?: Float64Array): Float64Array {
  let direction = gradient.map((v) => -v);
  const weights: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    weights[i] = dot(steps[i], direction) / dot(steps[i], turns[i]);
    add(direction, turns[i], -weights[i]);
  }
  const last = steps.length - 1;
  if (metric) direction = times(metric, direction, direction.length);
  else {
    const scale = last < 0 ? 1 / Math.max(1, slopeOf(gradient)) : dot(steps[last], turns[last]) / dot(turns[last], turns[last]);
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  for (let i = 0; i < steps.length; i++) add(direction, steps[i], weights[i] - dot(turns[i], direction) / dot(steps[i], turns[i]));
  return direction;
}

/** Second derivatives by central differences of the gradient, made symmetric. */
function hessianBy(evaluate: Smooth, at: Float64Array): Float64Array {
  const n = at.length;
  const hessian = new Float64Array(n * n);
  const there = Float64Array.from(at);
  const [above, below] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const h = 1e-4 * Math.max(1, Math.abs(at[i]));
    there[i] = at[i] + h;
    evaluate(there, above);
    there[i] = at[i] - h;
    evaluate(there, below);
    there[i] = at[i];
    for (let j = 0; j < n; j++) {
      const second = (above[j] - below[j]) / (2 * h) / 2;
      hessian[i * n + j] += second;
      hessian[j * n + i] += second;
    }
  }
  return hessian;
}

/** The inverse of a symmetric positive definite matrix, or undefined where it is not one. */
export function inverseOf(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = cholesky(matrix, n);
  if (!lower) return undefined;
  const l = invertLower(lower, n);
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) for (let k = Math.max(i, j); k < n; k++) inverse[i * n + j] += l[k * n + i] * l[k * n + j];
  return inverse;
}

/** The inverse of second derivatives, with as much added to their diagonal as makes them positive definite (Levenberg 1944). */
function curved(hessian: Float64Array, n: number): Float64Array {
  const greatest = slopeOf(hessian) || 1;
  for (let extra = 0; ; extra = extra ? extra * 10 : 1e-8 * greatest) {
    const inverse = inverseOf(hessian.map((v, i) => (i % (n + 1) === 0 ? v + extra : v)), n);
    if (inverse) return inverse;
    if (!(extra < 1e8 * greatest)) return Float64Array.from(hessian, (_, i) => (i % (n + 1) === 0 ? 1 / greatest : 0));
  }
}

const slopeOf = (gradient: Float64Array) => gradient.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
const times = (matrix: Float64Array, v: Float64Array, n: number) => v.map((_, i) => v.reduce((sum, w, j) => sum + matrix[i * n + j] * w, 0));
function add(to: Float64Array, what: Float64Array, scale: number): void {
  for (let i = 0; i < to.length; i++) to[i] += scale * what[i];
}
