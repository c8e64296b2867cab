import type { Job } from '../../../src/domain/job.js';
import type { Inspected } from '../../../src/server/contract/files.js';

/** What a finished `inspect` found; undefined for any other job. */
export function inspectedBy(job: Job): Inspected | undefined {
  return job.kind === 'inspect' && job.state === 'done' && Array.isArray(job.result?.['sources']) ? (job.result as unknown as Inspected) : undefined;
}

/** Ids of the files that a job was given. */
export const filesOf = (job: Job): string[] => {
  const files = job.input['files'];
  return Array.isArray(files) ? files.filter((f) => typeof f === 'string') : [];
};
