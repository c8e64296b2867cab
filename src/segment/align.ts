// Segment identity across refits: which new segment continues which old one, and what became of the others. Old and new are matched one to one so
// that as many entities as possible stay where they are (Jonker & Volgenant 1987); what survived, split, merged, died or was born follows from the
// overlaps (MONIC, Spiliopoulou, Ntoutsi, Theodoridis & Schult 2006). Nothing depends on how labels are numbered.
import type { Alignment, Fate, Migration, Origin, Overlap } from '../domain/alignment.js';
import { assert } from '../errors.js';
import { linearAssignment } from '../util/linear-assignment.js';

/** Labels of entities (−1: outlier). */
export interface Labelled {
  readonly labels: ArrayLike<number>;
  /** Who each label is of, different ones; absent where both fits are of the same entities in the same order. */
  readonly entities?: readonly string[];
}

/** A fit whose segments have ids. */
export interface Identified extends Labelled {
  /** By label. */
  readonly ids: readonly string[];
  /** Ids of earlier fits that must not be given again. */
  readonly retired?: readonly string[];
}

export interface AlignOptions {
  /** Share of a segment that must be in one place for it to live on there; 0.5 by default. */
  readonly survival?: number;
  /** Share of a segment below which a part does not count as a part; 0.25 by default. */
  readonly part?: number;
  /** Number of new segments, where some may be empty. */
  readonly k?: number;
  /** Ids that new segments would have if they continue nothing, by label; numbered ones (s1, s2 …) by default or where taken. */
  readonly wanted?: readonly string[];
}

/**
 * Gives the segments of a new fit the ids of those they continue, and says what became of each. Shares are of the entities that were there both
 * times, so that coming and going alone neither kills nor makes a segment. O(n + k³).
 */
export function align(previous: Identified, next: Labelled, options: AlignOptions = {}): Alignment {
  const before = previous.ids.length;
  const now = options.k ?? greatest(next.labels) + 1;
  const met = meet(previous, before, next, now);
  const { survival = 0.5, part = 0.25 } = options;
  const matched = match(met);
  const shareBefore = (p: number, q: number) => ratio(met.counts[p][q], met.stayed[p]);
  const shareNow = (p: number, q: number) => ratio(met.counts[p][q], met.known[q]);

  /** New segments that hold something of an old one, the largest part first. */
  const parts = range(before).map((p) => met.newOrder.filter((q) => met.counts[p][q] > 0).sort((a, b) => met.counts[p][b] - met.counts[p][a]));
  const whole = parts.map((own, p) => own.find((q) => shareBefore(p, q) >= survival));
  const pieces = parts.map((own, p) => own.filter((q) => shareBefore(p, q) >= part && shareNow(p, q) >= survival));
  const splits = pieces.map((own, p) => own.length > 1 && own.reduce((sum, q) => sum + shareBefore(p, q), 0) >= survival);
  const arrived = range(now).map((q) => met.oldOrder.filter((p) => !splits[p] && whole[p] === q));
  /** Of several that arrived whole, one alone of any size lives on and takes the others in. */
  const hosts = arrived.map((own, q) => own.filter((p) => shareNow(p, q) >= part));
  const kindOf = (p: number): Fate['kind'] => {
    if (splits[p]) return 'split';
    const q = whole[p];
    if (q === undefined) return 'died';
    return arrived[q].length === 1 || (hosts[q].length === 1 && hosts[q][0] === p) ? 'survived' : 'merged';
  };
  const kinds = range(before).map(kindOf);
  const into = kinds.map((kind, p) => (kind === 'split' ? pieces[p] : kind === 'died' ? [] : [whole[p]!]));

  const continuedBy = keep(matched, into, hosts, met);
  const ids = fresh(previous, met.newOrder, continuedBy, options.wanted);
  const sources = range(now).map((q) => met.oldOrder.filter((p) => met.counts[p][q] > 0).sort((a, b) => met.counts[b][q] - met.counts[a][q]));
  const fates = kinds.map((kind, p): Fate => ({
    id: previous.ids[p], kind, entities: total(met.counts[p]), left: met.counts[p][now + 1],
    into: into[p].map((q) => ids[q]), parts: parts[p].map((q): Overlap => ({ id: ids[q], entities: met.counts[p][q], share: shareBefore(p, q) })),
  }));
  const origins = sources.map((near, q): Origin => {
    const own = near.filter((p) => into[p].includes(q));
    const column = met.counts.map((row) => row[q]);
    const merges = own.length > 1 && hosts[q].length !== 1;
    const kind = own.length === 0 ? 'born' : own.some((p) => splits[p]) && !own.some((p) => kinds[p] === 'survived') ? 'split' : merges ? 'merged' : 'survived';
    return {
      id: ids[q], kind, entities: total(column), entered: column[before + 1], from: own.map((p) => previous.ids[p]),
      parts: near.map((p): Overlap => ({ id: previous.ids[p], entities: met.counts[p][q], share: shareNow(p, q) })),
    };
  });
  return { ids, continuedBy, fates, origins, migration: migrationOf(previous.ids, ids, met.counts) };
}

