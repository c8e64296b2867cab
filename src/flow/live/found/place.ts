import { liveFeatures } from '../../../featurize/live.js';
import { formsNear, partsAt } from '../../../explain/forms.js';
import { assignRaw } from '../../../segment/assign.js';
import { formsOf } from '../../../segment/forms-of.js';
import { encodedRows } from '../../model.js';
import { foreteller } from './ahead.js';
import type { FoundModel } from './model.js';
import type { Rows } from './rows.js';

/** Where somebody belongs: the number of the segment (−1: none), and how firmly, 0–1. */
export interface Place {
  readonly segment: number;
  readonly strength: number;
}

/** A found model, fit to be asked of one entity after the other. */
export interface Placing {
  readonly model: FoundModel;
  /** Names of the features that are measured, and behind them of those that are foretold. */
  readonly names: readonly string[];
  /** The value of every measured feature, in the order of the model (NaN = missing), and the place; rows later than `asOf` are not looked at. */
  at(rows: Rows, asOf: number): { readonly values: Float64Array; readonly place: Place };
  /** The nearest segment (−1: none) and the next, and what tells `asked` from the nearest other one: of each deciding feature, how much more it is for `asked`. */
  compared(rows: Rows, asOf: number, asked: number): { readonly place: Place; readonly next: number; readonly against: number; readonly parts: readonly { readonly feature: number; readonly value: number; readonly part: number }[] };
  /** A foretold feature, by its position in `names`; NaN = nothing can be said. */
  foretold(position: number, rows: Rows, asOf: number): number;
  /** The next instant after `asOf` at which a row leaves a window; Infinity where none does. */
  edge(rows: Rows, asOf: number): number;
}

/** Measures what the batch run measured and places by the same model: the same bits in, the same answer out. */
export function placing(model: FoundModel): Placing {
  const features = liveFeatures(model.plan);
  const at = new Map(features.names.map((name, j) => [name, j]));
  const deciding = model.model.encoder.features.map(({ name }) => at.get(name)!);
  const columns = deciding.map(() => new Float64Array(1));
  const foretellers = (model.ahead ?? []).map(foreteller);
  const nobody: Place = { segment: -1, strength: 0 };
  const forms = formsOf(model.model);
  const assigned = (values: Float64Array) => {
    deciding.forEach((j, i) => (columns[i][0] = values[j]));
    return assignRaw(model.model, columns);
  };
  const isSeen = (rows: Rows, asOf: number) => rows.events.some((row) => row.at <= asOf) || rows.orders.some((row) => row.at <= asOf);
  return {
    model,
    names: [...features.names, ...(model.ahead ?? []).map(({ feature }) => feature)],
    foretold: (position, rows, asOf) => foretellers[position - features.names.length](rows, asOf),
    at(rows, asOf) {
      const values = features.measure(rows, asOf);
      // Of whom nothing was seen, nothing is said.
      if (!isSeen(rows, asOf)) return { values, place: nobody };
      const { labels, strength } = assigned(values);
      return { values, place: { segment: labels[0], strength: strength[0] } };
    },
    compared(rows, asOf, asked) {
      const values = features.measure(rows, asOf);
      if (!isSeen(rows, asOf)) return { place: nobody, next: -1, against: -1, parts: [] };
      const { labels: [segment], strength: [strength], second: [next] } = assigned(values);
      const against = segment === asked ? next : segment;
      const place = { segment, strength };
      // Categories have no slope to explain by.
      if (!forms || forms.indicators || asked < 0 || against < 0) return { place, next, against, parts: [] };
      const z = encodedRows(1, model.model.encoder, (i) => columns[i]).data;
      const near = formsNear(forms, z);
      const [own, other] = [near[asked], near[against]].map((form) => form && partsAt(form, z));
      if (!own || !other) return { place, next, against, parts: [] };
      return { place, next, against, parts: deciding.map((feature, i) => ({ feature, value: values[feature], part: other[i] - own[i] })) };
    },
    edge: features.edge,
  };
}
