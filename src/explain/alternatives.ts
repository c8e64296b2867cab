import { distanceTo, middlesOf } from './centres.js';
import { formsNear, nearness, valueAt } from './forms.js';
import type { Subject } from './subject.js';

/**
 * The segments that one entity (the subject's first row) is not in, nearest first as the model measures it. `times`: its distance to their middle as a multiple of the
 * distance to its own segment's middle, for outliers to the nearest one's.
 */
export function alternatives(subject: Subject, k: number): { readonly segment: number; readonly times: number }[] {
  const { matrix: { d, data }, assignment: { labels: [own] } } = subject;
  const forms = formsNear(nearness(subject, k).forms, data);
  const { centres } = subject.middles ?? middlesOf(subject, k);
  const distances = Array.from({ length: k }, (_, s) => distanceTo(centres, s * d, data, 0, d));
  const base = own >= 0 ? distances[own] : Math.min(...distances);
  return Array.from({ length: k }, (_, segment) => segment)
    .filter((segment) => segment !== own && Number.isFinite(distances[segment]))
    .map((segment) => ({ segment, times: base > 0 ? distances[segment] / base : Number.POSITIVE_INFINITY, value: forms[segment] ? valueAt(forms[segment], data) : Infinity }))
    .sort((a, b) => a.value - b.value || a.times - b.times)
    .map(({ segment, times }) => ({ segment, times }));
}
