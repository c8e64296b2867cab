// Shapley values of a forest; the idea is in reference-shap.ts, the arrays in shap-plan.ts. A piece is a block of rows that goes through one tree after the other: with
// a table, the sides that a row takes are the bits of where its values are; without, two sweeps work them out. No branch depends on where a row goes.

@unmanaged
export class Forest {
  d: i32; outputs: i32; trees: usize; treeCount: i32; inputs: usize;
  nodes: usize; thresholds: usize; sets: usize; leaves: usize; constants: usize; tables: usize;
  scratch: usize; slot: i32; states: i32; sums: i32; given: i32; piece: i32;
  columns: usize; stride: i32; count: i32; values: usize;
}

export function shapRows(a: Forest, piece: i32): void {
  const start = piece * a.piece;
  const rows = min(a.piece, a.count - start);
  const scratch = a.scratch + <usize>piece * <usize>a.slot;
  const given = scratch + <usize>(a.states + a.sums);
  const places = given + <usize>a.given;
  // Values column after column, and one column that nobody reads.
  const values = places + (<usize>a.piece << 3);
  const columns = a.columns + (<usize>start << 3);
  turnIn(a, start, rows, values);
  for (let t = 0; t < a.treeCount; t++) {
    const tree = a.trees + <usize>t * 48;
    const table = load<u32>(a.tables + (<usize>t << 2));
    if (table != 0) {
      findPlaces(a, tree, columns, rows, places);
      addPlaces(a, tree, table, rows, places, values);
    } else {
      for (let i = 0; i < rows; i++) {
        takeSides(a, tree, columns + (<usize>i << 3), scratch + <usize>(a.states >> 1));
        sweep(a, tree, scratch, given);
        for (let k = 0; k < load<i32>(tree, 32); k++) {
          const value = values + columnOf(a, tree, k) + (<usize>i << 3);
          store<f64>(value, load<f64>(value) + load<f64>(given + (<usize>k << 3)));
        }
      }
    }
  }
  turnOut(a, start, rows, values);
}

/** The table of one tree: per pattern of sides, the first node's in the lowest bit (1 = left), the values of its inputs. */
export function shapTable(a: Forest, t: i32): void {
  const tree = a.trees + <usize>t * 48;
  const table = <usize>load<u32>(a.tables + (<usize>t << 2));
  if (table == 0) return;
  const scratch = a.scratch + <usize>t * <usize>a.slot;
  const sides = scratch + <usize>(a.states >> 1);
  const inner = load<i32>(tree, 4);
  const bytes = entryBytes(tree);
  for (let pattern = 0; pattern < 1 << inner; pattern++) {
    for (let n = 0; n < inner; n++) store<u8>(sides + <usize>n, <u8>(1 - (pattern >> n & 1)));
    sweep(a, tree, scratch, table + <usize>pattern * bytes);
  }
}

// @ts-ignore: decorator
@inline
function entryBytes(tree: usize): usize {
  return <usize>(load<i32>(tree, 32) + 1 & ~1) << 3;
}

/** Where the values of the tree's k-th input are; beyond the last, the column that nobody reads. */
function columnOf(a: Forest, tree: usize, k: i32): usize {
  const column = k < load<i32>(tree, 32) ? load<i32>(tree, 24) * a.d + load<i32>(a.inputs + (<usize>(load<i32>(tree, 28) + k) << 2)) : a.outputs * a.d;
  return <usize>column * (<usize>a.piece << 3);
}

function turnIn(a: Forest, start: i32, rows: i32, values: usize): void {
  const width = a.outputs * a.d;
  for (let i = 0; i < rows; i++) {
    const row = a.values + <usize>(start + i) * (<usize>width << 3);
    for (let c = 0; c < width; c++) store<f64>(values + (<usize>(c * a.piece + i) << 3), load<f64>(row + (<usize>c << 3)));
  }
}

function turnOut(a: Forest, start: i32, rows: i32, values: usize): void {
  const width = a.outputs * a.d;
  for (let i = 0; i < rows; i++) {
    const row = a.values + <usize>(start + i) * (<usize>width << 3);
    for (let c = 0; c < width; c++) store<f64>(row + (<usize>c << 3), load<f64>(values + (<usize>(c * a.piece + i) << 3)));
  }
}

