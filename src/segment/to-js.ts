import type { SegmentModel } from '../domain/segment.js';
import { bounded } from './assign.js';
import { requireForms } from './forms-of.js';

/**
 * The model as a JavaScript module with no dependencies, for browsers and edge workers: `assign(row)` takes one entity's raw features by name (missing, null and
 * NaN alike are unknown) and gives `{ segment, strength, second }`, −1 for an outlier. Same arithmetic in the same order as `assignRaw`.
 * @throws `segment/no-formula` for a model that places rows by their neighbours
 */
export function assignJs(model: Pick<SegmentModel, 'algorithm' | 'params' | 'encoder'>, names: readonly string[] = []): string {
  const { forms, strength, limit, indicators } = requireForms(model, 'JavaScript');
  const features = model.encoder.features.map(bounded).map(({ name, transform, low, high, fill, centre, scale }) => ({
    name, transform, low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null, fill, centre, scale,
  }));
  return `// Which segment one entity is in. Made by Shoal; no dependencies.
const features = ${json(features)};
const forms = ${json(forms)};
/** Names of the segments, where they have any. */
export const segments = ${json(names)};

/** One entity's raw features by name in; its segment, how firmly (0–1), and the nearest other segment out. */
export function assign(row) {
  const z = features.map((feature) => encode(row[feature.name], feature));
${indicators ? `  for (const { feature, code } of ${json(indicators)}) z.push(Math.fround(z[feature]) === Math.fround(code) ? 1 : 0);\n` : ''}  const values = forms.map((form) => valueOf(form, z));
  let own = 0;
  for (let c = 1; c < forms.length; c++) if (values[c] < values[own]) own = c;
  const home = forms[own].segment;
  let next = -1;
  for (let c = 0; c < forms.length; c++) if (forms[c].segment !== home && (next < 0 || values[c] < values[next])) next = c;
  const other = next < 0 ? home : forms[next].segment;
${limit === undefined ? '' : `  if (!(values[own] <= ${limit})) return { segment: -1, strength: 0, second: home };\n`}  return { segment: home, strength: ${{
    margin: 'next < 0 ? 1 : values[next] === 0 ? 0 : 1 - Math.sqrt(values[own]) / Math.sqrt(values[next])',
    odds: 'next < 0 ? 1 : 1 - Math.exp((values[own] - values[next]) / 2)',
    reach: `1 - Math.sqrt(values[own] / ${limit})`,
  }[strength]}, second: other };
}

function encode(raw, { transform, low, high, fill, centre, scale }) {
  const value = raw === null || raw === undefined || raw === '' ? NaN : Number(raw);
  const known = Number.isNaN(value) ? fill : value;
  const inside = low !== null && known < low ? low : high !== null && known > high ? high : known;
  return ((transform === 'log1p' ? Math.log(1 + inside) : transform === 'sqrt' ? Math.sqrt(inside) : inside) - centre) * scale;
}

/** offset + the squared length of F (z − centre). */
function valueOf({ offset, centre, scale, factor }, z) {
  let sum = 0;
  if (factor) {
    for (let p = 0; p < factor.length; p += z.length) {
      let t = 0;
      for (let j = 0; j < z.length; j++) t += factor[p + j] * (z[j] - centre[j]);
      sum += t * t;
    }
  } else {
    for (let j = 0; j < z.length; j++) {
      const t = (z[j] - centre[j]) * (scale ? scale[j] : 1);
      sum += t * t;
    }
  }
  return offset + sum;
}
`;
}

/** JSON that is safe inside a script element too. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
