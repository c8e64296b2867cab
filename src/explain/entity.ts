import { ShoalError } from '../errors.js';
import type { Feature } from '../domain/feature.js';
import type { Explanation, Profile } from '../domain/profile.js';
import { closest } from '../util/closest.js';
import { encodeValue } from '../util/encode-value.js';
import { formatDays, formatNumber, formatPercent, formatValue } from '../util/format-value.js';
import { cleanText, countWord, listWords, upperFirst } from '../util/words.js';
import { distanceTo, middlesOf } from './centres.js';
import type { Contrast } from './contrast.js';
import { flip, type Lever } from './flip.js';
import { formsNear, gradient, limitForm, type Nearness, nearness, partsAt, segmentAt, sharesAt, valueAt } from './forms.js';
import { phrase } from './phrase.js';
import { article, oneOf, reading } from '../domain/reading.js';
import type { Subject } from './subject.js';
import { themeKey, themeOf } from '../util/theme.js';
import { typicalText } from './traits.js';

/** What of a contrast explains one entity. */
export type Usual = Pick<Contrast, 'k' | 'here' | 'range'>;

/**
 * Why one entity is in its segment and not in the next, and what would move it; for an outlier, how far it is from the nearest and why. `contributions`
 * split the difference of the model's distances to the next segment and to its own, exactly: positive weights pull it in, negative ones pull it out,
 * and with `base` they sum to the whole. Where a model has neither forms nor centres the distances are to the segments' means.
 * Throws `explain/unknown-entity`.
 */
