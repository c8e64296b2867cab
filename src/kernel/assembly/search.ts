// Searches in a kd-tree. Coordinates are in single precision, four positions a block (d × 4 numbers, one lane each), so that a leaf is scanned four rows
// at a time. Single precision only rules out: what is within a limit widened by all that rounding can do is measured again in double.

@unmanaged
export class Tree {
  blocks: usize; exact: usize; n: i32; d: i32;
  /** Of a box: low[padded], then high[padded]. */
  boxes: usize; padded: i32; start: usize; end: usize;
  right: usize; nodes: i32; components: usize; nodeComponents: usize;
  cores: usize; nodeCores: usize;
  /** Of a ball: centre[padded]; of all: radii. 0: no balls. */
  balls: usize; radii: usize;
  /** How far a distance in single precision may be off: absolutely, and squared relatively. */
  slack: f64; relative: f64;
}

/** One search, at the start of its scratch memory; then come the query in single and in double precision, the nodes to visit, and the hits in a leaf. */
@unmanaged
class Walk {
  top: i32; own: i32; query: usize; exact: usize; hits: usize; stack: usize;
}

const depth = 96;

/** The widened limit in single precision of a squared distance. */
// @ts-ignore: decorator
@inline
function widened(tree: Tree, square: f64): f32 {
  const root = sqrt(square) + tree.slack;
  return <f32>min(root * root * (1 + tree.relative), 3e38);
}

/** Starts a search from a position; nodes all of component `own` will be skipped (−1: none). */
function begin(tree: Tree, scratch: usize, p: i32, own: i32): Walk {
  const walk = changetype<Walk>(scratch);
  walk.own = own;
  walk.query = scratch + ((offsetof<Walk>() + 15) & ~15);
  walk.exact = walk.query + <usize>(tree.padded << 2);
  walk.stack = walk.exact + <usize>(tree.padded << 3);
  walk.hits = walk.stack + <usize>(depth << 3);
  const lane = lanes(tree, p);
  for (let j = 0; j < tree.padded; j++) {
    const value = j < tree.d ? load<f32>(lane + <usize>(j << 4)) : 0;
    store<f32>(walk.query + <usize>(j << 2), value);
    if (j < tree.d) store<f64>(walk.exact + <usize>(j << 3), tree.exact ? load<f64>(tree.exact + <usize>((p * tree.d + j) << 3)) : <f64>value);
  }
  walk.top = tree.nodes > 0 ? 0 : -1;
  store<i32>(walk.stack, 0);
  store<f32>(walk.stack, 0, 4);
  return walk;
}

// @ts-ignore: decorator
@inline
function lanes(tree: Tree, p: i32): usize {
  return tree.blocks + ((<usize>(p >> 2) * <usize>tree.d) << 4) + <usize>((p & 3) << 2);
}

/** Least squared distance to a node's box and ball; never below the least core distance inside. Infinity where nothing in it may be found. */
// @ts-ignore: decorator
@inline
function reach(tree: Tree, walk: Walk, node: i32): f32 {
  if (tree.nodeComponents) {
    const component = load<i32>(tree.nodeComponents + <usize>(node << 2));
    if (component == walk.own || component == -2) return Infinity;
  }
  const bytes = <usize>(tree.padded << 2);
  let low = tree.boxes + ((<usize>node * bytes) << 1);
  let sum = f32x4.splat(0);
  const end = walk.query + bytes;
  for (let at = walk.query; at < end; at += 16, low += 16) {
    const x = v128.load(at);
    const gap = f32x4.pmax(f32x4.pmax(f32x4.sub(v128.load(low), x), f32x4.sub(x, v128.load(low + bytes))), f32x4.splat(0));
    sum = f32x4.add(sum, f32x4.mul(gap, gap));
  }
  let square = total(sum);
  if (tree.balls) {
    let at = tree.balls + <usize>node * bytes;
    sum = f32x4.splat(0);
    for (let x = walk.query; x < end; x += 16, at += 16) {
      const t = f32x4.sub(v128.load(at), v128.load(x));
      sum = f32x4.add(sum, f32x4.mul(t, t));
    }
    // The radii are written longer by what rounding can do.
    const gap = sqrt(total(sum)) * (1 - <f32>tree.relative) - load<f32>(tree.radii + <usize>(node << 2));
    if (gap > 0) square = max(square, gap * gap);
  }
  return tree.nodeCores ? max(square, load<f32>(tree.nodeCores + <usize>(node << 2))) : square;
}

