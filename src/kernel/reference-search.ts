// Nearest rows of rows on a kd-tree, written to be read.
import { KdTree, squareDistance } from './kd-tree.js';
import type { Points, Search } from './kernel.js';

/** Queries that may share what they found. */
export const sharingPiece = 32;

export function searchReference(points: Points): Search {
  const tree = new KdTree(points);
  const { n, d, data, rows } = tree;
  let cores: Float64Array = new Float64Array(n);
  let components: Int32Array = new Int32Array(n);
  let shared: Int32Array = new Int32Array(tree.nodes);
  return {
    n,
    d,
    rows,
    nearest(from, count, k, within, _any, squares, positions) {
      for (let i = 0; i < count; i++) {
        const found = tree.nearest(data, (from + i) * d, k, squares, positions, i * k, within);
        squares.fill(Infinity, i * k + found, (i + 1) * k);
        positions.fill(-1, i * k + found, (i + 1) * k);
      }
    },
    improve(from, count, k, links, squares, positions) {
      const m = links.length / n;
      const linked = (p: number) => links.subarray(p * m, (p + 1) * m).filter((q) => q >= 0);
      for (let i = 0; i < count; i++) {
        const found = new Set(positions.subarray(i * k, (i + 1) * k));
        // Whole blocks of four, as the SIMD kernel measures them.
        for (const through of linked(from + i)) for (const q of linked(through)) for (let b = q & ~3; b < Math.min(n, (q & ~3) + 4); b++) found.add(b);
        const near = Array.from(found, (q) => ({ q, square: squareDistance(data, q * d, data, (from + i) * d, d, Infinity) }));
        near.sort((a, b) => a.square - b.square || a.q - b.q);
        near.slice(0, k).forEach(({ q, square }, at) => {
          positions[i * k + at] = q;
          squares[i * k + at] = square;
        });
      }
    },
    setCores(given) {
      cores = given.slice();
    },
    setComponents(given) {
      components = given.slice();
      shared = sharedComponents(tree, components);
    },
    foreign(queries, bounds, sharing, squares, positions) {
      queries.forEach((p, i) => {
        const together = sharing && i % sharingPiece !== 0 && components[queries[i - 1]] === components[p];
        const found = nearestForeign(tree, cores, components, shared, p, together ? Math.min(bounds[i], squares[i - 1]) : bounds[i]);
        squares[i] = found.square;
        positions[i] = found.position;
      });
    },
    release() {},
  };
}

/** Per node the component of all positions in it that are in one; −1 where they are of several, −2 where none is in any. */
export function sharedComponents({ nodes, start, end, right }: Pick<KdTree, 'nodes' | 'start' | 'end' | 'right'>, components: Int32Array): Int32Array {
  const shared = new Int32Array(nodes).fill(-2);
  const add = (node: number, component: number) => {
    if (component === -2) return;
    shared[node] = shared[node] === -2 || shared[node] === component ? component : -1;
  };
  for (let node = nodes - 1; node >= 0; node--) {
    if (right[node] === 0) for (let p = start[node]; p < end[node]; p++) add(node, components[p] < 0 ? -2 : components[p]);
    else {
      add(node, shared[node + 1]);
      add(node, shared[right[node]]);
    }
  }
  return shared;
}

function nearestForeign(
  tree: KdTree, cores: Float64Array, components: Int32Array, shared: Int32Array, p: number, bound: number,
): { square: number; position: number } {
  const { d, data, start, end, right } = tree;
  const own = components[p];
  let square = bound;
  let position = -1;
  const stack = [0];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (shared[node] === own || shared[node] === -2 || tree.distanceToBox(node, data, p * d) >= square) continue;
    if (right[node] !== 0) {
      const children = [node + 1, right[node]];
      // The nearer one is looked at first.
      children.sort((a, b) => tree.distanceToBox(b, data, p * d) - tree.distanceToBox(a, data, p * d));
      stack.push(...children);
      continue;
    }
    for (let q = start[node]; q < end[node]; q++) {
      if (components[q] === own || components[q] < 0) continue;
      const mutual = Math.max(cores[p], cores[q], squareDistance(data, q * d, data, p * d, d, Infinity));
      if (mutual >= square) continue;
      square = mutual;
      position = q;
      if (square <= cores[p]) return { square, position };
    }
  }
  return { square, position };
}