export function explainEntity(subject: Subject, found: Usual, profiles: readonly Profile[], id: string): Explanation {
  const { table, matrix, assignment, currency, entityWord } = subject;
  const row = table.entities.indexOf(id);
  if (row < 0) throw new ShoalError('explain/unknown-entity', { id: cleanText(id), suggestion: closest(id, table.entities) });
  const { k } = found;
  const { d, stride, data } = matrix;
  const z = Float64Array.from(data.subarray(row * stride, row * stride + d));
  const own = assignment.labels[row];
  const strength = Math.round(assignment.strength[row] * 1000) / 1000;
  const who = cleanText(id);
  if (k === 0) return { entity: id, segment: -1, segmentName: '', strength, sentences: [`${who} is in no segment: there are none.`], contributions: [], moves: [] };
  const near = nearness(subject, k);
  const form = formsNear(near.forms, z);
  const next = nextOf();
  const home = own >= 0 ? own : next;
  const position = new Map(table.features.map((f, j) => [f.name, j]));
  const [from, to] = [form[home], own >= 0 && next !== own ? form[next] : undefined];
  const [ownParts, nextParts] = [from && partsAt(from, z), to && partsAt(to, z)];
  const parts = matrix.encoder.features.map((f, c) => ({ j: position.get(f.name)!, weight: (nextParts?.[c] ?? (own >= 0 ? ownParts?.[c] : 0) ?? 0) - (ownParts?.[c] ?? 0) }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || a.j - b.j);
  const base = from && to ? to.offset - from.offset : 0;
  const memberships = near.forms.strength === 'odds' && own >= 0 ? membershipsOf() : undefined;
  const moves = movesOf(subject, found, profiles, row, z, near);
  return {
    entity: id,
    segment: own,
    segmentName: profiles[home].name,
    strength,
    ...(memberships ? { memberships } : {}),
    sentences: own >= 0 ? sentences() : outlierSentences(),
    ...(base !== 0 ? { base } : {}),
    contributions: parts.map(({ j, weight }) => ({
      feature: table.features[j].name,
      title: titleOf(table.features[j]),
      value: formatValue(table.columns[j][row], table.features[j], currency),
      weight,
    })),
    moves: moves.map(({ segment, changes, sentence }) => ({ segment, segmentName: profiles[segment].name, changes, sentence })),
  };

  /** The nearest segment but the own: the model's measure where it is known, else what the assignment says. */
  function nextOf(): number {
    const said = assignment.second[row];
    if (!near.exact && said >= 0 && said < k && said !== own) return said;
    const others = form.flatMap((f, s) => (f && s !== own ? [{ s, value: valueAt(f, z) }] : []));
    return others.length > 0 ? others.reduce((best, one) => (one.value < best.value ? one : best)).s : Math.max(own, 0);
  }

  function membershipsOf() {
    const shares = Array.from(sharesAt(near.forms, z), (share, segment) => ({ segment, segmentName: profiles[segment].name, share: Math.round(share * 1000) / 1000 }));
    return shares.filter(({ share }) => share >= 0.01).sort((a, b) => b.share - a.share || a.segment - b.segment);
  }

  function place(): string {
    if (memberships && memberships.length > 0) {
      const [first, second] = memberships;
      const rest = second ? ` and ${formatPercent(second.share)} to “${second.segmentName}”` : '';
      return `${who} belongs ${formatPercent(first.share)} to “${first.segmentName}”${rest}.`;
    }
    const firmly = strength >= 0.3 ? 'firmly' : strength >= 0.12 ? 'clearly' : 'only just';
    const beside = strength >= 0.12 ? `the next best would be “${profiles[next].name}”` : `“${profiles[next].name}” is about as near`;
    return `${who} is ${firmly} among “${profiles[own].name}”; ${beside}.`;
  }

  function sentences(): string[] {
    if (own === next) return [`There is one segment, so ${who} is in it: “${profiles[own].name}”.`];
    const said = [place()];
    const pulls = telling(parts.filter((p) => p.weight > 0));
    const against = telling(parts.filter((p) => p.weight < 0));
    if (pulls.length > 0) said.push(`What puts it there: ${listWords(pulls.map((p) => compared(p.j)))}.`);
    const biggest = pulls[0]?.weight ?? 0;
    if (against.length > 0 && -against[0].weight > 0.25 * biggest) said.push(`What pulls the other way: ${compared(against[0].j)}.`);
    return [...said, ...whatMoves()];
  }

  function whatMoves(): string[] {
    if (moves.length > 0) return [moves[0].sentence];
    const there = own < 0 ? ' into one' : '';
    if (near.exact) return [`No change of up to three things, within what other ${entityWord.many} do, would move it${there}.`];
    return subject.assign ? [`None of the changes tried, of up to three things within what other ${entityWord.many} do, moves it${there}.`] : [];
  }

  /** In no segment: how far off, and by what. */
  function outlierSentences(): string[] {
    const times = remoteness(subject, home, k, z);
    const name = `“${profiles[home].name}”`;
    const far = times >= 1.15
      ? `the nearest, ${name}, has its middle ${formatNumber(Math.round(times * 10) / 10)} times as far from it as from a typical member`
      : `it lies near ${name}, no farther from its middle than a typical member, but where few others are`;
    const apart = telling(parts.filter((p) => p.weight < 0));
    return [
      `${who} is in no segment: ${far}.`,
      ...(times >= 1.15 && apart.length > 0 ? [`What sets it apart from them: ${listWords(apart.map((p) => compared(p.j)))}.`] : []),
      ...whatMoves(),
    ];
  }

  /** The strongest parts, one per family, at most three, none that hardly counts or has nothing to be compared with. */
  function telling(list: typeof parts) {
    const families = new Set<string>();
    const usual = (s: number, j: number) => found.here[s * table.features.length + j];
    return list.filter(({ j, weight }) => {
      const family = themeKey(table.features[j]);
      if (families.has(family) || Number.isNaN(usual(home, j)) || Number.isNaN(usual(next, j)) || Math.abs(weight) < 0.1 * Math.abs(list[0].weight)) return false;
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
    return own < 0 ? `${what} (typical there ${usual(home)})` : `${what} (typical here ${usual(own)}, there ${usual(next)})`;
  }
}

/** What only depends on a feature, worked out once for all who are explained. */
function perFeature<T>(work: (feature: Feature) => T): (feature: Feature) => T {
  const known = new WeakMap<Feature, { readonly made: T }>();
  return (feature) => {
    const found = known.get(feature) ?? { made: work(feature) };
    known.set(feature, found);
    return found.made;
  };
}

/** The title of a feature, fit for a sentence. */
export const titleOf = perFeature((feature) => cleanText(feature.title));

/** How far a row is from the middle of a segment, as a multiple of the median distance of its members. */
function remoteness(subject: Subject, segment: number, k: number, z: Float64Array): number {
  const { centres, usual } = subject.middles ?? middlesOf(subject, k);
  return usual[segment] > 0 ? distanceTo(centres, segment * z.length, z, 0, z.length) / usual[segment] : Infinity;
}

function movesOf(subject: Subject, found: Usual, profiles: readonly Profile[], row: number, z: Float64Array, { forms, exact }: Nearness) {
  const { currency, assignment } = subject;
  if (!exact && !subject.assign) return [];
  const own = assignment.labels[row];
  const levers = leversOf(subject, found, row);
  const shown = (value: number, lever: Lever) => formatValue(value, lever.feature, currency);
  const beyond = limitForm(forms);
  const near = formsNear(forms, z);
  const rivals = [...near.filter((form) => form !== undefined), ...(beyond ? [beyond] : [])];
  const slopes = rivals.map((form) => gradient(form, z));
  const proposed = profiles.map((p) => p.segment).filter((s) => s !== own).flatMap((segment) => {
    const made = near[segment] && flip(z, rivals.indexOf(near[segment]), rivals, levers, slopes);
    if (!made) return [];
    // A change too small to be seen is no advice.
    const visible = made.changes.every(({ lever, to }) => shown(to, lever) !== shown(lever.from, lever) && changeText(lever, to, currency) !== changeText(lever, lever.from, currency));
    const point = z.slice();
    for (const { lever, to } of made.changes) point[lever.c] = Math.fround(encodeValue(to, lever.encoding));
    return visible ? [{ segment, point, ...made }] : [];
  });
  // A segment may have further forms, nearer to where the change leads; and where there are none only the model itself can tell.
  const led = exact ? proposed.map(({ point }) => segmentAt(forms, point)) : subject.assign!(rowsOf(proposed.map(({ point }) => point), z.length)).labels;
  const flips = proposed.filter(({ segment }, p) => led[p] === segment);
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

const rowsOf = (points: readonly Float64Array[], d: number) => ({ rows: points.length, d, stride: d, data: Float32Array.from(points.flatMap((p) => Array.from(p))) });

/**
 * Movable features that took part, from where they are to the observed 5th and 95th percentile. What has happened cannot be undone, so
 * totals only grow, and nobody's last order was before the first.
 */
function leversOf({ table, matrix }: Subject, found: Usual, row: number): Lever[] {
  const position = new Map(table.features.map((f, j) => [f.name, j]));
  const first = table.features.findIndex(tellsAge);
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

/** Whether it counts the days that somebody has been known. */
const tellsAge = perFeature((feature) => themeOf(feature) === 'tenure' && /^days since/i.test(feature.title));

/** Something one could ask of a person: no statistic of statistics, no age of the relationship. */
const askable = perFeature((feature) => feature.kind !== 'index' && themeOf(feature) !== 'tenure' && !/irregularity|variety|spread|in usual intervals|trend|streak|in a row/i.test(feature.title));

/** "two more orders", "a last order within 30 days", "an average order value of £60 (now £42)". */
function changeText({ feature, from }: Lever, to: number, currency?: string): string {
  const read = reading(feature);
  if (read.form === 'flag') return `${read.what}: ${read.is ? (to >= 0.5 ? read.is : `not ${read.is}`) : to >= 0.5 ? 'yes' : 'no'}`;
  if (feature.kind === 'count' && read.form === 'things' && to > from) return `${countWord(to - from)} more ${to - from === 1 ? oneOf(read.things) : read.things}`;
  if (feature.kind === 'count' && read.form === 'times' && to > from) return `${countWord(to - from)} more × ${read.what}`;
  if (read.form === 'since') return `${article(read.event)}${read.event} ${to < 1 ? 'today' : to < from ? `within ${formatDays(to)}` : `${formatDays(to)} ago`}`;
  return `${phrase(feature, to, currency)} (now ${formatValue(from, { ...feature, unit: undefined }, currency)})`;
}
