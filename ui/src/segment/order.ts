import type { SegmentRow } from '../../../src/server/contract/segments.js';

/** What a list of segments can be sorted by. */
export type SortKey = 'number' | 'name' | 'size' | 'value' | 'change' | 'stability' | 'fresh';

export interface Order {
  readonly by: SortKey;
  readonly descending: boolean;
}

const VALUES: Record<SortKey, (row: SegmentRow) => number | string | undefined> = {
  number: (row) => row.segment ?? Number.POSITIVE_INFINITY,
  name: (row) => row.name.toLocaleLowerCase(),
  size: (row) => row.entities,
  value: (row) => row.revenue,
  change: (row) => changeOf(row),
  stability: (row) => row.stability,
  fresh: (row) => row.asOf,
};

const KEYS = Object.keys(VALUES) as SortKey[];

/** Reads 'size' (ascending) or '-size' out of an address; by the segments' numbers where it says nothing sensible. */
export function orderOf(written: string | undefined): Order {
  const by = KEYS.find((key) => key === written?.replace(/^-/, ''));
  return by ? { by, descending: written?.startsWith('-') ?? false } : { by: 'number', descending: false };
}

export const orderText = ({ by, descending }: Order): string => `${descending ? '-' : ''}${by}`;

/** Sorted, what has no value last either way, and equal ones by name. */
export function sortSegments(rows: readonly SegmentRow[], { by, descending }: Order): SegmentRow[] {
  const value = VALUES[by];
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined) || a.name.localeCompare(b.name);
    const order = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y);
    return (descending ? -order : order) || a.name.localeCompare(b.name);
  });
}

/** Size now against the run before, as a share of that; undefined where there was none. */
export function changeOf({ trend }: Pick<SegmentRow, 'trend'>): number | undefined {
  const [before, now] = trend.slice(-2);
  return now && before && before.entities > 0 ? now.entities / before.entities - 1 : undefined;
}

/** Those whose name, goal or origin holds every word of the text. */
export function matching(rows: readonly SegmentRow[], text: string): SegmentRow[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const said = `${row.name} ${row.goal ?? ''} ${row.origin}`.toLocaleLowerCase();
    return words.every((word) => said.includes(word));
  });
}
