import type { Job } from '../../domain/job.js';

/** Where the jobs of a workspace are recorded; a change is durable when its promise resolves. */
export interface JobRecords {
  /** Adds a job, or replaces the one of the same id. */
  save(job: Job): Promise<void>;
  get(id: string): Promise<Job | undefined>;
  /** Newest first. */
  list(options?: { readonly limit?: number }): Promise<readonly Job[]>;
}

/** The long work behind the server: one heavy job at a time, each in a process of its own, the others wait in order. */
export interface Jobs {
  /** Checks the input and records the job; it is durable when this resolves, and runs when its turn comes. @throws `jobs/unknown-kind`, `config/invalid` */
  start(workspace: string, kind: string, input: unknown, by: string): Promise<Job>;
  /** @throws `jobs/unknown` */
  get(workspace: string, id: string): Promise<Job>;
  /** Newest first. */
  list(workspace: string, options?: { readonly limit?: number }): Promise<readonly Job[]>;
  /** The job as it is, then at every change; ends after a state that nothing follows, or when `signal` aborts. @throws `jobs/unknown` */
  watch(workspace: string, id: string, signal?: AbortSignal): AsyncIterable<Job>;
  /** Every change of any job of a workspace, from now until `signal` aborts. */
  watchAll(workspace: string, signal: AbortSignal): AsyncIterable<Job>;
  /** Stops a job that is queued or running; resolves when it has ended (it may have been done before). @throws `jobs/unknown` */
  cancel(workspace: string, id: string): Promise<Job>;
  /** Queues a job that was interrupted, cancelled or failed again: same id, same input. @throws `jobs/unknown`, `jobs/not-resumable` */
  resume(workspace: string, id: string): Promise<Job>;
  /** Stops what runs and leaves it `interrupted`, with what was queued. */
  close(): Promise<void>;
}
