import type { Job } from '../../../src/domain/job.js';

const TITLES: Readonly<Record<string, string>> = { discover: 'Finding the groups', inspect: 'Reading your files', import: 'Copying tables', demo: 'Making up a company' };

/** What a job is, for a person. */
export const jobTitle = (job: Pick<Job, 'kind'>): string => TITLES[job.kind] ?? 'At work';

/** What a stage of the loop is, as people would say it, in order. */
const STAGES: readonly (readonly [stages: readonly string[], words: string])[] = [
  [['connect', 'copy'], 'Fetching the data'],
  [['simulate'], 'Making up the demo company'],
  [['ingest'], 'Reading and cleaning the files'],
  [['featurize', 'encode'], 'Working out what is known about everyone'],
  [['predict', 'evaluate'], 'Learning from the past what comes next'],
  [['value'], 'Working out what they will be worth'],
  [['segment', 'assign', 'membership'], 'Looking for groups, and testing whether they are real'],
  [['stability', 'seams', 'explain', 'contrast', 'tree'], 'Putting each group into words'],
  [['act'], 'Thinking about what to do with each group'],
  [['report', 'write', 'view', 'publish'], 'Writing everything down'],
];

/** The stages that a kind of job goes through, as positions in STAGES; any other job shows the one it is in. */
const COURSES: Readonly<Record<string, readonly number[]>> = { discover: [2, 3, 6, 7, 8, 9], inspect: [2] };

export interface Stage {
  readonly words: string;
  readonly state: 'done' | 'now' | 'later';
}

/** The course of a job: what is done, what is being done, what comes. */
export function stagesOf(job: Pick<Job, 'kind' | 'state' | 'progress'>): Stage[] {
  const at = STAGES.findIndex(([names]) => names.includes(job.progress?.stage ?? ''));
  const usual = COURSES[job.kind] ?? [];
  const course = at < 0 || usual.includes(at) ? usual : [...usual, at].sort((a, b) => a - b);
  return course.map((i) => ({ words: STAGES[i][1], state: job.state === 'done' || i < at ? 'done' : i === at ? 'now' : 'later' }));
}

/** Where a job is, in a few plain words. */
export function stageWords(job: Pick<Job, 'state' | 'progress'>): string {
  if (job.state === 'queued') return 'Waits for its turn';
  return STAGES.find(([names]) => names.includes(job.progress?.stage ?? ''))?.[1] ?? 'Getting ready';
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
