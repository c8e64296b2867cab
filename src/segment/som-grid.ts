export type GridKind = 'hexagonal' | 'rectangular';

/** Nodes are numbered row by row. */
export interface Grid {
  readonly grid: GridKind;
  readonly width: number;
  readonly height: number;
}

/** Where each node lies, x then y, one node's width apart; every other row of a hexagonal grid is half a node to the right. */
export function placesOf(grid: Grid): Float64Array {
  const places = new Float64Array(2 * grid.width * grid.height);
  for (let node = 0; node < grid.width * grid.height; node++) places.set(placeOf(grid, node), 2 * node);
  return places;
}

/** Whether two nodes touch: six neighbours in a hexagonal grid, eight in a rectangular one. */
export function adjacent(grid: Grid, a: number, b: number): boolean {
  const [ax, ay] = placeOf(grid, a);
  const [bx, by] = placeOf(grid, b);
  return Math.hypot(ax - bx, ay - by) < (grid.grid === 'hexagonal' ? 1.1 : 1.5);
}

/** Nodes that touch a node, in ascending order. */
export function neighboursOf(grid: Grid, node: number): number[] {
  const [row, column] = [Math.floor(node / grid.width), node % grid.width];
  const around: number[] = [];
  for (let r = Math.max(0, row - 1); r <= Math.min(grid.height - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(grid.width - 1, column + 1); c++) around.push(r * grid.width + c);
  }
  return around.filter((other) => other !== node && adjacent(grid, node, other));
}

/**
 * Every node's sum over all nodes of exp(−distance² / (2 reach²)) × their values (nodes × d). The Gaussian is a product of one part across and one down, so
 * it is applied one after the other: O(nodes × (width + height) × d).
 */
export function smoothed({ grid, width, height }: Grid, reach: number, values: Float64Array, d: number): Float64Array {
  const fall = (distance: number) => Math.exp(-(distance * distance) / (2 * reach * reach));
  // Places across come in half nodes: those of the even rows, then those of the odd ones.
  const kinds = grid === 'hexagonal' ? 2 : 1;
  const across = Float64Array.from({ length: 2 * width + 2 }, (_, halves) => fall(halves / 2));
  const down = Float64Array.from({ length: height }, (_, rows) => fall(grid === 'hexagonal' ? (rows * Math.sqrt(3)) / 2 : rows));
  const along = new Float64Array(kinds * height * width * d);
  for (let kind = 0; kind < kinds; kind++) {
    for (let row = 0; row < height; row++) {
      const shift = kinds === 2 ? kind - (row % 2) : 0;
      for (let to = 0; to < width; to++) {
        const target = ((kind * height + row) * width + to) * d;
        for (let from = 0; from < width; from++) addTimes(along, target, across[Math.abs(2 * (to - from) + shift)], values, (row * width + from) * d, d);
      }
    }
  }
  const result = new Float64Array(width * height * d);
  for (let row = 0; row < height; row++) {
    for (let from = 0; from < height; from++) {
      const kind = kinds === 2 ? row % 2 : 0;
      addTimes(result, row * width * d, down[Math.abs(row - from)], along, (kind * height + from) * width * d, width * d);
    }
  }
  return result;
}

function addTimes(into: Float64Array, at: number, factor: number, values: Float64Array, from: number, count: number): void {
  if (factor !== 0) for (let v = 0; v < count; v++) into[at + v] += factor * values[from + v];
}

function placeOf({ grid, width }: Grid, node: number): readonly [number, number] {
  const row = Math.floor(node / width);
  return grid === 'hexagonal' ? [(node % width) + (row % 2) / 2, (row * Math.sqrt(3)) / 2] : [node % width, row];
}