// @ts-ignore: decorator
@inline
function total(sum: v128): f32 {
  const half = f32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 0, 1));
  return f32x4.extract_lane(half, 0) + f32x4.extract_lane(half, 1);
}

/** The next leaf within a limit, the nearer side of every box first; −1 where there is none left. */
function nextLeaf(tree: Tree, walk: Walk, limit: f32): i32 {
  while (walk.top >= 0) {
    const entry = walk.stack + <usize>(walk.top << 3);
    walk.top--;
    if (load<f32>(entry, 4) > limit) continue;
    let node = load<i32>(entry);
    while (true) {
      const other = load<i32>(tree.right + <usize>(node << 2));
      if (other == 0) return node;
      const a = reach(tree, walk, node + 1);
      const b = reach(tree, walk, other);
      const first = b < a;
      const far = first ? a : b;
      if (far <= limit) {
        walk.top++;
        const free = walk.stack + <usize>(walk.top << 3);
        store<i32>(free, first ? node + 1 : other);
        store<f32>(free, far, 4);
      }
      if ((first ? b : a) > limit) break;
      node = first ? other : node + 1;
    }
  }
  return -1;
}

/** Writes the positions of a leaf that are within a limit in single precision; gives how many. */
function scan(tree: Tree, walk: Walk, leaf: i32, limit: f32): i32 {
  const first = load<i32>(tree.start + <usize>(leaf << 2));
  const last = load<i32>(tree.end + <usize>(leaf << 2));
  const bytes = <usize>(tree.d << 4);
  const bound = f32x4.splat(limit);
  const end = walk.query + <usize>(tree.d << 2);
  let into = walk.hits;
  let p = first;
  let block = tree.blocks + <usize>(p >> 2) * bytes;
  for (; p + 12 < last; p += 16, block += bytes << 2) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
    let b0 = block, b1 = block + bytes, b2 = b1 + bytes, b3 = b2 + bytes;
    for (let at = walk.query; at < end; at += 4) {
      const x = v128.load_splat<f32>(at);
      const t0 = f32x4.sub(v128.load(b0), x), t1 = f32x4.sub(v128.load(b1), x), t2 = f32x4.sub(v128.load(b2), x), t3 = f32x4.sub(v128.load(b3), x);
      a0 = f32x4.add(a0, f32x4.mul(t0, t0));
      a1 = f32x4.add(a1, f32x4.mul(t1, t1));
      a2 = f32x4.add(a2, f32x4.mul(t2, t2));
      a3 = f32x4.add(a3, f32x4.mul(t3, t3));
      b0 += 16;
      b1 += 16;
      b2 += 16;
      b3 += 16;
    }
    let found = i32x4.bitmask(f32x4.le(a0, bound)) | (i32x4.bitmask(f32x4.le(a1, bound)) << 4)
      | (i32x4.bitmask(f32x4.le(a2, bound)) << 8) | (i32x4.bitmask(f32x4.le(a3, bound)) << 12);
    for (; found; found &= found - 1, into += 4) store<i32>(into, p + ctz(found));
  }
  for (; p < last; p += 4, block += bytes) {
    let a = f32x4.splat(0);
    let b = block;
    for (let at = walk.query; at < end; at += 4, b += 16) {
      const t = f32x4.sub(v128.load(b), v128.load_splat<f32>(at));
      a = f32x4.add(a, f32x4.mul(t, t));
    }
    for (let found = i32x4.bitmask(f32x4.le(a, bound)); found; found &= found - 1, into += 4) store<i32>(into, p + ctz(found));
  }
  return <i32>((into - walk.hits) >> 2);
}

