import type { Brief, Lint } from '../domain/brief.js';
import type { FeatureTable } from '../domain/feature.js';
import type { FeatureMatrix } from '../domain/matrix.js';
import type { Profile } from '../domain/profile.js';
import type { Assignment, SegmentModel, SegmentStability } from '../domain/segment.js';
import type { ActionableSize, Seams } from '../domain/seams.js';
import type { Source } from '../domain/source.js';
import { formatNumber, formatPercent } from '../util/format-value.js';
import { gather } from '../util/gather.js';
import { cleanText, listWords } from '../util/words.js';
import { association, correlation } from './association.js';

export interface LintInput {
  readonly table: FeatureTable;
  readonly matrix: FeatureMatrix;
  readonly model: SegmentModel;
  readonly assignment: Assignment;
  readonly profiles: readonly Profile[];
  readonly stability: readonly SegmentStability[];
  readonly briefs: readonly Brief[];
  readonly sources: readonly Source[];
  /** Where the partition cuts through one group or holds several, where it was tested. */
  readonly seams?: Seams;
  /** How many members it takes to see an effect in a segment of its own. */
  readonly actionable?: ActionableSize;
  readonly entityWord: { readonly one: string; readonly many: string };
  /** Today, ms since the epoch; without it nothing is said of staleness (the same input then gives the same output on any day). */
  readonly now?: number;
}

/** The classic mistakes, each spoken up about with its numbers: warnings first, then notes. No finding, no sentence. */
export function lints(input: LintInput): Lint[] {
  const found = checks.flatMap((check) => check(input));
  return [...found.filter((l) => l.severity === 'warning'), ...found.filter((l) => l.severity === 'note')];
}

type Check = (input: LintInput) => readonly Lint[];

const day = 86_400_000;
const quoted = (name: string) => `“${name}”`;

const size: Check = ({ profiles, entityWord }) => {
  const made: Lint[] = [];
  if (profiles.length > 10) made.push({ kind: 'too-many', severity: 'warning', sentence: `There are ${profiles.length} segments: more than most teams can serve differently. Consider fewer, or act on the largest ones only.` });
  for (const { segment, name, entities, share } of profiles) {
    if (profiles.length > 1 && (entities < 10 || (entities < 30 && share < 0.1) || share < 0.01)) {
      made.push({ kind: 'too-small', severity: entities < 30 ? 'warning' : 'note', segment, sentence: `${quoted(name)} has only ${formatNumber(entities)} ${entities === 1 ? entityWord.one : entityWord.many} (${formatPercent(share)}): its numbers are rough and a campaign of its own will hardly pay.` });
    }
    if (profiles.length > 1 && share > 0.6) made.push({ kind: 'too-large', severity: 'note', segment, sentence: `${quoted(name)} holds ${formatPercent(share)} of all ${entityWord.many}: it is nearly everyone, so treating it as one says little.` });
  }
  return made;
};

const stable: Check = ({ profiles, stability }) =>
  profiles.flatMap(({ segment, name }): Lint[] => {
    const found = stability.find((s) => s.segment === segment);
    if (!found || !(found.jaccard < 0.75)) return [];
    const shaky = found.jaccard < 0.6;
    return [{ kind: 'unstable', severity: shaky ? 'warning' : 'note', segment, sentence: `${quoted(name)} is ${shaky ? 'not stable' : 'only fairly stable'}: redrawing the sample finds it again with ${formatPercent(found.jaccard)} overlap (75 % counts as steady).` }];
  });

/** Slices of a continuum have no gaps, and the choice of segments has said so already. */
const cuts: Check = ({ profiles, seams, model }) => {
  const name = (segment: number) => quoted(profiles.find((p) => p.segment === segment)?.name ?? `segment ${segment + 1}`);
  const joins = model.kind === 'convenience' ? [] : (seams?.joins ?? []);
  const shown = joins.slice(0, 3).map(({ a, b }) => `${name(a)} and ${name(b)}`);
  const made: Lint[] = shown.length === 0 ? [] : [{ kind: 'over-segmented', severity: 'note', sentence: `There is no gap between ${listWords(shown)}${joins.length > 3 ? ' and others' : ''} (dip test on held-out rows): ${joins.length > 1 ? 'each of these pairs' : 'the two'} may be one group cut through. Fewer segments would do.` }];
  for (const { segment, parts, strength } of seams?.splits ?? []) {
    made.push({ kind: 'under-segmented', severity: 'note', segment, sentence: `${name(segment)} holds ${parts} groups with a gap between them that are found again on other rows (prediction strength ${strength.toFixed(2)}): more segments would tell them apart.` });
  }
  return made;
};

