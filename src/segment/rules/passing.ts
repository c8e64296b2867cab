import type { Kept, LiveFacts, LiveRows, Passing } from './live.js';
import { atOf, beginning, cellAt } from './live-rows.js';
import { tenThousandths } from './scaled-sum.js';

/** Rows from which on it is kept which of somebody's rows pass: below, they are looked through. */
export const MANY = 256;

/** Beyond it the difference of two would not be exact. */
const exact = 2 ** 52;

export function createKept(): Kept {
  const lists = new Map<LiveRows, ReturnType<typeof createPassing>>();
  const sessions = new Map<number, number>();
  return {
    of(facts, rows) {
      let list = lists.get(rows);
      if (!list) {
        lists.set(rows, (list = createPassing()));
        for (let row = 0; row < facts.rows; row++) if (rows.passes(facts, row)) list.insert(row);
      }
      return list;
    },
    session(facts, gap) {
      let start = sessions.get(gap);
      if (start === undefined) sessions.set(gap, (start = beginning(facts, facts.rows - 1, gap)));
      return start;
    },
    put(facts, place) {
      const last = place === facts.rows - 1;
      for (const [rows, list] of lists) {
        if (!last) list.shift(place);
        if (rows.passes(facts, place)) list.insert(place);
      }
      for (const [gap, start] of sessions) {
        if (last) {
          if (atOf(facts, place) - atOf(facts, place - 1) >= gap) sessions.set(gap, place);
        } else if (place === start) sessions.set(gap, atOf(facts, place + 1) - atOf(facts, place) < gap ? beginning(facts, place, gap) : start + 1);
        else if (place < start) sessions.set(gap, start + 1);
      }
    },
  };
}

function createPassing() {
  let places = new Int32Array(64);
  let length = 0;
  const sums = new Map<number, { totals: Float64Array; valid: number; sound: boolean }>();
  const list = {
    get length() { return length; },
    at: (i: number) => places[i],
    before(place: number) {
      let low = 0, high = length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (places[middle] >= place) high = middle;
        else low = middle + 1;
      }
      return low;
    },
    /** Rows from a place on are one further. */
    shift(place: number) {
      for (let i = length - 1; i >= 0 && places[i] >= place; i--) places[i]++;
    },
    insert(place: number) {
      if (length === places.length) {
        const larger = new Int32Array(2 * length);
        larger.set(places);
        places = larger;
      }
      const i = length > 0 && places[length - 1] >= place ? list.before(place) : length;
      if (i < length) places.copyWithin(i + 1, i, length);
      places[i] = place;
      length++;
      for (const sum of sums.values()) sum.valid = Math.min(sum.valid, i);
    },
    totals(facts: LiveFacts, at: number) {
      let sum = sums.get(at);
      if (!sum) sums.set(at, (sum = { totals: new Float64Array(64), valid: 0, sound: true }));
      if (!sum.sound) return undefined;
      if (sum.totals.length <= length) {
        const larger = new Float64Array(2 * length + 1);
        larger.set(sum.totals);
        sum.totals = larger;
      }
      const { totals } = sum;
      for (let i = sum.valid; i < length; i++) {
        const value = tenThousandths(cellAt(facts, places[i], at));
        totals[i + 1] = totals[i] + (value === value ? value : 0);
        if (Math.abs(totals[i + 1]) > exact) {
          sum.sound = false;
          return undefined;
        }
      }
      sum.valid = length;
      return totals;
    },
  };
  return list satisfies Passing & object;
}