/** Where in the table each row's values are, in bytes: a sum over the nodes where it goes left. Rows are taken four by four, so up to three beyond the last. */
function findPlaces(a: Forest, tree: usize, columns: usize, rows: i32, places: usize): void {
  const first = <usize>load<i32>(tree);
  const end = places + (<usize>rows << 2);
  memory.fill(places, 0, (<usize>rows + 3 & ~3) << 2);
  let bytes = entryBytes(tree);
  for (let n = first; n < first + <usize>load<i32>(tree, 4); n++, bytes <<= 1) {
    const node = a.nodes + (n << 5);
    const bit = i32x4.splat(<i32>bytes);
    const set = load<i32>(node, 8);
    let value = columns + (<usize>(load<i32>(node) * a.stride) << 3);
    if (set >= 0) {
      for (let at = places; at < end; at += 4, value += 8) store<i32>(at, load<i32>(at) + (<i32>bytes & (sideOfCode(a, node, a.sets + (<usize>set << 2), load<f64>(value)) - 1)));
      continue;
    }
    const threshold = v128.load64_splat(a.thresholds + (n << 3));
    if (load<i32>(node, 4)) {
      for (let at = places; at < end; at += 16, value += 32) {
        const right = v128.shuffle<i32>(f64x2.gt(v128.load(value), threshold), f64x2.gt(v128.load(value, 16), threshold), 0, 2, 4, 6);
        v128.store(at, i32x4.add(v128.load(at), v128.andnot(bit, right)));
      }
    } else {
      for (let at = places; at < end; at += 16, value += 32) {
        const left = v128.shuffle<i32>(f64x2.le(v128.load(value), threshold), f64x2.le(v128.load(value, 16), threshold), 0, 2, 4, 6);
        v128.store(at, i32x4.add(v128.load(at), v128.and(bit, left)));
      }
    }
  }
}

/** Adds what the table says: two inputs of two rows at a time, so up to one row beyond the last. */
function addPlaces(a: Forest, tree: usize, table: usize, rows: i32, places: usize, values: usize): void {
  const end = places + (<usize>rows << 2);
  for (let k = 0; k < load<i32>(tree, 32); k += 2, table += 16) {
    let first = values + columnOf(a, tree, k);
    let second = values + columnOf(a, tree, k + 1);
    for (let at = places; at < end; at += 8, first += 16, second += 16) {
      const x = v128.load(table + <usize>load<u32>(at)), y = v128.load(table + <usize>load<u32>(at, 4));
      v128.store(first, f64x2.add(v128.load(first), v128.shuffle<f64>(x, y, 0, 2)));
      v128.store(second, f64x2.add(v128.load(second), v128.shuffle<f64>(x, y, 1, 3)));
    }
  }
}

function sideOfCode(a: Forest, node: usize, set: usize, value: f64): i32 {
  if (value != value) return 1 - load<i32>(node, 4);
  if (!(value >= 0 && value < 2147483648)) return 1;
  const code = <i32>value;
  if (<f64>code != value || code >> 5 >= load<i32>(set)) return 1;
  return 1 - ((load<i32>(set + 4 + (<usize>(code >> 5) << 2)) >> (code & 31)) & 1);
}

/** Per inner node 0 where the row goes left, 1 where it goes right. */
function takeSides(a: Forest, tree: usize, row: usize, sides: usize): void {
  const first = <usize>load<i32>(tree);
  for (let n = first; n < first + <usize>load<i32>(tree, 4); n++, sides++) {
    const node = a.nodes + (n << 5);
    const value = load<f64>(row + (<usize>(load<i32>(node) * a.stride) << 3));
    const set = load<i32>(node, 8);
    if (set >= 0) store<u8>(sides, <u8>sideOfCode(a, node, a.sets + (<usize>set << 2), value));
    else store<u8>(sides, <u8>(i32(!(value <= load<f64>(a.thresholds + (n << 3)))) & ~(i32(value != value) & load<i32>(node, 4))));
  }
}

/** The values of the tree's inputs, of the sides that lie in the upper half of the states. Two points of integration fill a vector. */
function sweep(a: Forest, tree: usize, scratch: usize, given: usize): void {
  const inner = load<i32>(tree, 4);
  const leafCount = load<i32>(tree, 12);
  const q = <usize>load<i32>(tree, 16) << 3;
  const constants = a.constants + (<usize>load<i32>(tree, 20) << 3);
  const stride = q * 9;
  const nodes = a.nodes + (<usize>load<i32>(tree) << 5);
  const sides = scratch + <usize>(a.states >> 1);
  const sums = scratch + <usize>a.states;
  // Before the states lies the 0 of no edge.
  const states = scratch + 1;
  store<u8>(scratch, 0);
  memory.fill(given, 0, entryBytes(tree));
  const one = f64x2.splat(1);
  for (let p: usize = 0; p < q; p += 16) v128.store(sums + p, one);
  for (let n = 0; n < inner; n++) {
    const node = nodes + (<usize>n << 5);
    const follows = i32(<i32>load<u8>(states + <usize>load<i32>(node, 20)) == load<i32>(node, 24));
    const state = -follows & (1 + <i32>load<u8>(sides + <usize>n));
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
      const l = v128.load(left + p), r = v128.load(right + p);
      sum = f64x2.add(sum, f64x2.add(f64x2.mul(l, v128.load(weights + p)), f64x2.mul(r, v128.load(weights + q + p))));
      v128.store(here + p, f64x2.add(l, r));
    }
    const value = given + (<usize>load<i32>(node, 28) << 3);
    store<f64>(value, load<f64>(value) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
  }
}
