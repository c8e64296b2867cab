import { transformed } from '../util/encode-value.js';
import type { Column } from './column.js';

type Scale = Parameters<typeof transformed>[1];

/** Differences so clean that the spread within is nothing are reported as this many standard deviations. */
const largest = 20;

export interface Effects {
  readonly d: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** (mean here − mean of all) / sd of all. */
  readonly standardised: Float64Array;
}

/**
 * Cohen's d of each segment against everyone else on `scale`, with its large-sample 95 % interval (Hedges & Olkin 1985).
 * Missing values count as the scale's fill; with a fill of NaN they are left out. Nothing to compare gives 0.
 */
export function effects({ k, raw, labels, weights }: Column, scale: Scale): Effects {
  const n = raw.length;
  const z = new Float64Array(n);
  const count = new Float64Array(k), mass = new Float64Array(k), sum = new Float64Array(k), squares = new Float64Array(k);
  let allCount = 0, allMass = 0, allSum = 0, allSquares = 0;
  for (let i = 0; i < n; i++) {
    z[i] = transformed(raw[i], scale);
    if (Number.isNaN(z[i])) continue;
    const s = labels[i], w = weights[i];
    count[s]++;
    allCount++;
    mass[s] += w;
    sum[s] += w * z[i];
    allMass += w;
    allSum += w * z[i];
  }
  const mean = allSum / allMass;
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(z[i])) continue;
    const square = weights[i] * (z[i] - mean) ** 2; // about the overall mean, so that nothing cancels
    squares[labels[i]] += square;
    allSquares += square;
  }
  const sd = Math.sqrt(allSquares / allMass);
  const made = { d: new Float64Array(k), low: new Float64Array(k), high: new Float64Array(k), standardised: new Float64Array(k) };
  for (let s = 0; s < k; s++) {
    const rest = allMass - mass[s];
    const n1 = count[s], n2 = allCount - n1;
    if (n1 === 0 || n2 === 0 || !(sd > 1e-12 * Math.max(1, Math.abs(mean)))) continue;
    const here = sum[s] / mass[s] - mean;
    const there = (allSum - sum[s]) / rest - mean;
    const varianceHere = Math.max(0, squares[s] / mass[s] - here * here);
    const varianceThere = Math.max(0, (allSquares - squares[s]) / rest - there * there);
    const pooled = Math.sqrt((n1 * varianceHere + n2 * varianceThere) / Math.max(1, n1 + n2 - 2));
    const difference = here - there;
    const d = Math.abs(difference) < 1e-9 * sd ? 0 : Math.max(-largest, Math.min(largest, difference / pooled));
    const error = 1.959964 * Math.sqrt((n1 + n2) / (n1 * n2) + (d * d) / (2 * (n1 + n2)));
    made.d[s] = d;
    made.low[s] = d - error;
    made.high[s] = d + error;
    made.standardised[s] = here / sd;
  }
  return made;
}
