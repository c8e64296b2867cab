import type { Options, Row } from '../../src/featurize/aggregate.js';
import type { AggregateName } from '../../src/featurize/catalog.js';

/** Every aggregate again, naively, from its definition in words: whole history in hand, plain floating point. */
export function oracle(name: AggregateName, rows: readonly Row[], options: Options): number | string | null {
  return naive[name](rows, options);
}

const DAY = 86_400_000;
const values = (rows: readonly Row[], { scale }: Options) => rows.map((r) => r.value! / scale);
const total = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);
const times = (rows: readonly Row[]) => [...new Set(rows.map((r) => r.at))].sort((a, b) => a - b);
const tally = (keys: readonly string[]) => keys.reduce((m, k) => m.set(k, (m.get(k) ?? 0) + 1), new Map<string, number>());
const months = (rows: readonly Row[], { asOf }: Options) => {
  const index = (at: number) => Number(new Date(at).toISOString().slice(0, 4)) * 12 + Number(new Date(at).toISOString().slice(5, 7));
  return [...new Set(rows.map((r) => index(r.at)))].filter((m) => index(asOf) - m < 126).sort((a, b) => a - b);
};
const shannon = (counts: readonly number[]) => (counts.length ? -total(counts.map((n) => (n / total(counts)) * Math.log(n / total(counts)))) : Number.NaN);
const gaps = (rows: readonly Row[]) => times(rows).slice(1).map((at, i) => Math.floor((at - times(rows)[i]) / 60_000));
const circle = (rows: readonly Row[]) => {
  const angles = rows.map((r) => ((r.at % DAY) / DAY) * 2 * Math.PI);
  return { x: total(angles.map(Math.cos)), y: total(angles.map(Math.sin)) };
};

const naive: Record<AggregateName, (rows: readonly Row[], options: Options) => number | string | null> = {
  count: (rows) => rows.length,
  sum: (rows, o) => total(values(rows, o)),
  mean: (rows, o) => total(values(rows, o)) / rows.length,
  min: (rows, o) => (rows.length ? Math.min(...values(rows, o)) : Number.NaN),
  max: (rows, o) => (rows.length ? Math.max(...values(rows, o)) : Number.NaN),
  first: (rows, o) => Math.min(...values(rows.filter((r) => r.at === times(rows)[0]), o), rows.length ? Infinity : Number.NaN),
  last: (rows, o) => Math.max(...values(rows.filter((r) => r.at === times(rows).at(-1)), o), rows.length ? -Infinity : Number.NaN),
  distinct: (rows) => new Set(rows.map((r) => r.key)).size,
  share: (rows) => rows.filter((r) => r.holds).length / rows.length,
  mode: (rows) => {
    const counts = tally(rows.map((r) => r.key!));
    const best = Math.max(...counts.values());
    const codes = (s: string) => [...s].map((c) => c.codePointAt(0)!.toString(16).padStart(6, '0')).join('');
    return [...counts].filter(([, n]) => n === best).map(([k]) => k).sort((a, b) => (codes(a) < codes(b) ? 1 : -1))[0] ?? null;
  },
  'top-share': (rows) => (rows.length ? Math.max(...tally(rows.map((r) => r.key!)).values()) / rows.length : Number.NaN),
  'key-share': (rows, o) => rows.filter((r) => r.key === o.chosen).length / rows.length,
  entropy: (rows) => shannon([...tally(rows.map((r) => r.key!)).values()]),
  'since-last': (rows, o) => (rows.length ? (o.asOf - Math.max(...rows.map((r) => r.at))) / DAY : Number.NaN),
  'since-first': (rows, o) => (rows.length ? (o.asOf - Math.min(...rows.map((r) => r.at))) / DAY : Number.NaN),
  'interval-mean': (rows) => {
    const at = times(rows);
    return at.length > 1 ? total(at.slice(1).map((t, i) => (t - at[i]) / DAY)) / (at.length - 1) : Number.NaN;
  },
  'interval-spread': (rows) => {
    const g = gaps(rows);
    const m = total(g) / g.length;
    return g.length > 1 && m > 0 ? Math.sqrt(Math.max(0, total(g.map((x) => (x - m) ** 2)) / g.length)) / m : Number.NaN;
  },
  trend: (rows, o) => {
    const weighing = rows.filter((r) => r.value! > 0);
    const ago = (r: Row) => Math.floor(o.asOf / DAY) - Math.floor(r.at / DAY);
    const oldest = Math.max(...weighing.map(ago));
    const weight = total(weighing.map((r) => r.value!));
    return weighing.length && oldest > 0 ? 1 - 2 * (total(weighing.map((r) => (r.value! / weight) * ago(r))) / oldest) : Number.NaN;
  },
  change: (rows, o) => {
    const between = (from: number, to: number) => total(rows.filter((r) => r.value! > 0 && r.at > from && r.at <= to).map((r) => r.value!));
    const recent = between(o.asOf - o.length!, o.asOf);
    const earlier = between(o.asOf - 2 * o.length!, o.asOf - o.length!);
    return recent + earlier > 0 ? (recent - earlier) / (recent + earlier) : Number.NaN;
  },
  'active-months': (rows, o) => months(rows, o).length,
  streak: (rows, o) => {
    const all = months(rows, o);
    return all.reduce((best, m) => {
      let run = 1;
      while (all.includes(m + run)) run++;
      return Math.max(best, run);
    }, 0);
  },
  'hour-mean': (rows) => {
    const { x, y } = circle(rows);
    if (Math.hypot(x, y) < 1e-4) return Number.NaN;
    return ((Math.atan2(y, x) * 12) / Math.PI + 24) % 24;
  },
  'hour-concentration': (rows) => Math.hypot(circle(rows).x, circle(rows).y) / rows.length,
  'weekday-entropy': (rows) => shannon([...tally(rows.map((r) => String(new Date(r.at).getUTCDay()))).values()]),
  sessions: (rows, o) => times(rows).reduce((n, at, i, all) => n + (i === 0 || at - all[i - 1] > o.length! ? 1 : 0), 0),
  sequence: (rows, o) =>
    rows.filter((b) => b.key === o.then && rows.some((a) => a.key === o.chosen && a.at < b.at && b.at - a.at <= o.length!)).length,
};
