/** `interrupted`: the server ended while it ran. */
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

/** Long work behind the server, as it is told outside: a kind, its input as plain JSON, and how far it is. Instants are milliseconds since the Unix epoch. */
export interface Job {
  readonly id: string;
  readonly workspace: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly state: JobState;
  /** Who asked for it. */
  readonly by: string;
  /** Times it was begun; more than once where it was resumed. */
  readonly attempts: number;
  readonly created: number;
  readonly started?: number;
  readonly ended?: number;
  /** Jobs that are before it in the queue. */
  readonly ahead?: number;
  /** Where it is, or was when it ended. */
  readonly progress?: JobProgress;
  /** What a done job gave. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Why a failed job failed: a code of the catalogue, and its sentence. */
  readonly problem?: { readonly code: string; readonly sentence: string };
}

/** How far a job is. */
export interface JobProgress {
  readonly stage: string;
  readonly note?: string;
  /** Share of the stage that is done, 0–1, where known. */
  readonly done?: number;
  /** Milliseconds since it began. */
  readonly elapsed: number;
  /** Milliseconds it will probably still take; absent where nothing sensible can be said. */
  readonly remaining?: number;
}

/** A job as it is kept: without what only a server at work knows of it. */
export type JobRecord = Omit<Job, 'workspace' | 'ahead' | 'progress'> & { readonly progress?: Pick<JobProgress, 'stage' | 'note' | 'done'> };

/** Nothing follows these states, unless the job is resumed. */
export const hasEnded = (state: JobState): boolean => state !== 'queued' && state !== 'running';
