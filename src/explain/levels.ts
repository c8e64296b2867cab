import type { Context } from '../context.js';
import type { LevelSegment } from '../domain/segment.js';
import { formatNumber, formatPercent } from '../util/format-value.js';
import { gatherInts } from '../util/gather.js';
import { type Sample, stratifiedSample } from '../util/stratified-sample.js';
import { listWords, lowerFirst } from '../util/words.js';
import { contrast, type Contrast } from './contrast.js';
import { names, namesInside } from './name.js';
import { tellingFirst } from './narrate.js';
import { comparedPhrase } from './phrase.js';
import { segmentSizes, type Subject } from './subject.js';

/** Rows looked at per parent unless fewer are asked for, and at least per child. */
const usualRows = 20_000;
const leastPerChild = 500;

/**
 * Names and one-line narratives for every level of a hierarchy. `labels`: the group of each row (−1 = none) at each level, broadest first, every group
 * inside one of the level before. The first level is told against everyone, each further one against the others inside the same parent: micro-segments
 * are called by what sets them apart there. A group that does not split keeps its name. Names are unique within a level. Deterministic. `mostRows`: rows looked at per parent; the time is theirs.
 */
export function levels(subject: Omit<Subject, 'assignment' | 'stability'>, labels: readonly Int32Array[], context: Pick<Context, 'rng'>, mostRows = usualRows): LevelSegment[][] {
  const told: LevelSegment[][] = [];
  labels.forEach((own, depth) => told.push(level(subject, own, depth > 0 ? { labels: labels[depth - 1], told: told[depth - 1] } : undefined, mostRows, context)));
  return told;
}

/**
 * The labels of all levels of a tree given by parent links (−1 at the top) and the node that each row is in (−1 = none): a level's groups are the nodes so
 * deep, and those less deep that have no further children. Groups are numbered by their nodes.
 */
export function labelsOfLevels(parents: readonly number[], members: Int32Array): Int32Array[] {
  const paths = parents.map((_, node) => {
    const path = [node];
    while (parents[path[0]] >= 0) path.unshift(parents[path[0]]);
    return path;
  });
  const used = new Set(members);
  const depth = Math.max(0, ...[...used].map((node) => (node < 0 ? 0 : paths[node].length)));
  return Array.from({ length: depth }, (_, level) => {
    const nodeAt = (node: number) => paths[node][Math.min(level, paths[node].length - 1)];
    const present = [...new Set([...used].filter((node) => node >= 0).map(nodeAt))].sort((a, b) => a - b);
    const numbers = new Map(present.map((node, group) => [node, group]));
    return members.map((node) => (node < 0 ? -1 : numbers.get(nodeAt(node))!));
  });
}

interface Above {
  readonly labels: Int32Array;
  readonly told: readonly LevelSegment[];
}

interface Draft {
  readonly name: string;
  readonly phrases: readonly string[];
}

function level(subject: Omit<Subject, 'assignment' | 'stability'>, labels: Int32Array, above: Above | undefined, mostRows: number, context: Pick<Context, 'rng'>): LevelSegment[] {
  const k = labels.reduce((most, label) => Math.max(most, label), -1) + 1;
  const sizes = segmentSizes(labels, k);
  const parents = above && parentsOf(labels, above.labels, k);
  const drafts = new Array<Draft>(k);
  const families = above ? above.told.map((_, p) => Array.from(parents!.keys()).filter((g) => parents![g] === p)) : [Array.from({ length: k }, (_, g) => g)];
  const whole = above && measured(subject, labels, Array.from(sizes.keys()), mostRows, context);
  families.forEach((children, p) => {
    if (above && children.length === 1) drafts[children[0]] = { name: above.told[p].name, phrases: [] };
    else if (children.length > 0) inside(subject, labels, children, whole && { whole, name: above!.told[p].name }, mostRows, context).forEach((draft, c) => (drafts[children[c]] = draft));
  });
  const named = apart(drafts, (g) => above?.told[parents![g]].name);
  const { many, one } = subject.entityWord;
  return drafts.map(({ phrases }, segment) => {
    const entities = sizes[segment];
    const parent = parents?.[segment];
    const shareOfParent = parent === undefined ? entities / labels.length : entities / above!.told[parent].entities;
    const where = parent === undefined ? formatPercent(shareOfParent) : `${formatPercent(shareOfParent)} of “${above!.told[parent].name}”`;
    const who = `${formatNumber(entities)} ${entities === 1 ? one : many}`;
    const narrative = parent !== undefined && families[parent].length === 1 ? `${who}: not divided further.` : `${who} (${where})${phrases.length > 0 ? `: ${listWords(phrases)}` : ', hardly different from the others'}.`;
    return { segment, ...(parent === undefined ? {} : { parent }), name: named[segment], narrative, entities, share: entities / labels.length, shareOfParent };
  });
}

