import { useFormats } from '../kit/formats.js';
import type { ShownRun } from './runs.js';

/** The line under an image of a chart: what run its numbers are of, and how old they are. */
export function useSource({ run, report }: ShownRun): string {
  const f = useFormats();
  return [run.title || report.title, `${f.count(report.totals.entities)} ${f.many}`, report.run.asOf > 0 ? `as of ${f.date(report.run.asOf)}` : ''].filter(Boolean).join(', ');
}
