import type { ViewLimits } from '../../flow/view/view.js';
import type { Reading } from './reading.js';

/** A thread of a desk, opened when something is first asked in it. */
interface LaneOptions {
  /** Milliseconds without a question after which it is let go, with all it holds. */
  readonly idle: number;
  /** Its part of the memory that open views may hold. */
  readonly share: number;
  /** What each of its views may hold. */
  readonly view: ViewLimits;
  /** Whether it goes as soon as nobody asks, where memory is short and another lane begins. */
  readonly yields?: boolean;
  /** Threads that it computes with, where it gains nothing from as many as there are. */
  readonly threads?: number;
}

/** Whom a question waits for: nobody in another lane. With a run of a million entities and ten million events, rules and long questions take turns in memory. */
const table = {
  /** Milliseconds: what pages are made of. */
  quick: { idle: 600_000, share: 0.5, view: { cache: 160e6, engine: 100 }, threads: 1 },
  /** Milliseconds, but for the first question about a source, which reads it. */
  rules: { idle: 600_000, share: 0.4, view: { cache: 32e6, engine: 150 }, yields: true },
  /** Seconds. What it worked out is kept as an answer by whoever asked, so it need not stay. */
  long: { idle: 30_000, share: 0.1, view: { cache: 40e6, engine: 250 }, yields: true },
} satisfies Readonly<Record<string, LaneOptions>>;

export type Lane = keyof typeof table;
export const lanes: Readonly<Record<Lane, LaneOptions>> = table;

type Answering = (reading: Reading, ...args: never[]) => Promise<unknown>;

/** Something that can be asked at a desk. Arguments and answers are plain data and typed arrays. */
export interface Operation<F extends Answering = Answering> {
  readonly lane: Lane;
  readonly answer: F;
}

const inLane = (lane: Lane) => <F extends Answering>(answer: F): Operation<F> => ({ lane, answer });
export const quick = inLane('quick');
export const ofRules = inLane('rules');
export const long = inLane('long');