/** One sentence for all: what a test of its own would take, and who has too few for it. */
const testable: Check = ({ profiles, actionable, entityWord }) => {
  if (!actionable) return [];
  const { members, baseRate, uplift, control, power } = actionable;
  const few = profiles.filter(({ entities }) => entities < members);
  if (few.length === 0) return [];
  const who = few.length === profiles.length ? (few.length === 1 ? 'It has fewer' : 'All segments have fewer') : `Fewer have ${listWords(few.slice(0, 3).map(({ name }) => quoted(name)))}${few.length > 3 ? ` and ${few.length - 3} more` : ''}`;
  return [{ kind: 'too-small-to-test', severity: 'note', sentence: `To see a rate of ${formatPercent(baseRate)} rise by ${formatPercent(uplift)} of itself in a segment takes ${formatNumber(members)} ${entityWord.many} in it, ${formatPercent(control)} of them left alone (found in ${formatPercent(power)} of tries). ${who}: test several together, or aim at larger effects.` }];
};

const overlap: Check = ({ profiles, assignment, entityWord }) => {
  if (profiles.length < 2) return [];
  const near = new Float64Array(profiles.length), all = new Float64Array(profiles.length);
  const other = profiles.map(() => new Float64Array(profiles.length));
  for (let i = 0; i < assignment.labels.length; i++) {
    const s = assignment.labels[i];
    if (s < 0) continue;
    all[s]++;
    if (assignment.strength[i] >= 0.05 || assignment.second[i] < 0) continue;
    near[s]++;
    other[s][assignment.second[i]]++;
  }
  return profiles.flatMap(({ segment, name }): Lint[] => {
    const share = all[segment] > 0 ? near[segment] / all[segment] : 0;
    if (share < 0.25) return [];
    const beside = profiles[other[segment].indexOf(Math.max(...other[segment]))].name;
    return [{ kind: 'overlap', severity: share >= 0.4 ? 'warning' : 'note', segment, sentence: `${formatPercent(share)} of the ${entityWord.many} in ${quoted(name)} sit on its border, mostly with ${quoted(beside)}: treat those two alike near the line.` }];
  });
};

/** Only where the data tells of channels at all. */
const reachable: Check = ({ profiles, briefs }) => {
  if (!briefs.some((b) => b.channels.length > 0)) return [];
  return profiles.flatMap(({ segment, name }): Lint[] =>
    briefs.find((b) => b.segment === segment)?.channels.length === 0
      ? [{ kind: 'not-reachable', severity: 'warning', segment, sentence: `${quoted(name)} cannot be reached on any channel in the data: no e-mail opened, no visit seen.` }]
      : []);
};

const stale: Check = ({ table, now }) => {
  if (now === undefined) return [];
  const days = (now - table.asOf) / day;
  if (days < 60) return [];
  const span = days >= 730 ? `${Math.round(days / 365)} years` : days >= 365 ? 'more than a year' : `${Math.round(days / 30)} months`;
  return [{ kind: 'stale', severity: days >= 365 ? 'warning' : 'note', sentence: `The data ends ${span} ago (${new Date(table.asOf).toISOString().slice(0, 10)}): where people are today may differ. Segment fresh data before acting.` }];
};

const poor: Check = ({ sources, table, matrix }) => {
  const made: Lint[] = [];
  for (const { name, audit } of sources) {
    const share = audit.rowsIn > 0 ? audit.rowsRejected / audit.rowsIn : 0;
    if (share < 0.02) continue;
    const main = [...audit.rejected].sort((a, b) => b.rows - a.rows)[0];
    made.push({ kind: 'poor-data', severity: share >= 0.1 ? 'warning' : 'note', sentence: `${formatPercent(share)} of the rows of '${cleanText(name, 40)}' could not be used${main ? ` (mostly: ${cleanText(main.reason, 80)}, ${formatNumber(main.rows)} rows)` : ''}.` });
  }
  const used = new Set(matrix.encoder.features.filter((f) => f.scale !== 0).map((f) => f.name));
  const patchy = table.features.flatMap((feature, j) => {
    if (!used.has(feature.name)) return [];
    const share = table.rows > 0 ? missingIn(table.columns[j]) / table.rows : 0;
    return share > 0.4 ? [{ title: cleanText(feature.title), share }] : [];
  }).sort((a, b) => b.share - a.share);
  if (patchy.length > 0) {
    const shown = patchy.slice(0, 3).map((p) => `${p.title} (${formatPercent(p.share)})`);
    made.push({ kind: 'poor-data', severity: 'note', sentence: `${patchy.length === 1 ? 'One feature is' : `${patchy.length} features are`} unknown for more than 40 % of the rows and ${patchy.length === 1 ? 'counts' : 'count'} as typical there: ${listWords(shown)}${patchy.length > 3 ? ' and more' : ''}.` });
  }
  return made;
};

function missingIn(column: Float64Array): number {
  let n = 0;
  for (let i = 0; i < column.length; i++) if (Number.isNaN(column[i])) n++;
  return n;
}

