import type { Job } from '../domain/job.js';
import type { Report } from '../domain/report.js';
import { isAtLeast, type Caller } from './caller.js';

/** Whether a caller is told of single people. Viewers look at groups; a key of chosen routes was given those with open eyes. */
export const seesPeople = ({ role, only }: Caller): boolean => isAtLeast(role, 'analyst') || only !== undefined;

/** A report without people and without values as they stand in files: neither typical members nor examples, ends of columns, or what was noticed, whose sentences quote them. */
export function withoutPeople(report: Report): Report {
  return {
    ...report,
    sources: report.sources.map((source) => ({ ...source, columns: source.columns.map(({ min: _, max: __, ...column }) => ({ ...column, examples: [] })), audit: { ...source.audit, findings: [] } })),
    segments: report.segments.map((segment) => ({ ...segment, typical: [] })),
    map: { ...report.map, entity: [] },
  };
}

/** How far a job is and which run it gave, without its input, what else it gave and what a failure says: those quote data. */
export function jobInOutline({ result, problem, progress, ...job }: Job): Job {
  const { note: _, ...place } = progress ?? {};
  const run = result?.['run'];
  return {
    ...job, input: {}, ...(progress && { progress: place as typeof progress }), ...(typeof run === 'string' && { result: { run } }),
    ...(problem && { problem: { code: problem.code, sentence: 'This job failed. Whoever may start jobs can see why.' } }),
  };
}
