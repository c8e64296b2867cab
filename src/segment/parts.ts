import { breath, type Context } from '../context.js';
import { squareDistance } from '../kernel/kd-tree.js';

/** Largest segment first; equal sizes by their first rows. */
export function inOrder(labels: Int32Array, k: number): Int32Array {
  const counts = new Int32Array(k);
  const first = new Int32Array(k).fill(labels.length);
  labels.forEach((own, i) => {
    counts[own]++;
    first[own] = Math.min(first[own], i);
  });
  const rank = new Int32Array(k);
  Array.from(counts, (_, c) => c).sort((a, b) => counts[b] - counts[a] || first[a] - first[b]).forEach((c, place) => { rank[c] = place; });
  return labels.map((own) => rank[own]);
}

/** Parts of rows (n × d values), the smallest again and again joined to the part of its nearest row elsewhere, until k are left. @throws `run/aborted` */
export async function joinNearest(values: Float64Array, d: number, part: Int32Array, count: number, k: number, context: Pick<Context, 'signal'>): Promise<Int32Array> {
  const members = Array.from({ length: count }, () => [] as number[]);
  part.forEach((p, i) => members[p].push(i));
  const own = Int32Array.from(part);
  for (let left = count; left > k; left--) {
    await breath(context);
    const smallest = members.reduce((best, list, p) => (list.length > 0 && (best < 0 || list.length < members[best].length) ? p : best), -1);
    const target = own[nearestElsewhere(values, d, members[smallest], own)];
    for (const i of members[smallest]) own[i] = target;
    members[target].push(...members[smallest]);
    members[smallest] = [];
  }
  const names = new Map<number, number>();
  return own.map((p) => names.get(p) ?? (names.set(p, names.size), names.size - 1));
}

function nearestElsewhere(values: Float64Array, d: number, inside: readonly number[], part: Int32Array): number {
  let least = Infinity;
  let nearest = 0;
  for (const i of inside) {
    for (let r = 0; r < part.length; r++) {
      if (part[r] === part[i]) continue;
      const square = squareDistance(values, i * d, values, r * d, d, least);
      if (square < least) {
        least = square;
        nearest = r;
      }
    }
  }
  return nearest;
}
