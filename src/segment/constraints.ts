// What is known of some rows before clustering (labels, must-links, cannot-links), made consistent, and how rows are placed under it.
import { ShoalError } from '../errors.js';
import type { Points } from '../kernel/kernel.js';
import type { Rng } from '../util/rng.js';
import { UnionFind } from './union-find.js';

export type Pair = readonly [number, number];

/** What is known. Rows are numbered from 0. */
export interface Known {
  /** Segment of some rows, as [row, segment]. */
  readonly labels: readonly Pair[];
  readonly mustLink: readonly Pair[];
  readonly cannotLink: readonly Pair[];
}

/** Rows that are placed as one, because must-links hold them together; or single rows, where must-links may give. */
export interface Units {
  readonly rows: readonly (readonly number[])[];
  /** Segment each is held to, −1 where it is free. */
  readonly held: readonly number[];
  /** Units each should be with, and not be with. */
  readonly near: readonly (readonly number[])[];
  readonly apart: readonly (readonly number[])[];
}

/**
 * Rows with constraints, as units. Must-links are transitive: what two of a group cannot, the group cannot.
 * @param firm whether must-links hold without exception
 * @param hold whether known labels hold
 * @throws `segment/contradiction` naming two rows, `segment/bad-constraint`
 */
export function unitsOf(known: Known, rows: number, k: number, firm: boolean, hold: boolean): Units {
  check(known, rows, k);
  const groups = new UnionFind(rows);
  for (const [a, b] of known.mustLink) groups.union(a, b);
  const labels = labelsOf(known, groups, hold);
  refuse(known, groups, labels);
  const constrained = [...new Set([...known.mustLink, ...known.cannotLink, ...(hold ? known.labels.map(([row]): Pair => [row, row]) : [])].flat())].sort((a, b) => a - b);
  const unitOf = new Map<number, number>();
  const units: number[][] = [];
  for (const row of constrained) {
    const key = firm ? groups.find(row) : row;
    if (!unitOf.has(key)) unitOf.set(key, units.push([]) - 1);
    units[unitOf.get(key)!].push(row);
  }
  const unit = (row: number) => unitOf.get(firm ? groups.find(row) : row)!;
  const links = (pairs: readonly Pair[]) => {
    const found: Set<number>[] = units.map(() => new Set());
    for (const [a, b] of pairs) {
      if (unit(a) === unit(b)) continue;
      found[unit(a)].add(unit(b));
      found[unit(b)].add(unit(a));
    }
    return found.map((one) => [...one].sort((a, b) => a - b));
  };
  return {
    rows: units,
    held: units.map(([row]) => (hold ? (labels.get(groups.find(row))?.label ?? -1) : -1)),
    near: links(known.mustLink),
    apart: links(known.cannotLink),
  };
}

function check({ labels, mustLink, cannotLink }: Known, rows: number, k: number): void {
  for (const row of [...labels.map(([row]) => row), ...mustLink.flat(), ...cannotLink.flat()]) {
    if (row >= rows) throw new ShoalError('segment/bad-constraint', { problem: `Row ${row} is named in a constraint, but the last of the ${rows} rows is ${rows - 1}` });
  }
  const wrong = labels.find(([, label]) => label >= k);
  if (wrong) throw new ShoalError('segment/bad-constraint', { problem: `Row ${wrong[0]} is labelled ${wrong[1]}, but the last of the ${k} segments is ${k - 1}` });
}

/** The label of each must-linked group, and a row that has it. */
function labelsOf(known: Known, groups: UnionFind, hold: boolean): Map<number, { label: number; row: number }> {
  const found = new Map<number, { label: number; row: number }>();
  const own = new Map<number, number>();
  for (const [row, label] of known.labels) {
    if (own.has(row) && own.get(row) !== label) throw new ShoalError('segment/contradiction', { a: row, b: row, problem: `it is labelled both ${own.get(row)} and ${label}` });
    own.set(row, label);
    const other = found.get(groups.find(row));
    if (hold && other && other.label !== label) throw new ShoalError('segment/contradiction', { a: other.row, b: row, problem: `must-links hold them together, but their labels are ${other.label} and ${label}` });
    if (!other) found.set(groups.find(row), { label, row });
  }
  return hold ? found : new Map();
}

function refuse({ cannotLink }: Known, groups: UnionFind, labels: Map<number, { label: number }>): void {
  for (const [a, b] of cannotLink) {
    if (groups.find(a) === groups.find(b)) throw new ShoalError('segment/contradiction', { a, b, problem: a === b ? 'it cannot be apart from itself' : 'must-links hold them together, and a cannot-link keeps them apart' });
    const [own, other] = [labels.get(groups.find(a)), labels.get(groups.find(b))];
    if (own && other && own.label === other.label) throw new ShoalError('segment/contradiction', { a, b, problem: `both belong to segment ${own.label} by their labels, and a cannot-link keeps them apart` });
  }
}

