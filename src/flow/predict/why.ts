import { type Examples, examplesAt } from '../../domain/examples.js';
import type { Feature } from '../../domain/feature.js';
import type { Importance } from '../../domain/prediction.js';
import { linearShap } from '../../explain/linear-shap.js';
import { shortReasons } from '../../explain/reasons.js';
import { type Shap, treeShap } from '../../explain/shap.js';
import type { Kernel } from '../../kernel/kernel.js';
import { applyCalibrations } from '../../predict/calibrate.js';
import type { ChosenModel } from '../../predict/auto.js';
import { predictorNamed } from '../../predict/catalog.js';

/** Why a model says what it says, of everyone and on the whole; empty for a model that is neither a sum of trees nor a weighted sum. */
export interface Why {
  /** Per row what weighs most, in words, the most first. */
  readonly reasons: readonly (readonly string[])[];
  readonly importance: readonly Importance[];
}

/** Reasons per row, and Shapley values that are held at a time. */
const MOST = 3;
const HELD = 8_000_000;

/** Shapley values of each row in words; an input is as important as it moves the answer on average. `outputs`: of several answers, the one of each row that is spoken of. */
export function whyOf(model: ChosenModel, x: Examples, features: readonly Feature[], outputs: Int32Array | undefined, currency: string | undefined, kernel: Kernel): Why {
  const { params, calibration } = model;
  const predictor = predictorNamed(model.predictor);
  const forest = predictor.forest?.(params);
  const linear = forest ? undefined : predictor.linear?.(params);
  const shown = forest ?? linear;
  if (!shown) return { reasons: [], importance: [] };
  const explain = (rows: Examples): Shap => (forest ? treeShap(forest, rows, kernel) : linearShap(linear!, rows));
  const { inputs, link } = shown;
  const position = new Map(x.inputs.map(({ name }, j) => [name, j]));
  const columns = inputs.map(({ name }) => x.columns[position.get(name)!]);
  const words = { says: '', link, inputs: inputs.map((input) => ({ ...input, ...x.inputs[position.get(input.name)!] })), features: new Map(features.map((feature) => [feature.name, feature])), currency, finish: calibration.length === 1 ? (p: number) => applyCalibrations(calibration, Float64Array.of(p))[0] : undefined };
  const total = new Float64Array(inputs.length);
  const reasons: string[][] = [];
  // Few and large blocks: what a forest is made ready with for the kernel is made anew for each.
  const block = Math.max(1, Math.floor(HELD / (inputs.length * shown.outputs)));
  for (let start = 0; start < x.rows; start += block) {
    const rows = Int32Array.from({ length: Math.min(block, x.rows - start) }, (_, i) => start + i);
    const shap = explain(examplesAt(x, rows));
    const short = Array.from({ length: shap.outputs }, (_, output) => shortReasons(shap, { ...words, output }, MOST));
    const values = new Float64Array(inputs.length);
    for (let i = 0; i < rows.length; i++) {
      const output = outputs?.[start + i] ?? 0;
      for (let j = 0; j < inputs.length; j++) total[j] += Math.abs(shap.values[(i * shap.outputs + output) * inputs.length + j]);
      columns.forEach((column, j) => (values[j] = column[start + i]));
      reasons.push(short[output](i, values).map(({ text, adds }) => `${adds < 0 ? '▼' : '▲'} ${text}`));
    }
  }
  const importance = inputs.map(({ name }, j): Importance => ({ input: name, title: words.inputs[j].title ?? name, value: total[j] / x.rows }));
  return { reasons, importance: importance.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value || (a.input < b.input ? -1 : 1)) };
}