/** Two labellings of entities, met. */
interface Met {
  /** As `Migration.counts`. */
  readonly counts: readonly number[][];
  /** Per old segment: entities still there. Per new segment: entities already there. */
  readonly stayed: readonly number[];
  readonly known: readonly number[];
  /** Old and new labels in the order they first appear, so that ties never hang on numbering. */
  readonly oldOrder: readonly number[];
  readonly newOrder: readonly number[];
}

function meet(previous: Labelled, before: number, next: Labelled, now: number): Met {
  assert((previous.entities === undefined) === (next.entities === undefined), 'either both fits name their entities or neither does');
  const counts = range(before + 2).map(() => new Array<number>(now + 2).fill(0));
  const row = (label: number) => (label < 0 ? before : label);
  const column = (label: number) => (label < 0 ? now : label);
  const where = next.entities && new Map(next.entities.map((entity, i) => [entity, i]));
  const seen = new Uint8Array(next.labels.length);
  for (let i = 0; i < previous.labels.length; i++) {
    const at = where ? where.get(previous.entities![i]) : i;
    counts[row(previous.labels[i])][at === undefined ? now + 1 : column(next.labels[at])]++;
    if (at !== undefined) seen[at] = 1;
  }
  for (let i = 0; i < seen.length; i++) if (!seen[i]) counts[before + 1][column(next.labels[i])]++;
  return {
    counts,
    stayed: range(before).map((p) => total(counts[p].slice(0, now + 1))),
    known: range(now).map((q) => total(counts.slice(0, before + 1).map((own) => own[q]))),
    oldOrder: byAppearance(previous.labels, before),
    newOrder: byAppearance(next.labels, now),
  };
}

function byAppearance(labels: ArrayLike<number>, k: number): number[] {
  const seen = new Set<number>();
  for (let i = 0; i < labels.length && seen.size < k; i++) if (labels[i] >= 0) seen.add(labels[i]);
  for (let c = 0; c < k; c++) seen.add(c);
  return [...seen];
}

/** New label of each old one when as many entities as possible keep theirs; −1 where there are fewer new ones. */
function match({ counts, oldOrder, newOrder }: Met): Int32Array {
  const cost = oldOrder.flatMap((p) => newOrder.map((q) => -counts[p][q]));
  const found = linearAssignment(cost, oldOrder.length, newOrder.length);
  const matched = new Int32Array(oldOrder.length).fill(-1);
  found.forEach((q, p) => { if (q >= 0) matched[oldOrder[p]] = newOrder[q]; });
  return matched;
}

/** An id lives on in the matched segment where that is what the old one became; if the matching gave that to another, where its largest free part is. */
function keep(matched: Int32Array, into: readonly (readonly number[])[], hosts: readonly (readonly number[])[], { counts, oldOrder }: Met): number[] {
  const kept = new Array<number>(matched.length).fill(-1);
  const taken = new Set<number>();
  const give = (p: number, q: number) => {
    kept[p] = q;
    taken.add(q);
  };
  hosts.forEach((own, q) => { if (own.length === 1) give(own[0], q); });
  for (const p of oldOrder) if (kept[p] < 0 && into[p].includes(matched[p]) && !taken.has(matched[p])) give(p, matched[p]);
  for (const p of oldOrder) {
    if (kept[p] >= 0) continue;
    const free = into[p].filter((q) => !taken.has(q)).sort((a, b) => counts[p][b] - counts[p][a]);
    if (free.length > 0) give(p, free[0]);
  }
  return kept;
}

/** Ids by new label; those that continue nothing get the one they want, or are numbered on, in the order they first appear. */
function fresh({ ids, retired = [] }: Identified, newOrder: readonly number[], continuedBy: readonly number[], wanted: readonly string[] = []): string[] {
  const used = new Set([...ids, ...retired]);
  let last = Math.max(0, ...[...used].map((id) => Number(/^s(\d+)$/.exec(id)?.[1] ?? 0)));
  const given = new Map(continuedBy.map((q, p) => [q, ids[p]]));
  for (const q of newOrder) {
    if (given.has(q)) continue;
    const id = wanted[q] !== undefined && !used.has(wanted[q]) ? wanted[q] : `s${++last}`;
    used.add(id);
    given.set(q, id);
  }
  return range(newOrder.length).map((q) => given.get(q)!);
}

function migrationOf(before: readonly string[], now: readonly string[], counts: Met['counts']): Migration {
  return { from: [...before, 'outliers', 'entered'], to: [...now, 'outliers', 'left'], counts };
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : 0);
const total = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0);
const range = (length: number) => Array.from({ length }, (_, i) => i);

function greatest(labels: ArrayLike<number>): number {
  let most = -1;
  for (let i = 0; i < labels.length; i++) if (labels[i] > most) most = labels[i];
  return most;
}