/** How much of what lies between the segments a single feature carries: its part of the between-segment sum of squares of the matrix. */
const dominant: Check = ({ table, matrix, assignment, profiles }) => {
  if (profiles.length < 2 || matrix.d < 4) return [];
  const { rows, d, stride, data } = matrix;
  const k = profiles.length;
  const sums = new Float64Array(k * d), sizes = new Float64Array(k);
  const step = Math.max(1, Math.floor(rows / 50_000));
  for (let i = 0; i < rows; i += step) {
    const s = assignment.labels[i];
    if (s < 0) continue;
    sizes[s]++;
    for (let j = 0; j < d; j++) sums[s * d + j] += data[i * stride + j];
  }
  const total = sizes.reduce((a, b) => a + b, 0);
  const parts = Array.from({ length: d }, (_, j) => {
    let mean = 0;
    for (let s = 0; s < k; s++) mean += sums[s * d + j] / total;
    let between = 0;
    for (let s = 0; s < k; s++) if (sizes[s] > 0) between += (sizes[s] / total) * (sums[s * d + j] / sizes[s] - mean) ** 2;
    return between;
  });
  const all = parts.reduce((a, b) => a + b, 0);
  const largest = parts.indexOf(Math.max(...parts));
  const share = all > 0 ? parts[largest] / all : 0;
  if (share < 0.5) return [];
  const title = cleanText(table.features.find((f) => f.name === matrix.encoder.features[largest].name)?.title ?? matrix.encoder.features[largest].name);
  return [{ kind: 'dominant-feature', severity: share >= 0.7 ? 'warning' : 'note', sentence: `“${title}” alone makes ${formatPercent(share)} of the difference between the segments: this is close to a split on that one feature.` }];
};

const strong = { "Cramér's V": 0.3, 'eta²': 0.14 } as const;
const notable = { "Cramér's V": 0.15, 'eta²': 0.06 } as const;

/** A protected attribute that the segments follow, taken part or not; for one that took none, the feature that stands in for it. */
const protectedAttribute: Check = ({ table, matrix, assignment, profiles }) => {
  if (profiles.length < 2) return [];
  const used = new Set(matrix.encoder.features.filter((f) => f.scale !== 0).map((f) => f.name));
  const rows = spread(table.rows);
  const labels = Int32Array.from(gather(Float64Array.from(assignment.labels), rows));
  const column = (j: number) => gather(table.columns[j], rows);
  const strongest = new Map<string, { j: number; value: number; measure: keyof typeof strong }>();
  table.features.forEach((feature, j) => {
    if (feature.role !== 'sensitive') return;
    const found = association(column(j), labels, profiles.length, feature.kind === 'flag');
    if (found.value < notable[found.measure]) return;
    if (found.value > (strongest.get(feature.family)?.value ?? 0)) strongest.set(feature.family, { j, ...found });
  });
  return [...strongest.values()].map(({ j, value, measure }): Lint => {
    const title = cleanText(table.features[j].title);
    const own = column(j);
    const severity = value >= strong[measure] || used.has(table.features[j].name) ? 'warning' : 'note';
    const size = `${measure} ${value.toFixed(2)}`;
    if (used.has(table.features[j].name)) return { kind: 'protected-attribute', severity, sentence: `“${title}” is a protected attribute and helped to make the segments (${size}). Leave it out unless the law and the purpose allow it.` };
    const proxy = table.features.map((f, i) => ({ f, i, r: used.has(f.name) ? correlation(own, column(i)) : 0 })).sort((a, b) => Math.abs(b.r) - Math.abs(a.r) || a.i - b.i)[0];
    const through = proxy && Math.abs(proxy.r) >= 0.2 ? ` The nearest stand-in is “${cleanText(proxy.f.title)}” (correlation ${formatNumber(proxy.r)}).` : '';
    return { kind: 'protected-attribute', severity, sentence: `The segments follow “${title}” although it took no part (${size}): acting on them may treat people differently by it.${through}` };
  });
};

/** What happened must not define who they are: a label among the inputs, or an input that all but repeats a label. */
const circular: Check = ({ table, matrix }) => {
  const used = new Set(matrix.encoder.features.filter((f) => f.scale !== 0).map((f) => f.name));
  const rows = spread(table.rows);
  return table.features.flatMap((label, j): Lint[] => {
    if (label.role !== 'label') return [];
    const title = cleanText(label.title);
    if (used.has(label.name)) return [{ kind: 'circular-label', severity: 'warning', sentence: `“${title}” says what happened and still helped to make the segments: that they differ in it proves nothing.` }];
    const values = gather(table.columns[j], rows);
    const twin = table.features.findIndex((f, i) => used.has(f.name) && Math.abs(correlation(values, gather(table.columns[i], rows))) > 0.95);
    return twin < 0 ? [] : [{ kind: 'circular-label', severity: 'warning', sentence: `“${cleanText(table.features[twin].title)}” all but repeats “${title}” (correlation above 0.95), so the segments partly restate the outcome.` }];
  });
};

/** Evenly spaced rows, at most about 20,000: enough for a correlation to two digits. */
function spread(n: number): Int32Array {
  const step = Math.max(1, Math.ceil(n / 20_000));
  const rows = new Int32Array(Math.ceil(n / step));
  for (let i = 0; i < rows.length; i++) rows[i] = i * step;
  return rows;
}

const checks: readonly Check[] = [protectedAttribute, circular, dominant, stable, cuts, overlap, reachable, poor, stale, size, testable];
