/** Long work: asked for, under way, over. */
export interface JobRecord {
  readonly id: string;
  readonly kind: string;
  /** All it takes to do it, and to do it again. */
  readonly input: unknown;
  readonly state: JobState;
  /** How often it was begun. */
  readonly attempt: number;
  readonly progress?: { readonly stage: string; readonly note?: string; readonly done?: number };
  readonly result?: unknown;
  /** Code and sentence of its failure. */
  readonly error?: { readonly code: string; readonly message: string };
  readonly queuedAt: number;
  readonly queuedBy: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** `interrupted`: the server ended while it ran. */
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';
