import type { Assignment } from '../domain/segment.js';
import type { Forms } from '../domain/forms.js';

/** Centres as plain data. Several centres may stand for one segment: `groups[centre]` names it; absent, each centre is a segment of its own. */
export interface CentreParams {
  /** Number of segments. */
  readonly k: number;
  readonly d: number;
  /** Centres × d, in encoded space. */
  readonly centroids: readonly number[];
  readonly groups?: readonly number[];
}

/** Segment of each centre. */
export function groupsOf({ centroids, d, groups }: CentreParams): readonly number[] {
  return groups ?? Array.from({ length: centroids.length / d }, (_, c) => c);
}

/** Nearest centres as quadratic forms: no offsets, the identity as metric. */
export function centreForms(params: CentreParams): Forms {
  const { k, d, centroids } = params;
  const forms = groupsOf(params).map((segment, c) => ({ segment, offset: 0, centre: centroids.slice(c * d, (c + 1) * d) }));
  return { d, k, forms, strength: 'margin' };
}

/** Centres beyond which a model is no longer said as forms: SQL grows with each of them. */
const mostForms = 128;

/** `centreForms`, where there are not too many. */
export function fewCentreForms(params: CentreParams): Forms | undefined {
  return params.centroids.length / params.d > mostForms ? undefined : centreForms(params);
}

/** Somewhere to put assignments of `rows` rows. */
export function emptyAssignment(rows: number): Assignment {
  return { labels: new Int32Array(rows), strength: new Float32Array(rows), second: new Int32Array(rows) };
}

/**
 * Writes rows [start, start + count) of an assignment from their squared distances, `squares[centre × step + row]`: the nearest centre's segment
 * (ties to the lowest centre), the nearest centre of another segment, and 1 − d(own) / d(other). With one segment: strength 1, second 0.
 */
export function settle(
  squares: Float64Array, step: number, count: number, groups: readonly number[], into: Assignment, start: number,
): void {
  const centres = groups.length;
  for (let r = 0; r < count; r++) {
    let own = 0;
    let least = squares[r];
    for (let c = 1; c < centres; c++) {
      const square = squares[c * step + r];
      if (square < least) {
        least = square;
        own = c;
      }
    }
    const segment = groups[own];
    let second = segment;
    let next = Infinity;
    for (let c = 0; c < centres; c++) {
      const square = squares[c * step + r];
      if (square < next && groups[c] !== segment) {
        next = square;
        second = groups[c];
      }
    }
    into.labels[start + r] = segment;
    into.second[start + r] = second;
    into.strength[start + r] = next === Infinity ? 1 : next === 0 ? 0 : 1 - Math.sqrt(least) / Math.sqrt(next);
  }
}
