import type { Job } from '../../../src/domain/job.js';

const TITLES: Readonly<Record<string, string>> = { discover: 'Finding the groups', inspect: 'Reading your files', import: 'Copying tables', demo: 'Making the demo company' };

/** What a job is, for a person. */
export const jobTitle = (job: Pick<Job, 'kind'>): string => TITLES[job.kind] ?? 'At work';

/** The stages as people would say them, in order. */
const STAGES: readonly (readonly [stage: string, words: string])[] = [
  ['ingest', 'Reading and cleaning the files'],
  ['featurize', 'Working out what is known about each customer'],
  ['choose', 'Testing whether there are groups, and how many'],
  ['segment', 'Forming the groups'],
  ['stability', 'Checking that the groups come out again'],
  ['explain', 'Describing each group in words'],
  ['act', 'Thinking about what to do with each'],
  ['write', 'Writing everything down'],
];

/** Where a job is, in a few plain words. */
export function stageWords(job: Pick<Job, 'state' | 'progress'>): string {
  if (job.state === 'queued') return 'Waits for its turn';
  const stage = job.progress?.stage;
  return STAGES.find(([name]) => stage === name || stage?.startsWith(`${name}/`))?.[1] ?? 'Getting ready';
}

/** How much is done, 0–1, by time taken and time left; undefined where nothing sensible can be said. */
export function doneShare({ progress }: Pick<Job, 'progress'>): number | undefined {
  if (!progress) return undefined;
  if (progress.remaining === undefined) return progress.done;
  return progress.elapsed / Math.max(1, progress.elapsed + progress.remaining);
}

/** "about 20 seconds left"; undefined where it is not known. */
export function timeLeft({ progress }: Pick<Job, 'progress'>): string | undefined {
  return progress?.remaining === undefined ? undefined : `about ${duration(progress.remaining)} left`;
}

/** Milliseconds as a person says them: "5 seconds", "2 minutes". */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 60) return plural(seconds < 10 ? seconds : Math.round(seconds / 5) * 5, 'second');
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? plural(minutes, 'minute') : plural(Math.round(minutes / 60), 'hour');
}

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
