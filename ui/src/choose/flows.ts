/** Somebody goes from one group to another. */
export interface Flow {
  readonly from: number;
  readonly to: number;
  readonly entities: number;
}

/** A group as a bar: its place from the top and its length, in the units of the drawing. */
export interface FlowNode {
  readonly group: number;
  readonly entities: number;
  readonly y: number;
  readonly height: number;
}

export interface FlowLink extends Flow {
  /** Upper edge at either side. */
  readonly y0: number;
  readonly y1: number;
  readonly height: number;
}

export interface FlowDrawing {
  readonly from: readonly FlowNode[];
  readonly to: readonly FlowNode[];
  readonly links: readonly FlowLink[];
}

/**
 * Two columns of bars and the ribbons between them: `from` in the order of its numbers, `to` so that ribbons cross little (by the middle of
 * where they come from). Both columns are as long as `length`, `gap` between bars.
 */
export function drawFlows(flows: readonly Flow[], length: number, gap: number): FlowDrawing {
  const known = flows.filter((f) => f.entities > 0);
  const sums = (side: 'from' | 'to') => known.reduce((map, f) => map.set(f[side], (map.get(f[side]) ?? 0) + f.entities), new Map<number, number>());
  const [left, right] = [sums('from'), sums('to')];
  const total = known.reduce((sum, f) => sum + f.entities, 0) || 1;
  const unit = (length - gap * Math.max(0, Math.max(left.size, right.size) - 1)) / total;
  // Outliers (−1) stand last.
  const rank = (group: number) => (group < 0 ? Number.POSITIVE_INFINITY : group);
  const from = column([...left].sort((a, b) => rank(a[0]) - rank(b[0])), unit, length);
  const middle = new Map(from.map((node) => [node.group, node.y + node.height / 2]));
  const pull = (group: number) => known.reduce((sum, f) => (f.to === group ? sum + f.entities * (middle.get(f.from) ?? 0) : sum), 0) / (right.get(group) || 1);
  const to = column([...right].sort((a, b) => pull(a[0]) - pull(b[0])), unit, length);
  return { from, to, links: linksOf(known, from, to, unit) };
}

function column(groups: readonly (readonly [number, number])[], unit: number, length: number): FlowNode[] {
  const free = length - groups.reduce((sum, [, entities]) => sum + entities * unit, 0);
  const between = groups.length > 1 ? free / (groups.length - 1) : 0;
  let y = groups.length > 1 ? 0 : free / 2;
  return groups.map(([group, entities]) => {
    const node = { group, entities, y, height: entities * unit };
    y += node.height + between;
    return node;
  });
}

/** At each bar the ribbons lie in the order of the bars at their other end. */
function linksOf(flows: readonly Flow[], from: readonly FlowNode[], to: readonly FlowNode[], unit: number): FlowLink[] {
  const [left, right] = [new Map(from.map((n) => [n.group, n.y])), new Map(to.map((n) => [n.group, n.y]))];
  const start = stacked(flows, (f) => f.from, (f) => right.get(f.to) ?? 0, left, unit);
  const end = stacked(flows, (f) => f.to, (f) => left.get(f.from) ?? 0, right, unit);
  return flows.map((f, i) => ({ ...f, y0: start[i], y1: end[i], height: f.entities * unit }));
}

function stacked(flows: readonly Flow[], own: (f: Flow) => number, other: (f: Flow) => number, tops: ReadonlyMap<number, number>, unit: number): number[] {
  const next = new Map(tops);
  const places = new Array<number>(flows.length);
  for (const i of flows.map((_, k) => k).sort((a, b) => other(flows[a]) - other(flows[b]))) {
    const y = next.get(own(flows[i])) ?? 0;
    places[i] = y;
    next.set(own(flows[i]), y + flows[i].entities * unit);
  }
  return places;
}

/** A ribbon from (x0, y0) to (x1, y1), `height` thick, as an SVG path. */
export function ribbon({ y0, y1, height }: FlowLink, x0: number, x1: number): string {
  const mid = (x0 + x1) / 2;
  return `M${x0} ${y0}C${mid} ${y0} ${mid} ${y1} ${x1} ${y1}V${y1 + height}C${mid} ${y1 + height} ${mid} ${y0 + height} ${x0} ${y0 + height}Z`;
}

/** Middles moved apart as little as needed to stand `gap` from one another, within 0…length where there is room. */
export function spaced(middles: readonly number[], gap: number, length: number): number[] {
  const moved: number[] = [];
  for (const y of middles) moved.push(Math.max(y, (moved.at(-1) ?? -gap / 2) + gap));
  for (let i = moved.length - 1; i >= 0; i--) moved[i] = Math.min(moved[i], (moved[i + 1] ?? length + gap / 2) - gap);
  return moved;
}