/** The group of the level before that each group lies in: read from its first row. */
function parentsOf(labels: Int32Array, before: Int32Array, k: number): Int32Array {
  const parents = new Int32Array(k).fill(-1);
  for (let i = 0; i < labels.length; i++) if (labels[i] >= 0 && parents[labels[i]] < 0) parents[labels[i]] = before[i];
  return parents;
}

/** Names and phrases for the groups of one parent, each against its siblings; at the broadest level, against everyone. */
function inside(subject: Omit<Subject, 'assignment' | 'stability'>, labels: Int32Array, children: readonly number[], parent: { readonly whole: Contrast; readonly name: string } | undefined, mostRows: number, context: Pick<Context, 'rng'>): Draft[] {
  const found = measured(subject, labels, children, mostRows, context);
  const made = parent ? namesInside(found, parent.whole, children, parent.name, subject.entityWord) : names(found, subject.entityWord);
  return made.map((name, c) => ({ name, phrases: phrases(found, c, subject.currency) }));
}

/** Some groups against each other, in their order; everyone else is left out. */
function measured(subject: Omit<Subject, 'assignment' | 'stability'>, labels: Int32Array, groups: readonly number[], mostRows: number, context: Pick<Context, 'rng'>): Contrast {
  const place = new Map(groups.map((g, c) => [g, c]));
  const own = new Int32Array(labels.length).fill(-1);
  const rows: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    const c = place.get(labels[i]);
    if (c === undefined) continue;
    own[i] = c;
    rows.push(i);
  }
  const k = groups.length;
  const all = Int32Array.from(rows);
  const drawn = stratifiedSample(gatherInts(own, all), k, mostRows, Math.min(leastPerChild, Math.ceil(mostRows / 20)), context.rng('explain/levels'));
  const sample: Sample = { rows: gatherInts(all, drawn.rows), weights: drawn.weights };
  const among: Subject = {
    ...subject, stability: [], model: { ...subject.model, params: { k } },
    assignment: { labels: own, strength: new Float32Array(0), second: new Int32Array(0) },
  };
  return contrast(among, context, sample);
}

/** The two things that set a group apart most. */
function phrases(found: Contrast, segment: number, currency?: string): string[] {
  const at = (j: number) => segment * found.features.length + j;
  return tellingFirst(found, segment).slice(0, 2).map((j) => comparedPhrase(found.features[j], found.here[at(j)], found.elsewhere[at(j)], currency));
}

/** Groups of different parents that would have one name are told apart by their parents'. */
function apart(drafts: readonly Draft[], parentName: (group: number) => string | undefined): string[] {
  const times = new Map<string, number>();
  for (const { name } of drafts) times.set(name.toLowerCase(), (times.get(name.toLowerCase()) ?? 0) + 1);
  const taken = new Set<string>();
  return drafts.map(({ name }, g) => {
    const parent = parentName(g);
    const whole = times.get(name.toLowerCase())! > 1 && parent !== undefined && parent !== name ? `${name} among ${lowerFirst(parent)}` : name;
    let unique = whole;
    for (let n = 2; taken.has(unique.toLowerCase()); n++) unique = `${whole} ${n}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
