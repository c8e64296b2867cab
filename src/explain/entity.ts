import { ShoalError } from '../errors.js';
import type { Feature } from '../domain/feature.js';
import type { Explanation, Profile } from '../domain/profile.js';
import { closest } from '../util/closest.js';
import { encodeValue } from '../util/encode-value.js';
import { formatDays, formatValue } from '../util/format-value.js';
import { cleanText, countWord, listWords, upperFirst } from '../util/words.js';
import { centresNear, modelCentres, segmentOf } from './centres.js';
import type { Contrast } from './contrast.js';
import { flip, type Lever } from './flip.js';
import { phrase } from './phrase.js';
import { article, oneOf, reading } from './reading.js';
import type { Subject } from './subject.js';
import { themeKey, themeOf } from '../util/theme.js';
import { typicalText } from './traits.js';

/**
 * Why one entity is in its segment and not in the next, and what would move it. `contributions` split the difference of the squared
 * distances to the next centre and to its own, exactly: positive weights pull it in, negative ones pull it out, and they sum to the whole.
 * Throws `explain/unknown-entity`.
 */
export function explainEntity(subject: Subject, found: Contrast, profiles: readonly Profile[], id: string): Explanation {
  const { table, matrix, assignment, currency, entityWord } = subject;
  const row = table.entities.indexOf(id);
  if (row < 0) throw new ShoalError('explain/unknown-entity', { id: cleanText(id), suggestion: closest(id, table.entities) });
  const { k } = found;
  const { d, stride, data } = matrix;
  const z = Float64Array.from(data.subarray(row * stride, row * stride + d));
  const all = modelCentres(subject, k);
  const centre = centresNear(all, z, k);
  const own = assignment.labels[row];
  const next = k > 1 ? nextNearest(z, centre, k, own) : own;
  const position = new Map(table.features.map((f, j) => [f.name, j]));
  const parts = matrix.encoder.features.map((f, c) => ({
    j: position.get(f.name)!,
    weight: (z[c] - centre[next * d + c]) ** 2 - (z[c] - centre[own * d + c]) ** 2,
  })).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || a.j - b.j);
  const moves = movesOf(subject, found, profiles, row, z, { centre, all }, own);
  const strength = Math.round(assignment.strength[row] * 1000) / 1000;
  return {
    entity: id,
    segment: own,
    segmentName: profiles[own].name,
    strength,
    sentences: sentences(),
    contributions: parts.map(({ j, weight }) => ({
      feature: table.features[j].name,
      title: cleanText(table.features[j].title),
      value: formatValue(table.columns[j][row], table.features[j], currency),
      weight,
    })),
    moves: moves.map(({ segment, changes, sentence }) => ({ segment, segmentName: profiles[segment].name, changes, sentence })),
  };

  function sentences(): string[] {
    const who = cleanText(id);
    if (own === next) return [`There is one segment, so ${who} is in it: “${profiles[own].name}”.`];
    const place = strength >= 0.3 ? 'firmly' : strength >= 0.12 ? 'clearly' : 'only just';
    const beside = strength >= 0.12 ? `the next best would be “${profiles[next].name}”` : `“${profiles[next].name}” is about as near`;
    const said = [`${who} is ${place} among “${profiles[own].name}”; ${beside}.`];
    const pulls = telling(parts.filter((p) => p.weight > 0));
    const against = telling(parts.filter((p) => p.weight < 0));
    if (pulls.length > 0) said.push(`What puts it there: ${listWords(pulls.map((p) => compared(p.j)))}.`);
    const biggest = pulls[0]?.weight ?? 0;
    if (against.length > 0 && -against[0].weight > 0.25 * biggest) said.push(`What pulls the other way: ${compared(against[0].j)}.`);
    if (moves.length > 0) said.push(moves[0].sentence);
    else said.push(`No change of up to three things, within what other ${entityWord.many} do, would move it.`);
    return said;
  }

  /** The strongest parts, one per family, at most three, none that hardly counts. */
  function telling(list: typeof parts) {
    const families = new Set<string>();
    return list.filter(({ j, weight }) => {
      const family = themeKey(table.features[j]);
      if (families.has(family) || Math.abs(weight) < 0.1 * Math.abs(list[0].weight)) return false;
      families.add(family);
      return true;
    }).slice(0, 3);
  }

  function compared(j: number): string {
    const feature = table.features[j];
    const bare = { ...feature, unit: undefined };
    const value = table.columns[j][row];
    const usual = (s: number) => typicalText(bare, found.here[s * table.features.length + j], currency);
    const what = Number.isNaN(value) ? `${cleanText(feature.title)} unknown` : feature.kind === 'flag' ? `${cleanText(feature.title)}: ${formatValue(value, feature)}` : phrase(feature, value, currency); // a flag's phrase is about a group
    return `${what} (typical here ${usual(own)}, there ${usual(next)})`;
  }
}

