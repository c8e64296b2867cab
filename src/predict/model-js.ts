import type { Input } from '../domain/examples.js';
import type { Link } from '../domain/forest.js';
import type { Calibration } from '../domain/prediction.js';

/**
 * A model as a JavaScript module with no dependencies, for browsers and edge workers: `predict(row)` takes one entity's inputs by name (missing, null and NaN alike are
 * unknown, and so is a category that the model does not know) and gives its prediction, a number, or one per class. `body` fills `sums` from `x`, in the model's own order of adding, so the bits are the library's. `calibration`: what is done to the predictions last, as `applyCalibrations` has it.
 */
export function modelJs({ inputs, base, link }: { readonly inputs: readonly Input[]; readonly base: Float64Array; readonly link: Link }, data: Readonly<Record<string, unknown>>, body: string, parts: string, calibration: readonly Calibration[] = []): string {
  const last = calibration.some(({ method }) => method !== 'none') ? calibration : [];
  const constants = Object.entries({ inputs: inputs.map(({ name, categories }) => (categories ? { name, categories } : { name })), ...data, ...(last.length > 0 && { calibrations: last }) });
  return `// What is likely of one entity. Made by Shoal; no dependencies.
${constants.map(([name, value]) => `const ${name} = ${written(value)};`).join('\n')}

/** One entity's inputs by name in, its prediction out. */
export function predict(row) {
  const x = inputs.map((input) => codeOf(row[input.name], input));
  const sums = ${written(base)};
${body}
  const said = ${links[link]};
  return said.length === 1 ? ${last.length > 0 ? 'calibrated(calibrations[0], said[0]) : apart(said.map((p, c) => calibrated(calibrations[c % calibrations.length], p)))' : 'said[0] : said'};
}

function codeOf(raw, { categories }) {
  if (raw === null || raw === undefined) return NaN;
  if (!categories) return raw === '' ? NaN : Number(raw);
  const code = categories.indexOf(String(raw));
  return code < 0 ? NaN : code;
}
${parts}${link === 'softmax' ? softmax : ''}${last.length > 0 ? calibrating(last.length > 1) : ''}`;
}

const links: Readonly<Record<Link, string>> = {
  identity: 'sums',
  logistic: 'sums.map((sum) => 1 / (1 + Math.exp(-sum)))',
  exponential: 'sums.map((sum) => Math.exp(sum))',
  softmax: 'softmax(sums)',
};

const softmax = `
function softmax(sums) {
  const most = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - most));
  const total = powers.reduce((all, power) => all + power, 0);
  return powers.map((power) => power / total);
}
`;

const calibrating = (apart: boolean) => `
function calibrated(calibration, p) {
  if (calibration.method === 'none') return p;
  if (calibration.method === 'platt') {
    const inside = Math.min(1 - 1e-12, Math.max(1e-12, p));
    return 1 / (1 + Math.exp(calibration.a * (calibration.logOdds ? Math.log(inside / (1 - inside)) : p) + calibration.b));
  }
  const { at, value } = calibration;
  let low = 0, high = at.length - 1;
  if (p <= at[low]) return value[low];
  if (p >= at[high]) return value[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at[middle] <= p) low = middle;
    else high = middle;
  }
  return value[low] + ((value[high] - value[low]) * (p - at[low])) / (at[high] - at[low]);
}

function apart(shares) {
${apart ? '  const total = shares.reduce((all, share) => all + share, 0);\n  return shares.map((share) => (total > 0 ? share / total : 1 / shares.length));' : '  return shares;'}
}
`;

/** JSON, but for infinities and what is no number; safe inside a script element too. */
function written(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  if (ArrayBuffer.isView(value)) return `[${Array.from(value as Float64Array, written).join(',')}]`;
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${written(one)}`).join(',')}}`;
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