/** Where each unit is, and how many links are broken. */
export interface Placed {
  readonly labels: Int32Array;
  readonly broken: number;
}

/** Sweeps over the units until none moves. */
const sweeps = 30;

/**
 * Puts each unit where it costs least, given where the others are (iterated conditional modes): squared distances plus `weight` per broken link; with
 * infinite weight as few broken links as can be found come first, and distance second.
 * @param costs units × k, sums of squared distances
 */
export function place(units: Units, costs: Float64Array, k: number, weight: number, start: Int32Array, rng: Rng): Placed {
  const labels = start.slice();
  const broken = (u: number, c: number) => count(units.apart[u], (v) => labels[v] === c) + count(units.near[u], (v) => labels[v] >= 0 && labels[v] !== c);
  const firm = weight === Infinity;
  const best = (u: number) => {
    let found = 0;
    let least = [Infinity, Infinity];
    for (let c = 0; c < k; c++) {
      const links = broken(u, c);
      const cost = firm ? [links, costs[u * k + c]] : [0, costs[u * k + c] + (links === 0 ? 0 : weight * links)];
      if (cost[0] < least[0] || (cost[0] === least[0] && cost[1] < least[1])) {
        least = cost;
        found = c;
      }
    }
    return found;
  };
  const settle = () => {
    for (let sweep = 0, moved = true; moved && sweep < sweeps; sweep++) {
      moved = false;
      for (let u = 0; u < labels.length; u++) {
        const next = units.held[u] >= 0 ? units.held[u] : best(u);
        if (next !== labels[u]) moved = true;
        labels[u] = next;
      }
    }
  };
  settle();
  if (firm && brokenIn(units, labels) > 0) {
    untangle(units, costs, k, labels, rng);
    settle();
  }
  return { labels, broken: brokenIn(units, labels) };
}

function brokenIn({ near, apart }: Units, labels: Int32Array): number {
  let links = 0;
  for (let u = 0; u < labels.length; u++) links += count(apart[u], (v) => labels[v] === labels[u]) + count(near[u], (v) => labels[v] !== labels[u]);
  return links / 2;
}

/** Tabu search for a k-colouring (Hertz & de Werra 1987): the best move of a unit with a broken cannot-link, never soon back. Keeps the best seen. */
function untangle({ held, apart }: Units, costs: Float64Array, k: number, labels: Int32Array, rng: Rng): void {
  const clashes = (u: number, c: number) => count(apart[u], (v) => labels[v] === c);
  const until = new Map<number, number>();
  let best = labels.slice();
  let total = labels.reduce((sum, label, u) => sum + clashes(u, label), 0) / 2;
  let fewest = total;
  for (let step = 0; step < 20 * labels.length + 1000 && total > 0; step++) {
    let move: { u: number; c: number; change: number; cost: number } | undefined;
    for (let u = 0; u < labels.length; u++) {
      const own = held[u] >= 0 ? 0 : clashes(u, labels[u]);
      if (own === 0) continue;
      for (let c = 0; c < k; c++) {
        if (c === labels[u]) continue;
        const change = clashes(u, c) - own;
        if ((until.get(u * k + c) ?? 0) > step && total + change >= fewest) continue;
        const cost = costs[u * k + c] - costs[u * k + labels[u]];
        if (!move || change < move.change || (change === move.change && cost < move.cost)) move = { u, c, change, cost };
      }
    }
    if (!move) break;
    until.set(move.u * k + labels[move.u], step + 7 + rng.int(10));
    labels[move.u] = move.c;
    total += move.change;
    if (total < fewest) {
      fewest = total;
      best = labels.slice();
    }
  }
  labels.set(best);
}

/** For each unit and centre, the sum of squared distances of its rows. */
export function unitCosts({ rows }: Units, x: Points, centroids: ArrayLike<number>, k: number): Float64Array {
  const { d, stride, data } = x;
  const costs = new Float64Array(rows.length * k);
  rows.forEach((own, u) => {
    for (const row of own) {
      for (let c = 0; c < k; c++) {
        let square = 0;
        for (let j = 0; j < d; j++) square += (data[row * stride + j] - centroids[c * d + j]) ** 2;
        costs[u * k + c] += square;
      }
    }
  });
  return costs;
}

function count(items: readonly number[], test: (item: number) => boolean): number {
  let found = 0;
  for (const item of items) if (test(item)) found++;
  return found;
}
