import type { z } from 'zod';
import type { Context } from '../../context.js';
import type { By } from '../../store/store.js';
import type { OpenWorkspace } from '../workspaces.js';
import type { Timings } from './estimate.js';

/** Plain JSON. */
export type Plain = Readonly<Record<string, unknown>>;

/**
 * A kind of long work, in three parts: the server makes an order of what was asked, a process of its own does the work, the server records what it gave.
 * Input, order and result are plain JSON; everything large goes through files.
 */
export interface JobKind<I extends z.ZodObject = z.ZodObject, O extends Plain = Plain, R extends Plain = Plain> {
  readonly name: string;
  /** Heavy work runs one at a time; light work does not wait for it. */
  readonly lane: 'heavy' | 'light';
  /** Somebody has a right to it: it is queued however many wait, and not cancelled. */
  readonly owed?: true;
  readonly input: I;
  /** The input as it may be written down and shown, where it holds a secret. What was said is then kept in memory only, until the job has ended. */
  recorded?(input: z.output<I>): Plain;
  /** In the server, when its turn comes: looks up folders and paths. `recorded`: what was said is gone, and the input is what was written down. */
  prepare(input: z.output<I>, place: OpenWorkspace, job: { readonly id: string; readonly by: By; readonly recorded: boolean }): Promise<O>;
  /** In the process of its own. What it leaves behind counts for nothing until it is published. */
  work(order: O, context: Context): Promise<R>;
  /** In the server, afterwards: makes the result visible, all at once; doing it twice must be the same as once. Without it the result stands as it is. */
  publish?(result: R, place: OpenWorkspace, job: { readonly id: string; readonly by: By; readonly input: z.output<I> }): Promise<Plain>;
  /** In the server, where the work has failed or was stopped: clears away what it left. */
  discard?(place: OpenWorkspace, job: { readonly id: string }): Promise<void>;
  /** Usual proportions of the stages, for a first estimate. */
  readonly stages?: Timings;
}

/** Keeps the types of a kind together and forgets them towards the catalogue: what goes from one part to the next is what that part gave. */
export function jobKind<I extends z.ZodObject, O extends Plain, R extends Plain>(kind: JobKind<I, O, R>): JobKind {
  return kind as unknown as JobKind;
}

/** What the process of a job is told, and what it tells. */
export interface ToChild {
  readonly kind: string;
  readonly order: Plain;
  readonly seed: number;
  readonly threads: number;
  /** Most bytes that the process may use. */
  readonly memory: number;
  /** Process id of the one that tells it. */
  readonly parent: number;
}
export type FromChild =
  | { readonly progress: { readonly stage: string; readonly note?: string; readonly done?: number } }
  | { readonly result: Plain }
  | { readonly failure: { readonly code: string; readonly sentence: string } };
