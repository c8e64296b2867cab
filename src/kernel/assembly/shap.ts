// Shapley values of a forest; the idea is in reference-shap.ts, the arrays in shap-plan.ts. Two points of integration fill a vector. A piece is a block of rows that
// goes through one tree after the other, so that a tree's constants stay in the nearest cache; no branch depends on where a row goes.

@unmanaged
export class Forest {
  d: i32; outputs: i32; trees: usize; treeCount: i32;
  nodes: usize; thresholds: usize; sets: usize; leaves: usize;
  constants: usize; rows: usize; count: i32; piece: i32;
  values: usize; scratch: usize; slot: i32; states: i32;
}

export function shapRows(a: Forest, piece: i32): void {
  const start = piece * a.piece;
  const end = min(start + a.piece, a.count);
  const scratch = a.scratch + <usize>piece * <usize>a.slot;
  const states = scratch + 1;
  const sums = scratch + <usize>a.states;
  store<u8>(scratch, 0);
  const rowBytes = <usize>a.d << 3;
  for (let t = 0; t < a.treeCount; t++) {
    const tree = a.trees + (<usize>t << 5);
    const points = load<i32>(tree, 16);
    const output = <usize>load<i32>(tree, 24);
    for (let i = start; i < end; i++) {
      const row = a.rows + <usize>i * rowBytes;
      const values = a.values + (<usize>i * <usize>a.outputs + output) * rowBytes;
      if (points == 4) addTreeOfFour(a, tree, row, values, states, sums);
      else addTree(a, tree, row, values, states, sums);
    }
  }
}

/** 0 where the row goes left, 1 where it goes right. */
// @ts-ignore: decorator
@inline
function side(a: Forest, node: usize, threshold: usize, row: usize): i32 {
  const value = load<f64>(row + (<usize>load<i32>(node) << 3));
  const set = load<i32>(node, 8);
  if (set >= 0) return sideOfCode(a, node, a.sets + (<usize>set << 2), value);
  const missing = value != value;
  return i32(!(value <= load<f64>(threshold))) & ~(i32(missing) & load<i32>(node, 4));
}

function sideOfCode(a: Forest, node: usize, set: usize, value: f64): i32 {
  if (value != value) return 1 - load<i32>(node, 4);
  if (!(value >= 0 && value < 2147483648)) return 1;
  const code = <i32>value;
  if (<f64>code != value || code >> 5 >= load<i32>(set)) return 1;
  return 1 - ((load<i32>(set + 4 + (<usize>(code >> 5) << 2)) >> (code & 31)) & 1);
}

/** The state of an inner node: 0 = another edge of its input, above, is not the row's; 1 = the row goes left; 2 = right. Before the states lies the 0 of no edge. */
// @ts-ignore: decorator
@inline
function stateOf(a: Forest, node: usize, threshold: usize, row: usize, states: usize): i32 {
  const follows = i32(<i32>load<u8>(states + <usize>load<i32>(node, 20)) == load<i32>(node, 24));
  return -follows & (1 + side(a, node, threshold, row));
}

