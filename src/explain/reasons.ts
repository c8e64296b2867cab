import type { Input } from '../domain/examples.js';
import type { Feature } from '../domain/feature.js';
import { applyLink, type Link } from '../domain/forest.js';
import { reading } from '../domain/reading.js';
import { formatDays, formatNumber, formatPercent, formatValue, type Readable } from '../util/format-value.js';
import { cleanText, listWords, upperFirst } from '../util/words.js';
import { phrase } from './phrase.js';
import type { Shap } from './shap.js';

/** What there is to say about a prediction besides its Shapley values. */
export interface Predicted {
  /** "Likely to leave", "Expected spend in the next year". */
  readonly says: string;
  readonly link: Link;
  /** Of several outputs, the one that is spoken of. */
  readonly output?: number;
  /** How the number itself reads where it is no probability. */
  readonly readable?: Readable;
  readonly currency?: string;
  readonly inputs: readonly Input[];
  /** The inputs that are features, by name: they bring their words. */
  readonly features: ReadonlyMap<string, Feature>;
  /** From what the model says to what is shown: its calibration. */
  readonly finish?: (said: number) => number;
}

/** One input's part in a prediction. */
export interface Reason {
  readonly input: string;
  readonly title: string;
  /** "no order for 94 days" */
  readonly text: string;
  /** Its Shapley value, before the link; inputs of one family are one. */
  readonly weight: number;
  /** What is said with it minus what would be said without it: 0.21 = 21 points of a probability, or so much of the number. */
  readonly adds: number;
}

export interface Reasons {
  /** What is said, and what would be said of somebody of whom nothing is known. */
  readonly said: number;
  readonly usual: number;
  /** The weightiest first. */
  readonly reasons: readonly Reason[];
  readonly sentences: readonly string[];
}

/** Named on each side at most; what adds less than this share of the weightiest is not worth a word. */
const named = 3;
const least = 0.1;

/** Why the model says what it says of one row: `values` holds the row's inputs in the model's order. */
export function reasonsOf(shap: Shap, row: number, values: ArrayLike<number>, predicted: Predicted): Reasons {
  const { outputs, inputs: d } = shap;
  const parts = shap.values.subarray(row * outputs * d, (row + 1) * outputs * d);
  const made = weigh(parts, shap, predicted, (j) => valueText(predicted, j, values[j]));
  return { ...made, sentences: [`${opening(made, predicted)}.`, ...sides(made, predicted)] };
}

/**
 * Why the model says what it says of the rows of a segment, on average, against all other rows: `columns` holds the inputs of all rows, `members` the rows of the
 * segment. The value in words is the middle one of the members.
 */
export function segmentReasons(shap: Shap, columns: readonly Float64Array[], members: Int32Array, name: string, predicted: Predicted): Reasons {
  const { rows, outputs, inputs: d } = shap;
  const width = outputs * d;
  const inside = new Float64Array(width);
  const outside = new Float64Array(width);
  const isMember = new Uint8Array(rows);
  for (const i of members) isMember[i] = 1;
  for (let i = 0; i < rows; i++) {
    const sum = isMember[i] ? inside : outside;
    for (let v = 0; v < width; v++) sum[v] += shap.values[i * width + v];
  }
  const others = rows - members.length;
  const parts = inside.map((sum, v) => sum / Math.max(1, members.length) - (others > 0 ? outside[v] / others : 0));
  const base = shap.base.map((start, o) => start + sumOf(outside, o * d, d) / Math.max(1, others));
  const made = weigh(parts, { ...shap, base }, predicted, (j) => valueText(predicted, j, middle(columns[j], members, predicted.inputs[j].categories !== undefined)));
  return { ...made, sentences: [`${opening(made, { ...predicted, says: `${predicted.says}, for a typical member of “${name}”` }, 'others')}.`, ...sides(made, predicted)] };
}

/** Inputs that are said together: those of one family of features. */
function familiesOf({ inputs, features }: Pick<Predicted, 'inputs' | 'features'>): readonly (readonly number[])[] {
  const families = new Map<string, number[]>();
  inputs.forEach(({ name }, j) => {
    const key = features.has(name) ? `family ${features.get(name)!.family}` : `input ${name}`;
    const own = families.get(key);
    if (own) own.push(j);
    else families.set(key, [j]);
  });
  return [...families.values()];
}

/** Of many rows: what weighs most in each, at most `most`, in words, the weightiest first. The same as the first of `reasonsOf`, without what is not said. */
export function shortReasons(shap: Shap, predicted: Predicted, most: number): (row: number, values: ArrayLike<number>) => readonly Reason[] {
  const { outputs, inputs: d } = shap;
  const families = familiesOf(predicted);
  return (row, values) => weigh(shap.values.subarray(row * outputs * d, (row + 1) * outputs * d), shap, predicted, (j) => valueText(predicted, j, values[j]), families, most).reasons;
}

