// Threshold trees over a partition. The first k leaves by iterative mistake minimisation (IMM: Dasgupta, Frost, Moshkovitz & Rashtchian, ICML 2020):
// every split parts the centres, and is the one that parts the fewest rows from their own. Further leaves as ExKMC (Frost, Moshkovitz & Rashtchian 2020,
// arXiv 2006.02399): the split of a leaf that lowers the cost most, where each leaf counts as the segment that is cheapest for its rows; but the last
// leaf of a segment keeps one child for it, so that no segment is lost. O(features × (rows + thresholds × k)) per leaf.

/** What a tree is grown on: rows × features as bins of candidate thresholds (row ≤ threshold m exactly where bin ≤ m). */
export interface Ground {
  readonly k: number;
  readonly labels: Int32Array;
  readonly weights: Float64Array;
  readonly features: readonly GroundFeature[];
}

export interface GroundFeature {
  /** Bin of each row and of each centre; number of thresholds. */
  readonly bins: Uint8Array;
  readonly centres: Uint8Array;
  readonly cuts: number;
  /** Least and greatest value in each bin, on a scale that all features share: the widest gap breaks ties. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export type Tree = Branch | Leaf;
export interface Branch {
  readonly feature: number;
  readonly cut: number;
  readonly left: Tree;
  readonly right: Tree;
}
export interface Leaf {
  readonly segment: number;
}

export interface Split {
  readonly feature: number;
  readonly cut: number;
  readonly mistakes: number;
}

/** The tree with one leaf per centre. Centres that no threshold parts share a leaf, which counts as the one with the most rows. */
export function imm(ground: Ground, rows: Int32Array = everyRow(ground), centres: readonly number[] = Array.from({ length: ground.k }, (_, s) => s)): Tree {
  const split = centres.length > 1 ? leastMistaken(ground, rows, centres) : undefined;
  if (!split) return { segment: commonest(ground, rows, centres) };
  const { bins, centres: places } = ground.features[split.feature];
  const left = new Set(centres.filter((s) => places[s] <= split.cut));
  const side = (down: boolean) => imm(
    ground,
    rows.filter((i) => bins[i] <= split.cut === down && left.has(ground.labels[i]) === down), // rows parted from their centre take no further part
    centres.filter((s) => left.has(s) === down),
  );
  return { feature: split.feature, cut: split.cut, left: side(true), right: side(false) };
}

/** The split that parts the centres and the least weight of rows from their own; among equals the one in the widest gap between rows, then the first. */
export function leastMistaken(ground: Ground, rows: Int32Array, centres: readonly number[]): Split | undefined {
  const { k, labels, weights } = ground;
  let best: (Split & { gap: number }) | undefined;
  ground.features.forEach(({ bins, centres: places, cuts, low, high }, feature) => {
    const mass = new Float64Array((cuts + 1) * k);
    const total = new Float64Array(k);
    const filled = new Uint8Array(cuts + 1);
    for (let r = 0; r < rows.length; r++) {
      const i = rows[r];
      filled[bins[i]] = 1;
      mass[bins[i] * k + labels[i]] += weights[i];
      total[labels[i]] += weights[i];
    }
    const down = new Float64Array(k);
    for (let cut = 0; cut < cuts; cut++) {
      let mistakes = 0, left = 0;
      for (const s of centres) {
        down[s] += mass[cut * k + s];
        if (places[s] <= cut) left++;
        mistakes += places[s] <= cut ? total[s] - down[s] : down[s];
      }
      if (left === 0 || left === centres.length || (best && mistakes > best.mistakes + 1e-9)) continue;
      const [before, after] = [filled.lastIndexOf(1, cut), filled.indexOf(1, cut + 1)];
      const gap = before < 0 || after < 0 ? 0 : low[after] - high[before];
      if (!best || mistakes < best.mistakes - 1e-9 || gap > best.gap + 1e-12) best = { feature, cut, mistakes, gap };
    }
  });
  return best;
}

function commonest({ labels, weights, k }: Ground, rows: Int32Array, centres: readonly number[]): number {
  const mass = new Float64Array(k);
  for (const i of rows) mass[labels[i]] += weights[i];
  return centres.reduce((most, s) => (mass[s] > mass[most] ? s : most));
}

export interface Expanded {
  readonly tree: Tree;
  /** Cost with as many leaves as before, then with each one more. Never rises. */
  readonly costs: readonly number[];
}

/**
 * Splits leaves until there are `most` or no split lowers the cost by `least` of what it was at first. `cost[row × k + segment]`: of having a row in a segment.
 */
export function expand(ground: Ground, tree: Tree, cost: Float64Array, most: number, least: number): Expanded {
  const places = leavesOf(ground, tree).map((leaf): Place => ({ ...leaf, cost: costAs(ground, leaf.rows, leaf.segment, cost) }));
  const kept = new Map<number, number>(); // leaves per segment
  for (const { segment } of places) kept.set(segment, (kept.get(segment) ?? 0) + 1);
  const better = (place: Place) => bestSplit(ground, place.rows, cost, kept.get(place.segment) === 1 ? place.segment : undefined);
  for (const place of places) place.better = better(place);
  const costs = [places.reduce((sum, place) => sum + place.cost, 0)];
  const grown = new Map<object, Branch>();
  while (places.length < most) {
    const gain = (place: Place) => (place.better ? place.cost - place.better.cost : 0);
    const at = places.reduce((best, place, p) => (gain(place) > gain(places[best]) + 1e-9 ? p : best), 0);
    const place = places[at];
    if (!place.better || gain(place) <= Math.max(1e-9, least * costs[0])) break;
    const { feature, cut, left, right } = place.better;
    const { bins } = ground.features[feature];
    const children = [left, right].map((segment, side): Place => {
      const rows = place.rows.filter((i) => bins[i] <= cut === (side === 0));
      return { leaf: { segment }, segment, rows, cost: costAs(ground, rows, segment, cost) };
    });
    grown.set(place.leaf, { feature, cut, left: children[0].leaf, right: children[1].leaf });
    const touched = new Set([place.segment, left, right]);
    const before = new Map([...touched].map((s) => [s, kept.get(s) ?? 0]));
    kept.set(place.segment, kept.get(place.segment)! - 1);
    for (const { segment } of children) kept.set(segment, (kept.get(segment) ?? 0) + 1);
    places.splice(at, 1, ...children);
    for (const child of children) child.better = better(child);
    // A segment that has come to its last leaf, or got a second one, is split by another rule.
    for (const s of touched) if ((before.get(s) === 1) !== (kept.get(s) === 1)) for (const p of places) if (p.segment === s && !children.includes(p)) p.better = better(p);
    costs.push(places.reduce((sum, p) => sum + p.cost, 0));
  }
  const rebuilt = (node: Tree): Tree => {
    const branch = 'segment' in node ? grown.get(node) : node;
    return branch ? { ...branch, left: rebuilt(branch.left), right: rebuilt(branch.right) } : node;
  };
  return { tree: rebuilt(tree), costs };
}

interface Place {
  readonly leaf: Leaf;
  readonly segment: number;
  readonly rows: Int32Array;
  readonly cost: number;
  better?: Better;
}

interface Better {
  readonly feature: number;
  readonly cut: number;
  readonly left: number;
  readonly right: number;
  readonly cost: number;
}

/** The split of some rows whose sides cost least, each as its cheapest segment; with `keep`, one of them as that. */
function bestSplit({ k, features, weights }: Ground, rows: Int32Array, cost: Float64Array, keep: number | undefined): Better | undefined {
  let best: Better | undefined;
  features.forEach(({ bins, cuts }, feature) => {
    const costs = new Float64Array((cuts + 1) * k);
    const counts = new Float64Array(cuts + 1);
    const total = new Float64Array(k);
    for (let r = 0; r < rows.length; r++) {
      const i = rows[r], bin = bins[i] * k;
      counts[bins[i]]++;
      for (let s = 0; s < k; s++) costs[bin + s] += weights[i] * cost[i * k + s];
    }
    for (let v = 0; v < costs.length; v++) total[v % k] += costs[v];
    const down = new Float64Array(k);
    let count = 0;
    for (let cut = 0; cut < cuts; cut++) {
      count += counts[cut];
      let left = 0, right = 0;
      for (let s = 0; s < k; s++) {
        down[s] += costs[cut * k + s];
        if (down[s] < down[left]) left = s;
        if (total[s] - down[s] < total[right] - down[right]) right = s;
      }
      if (count === 0 || count === rows.length || counts[cut] === 0) continue;
      const priceOf = (l: number, r: number) => down[l] + total[r] - down[r];
      let made = { feature, cut, left, right, cost: priceOf(left, right) };
      if (keep !== undefined && left !== keep && right !== keep) {
        made = priceOf(keep, right) <= priceOf(left, keep) ? { ...made, left: keep, cost: priceOf(keep, right) } : { ...made, right: keep, cost: priceOf(left, keep) };
      }
      if (!best || made.cost < best.cost - 1e-9) best = made;
    }
  });
  return best;
}

const everyRow = ({ labels }: Ground) => Int32Array.from(labels.keys());

function costAs({ k, weights }: Ground, rows: Int32Array, segment: number, cost: Float64Array): number {
  let sum = 0;
  for (let r = 0; r < rows.length; r++) sum += weights[rows[r]] * cost[rows[r] * k + segment];
  return sum;
}

/** The leaves from left to right with the rows that end in each. */
export function leavesOf(ground: Pick<Ground, 'features' | 'labels'>, tree: Tree, rows: Int32Array = Int32Array.from(ground.labels.keys())): { readonly leaf: Leaf; readonly segment: number; readonly rows: Int32Array }[] {
  if ('segment' in tree) return [{ leaf: tree, segment: tree.segment, rows }];
  const { bins } = ground.features[tree.feature];
  return [
    ...leavesOf(ground, tree.left, rows.filter((i) => bins[i] <= tree.cut)),
    ...leavesOf(ground, tree.right, rows.filter((i) => bins[i] > tree.cut)),
  ];
}