function addTree(a: Forest, tree: usize, row: usize, values: usize, states: usize, sums: usize): void {
  const first = <usize>load<i32>(tree);
  const inner = load<i32>(tree, 4);
  const leafCount = load<i32>(tree, 12);
  const q = <usize>load<i32>(tree, 16) << 3;
  const constants = a.constants + (<usize>load<i32>(tree, 20) << 3);
  const stride = q * 9;
  const nodes = a.nodes + (first << 5);
  const one = f64x2.splat(1);
  for (let p: usize = 0; p < q; p += 16) v128.store(sums + p, one);
  for (let n = 0; n < inner; n++) {
    const node = nodes + (<usize>n << 5);
    const state = stateOf(a, node, a.thresholds + (first + <usize>n << 3), row, states);
    store<u8>(states + <usize>n, <u8>state);
    const here = sums + <usize>n * q;
    const left = sums + <usize>load<i32>(node, 12) * q;
    const right = sums + <usize>load<i32>(node, 16) * q;
    const factors = constants + <usize>n * stride + <usize>state * 3 * q;
    for (let p: usize = 0; p < q; p += 16) {
      const h = v128.load(here + p);
      const l = f64x2.mul(h, v128.load(factors + p));
      v128.store(left + p, l);
      v128.store(right + p, f64x2.sub(h, l));
    }
  }
  const leaves = a.leaves + (<usize>load<i32>(tree, 8) << 3);
  for (let l = 0; l < leafCount; l++) {
    const value = v128.load64_splat(leaves + (<usize>l << 3));
    const at = sums + <usize>(inner + l) * q;
    for (let p: usize = 0; p < q; p += 16) v128.store(at + p, f64x2.mul(v128.load(at + p), value));
  }
  for (let n = inner - 1; n >= 0; n--) {
    const node = nodes + (<usize>n << 5);
    const left = sums + <usize>load<i32>(node, 12) * q;
    const right = sums + <usize>load<i32>(node, 16) * q;
    const here = sums + <usize>n * q;
    const weights = constants + <usize>n * stride + (<usize>load<u8>(states + <usize>n) * 3 + 1) * q;
    let sum = f64x2.splat(0);
    for (let p: usize = 0; p < q; p += 16) {
      sum = f64x2.add(sum, f64x2.add(f64x2.mul(v128.load(left + p), v128.load(weights + p)), f64x2.mul(v128.load(right + p), v128.load(weights + q + p))));
    }
    const value = values + (<usize>load<i32>(node) << 3);
    store<f64>(value, load<f64>(value) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
    for (let p: usize = 0; p < q; p += 16) v128.store(here + p, f64x2.add(v128.load(left + p), v128.load(right + p)));
  }
}

/** The same for four points, which trees of some 31 leaves have, its loops unrolled. */
function addTreeOfFour(a: Forest, tree: usize, row: usize, values: usize, states: usize, sums: usize): void {
  const first = <usize>load<i32>(tree);
  const inner = load<i32>(tree, 4);
  const leafCount = load<i32>(tree, 12);
  const constants = a.constants + (<usize>load<i32>(tree, 20) << 3);
  const nodes = a.nodes + (first << 5);
  const one = f64x2.splat(1);
  v128.store(sums, one);
  v128.store(sums, one, 16);
  let own = constants;
  let here = sums;
  let threshold = a.thresholds + (first << 3);
  for (let n = 0, node = nodes; n < inner; n++, node += 32, own += 288, here += 32, threshold += 8) {
    const state = stateOf(a, node, threshold, row, states);
    store<u8>(states + <usize>n, <u8>state);
    const left = sums + (<usize>load<i32>(node, 12) << 5);
    const right = sums + (<usize>load<i32>(node, 16) << 5);
    const h0 = v128.load(here), h1 = v128.load(here, 16);
    const factors = own + <usize>state * 96;
    const l0 = f64x2.mul(h0, v128.load(factors)), l1 = f64x2.mul(h1, v128.load(factors, 16));
    v128.store(left, l0);
    v128.store(left, l1, 16);
    v128.store(right, f64x2.sub(h0, l0));
    v128.store(right, f64x2.sub(h1, l1), 16);
  }
  let leaf = a.leaves + (<usize>load<i32>(tree, 8) << 3);
  let at = sums + (<usize>inner << 5);
  for (let l = 0; l < leafCount; l++, leaf += 8, at += 32) {
    const value = v128.load64_splat(leaf);
    v128.store(at, f64x2.mul(v128.load(at), value));
    v128.store(at, f64x2.mul(v128.load(at, 16), value), 16);
  }
  for (let n = inner - 1; n >= 0; n--) {
    const node = nodes + (<usize>n << 5);
    own -= 288;
    here -= 32;
    const left = sums + (<usize>load<i32>(node, 12) << 5);
    const right = sums + (<usize>load<i32>(node, 16) << 5);
    const l0 = v128.load(left), l1 = v128.load(left, 16), r0 = v128.load(right), r1 = v128.load(right, 16);
    v128.store(here, f64x2.add(l0, r0));
    v128.store(here, f64x2.add(l1, r1), 16);
    const weights = own + <usize>load<u8>(states + <usize>n) * 96 + 32;
    const sum = f64x2.add(
      f64x2.add(f64x2.mul(l0, v128.load(weights)), f64x2.mul(r0, v128.load(weights, 32))),
      f64x2.add(f64x2.mul(l1, v128.load(weights, 16)), f64x2.mul(r1, v128.load(weights, 48))),
    );
    const value = values + (<usize>load<i32>(node) << 3);
    store<f64>(value, load<f64>(value) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
  }
}
