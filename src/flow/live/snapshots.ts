import type { Journal, SavedState } from '../../store/journal.js';
import { joined } from '../../util/joined.js';
import type { LiveState } from './state/state.js';

/** When a snapshot is due, where anything changed at all. */
export interface SnapshotLimits {
  /** After so many records, but not before so many ms after the one before: they would have to be read again after a crash. */
  readonly records: number;
  readonly spacing: number;
  /** After so many ms in any case. */
  readonly pause: number;
}

/** Saves the state from time to time, a piece at a time, so that nobody has to wait for it. */
export interface Snapshots {
  /** The last record in the snapshot that counts. */
  readonly seq: number;
  /** Whether a piece waits to be written; `urgent`: before anything else, since somebody was erased. */
  readonly due: boolean;
  readonly urgent: boolean;
  /** Ms until one is due if nothing more happens. */
  readonly wait: number;
  step(): Promise<void>;
  /** A whole one of this moment. */
  whole(): Promise<void>;
  /** What the last snapshot still says of somebody who was erased goes with the next one, which is due at once. */
  erased(): void;
  /** Resolves when nothing is left of whoever was erased so far, also before this was opened; rejects where that cannot be waited for any more. */
  settled(): Promise<void>;
  fail(error: unknown): void;
}

/** Ms after which it is tried again to leave nothing of somebody in the journal's log. */
const again = 1000;
/** What one piece is at most: about a millisecond of work. */
const piece = { states: 32, bytes: 64_000 };

interface Shot {
  readonly seq: number;
  readonly rest: Iterator<Uint8Array>;
  readonly states: Iterator<SavedState>;
}

/** @param flush writes the changes that follow from what was applied: none may be in a snapshot that is not told */
export function createSnapshots(state: LiveState, journal: Journal, clock: () => number, limits: SnapshotLimits, since: number, flush: () => Promise<void>): Snapshots {
  let seq = since, at = -Infinity, began = clock();
  let shot: Shot | undefined;
  let erasure = false, tidying = true;
  /** Until then a reader beside keeps it from being tidied. */
  let later = -Infinity;
  /** Somebody was erased whose texts may still be in memory. */
  let texts = false;
  const waiting: { resolve(): void; reject(error: unknown): void }[] = [];

  function begin(): Shot {
    erasure = false;
    // All of one moment.
    return { seq: state.seq, rest: pieces(state.rest()), states: state.changed()[Symbol.iterator]() };
  }

  async function go(open: Shot): Promise<void> {
    const states: SavedState[] = [];
    for (let bytes = 0; states.length < piece.states && bytes < piece.bytes;) {
      const { value, done } = open.states.next() as IteratorResult<SavedState, undefined>;
      if (done) break;
      states.push(value);
      bytes += value.bytes?.length ?? 0;
    }
    if (states.length > 0) return journal.stage({ states });
    const { value: rest } = open.rest.next() as IteratorResult<Uint8Array, undefined>;
    if (rest) return journal.stage({ rest });
    await flush();
    await journal.save({ seq: open.seq, rest: new Uint8Array(0), states: [] });
    shot = undefined;
    seq = open.seq;
    at = began = clock();
    tidying = true;
    later = -Infinity;
  }

  /** What an erasure needs is done. */
  function over(): void {
    if (texts) state.forgetTexts();
    texts = false;
    for (const { resolve } of waiting.splice(0)) resolve();
  }

  /** Gives whether there is more to do at once. */
  async function tidy(): Promise<boolean> {
    const came = await journal.tidy();
    tidying = came !== 'done';
    later = came === 'later' ? clock() + again : -Infinity;
    if (!tidying && !erasure) over();
    return came === 'more';
  }
  const canTidy = () => tidying && clock() >= later;

  const isDue = () => {
    const behind = state.seq - seq;
    return erasure || (behind >= limits.records && clock() - at >= limits.spacing) || (behind > 0 && clock() - began >= limits.pause);
  };

  const snapshots: Snapshots = {
    get seq() { return seq; },
    get due() { return shot !== undefined || canTidy() || isDue(); },
    get urgent() { return erasure || (waiting.length > 0 && snapshots.due); },
    get wait() {
      const behind = state.seq - seq;
      const next = behind >= limits.records ? Math.max(0, at + limits.spacing - clock()) : behind > 0 ? Math.max(0, began + limits.pause - clock()) : Infinity;
      return tidying ? Math.min(next, Math.max(0, later - clock())) : next;
    },
    async step() {
      if (erasure || (!canTidy() && isDue())) shot ??= begin();
      if (shot) return go(shot);
      await tidy();
    },
    async whole() {
      while (shot) await go(shot);
      shot = begin();
      while (shot) await go(shot);
      while (await tidy());
    },
    erased() { erasure = texts = true; },
    settled: () => (erasure || shot || tidying ? new Promise((resolve, reject) => void waiting.push({ resolve, reject })) : Promise.resolve()),
    fail(error) {
      for (const { reject } of waiting.splice(0)) reject(error);
    },
  };
  return snapshots;
}

/** Bytes that lie in parts, in pieces that are written at once. */
function* pieces(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  let some: Uint8Array[] = [], size = 0;
  for (const part of parts) {
    for (let from = 0; from < part.length;) {
      const one = part.subarray(from, from + piece.bytes - size);
      some.push(one);
      from += one.length;
      size += one.length;
      if (size < piece.bytes) continue;
      yield joined(some);
      [some, size] = [[], 0];
    }
  }
  if (size > 0) yield joined(some);
}
