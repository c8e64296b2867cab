import type { IncomingMessage } from 'node:http';

/** Events in bodies that are being read, as far as their sizes tell: what is let in is counted when its head is there, so that nothing is read only to be refused. */
export interface Coming {
  readonly events: number;
  /** Gives what is to be called when the body has been read. `limit`: bytes of the longest that is. */
  expect(request: IncomingMessage, limit: number): () => void;
  /** Learns how large an event is on its way; not from bodies that are packed. */
  measure(request: IncomingMessage, events: number): void;
}

/** Bytes that an event is of at least. */
const least = 100;
/** Milliseconds that a body is expected for, or up to twice as long: who sends slowly keeps nobody out. */
const soon = 100;

/** `now` gives milliseconds, of any beginning. */
export function createComing(now: () => number): Coming {
  /** Of this span of time and of the one before. */
  let [span, current, previous] = [0, 0, 0];
  /** Bytes of an event with its share of what is around it, a running mean. */
  let each = 600;
  const turn = () => {
    const at = Math.floor(now() / soon);
    if (at === span) return;
    [previous, current] = [at === span + 1 ? current : 0, 0];
    span = at;
  };
  return {
    get events() {
      turn();
      return current + previous;
    },
    expect(request, limit) {
      turn();
      const of = span;
      const some = Math.max(1, Math.round(Math.min(limit, lengthOf(request)) / each));
      current += some;
      return () => {
        turn();
        if (of === span) current -= some;
        else if (of === span - 1) previous -= some;
      };
    },
    measure(request, events) {
      const length = lengthOf(request);
      if (events > 0 && length > 0 && request.headers['content-encoding'] === undefined) each += (Math.max(least, length / events) - each) / 32;
    },
  };
}

const lengthOf = ({ headers }: IncomingMessage): number => Number(headers['content-length'] ?? 0) || 0;
