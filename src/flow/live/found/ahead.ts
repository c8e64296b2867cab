import type { PredictionModel } from '../../../domain/prediction.js';
import { liveFeatures, type LivePlan } from '../../../featurize/live.js';
import { packJson, unpackJson } from '../../../util/typed-json.js';
import { predictWith } from '../../predict/model-file.js';
import type { Rows } from './rows.js';

/** What somebody is expected to do next, as it is worked out when they are asked about: plain data. */
export interface Ahead {
  /** The feature that says it. */
  readonly feature: string;
  /** How the inputs are computed: as they were when the model learnt. */
  readonly plan: LivePlan;
  /** Only those are asked about who have such a row, not one that was sent back, in the last so many ms. */
  readonly among?: { readonly source: string; readonly event?: string; readonly last: number };
  /** The fitted model as text, its typed arrays packed. */
  readonly model: string;
}

type Fitted = Pick<PredictionModel, 'predictor' | 'params' | 'calibration' | 'inputs'>;

export function ahead(feature: string, { plan, among }: Pick<Ahead, 'plan' | 'among'>, { predictor, params, calibration, inputs }: Fitted): Ahead {
  const read = new Set(inputs.map(({ name }) => name));
  // Features that the model does not ask are not computed.
  const asked = { ...plan, features: plan.features.filter(({ name }) => read.has(name)) };
  return { feature, plan: asked, ...(among && { among }), model: packJson({ predictor, params, calibration, inputs } satisfies Fitted) };
}

/** A prediction, fit to be asked of one entity after the other: the number at `asOf`, NaN for whom nothing was seen by then or the target does not ask about. */
export function foreteller({ plan, among, model }: Ahead): (rows: Rows, asOf: number) => number {
  const fitted = unpackJson(model) as Fitted;
  const features = liveFeatures(plan);
  const at = new Map(features.names.map((name, j) => [name, j]));
  const columns = fitted.inputs.map(() => new Float64Array(1));
  const x = { rows: 1, inputs: fitted.inputs, columns };
  return (rows, asOf) => {
    if (!rows.events.some((row) => row.at <= asOf) && !rows.orders.some((row) => row.at <= asOf)) return Number.NaN;
    if (among && !rows[among.source as keyof Rows].some((row) => row.at <= asOf && row.at > asOf - among.last && (among.event === undefined || row.event === among.event) && row.returned !== true)) return Number.NaN;
    const values = features.measure(rows, asOf);
    fitted.inputs.forEach(({ name }, j) => (columns[j][0] = values[at.get(name)!]));
    return predictWith(fitted, x)[0];
  };
}
