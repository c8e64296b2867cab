import type { Comparison } from '../../../src/domain/comparison.js';

/** A stream of entities from a segment of one run to a segment of the other; −1: in none. */
export interface Flow {
  readonly a: number;
  readonly b: number;
  readonly entities: number;
}

/** A segment's place on its side, and a flow's on both: top and height as shares of the whole. */
export interface Place {
  readonly segment: number;
  readonly entities: number;
  readonly top: number;
  readonly height: number;
}
export interface Ribbon extends Flow {
  readonly fromTop: number;
  readonly toTop: number;
  readonly height: number;
}

/** Who goes where: what stays in matching segments, and what moves. */
export function flowsOf({ matches, moves }: Pick<Comparison, 'matches' | 'moves'>): Flow[] {
  const stay = matches.filter((m) => m.b >= 0 && m.entities > 0).map(({ a, b, entities }) => ({ a, b, entities }));
  return [...stay, ...moves.map(({ from, to, entities }) => ({ a: from, b: to, entities }))];
}

/** Both sides and the ribbons between them. Segments of the second are put across from where most of them come from, so that ribbons cross little. */
export function layOut(flows: readonly Flow[], gap = 0.012): { readonly left: Place[]; readonly right: Place[]; readonly ribbons: Ribbon[] } {
  const total = flows.reduce((sum, flow) => sum + flow.entities, 0);
  if (total === 0) return { left: [], right: [], ribbons: [] };
  const sums = (side: 'a' | 'b') => [...flows.reduce((map, flow) => map.set(flow[side], (map.get(flow[side]) ?? 0) + flow.entities), new Map<number, number>())];
  const leftOrder = sums('a').sort(([x], [y]) => last(x) - last(y) || x - y);
  const position = new Map(leftOrder.map(([segment], i) => [segment, i]));
  const pull = (segment: number) => {
    const into = flows.filter((flow) => flow.b === segment);
    return into.reduce((sum, flow) => sum + position.get(flow.a)! * flow.entities, 0) / into.reduce((sum, flow) => sum + flow.entities, 0);
  };
  const rightOrder = sums('b').sort(([x], [y]) => last(x) - last(y) || pull(x) - pull(y));
  const gaps = Math.max(leftOrder.length, rightOrder.length) - 1;
  const scale = (1 - gap * gaps) / total;
  const place = (order: readonly (readonly [number, number])[]): Place[] => {
    let top = (gap * (gaps - (order.length - 1))) / 2;
    return order.map(([segment, entities]) => {
      const here = { segment, entities, top, height: entities * scale };
      top += here.height + gap;
      return here;
    });
  };
  const [left, right] = [place(leftOrder), place(rightOrder)];
  const rank = (places: readonly Place[], segment: number) => places.findIndex((p) => p.segment === segment);
  const used = { a: new Map<number, number>(), b: new Map<number, number>() };
  const take = (side: 'a' | 'b', places: readonly Place[], segment: number, height: number) => {
    const before = used[side].get(segment) ?? 0;
    used[side].set(segment, before + height);
    return places[rank(places, segment)].top + before;
  };
  const tops = new Map<Flow, { fromTop: number; toTop: number }>();
  for (const flow of [...flows].sort((x, y) => rank(right, x.b) - rank(right, y.b))) tops.set(flow, { fromTop: take('a', left, flow.a, flow.entities * scale), toTop: 0 });
  for (const flow of [...flows].sort((x, y) => rank(left, x.a) - rank(left, y.a))) tops.get(flow)!.toTop = take('b', right, flow.b, flow.entities * scale);
  return { left, right, ribbons: flows.map((flow) => ({ ...flow, ...tops.get(flow)!, height: flow.entities * scale })) };
}

/** Those in no segment come last. */
const last = (segment: number): number => Number(segment < 0);
