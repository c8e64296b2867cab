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

/** How much the rows at one node pull another: exp(−distance² / (2 reach²)), nodes × nodes. */
export function influenceOf(places: Float64Array, reach: number): Float64Array {
  const k = places.length / 2;
  const influence = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      const square = (places[2 * a] - places[2 * b]) ** 2 + (places[2 * a + 1] - places[2 * b + 1]) ** 2;
      influence[a * k + b] = Math.exp(-square / (2 * reach * reach));
    }
  }
  return influence;
}

function placeOf({ grid, width }: Grid, node: number): readonly [number, number] {
  const row = Math.floor(node / width);
  return grid === 'hexagonal' ? [(node % width) + (row % 2) / 2, (row * Math.sqrt(3)) / 2] : [node % width, row];
}