/** What is said, what would be usual, and what each family of inputs adds. `parts` are outputs × inputs. */
function weigh(parts: Float64Array, { outputs, inputs: d, base }: Pick<Shap, 'outputs' | 'inputs' | 'base'>, predicted: Predicted, text: (j: number) => string, families = familiesOf(predicted), most = Infinity): Omit<Reasons, 'sentences'> {
  const { inputs, link, output = 0, finish = (said) => said } = predicted;
  const sums = base.map((start, o) => start + sumOf(parts, o * d, d));
  const answer = (of: Float64Array) => finish(applyLink(link, of, outputs)[output]);
  const said = answer(sums.slice());
  const own = output * d;
  const weighed = families.map((family) => {
    let weight = 0;
    for (const j of family) weight += parts[own + j];
    // The one that speaks for its family goes its way.
    let speaker = family[0];
    for (const j of family) if (parts[own + j] * Math.sign(weight) > parts[own + speaker] * Math.sign(weight)) speaker = j;
    if (weight === 0) return { speaker, weight, adds: 0 };
    const without = sums.slice();
    for (let o = 0; o < outputs; o++) {
      let all = 0;
      for (const j of family) all += parts[o * d + j];
      without[o] -= all;
    }
    return { speaker, weight, adds: said - answer(without) };
  });
  const reasons = weighed
    .filter(({ weight }) => weight !== 0)
    .sort((a, b) => Math.abs(b.adds) - Math.abs(a.adds) || Math.abs(b.weight) - Math.abs(a.weight) || (inputs[a.speaker].name < inputs[b.speaker].name ? -1 : 1))
    .slice(0, most);
  return { said, usual: answer(base.slice()), reasons: reasons.map(({ speaker, weight, adds }): Reason => ({ input: inputs[speaker].name, title: titleOf(inputs[speaker]), text: text(speaker), weight, adds })) };
}

const sumOf = (values: Float64Array, from: number, count: number) => values.subarray(from, from + count).reduce((sum, value) => sum + value, 0);

const isChance = ({ link }: Predicted) => link === 'logistic' || link === 'softmax';

function opening({ said, usual }: Pick<Reasons, 'said' | 'usual'>, predicted: Predicted, against = 'usual'): string {
  const shown = (value: number) => (isChance(predicted) ? formatPercent(value) : formatValue(value, predicted.readable ?? { kind: 'number' }, predicted.currency));
  return `${upperFirst(cleanText(predicted.says, 120))}: ${shown(said)} (${against}: ${shown(usual)})`;
}

function sides({ said, usual, reasons }: Omit<Reasons, 'sentences'>, predicted: Predicted): string[] {
  const shownAs = (adds: number) => addsText(adds, predicted);
  const telling = reasons.filter(({ adds }) => Math.abs(adds) >= least * Math.abs(reasons[0].adds) && !/^.0( |$)/.test(shownAs(adds)));
  if (telling.length === 0) return ['Nothing that is known of it makes a difference.'];
  const list = (side: readonly Reason[]) => listWords(side.slice(0, named).map(({ text, adds }) => `${text} (${shownAs(adds)})`));
  const [up, down] = [telling.filter(({ adds }) => adds > 0), telling.filter(({ adds }) => adds < 0)];
  const both = [up.length > 0 ? `What raises it: ${list(up)}.` : '', down.length > 0 ? `What lowers it: ${list(down)}.` : ''];
  return (said >= usual ? both : both.reverse()).filter(Boolean);
}

/** "+21 points", "−£12". */
function addsText(adds: number, predicted: Predicted): string {
  const sign = adds < 0 ? '−' : '+';
  if (!isChance(predicted)) return `${sign}${formatValue(Math.abs(adds), predicted.readable ?? { kind: 'number' }, predicted.currency)}`;
  const points = Math.abs(adds) * 100;
  const shown = points >= 1 ? Math.round(points) : Math.round(points * 10) / 10;
  return `${sign}${formatNumber(shown)} ${shown === 1 ? 'point' : 'points'}`;
}

const titleOf = ({ name, title }: Input) => cleanText(title ?? name);

/** A value of an input as one says it of one person. */
function valueText({ inputs, features, currency }: Predicted, j: number, value: number): string {
  const input = inputs[j];
  const feature = features.get(input.name);
  if (Number.isNaN(value)) return `${titleOf(input)} unknown`;
  if (input.categories) return `${titleOf(input)}: ${cleanText(input.categories[value] ?? 'another')}`;
  if (!feature) return `${titleOf(input)}: ${formatNumber(value)}`;
  const read = reading(feature);
  if (read.form === 'flag') return read.is ? `${read.what}: ${value >= 0.5 ? '' : 'not '}${read.is}` : `${read.what}: ${formatValue(value, feature)}`;
  const last = read.form === 'since' ? /^last (.+)$/.exec(read.event)?.[1] : undefined;
  if (last && value >= 14) return `no ${last} for ${formatDays(value)}`;
  return phrase(feature, value, currency);
}

/** The middle value of the members: the median, of categories the most frequent; NaN where most are missing. */
function middle(column: Float64Array, members: Int32Array, categorical: boolean): number {
  const known = Float64Array.from(members, (i) => column[i]).filter((value) => !Number.isNaN(value)).sort();
  if (known.length === 0 || known.length * 2 < members.length) return Number.NaN;
  if (!categorical) return known[(known.length - 1) >> 1];
  const counts = new Map<number, number>();
  for (const code of known) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}