function nextNearest(z: Float64Array, centre: Float64Array, k: number, own: number): number {
  const d = z.length;
  let best = -1, least = Infinity;
  for (let s = 0; s < k; s++) {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (z[j] - centre[s * d + j]) ** 2;
    if (s !== own && sum < least) [best, least] = [s, sum];
  }
  return best;
}

function movesOf(
  subject: Subject, found: Contrast, profiles: readonly Profile[], row: number, z: Float64Array,
  { centre, all }: { readonly centre: Float64Array; readonly all: ReturnType<typeof modelCentres> }, own: number,
) {
  const { currency } = subject;
  const levers = leversOf(subject, found, row);
  const shown = (value: number, lever: Lever) => formatValue(value, lever.feature, currency);
  const flips = profiles.map((p) => p.segment).filter((s) => s !== own).flatMap((segment) => {
    const made = flip(z, segment, centre, found.k, levers);
    if (!made) return [];
    // A segment may have further centres, nearer to where the change leads; and a change too small to be seen is no advice.
    const point = z.slice();
    for (const { lever, to } of made.changes) point[lever.c] = Math.fround(encodeValue(to, lever.encoding));
    const visible = made.changes.every(({ lever, to }) => shown(to, lever) !== shown(lever.from, lever) && changeText(lever, to, currency) !== changeText(lever, lever.from, currency));
    return visible && segmentOf(all, point) === segment ? [{ segment, ...made }] : [];
  });
  return flips.sort((a, b) => a.cost - b.cost || a.segment - b.segment).slice(0, 3).map(({ segment, changes }) => ({
    segment,
    changes: changes.map(({ lever, to }) => ({
      feature: lever.feature.name,
      title: cleanText(lever.feature.title),
      from: shown(lever.from, lever),
      to: shown(to, lever),
    })),
    sentence: `${upperFirst(listWords(changes.map(({ lever, to }) => changeText(lever, to, currency))))} would put it among “${profiles[segment].name}”.`,
  }));
}

/**
 * Movable features that took part, from where they are to the observed 5th and 95th percentile. What has happened cannot be undone, so
 * totals only grow, and nobody's last order was before the first.
 */
function leversOf({ table, matrix }: Subject, found: Contrast, row: number): Lever[] {
  const position = new Map(table.features.map((f, j) => [f.name, j]));
  const first = table.features.findIndex((f) => themeOf(f) === 'tenure' && /^days since/i.test(f.title));
  const age = first < 0 ? Number.NaN : table.columns[first][row];
  return matrix.encoder.features.flatMap((encoding, c) => {
    const j = position.get(encoding.name)!;
    const feature = table.features[j];
    const from = table.columns[j][row];
    if (!feature.movable || encoding.scale === 0 || Number.isNaN(from) || !askable(feature)) return [];
    const [, p5, p95] = found.range[j];
    const grows = feature.kind === 'count' || (feature.kind === 'money' && themeOf(feature) === 'spend');
    const low = grows ? from : Math.min(from, Math.max(p5, encoding.low));
    const top = Math.min(p95, encoding.high, feature.kind === 'days' && !Number.isNaN(age) ? age : Infinity);
    const high = Math.max(from, top);
    return high > low ? [{ c, feature, encoding, from, low, high, whole: feature.kind === 'count' || feature.kind === 'flag' || feature.kind === 'days' }] : [];
  });
}

/** Something one could ask of a person: no statistic of statistics, no age of the relationship. */
const askable = (feature: Feature) => feature.kind !== 'index' && themeOf(feature) !== 'tenure' && !/irregularity|variety|spread|in usual intervals|trend|streak|in a row/i.test(feature.title);

/** "two more orders", "a last order within 30 days", "an average order value of £60 (now £42)". */
function changeText({ feature, from }: Lever, to: number, currency?: string): string {
  const read = reading(feature);
  if (read.form === 'flag') return `${read.what}: ${read.is ? (to >= 0.5 ? read.is : `not ${read.is}`) : to >= 0.5 ? 'yes' : 'no'}`;
  if (feature.kind === 'count' && read.form === 'things' && to > from) return `${countWord(to - from)} more ${to - from === 1 ? oneOf(read.things) : read.things}`;
  if (feature.kind === 'count' && read.form === 'times' && to > from) return `${countWord(to - from)} more × ${read.what}`;
  if (read.form === 'since') return `${article(read.event)}${read.event} ${to < 1 ? 'today' : to < from ? `within ${formatDays(to)}` : `${formatDays(to)} ago`}`;
  return `${phrase(feature, to, currency)} (now ${formatValue(from, { ...feature, unit: undefined }, currency)})`;
}
