import type { Trend } from '../../domain/answer.js';
import type { Report } from '../../domain/report.js';

/** Sizes and value of every segment over several runs, oldest first, by lasting id; under its latest name, the order that of the latest run it is in. */
export function trend(reports: readonly Report[]): Trend {
  const ids = new Set([...reports].reverse().flatMap(({ segments }) => segments.map(({ id }) => id)));
  const of = (id: string) => reports.map(({ segments }) => segments.find((segment) => segment.id === id));
  return {
    runs: reports.map(({ run, totals }) => ({ id: run.id, asOf: run.asOf, entities: totals.entities })),
    segments: [...ids].map((id) => {
      const own = of(id);
      return {
        id, name: own.findLast((segment) => segment !== undefined)!.name,
        entities: own.map((segment) => segment?.entities ?? null), share: own.map((segment) => segment?.share ?? null), revenue: own.map((segment) => segment?.revenue ?? null),
      };
    }),
  };
}
