/** Disjoint sets of the numbers 0 … size − 1, by size with path halving (Tarjan 1975): near-constant time per call. */
export class UnionFind {
  readonly #parent: Int32Array;
  readonly #size: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, i) => i);
    this.#size = new Int32Array(size).fill(1);
  }

  /** The representative of the set that holds `i`. */
  find(i: number): number {
    const parent = this.#parent;
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  }

  /** Joins two sets; false where they were one already. */
  union(a: number, b: number): boolean {
    let large = this.find(a);
    let small = this.find(b);
    if (large === small) return false;
    if (this.#size[large] < this.#size[small] || (this.#size[large] === this.#size[small] && small < large)) [large, small] = [small, large];
    this.#parent[small] = large;
    this.#size[large] += this.#size[small];
    return true;
  }

  /** How many numbers the set of `i` holds. */
  size(i: number): number {
    return this.#size[this.find(i)];
  }
}
