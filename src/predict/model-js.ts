import type { Input } from '../domain/examples.js';
import type { Link } from '../domain/forest.js';

/**
 * A model as a JavaScript module with no dependencies, for browsers and edge workers: `predict(row)` takes one entity's inputs by name (missing, null and NaN alike are
 * unknown, and so is a category that the model does not know) and gives its prediction, a number, or one per class. `body` fills `sums` from `x`, in the model's own order of adding, so the bits are the library's.
 */
export function modelJs({ inputs, base, link }: { readonly inputs: readonly Input[]; readonly base: Float64Array; readonly link: Link }, data: Readonly<Record<string, unknown>>, body: string, parts = ''): string {
  const constants = Object.entries({ inputs: inputs.map(({ name, categories }) => (categories ? { name, categories } : { name })), ...data });
  return `// What is likely of one entity. Made by Shoal; no dependencies.
${constants.map(([name, value]) => `const ${name} = ${written(value)};`).join('\n')}

/** One entity's inputs by name in, its prediction out. */
export function predict(row) {
  const x = inputs.map((input) => codeOf(row[input.name], input));
  const sums = ${written(base)};
${body}
  ${links[link]}
}

function codeOf(raw, { categories }) {
  if (raw === null || raw === undefined) return NaN;
  if (!categories) return raw === '' ? NaN : Number(raw);
  const code = categories.indexOf(String(raw));
  return code < 0 ? NaN : code;
}
${parts}`;
}

const links: Readonly<Record<Link, string>> = {
  identity: 'return sums.length === 1 ? sums[0] : sums;',
  logistic: 'const shares = sums.map((sum) => 1 / (1 + Math.exp(-sum)));\n  return shares.length === 1 ? shares[0] : shares;',
  exponential: 'const amounts = sums.map((sum) => Math.exp(sum));\n  return amounts.length === 1 ? amounts[0] : amounts;',
  softmax: 'const most = Math.max(...sums);\n  const powers = sums.map((sum) => Math.exp(sum - most));\n  const total = powers.reduce((all, power) => all + power, 0);\n  return powers.map((power) => power / total);',
};

/** JSON, but for infinities and what is no number; safe inside a script element too. */
function written(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : String(value);
  if (ArrayBuffer.isView(value)) return `[${Array.from(value as Float64Array, written).join(',')}]`;
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  if (typeof value === 'object' && value !== null) return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${written(one)}`).join(',')}}`;
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
