import type { Scalar } from '../../domain/event.js';
import type { Vocabulary } from './vocabulary.js';

/** Cells that every row begins with: when it happened (ms), the journal's record, the identifier it came under, the code of its event's name. */
export const cell = { at: 0, seq: 1, node: 2, event: 3, first: 4 } as const;

/** What is measured beside the rows (a feature, the strength in a found segment): its value, and until when it stays. */
export interface Measured {
  /** NaN = missing. */
  readonly value: number;
  /** The next instant at which it is to be asked again, ms; Infinity where time alone does not change it. */
  readonly until: number;
  /** Of what moves with time: the instant from which `until` was counted. In between it is taken to move one way only. */
  readonly from?: number;
}

/** What is known of one entity, as conditions look at it. Nothing in it is later than the instant they are asked for. */
export interface LiveFacts {
  /** The rows of 'events', ascending by (at, seq), each of `width` cells: numbers as they are, flags 0 or 1, times in µs, texts as codes; NaN = missing. */
  readonly cells: Float64Array;
  readonly width: number;
  readonly rows: number;
  /** Where there are many rows: what is known of them without looking at each. */
  readonly kept?: Kept;
  /** Whether a verdict's `until` must be the very instant; otherwise it may be earlier where that is far to find. */
  readonly far?: boolean;
  trait(name: string): Scalar | undefined;
  /** Whether it is in another live segment. */
  member(segment: string): boolean;
  feature(name: string, asOf: number): Measured;
  /** Of a found segment; missing where it is in another one. */
  strength(segment: string, asOf: number): Measured;
}

/** Rows that are asked for, made fit to be looked through one by one. */
export interface LiveRows {
  /** Names of the events among them; 'any' where the tests name none. */
  readonly events: readonly string[] | 'any';
  passes(facts: LiveFacts, row: number): boolean;
}

/** Of somebody with many rows: which of them pass what leaves ask for, and where their sessions begin. Kept up row by row, so that what an event costs does not grow with what came before. */
export interface Kept {
  /** Ascending. */
  of(facts: LiveFacts, rows: LiveRows): Passing;
  /** The first row of the run that ends with the newest, each less than `gap` ms after the one before. */
  session(facts: LiveFacts, gap: number): number;
  /** A row has been put in this place. */
  put(facts: LiveFacts, place: number): void;
}

/** Rows that pass, ascending, by their places. */
export interface Passing {
  readonly length: number;
  at(i: number): number;
  /** How many of them are before a place. */
  before(place: number): number;
  /** Sums of a cell over the first 0, 1, 2 … of them, in whole ten-thousandths; undefined where a double does not hold them exactly. */
  totals(facts: LiveFacts, at: number): Float64Array | undefined;
}

/** What a condition is compiled over. */
export interface LiveGround {
  readonly vocabulary: Vocabulary;
  /** The cell that holds a column of 'events'. */
  cellOf(column: string): number;
  /** The code of a text, and the text of a code. */
  codeOf(text: string): number;
  textOf(code: number): string;
  /** Whether a segment of the vocabulary is live; the others are found. */
  isLive(segment: string): boolean;
}

/** What is told last: the same object is told again with the next answer, so that being asked takes no memory. */
export interface Verdict {
  readonly holds: boolean;
  /** The exact instant (ms) from which time alone makes it otherwise; Infinity where it never does. */
  readonly until: number;
}

/** What was measured, and the rows that decide it, newest first, at most ten. */
export interface Evidence {
  readonly value?: Scalar;
  readonly rows: readonly number[];
}

/** A condition made fit to be asked again and again of one entity after the other. */
export interface LiveLeaf {
  /** Names of the events that can change it; 'any' where every event can. */
  readonly events: readonly string[] | 'any';
  readonly traits: readonly string[];
  /** Live segments that it looks at. */
  readonly segments: readonly string[];
  /** Whether a new row can change it; may say yes too often, never no. */
  touches(facts: LiveFacts, row: number): boolean;
  /**
   * Whether a row can still count at `asOf` or later, if what comes happened then: the others may be dropped. Absent where no row is looked at.
   */
  needs?(facts: LiveFacts, row: number, asOf: number): boolean;
  verdict(facts: LiveFacts, asOf: number): Verdict;
  evidence(facts: LiveFacts, asOf: number): Evidence;
  /** What to say where time alone made it otherwise: "30 days are over". */
  readonly over?: string;
}

/** A verdict to be told again and again. */
export function createVerdict(): (holds: boolean, until: number) => Verdict {
  const verdict = { holds: false, until: Infinity };
  return (holds, until) => {
    verdict.holds = holds;
    verdict.until = until;
    return verdict;
  };
}

/** Beyond it no date can be written: an instant so far ahead never comes. */
export const never = (at: number): number => (at > 8.64e15 ? Infinity : at);
