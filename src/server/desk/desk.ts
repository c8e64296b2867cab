import { lanes, type Lane, type Operation } from './operation.js';
import { operations, type AnswerOf, type ArgumentsOf, type OperationName } from './operations.js';
import { openThread } from './thread.js';

/** Where questions on finished runs are answered: in threads of their own, one for each lane, so that whoever else is served does not wait, nor a quick question for a long one. */
export interface Desk {
  /**
   * Asks an operation of `operations.ts`, of a run where it is of one: `ask('page', { signal }, run, { limit: 20 })`.
   * @throws what the operation throws; `run/aborted` when the signal aborts; `desk/restarted` where the thread broke down over it
   */
  ask<N extends OperationName>(name: N, options: { readonly signal?: AbortSignal }, ...args: ArgumentsOf<N>): Promise<AnswerOf<N>>;
  close(): Promise<void>;
}

export interface DeskOptions {
  /** Module that its threads run; it calls `serveDesk`. */
  readonly entry: string;
  /** Folder of the runs. */
  readonly runs: string;
  readonly threads: number;
  /** Bytes that open views may hold together, about. */
  readonly memory: number;
  /** Milliseconds without a question after which a thread is let go; each lane's own by default. */
  readonly idle?: number;
  /** What the threads answer; for tests. */
  readonly known?: Readonly<Record<string, Pick<Operation, 'lane'>>>;
}

export function openDesk({ entry, runs, threads, memory, idle, known = operations }: DeskOptions): Desk {
  const open = Object.fromEntries((Object.keys(lanes) as Lane[]).map((lane) => [lane, openThread(entry, { runs, threads, memory, lane }, idle ?? lanes[lane].idle)]));
  return {
    ask: (name, { signal }, ...args) => open[known[name].lane].ask(name, args, signal) as never,
    async close() {
      await Promise.all(Object.values(open).map((thread) => thread.close()));
    },
  };
}
