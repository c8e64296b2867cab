/**
 * `queued` → `running` → `done`, `failed` or `cancelled`. `interrupted`: the server stopped while it was queued or running; it can be resumed, which runs it again
 * with the same input under the same id.
 */
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';

/** Long work behind the server: a kind, its input as plain JSON, and how far it is. */
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
  /** Milliseconds since the Unix epoch, like the two below. */
  readonly created: number;
  readonly started?: number;
  readonly ended?: number;
  /** Where it is, or was when it ended. */
  readonly progress?: JobProgress;
  /** What a done job gave. */
  readonly result?: Readonly<Record<string, unknown>>;
  /** Why a failed job failed: a code of the catalogue, or `jobs/crashed`. */
  readonly problem?: { readonly code: string; readonly sentence: string };
  /** Milliseconds per stage of a done job, in order. */
  readonly timings?: Readonly<Record<string, number>>;
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

/** States that nothing follows, unless the job is resumed. */
export const ended = (state: JobState): boolean => state !== 'queued' && state !== 'running';
