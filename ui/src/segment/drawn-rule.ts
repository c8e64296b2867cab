import type { Report } from '../../../src/domain/report.js';
import type { Rule } from '../../../src/domain/rule.js';
import type { Region } from './MapView.js';

/** A region of a run's map as a rule: inside the polygon and, where segments were hidden, in one of those that were not. */
export function drawnRule(run: string, { points, shown }: Region, segments: readonly Pick<Report['segments'][number], 'segment' | 'id'>[]): Rule {
  const drawn: Rule = { kind: 'drawn', run, points: points.map(([x, y]): [number, number] => [x, y]) };
  if (!shown) return drawn;
  const within = (index: number): Rule[] => segments.filter((s) => s.segment === index).map((s) => ({ kind: 'segment', segment: s.id }));
  // In no segment: in none of all of them.
  const any = shown.flatMap((index): Rule[] => (index < 0 ? [{ not: { any: segments.flatMap((s) => within(s.segment)) } }] : within(index)));
  return { all: [drawn, { any }] };
}
