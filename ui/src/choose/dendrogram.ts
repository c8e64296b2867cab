/** A dendrogram as it travels: merge i joins nodes merges[2i] and merges[2i + 1] at heights[i] into node `leaves + i`. */
export interface Merges {
  readonly merges: readonly number[];
  readonly heights: readonly number[];
}

/** A node with its place: `row` counts leaves from the top, halves between them; leaves have height 0. */
export interface Placed {
  readonly node: number;
  readonly row: number;
  readonly height: number;
  readonly children?: readonly [Placed, Placed];
  /** Leaves below it, from the top. */
  readonly leaves: readonly number[];
}

/** Places a dendrogram: leaves in rows so that no lines cross, larger branches first. Several roots where not all is joined. */
export function placed({ merges, heights }: Merges, leaves: number, weight: (leaf: number) => number): Placed[] {
  const weights = Array.from({ length: leaves }, (_, leaf) => weight(leaf));
  const joined = new Set<number>();
  for (let i = 0; i < heights.length; i++) {
    const [a, b] = [merges[2 * i], merges[2 * i + 1]];
    weights[leaves + i] = (weights[a] ?? 0) + (weights[b] ?? 0);
    joined.add(a).add(b);
  }
  let next = 0;
  const place = (node: number): Placed => {
    if (node < leaves) return { node, row: next++, height: 0, leaves: [node] };
    const i = node - leaves;
    const [a, b] = [merges[2 * i], merges[2 * i + 1]].sort((p, q) => weights[q] - weights[p] || p - q);
    const children: [Placed, Placed] = [place(a), place(b)];
    return { node, row: (children[0].row + children[1].row) / 2, height: heights[i], children, leaves: [...children[0].leaves, ...children[1].leaves] };
  };
  return weights.map((_, node) => node).filter((node) => !joined.has(node)).sort((a, b) => weights[b] - weights[a]).map(place);
}

/** The branches that are left when a dendrogram is cut into `k` groups, from the top. */
export function cutInto(roots: readonly Placed[], k: number): Placed[] {
  let groups = [...roots];
  while (groups.length < k) {
    const highest = groups.reduce((best, g) => (g.height > best.height ? g : best));
    if (!highest.children) break;
    groups = groups.flatMap((g) => (g === highest ? [...(g.children ?? [])] : [g]));
  }
  return groups.sort((a, b) => a.row - b.row);
}

/** Where a line cuts into `k` groups: halfway between the last merge that is undone and the first that is kept. */
export function cutHeight({ heights }: Merges, roots: number, k: number): number {
  const falling = [...heights].sort((a, b) => b - a);
  const undone = Math.max(0, k - roots);
  const above = falling[undone - 1] ?? (falling[0] ?? 1) * 1.1;
  const below = falling[undone] ?? 0;
  return (above + below) / 2;
}