/** Squared distance in double precision, added up as `squareDistance` in kd-tree.ts does. */
function measured(tree: Tree, walk: Walk, q: i32): f64 {
  const d = tree.d;
  const x = walk.exact;
  let sum: f64 = 0;
  let j = 0;
  if (tree.exact) {
    const y = tree.exact + <usize>((q * d) << 3);
    for (; j + 4 <= d; j += 4) sum += wide(x, y, j) + wide(x, y, j + 1) + (wide(x, y, j + 2) + wide(x, y, j + 3));
    for (; j < d; j++) sum += wide(x, y, j);
  } else {
    const y = lanes(tree, q);
    for (; j + 4 <= d; j += 4) sum += narrow(x, y, j) + narrow(x, y, j + 1) + (narrow(x, y, j + 2) + narrow(x, y, j + 3));
    for (; j < d; j++) sum += narrow(x, y, j);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function wide(x: usize, y: usize, j: i32): f64 {
  const t = load<f64>(x + <usize>(j << 3)) - load<f64>(y + <usize>(j << 3));
  return t * t;
}

// @ts-ignore: decorator
@inline
function narrow(x: usize, y: usize, j: i32): f64 {
  const t = load<f64>(x + <usize>(j << 3)) - <f64>load<f32>(y + <usize>(j << 4));
  return t * t;
}

/**
 * The k nearest positions of position p within `within`, by distance, then position: into k squares and k positions; free places hold −1. With `any`,
 * k positions within it, whichever, in no order. Looks at no more than `leaves` leaves, the likeliest first.
 */
export function nearestOf(tree: Tree, scratch: usize, p: i32, k: i32, within: f64, any: bool, leaves: i32, squares: usize, positions: usize): void {
  const walk = begin(tree, scratch, p, -1);
  let count = 0;
  let worst = within;
  let limit = widened(tree, worst);
  for (let leaf = nextLeaf(tree, walk, limit); leaf >= 0 && leaves > 0; leaf = nextLeaf(tree, walk, limit), leaves--) {
    const hits = scan(tree, walk, leaf, limit);
    for (let h = 0; h < hits; h++) {
      const q = load<i32>(walk.hits + <usize>(h << 2));
      if (q >= tree.n) continue;
      const square = measured(tree, walk, q);
      if (square > worst || (count == k && square == worst && q > load<i32>(positions + <usize>((k - 1) << 2)))) continue;
      if (any) {
        store<f64>(squares + <usize>(count << 3), square);
        store<i32>(positions + <usize>(count << 2), q);
      } else insert(squares, positions, count == k ? k - 1 : count, square, q);
      if (count < k) count++;
      if (count < k) continue;
      if (any) return;
      worst = load<f64>(squares + <usize>((k - 1) << 3));
    }
    if (count == k) limit = widened(tree, worst);
  }
  for (; count < k; count++) {
    store<f64>(squares + <usize>(count << 3), Infinity);
    store<i32>(positions + <usize>(count << 2), -1);
  }
}

/** Puts a position into a list sorted by distance, then position; `at` is its last place, free or to be given up. */
// @ts-ignore: decorator
@inline
function insert(squares: usize, positions: usize, at: i32, square: f64, q: i32): void {
  for (; at > 0; at--) {
    const before = load<f64>(squares + <usize>((at - 1) << 3));
    const who = load<i32>(positions + <usize>((at - 1) << 2));
    if (before < square || (before == square && who < q)) break;
    store<f64>(squares + <usize>(at << 3), before);
    store<i32>(positions + <usize>(at << 2), who);
  }
  store<f64>(squares + <usize>(at << 3), square);
  store<i32>(positions + <usize>(at << 2), q);
}

/**
 * Betters a full list of k near positions by the positions linked with those that p is linked with (m links each, −1 after the last), and all in their
 * blocks of four. `seen` holds a bit per block, all 0 before and after; `blocks` room for m² numbers.
 */
export function improveOf(
  tree: Tree, scratch: usize, p: i32, k: i32, links: usize, m: i32, seen: usize, blocks: usize, squares: usize, positions: usize,
): void {
  const walk = begin(tree, scratch, p, -1);
  const last = <usize>(k - 1);
  const end = walk.query + <usize>(tree.d << 2);
  let worst = load<f64>(squares + (last << 3));
  let limit = widened(tree, worst);
  let count = 0;
  for (let a = 0; a < m; a++) {
    const through = load<i32>(links + <usize>((p * m + a) << 2));
    if (through < 0) break;
    for (let b = 0; b < m; b++) {
      const target = load<i32>(links + <usize>((through * m + b) << 2));
      if (target < 0) break;
      const block = target >> 2;
      const word = seen + <usize>((block >> 5) << 2);
      const bit = 1 << (block & 31);
      if (load<i32>(word) & bit) continue;
      store<i32>(word, load<i32>(word) | bit);
      store<i32>(blocks + <usize>(count++ << 2), block);
      let sum = f32x4.splat(0);
      let from = tree.blocks + ((<usize>block * <usize>tree.d) << 4);
      for (let at = walk.query; at < end; at += 4, from += 16) {
        const t = f32x4.sub(v128.load(from), v128.load_splat<f32>(at));
        sum = f32x4.add(sum, f32x4.mul(t, t));
      }
      for (let hits = i32x4.bitmask(f32x4.le(sum, f32x4.splat(limit))); hits; hits &= hits - 1) {
        const q = (block << 2) + ctz(hits);
        if (q >= tree.n || listed(positions, k, q)) continue;
        const square = measured(tree, walk, q);
        if (square > worst || (square == worst && q > load<i32>(positions + (last << 2)))) continue;
        insert(squares, positions, k - 1, square, q);
        worst = load<f64>(squares + (last << 3));
        limit = widened(tree, worst);
      }
    }
  }
  for (let i = 0; i < count; i++) store<i32>(seen + <usize>((load<i32>(blocks + <usize>(i << 2)) >> 5) << 2), 0);
}

function listed(positions: usize, k: i32, q: i32): bool {
  for (let i = 0; i < k; i++) if (load<i32>(positions + <usize>(i << 2)) == q) return true;
  return false;
}

/**
 * A position of another component that is nearer than `bound` under mutual reachability, the nearest one there is (but the first found that is no farther
 * than the own core distance: nothing can be nearer). Writes its square and it; where there is none, the bound and −1.
 */
export function foreignOf(tree: Tree, scratch: usize, p: i32, bound: f64, square: usize, position: usize): void {
  const own = load<i32>(tree.components + <usize>(p << 2));
  const core = load<f64>(tree.cores + <usize>(p << 3));
  const walk = begin(tree, scratch, p, own);
  let found = -1;
  let limit = widened(tree, bound);
  for (let leaf = nextLeaf(tree, walk, limit); leaf >= 0; leaf = nextLeaf(tree, walk, limit)) {
    const hits = scan(tree, walk, leaf, limit);
    const before = bound;
    for (let h = 0; h < hits; h++) {
      const q = load<i32>(walk.hits + <usize>(h << 2));
      if (q >= tree.n) continue;
      const component = load<i32>(tree.components + <usize>(q << 2));
      if (component == own || component < 0) continue;
      const other = max(core, load<f64>(tree.cores + <usize>(q << 3)));
      if (other >= bound) continue;
      const mutual = max(other, measured(tree, walk, q));
      if (mutual >= bound) continue;
      bound = mutual;
      found = q;
      if (bound <= core) break;
    }
    if (bound <= core) break;
    if (bound < before) limit = widened(tree, bound);
  }
  store<f64>(square, bound);
  store<i32>(position, found);
}
