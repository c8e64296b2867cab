import type { Group, GroupComparison } from '../../domain/answer.js';
import type { Subject } from '../../explain/subject.js';
import { contrast } from '../../explain/contrast.js';
import { rankedFeatures, trait } from '../../explain/traits.js';
import { rowsIn } from '../../segment/rules/bits.js';
import { sampleRows } from '../../segment/sample.js';
import { gatherInts } from '../../util/gather.js';
import { bitsOf, nameOf } from './groups.js';
import type { Held } from './held.js';
import { featureColumn } from './keep.js';
import { lazily } from './subject.js';

/** Members of each group that are looked at. */
const mostRows = 2_000;

/** What sets two groups apart, one feature per family before a second of the same. Who is in both counts in both. @throws `explain/unknown-segment`, `explain/unknown-tier` */
export function compare(held: Held, a: Group, b: Group, limit = 20): GroupComparison {
  const members = [a, b].map((group) => rowsIn(bitsOf(held, group)));
  const head = { names: [nameOf(held, a), nameOf(held, b)] as const, sizes: [members[0].length, members[1].length] as const };
  if (members.some(({ length }) => length === 0)) return { ...head, features: [] };
  const [first, second] = members.map((rows, g) => gatherInts(rows, sampleRows(rows.length, mostRows, held.rng(`view/compare/${g}`))));
  const rows = Int32Array.from([...first, ...second]);
  const found = contrast(beside(held, rows, first.length), { rng: held.rng });
  const { currency } = held.report;
  const told = rankedFeatures(found, 0).slice(0, Math.min(200, Math.max(0, Math.trunc(limit) || 0))).map((j) => trait(found, 0, j, currency));
  return {
    ...head,
    features: told.map(({ feature, title, here, hereText, elsewhere, elsewhereText, effect, interval, cliff }) => ({
      feature, title, a: { value: here, text: hereText }, b: { value: elsewhere, text: elsewhereText }, effect, interval, cliff,
    })),
  };
}

/** Some rows as a subject of two segments: the first so many, and the others. Columns are read when they are looked at. */
function beside({ features, asOf, file, model, report }: Held, rows: Int32Array, first: number): Subject {
  const { encoder } = model;
  return {
    table: { rows: rows.length, asOf, entities: [], features, columns: lazily(features, (name) => file.gather(featureColumn(name), rows)), table: '', sql: '' },
    matrix: { rows: rows.length, d: 0, stride: 0, data: new Float32Array(0), encoder, asOf, fingerprint: '' },
    model: { ...model, params: { k: 2 } },
    assignment: { labels: Int32Array.from(rows, (_, i) => (i < first ? 0 : 1)), strength: new Float32Array(0), second: new Int32Array(0) },
    stability: [], entityWord: report.entityWord, currency: report.currency,
  };
}
