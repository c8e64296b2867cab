import { type Examples, examplesAt } from '../../domain/examples.js';
import type { Feature } from '../../domain/feature.js';
import type { Importance } from '../../domain/prediction.js';
import { linearShap } from '../../explain/linear-shap.js';
import { reasonsOf } from '../../explain/reasons.js';
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

/** Reasons per row, and rows that are explained at a time. */
const MOST = 3;
const BLOCK = 4096;

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
  for (let start = 0; start < x.rows; start += BLOCK) {
    const rows = Int32Array.from({ length: Math.min(BLOCK, x.rows - start) }, (_, i) => start + i);
    const shap = explain(examplesAt(x, rows));
    for (let i = 0; i < rows.length; i++) {
      const output = outputs?.[start + i] ?? 0;
      for (let j = 0; j < inputs.length; j++) total[j] += Math.abs(shap.values[(i * shap.outputs + output) * inputs.length + j]);
      const { reasons: own } = reasonsOf(shap, i, columns.map((column) => column[start + i]), { ...words, output });
      reasons.push(own.slice(0, MOST).map(({ text, adds }) => `${adds < 0 ? '▼' : '▲'} ${text}`));
    }
  }
  const importance = inputs.map(({ name }, j): Importance => ({ input: name, title: words.inputs[j].title ?? name, value: total[j] / x.rows }));
  return { reasons, importance: importance.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value || (a.input < b.input ? -1 : 1)) };
}
