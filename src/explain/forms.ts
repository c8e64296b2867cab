import type { Form, Forms } from '../domain/forms.js';
import { centres, isNumbers } from './centres.js';
import type { Subject } from './subject.js';

/** How near a row is to each segment, as the model says it or as well as it can be said. */
export interface Nearness {
  readonly forms: Forms;
  /** The model's own measure: the least value is the row's segment. False where only the segments' means stand in for it. */
  readonly exact: boolean;
}

/** The model's quadratic forms: as given, from its centres, or from the means of its segments where it has neither. */
export function nearness(subject: Pick<Subject, 'model' | 'matrix' | 'assignment' | 'middles' | 'forms' | 'assign'>, k: number): Nearness {
  // Categories have no slope to explain by.
  if (subject.forms && !subject.forms.indicators) return { forms: subject.forms, exact: true };
  const { d } = subject.matrix;
  const { centroids, groups, d: own } = subject.model.params;
  const centred = isNumbers(centroids) && own === d;
  const values = centred ? Array.from(centroids) : Array.from(centres(subject, k));
  const segmentOf = centred && isNumbers(groups) ? groups : undefined;
  const forms = Array.from({ length: values.length / d }, (_, c) => ({ segment: segmentOf ? segmentOf[c] : c, offset: 0, centre: values.slice(c * d, (c + 1) * d) }));
  return { forms: { d, k, forms, strength: 'margin' }, exact: centred && !subject.assign }; // a model that can be asked may measure otherwise
}

/** offset + ‖F (z − centre)‖². */
export function valueAt(form: Form, z: ArrayLike<number>): number {
  const { centre, scale, factor, offset } = form;
  if (factor) return partsAt(form, z).reduce((sum, part) => sum + part, offset);
  let sum = offset; // the same sum without the lists: moves ask for it thousands of times
  for (let j = 0; j < centre.length; j++) {
    const off = z[j] - centre[j];
    sum += off * (scale ? off * scale[j] * scale[j] : off);
  }
  return sum;
}

/**
 * The squared distance of a form split among the features, d numbers: (z − c)ⱼ · (FᵀF (z − c))ⱼ. They sum to its value less the offset, and are the
 * Shapley shares of the features when the centre is where they start from (half of every product of two goes to each).
 */
export function partsAt(form: Form, z: ArrayLike<number>): Float64Array {
  const pull = gradient(form, z);
  return pull.map((g, j) => (z[j] - form.centre[j]) * g);
}

/** FᵀF (z − centre): half the slope of the form at z. */
export function gradient({ centre, scale, factor }: Form, z: ArrayLike<number>): Float64Array {
  const d = centre.length;
  const off = new Float64Array(d); // loops rather than `map`: explaining an entity asks for every form
  for (let j = 0; j < d; j++) off[j] = z[j] - centre[j];
  if (scale) for (let j = 0; j < d; j++) off[j] = off[j] * scale[j] * scale[j];
  if (scale || !factor) return off;
  const pull = new Float64Array(d);
  for (let row = 0; row < factor.length; row += d) {
    let along = 0;
    for (let j = 0; j < d; j++) along += factor[row + j] * off[j];
    for (let j = 0; j < d; j++) pull[j] += factor[row + j] * along;
  }
  return pull;
}

/** (FᵀF) at two features: how the form bends when both change. */
export function bend({ centre, scale, factor }: Form, i: number, j: number): number {
  if (!factor) return i === j ? (scale ? scale[i] * scale[i] : 1) : 0;
  const d = centre.length;
  let sum = 0;
  for (let row = 0; row < factor.length; row += d) sum += factor[row + i] * factor[row + j];
  return sum;
}

/** The form of each segment that is nearest to `z`: what decides about this point. Undefined for a segment that has none. */
export function formsNear({ k, forms }: Forms, z: ArrayLike<number>): (Form | undefined)[] {
  const near = new Array<Form | undefined>(k).fill(undefined);
  const least = new Float64Array(k).fill(Infinity);
  for (const form of forms) {
    const value = valueAt(form, z);
    if (value >= least[form.segment]) continue;
    least[form.segment] = value;
    near[form.segment] = form;
  }
  return near;
}

/** The segment that the forms give a point: that of the least value (the first among equals), −1 beyond their limit. */
export function segmentAt({ forms, limit = Infinity }: Forms, z: ArrayLike<number>): number {
  let own = -1, least = Infinity;
  for (const form of forms) {
    const value = valueAt(form, z);
    if (value < least) [own, least] = [form.segment, value];
  }
  return least <= limit ? own : -1;
}

/** How much a row belongs to each segment, by responsibility: exp(−value / 2) over their sum. */
export function sharesAt({ k, forms }: Forms, z: ArrayLike<number>): Float64Array {
  const values = forms.map((form) => valueAt(form, z));
  const least = Math.min(...values);
  const shares = new Float64Array(k);
  let total = 0;
  values.forEach((value, f) => {
    const mass = Math.exp((least - value) / 2);
    shares[forms[f].segment] += mass;
    total += mass;
  });
  return shares.map((mass) => mass / total);
}

/** Outliers as one more place: a form of the same value everywhere. */
export function limitForm({ d, limit }: Forms): Form | undefined {
  return limit === undefined ? undefined : { segment: -1, offset: limit, centre: new Array<number>(d).fill(0), scale: new Array<number>(d).fill(0) };
}
