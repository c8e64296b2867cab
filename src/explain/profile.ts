import type { Context } from '../context.js';
import type { Profile, TypicalMember } from '../domain/profile.js';
import { formatValue } from '../util/format-value.js';
import { wilson } from '../util/wilson.js';
import { cleanText, listWords, slug } from '../util/words.js';
import { centres, nearestSegment } from './centres.js';
import { contrast, type Contrast } from './contrast.js';
import { names } from './name.js';
import { narrative } from './narrate.js';
import { phrase } from './phrase.js';
import { rules } from './rules.js';
import type { Subject } from './subject.js';
import { themeKey } from '../util/theme.js';
import { traits, typicalText } from './traits.js';

const typicalMembers = 5;

/**
 * The profiles of all segments, in their order: name, narrative, traits, rule, typical members, size and revenue (exact sums over all rows),
 * and the nearest segment. Give `found` where the contrast was measured already. Deterministic by the context's seed.
 */
export function profiles(subject: Subject, context: Pick<Context, 'rng'>, found: Contrast = contrast(subject, context)): Profile[] {
  const { table, entityWord, currency } = subject;
  const { k } = found;
  const centre = centres(subject, k);
  const title = names(found, entityWord);
  const rule = rules(subject, found, context);
  const revenue = revenues(subject, k);
  const members = nearestMembers(subject, centre, k);
  return title.map((name, segment) => {
    const entities = found.sizes[segment];
    const share = table.rows > 0 ? entities / table.rows : 0;
    const own = traits(found, segment, currency);
    const nearest = nearestSegment(centre, k, segment);
    const told = {
      segment, share, entityWord, currency, kind: subject.model.kind,
      revenueShare: revenue?.shares[segment],
      stability: subject.stability.find((s) => s.segment === segment),
    };
    return {
      segment,
      id: slug(name),
      name,
      narrative: narrative(found, told),
      traits: own,
      rule: rule[segment],
      typical: members[segment].map((row) => typicalMember(subject, row, own.slice(0, 6).map((t) => t.feature))),
      entities,
      share,
      ...(revenue ? { revenue: revenue.sums[segment], revenueShare: revenue.shares[segment] } : {}),
      shareInterval: wilson(entities, table.rows),
      ...(nearest === undefined ? {} : { nearest: { segment: nearest, difference: difference(found, segment, nearest, title[nearest], currency) } }),
    };
  });
}

/** Spend per segment and its share of all (outliers' too), rounded to a ten-thousandth of the currency; undefined where the data has no money spent. */
export function revenues({ table, assignment }: Pick<Subject, 'table' | 'assignment'>, k: number): { sums: number[]; shares: number[] } | undefined {
  const j = table.features.findIndex((f) => f.name === 'spend' && f.kind === 'money');
  if (j < 0) return undefined;
  const sums = new Array<number>(k + 1).fill(0); // the last for those in no segment
  const column = table.columns[j];
  for (let i = 0; i < column.length; i++) if (!Number.isNaN(column[i])) sums[assignment.labels[i] < 0 ? k : assignment.labels[i]] += column[i];
  const rounded = sums.map((x) => Math.round(x * 1e4) / 1e4);
  const total = rounded.reduce((a, b) => a + b, 0);
  return total > 0 ? { sums: rounded.slice(0, k), shares: rounded.slice(0, k).map((x) => x / total) } : undefined;
}

/** Rows nearest to each centre, nearest first; equal distances go to the earlier row. One pass over the matrix. */
function nearestMembers({ matrix, assignment }: Subject, centre: Float64Array, k: number): number[][] {
  const { rows, d, stride, data } = matrix;
  const best: { row: number; distance: number }[][] = Array.from({ length: k }, () => []);
  for (let i = 0; i < rows; i++) {
    const s = assignment.labels[i];
    if (s < 0) continue;
    const list = best[s];
    const limit = list.length < typicalMembers ? Infinity : list[list.length - 1].distance;
    let distance = 0;
    for (let j = 0; j < d && distance < limit; j++) distance += (data[i * stride + j] - centre[s * d + j]) ** 2;
    if (distance >= limit) continue;
    const place = list.findIndex((m) => m.distance > distance);
    list.splice(place < 0 ? list.length : place, 0, { row: i, distance });
    if (list.length > typicalMembers) list.pop();
  }
  return best.map((list) => list.map((m) => m.row));
}

function typicalMember({ table, assignment, currency }: Subject, row: number, wanted: readonly string[]): TypicalMember {
  const shown = new Set([...['recency', 'orders', 'spend'].filter((name) => table.features.some((f) => f.name === name)), ...wanted]);
  const values: [string, string][] = [];
  table.features.forEach((feature, j) => {
    if (shown.has(feature.name)) values.push([cleanText(feature.title), formatValue(table.columns[j][row], feature, currency)]);
  });
  return { entity: table.entities[row], strength: Math.round(assignment.strength[row] * 1000) / 1000, values: Object.fromEntries(values) };
}

/** What tells two segments apart, in words: the two features, of different families, whose standardised means differ most. */
function difference(found: Contrast, a: number, b: number, nameOfB: string, currency?: string): string {
  const { features, standardised, here } = found;
  const m = features.length;
  const gap = (j: number) => Math.abs(standardised[a * m + j] - standardised[b * m + j]);
  const text = (s: number, j: number) => typicalText({ ...features[j], unit: undefined }, here[s * m + j], currency);
  const told = features.map((_, j) => j)
    .filter((j) => features[j].role !== 'label' && features[j].role !== 'sensitive' && features[j].kind !== 'index')
    .filter((j) => Number.isFinite(here[a * m + j]) && Number.isFinite(here[b * m + j]) && text(a, j) !== text(b, j))
    .sort((x, y) => gap(y) - gap(x) || x - y);
  const chosen = told.filter((j, i) => told.findIndex((r) => themeKey(features[r]) === themeKey(features[j])) === i).slice(0, 2);
  if (chosen.length === 0) return `hardly differs from “${nameOfB}”`;
  return `${listWords(chosen.map((j) => `${phrase(features[j], here[a * m + j], currency)} against ${text(b, j)}`))} among “${nameOfB}”`;
}
