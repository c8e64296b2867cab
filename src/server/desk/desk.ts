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
  /** Bytes of memory that the process takes; asked of the system by default. */
  readonly resident?: () => number;
  /** What the threads answer; for tests. */
  readonly known?: Readonly<Record<string, Pick<Operation, 'lane'>>>;
}

/** Where the process takes more than this, a lane that begins has those that yield go first: so much again is what one lane comes to hold of a run of a million. */
const roomy = 650e6;

export function openDesk({ entry, runs, threads, memory, idle, resident = () => process.memoryUsage.rss(), known = operations }: DeskOptions): Desk {
  const open = Object.fromEntries((Object.keys(lanes) as Lane[]).map((lane) => [lane, openThread(entry, { runs, threads, memory, lane }, idle ?? lanes[lane].idle)]));
  const makeRoom = () => {
    if (resident() > roomy) for (const [lane, thread] of Object.entries(open)) if (lanes[lane as Lane].yields) thread.rest();
  };
  return {
    ask(name, { signal }, ...args) {
      const thread = open[known[name].lane];
      if (!thread.started) makeRoom();
      return thread.ask(name, args, signal) as never;
    },
    async close() {
      await Promise.all(Object.values(open).map((thread) => thread.close()));
    },
  };
}
