import { instantOf } from '../../domain/instant.js';
import type { RowsOf, RowTest, TimeWindow } from '../../domain/rule.js';
import type { Scalar } from '../../domain/event.js';
import { cell, type LiveFacts, type LiveGround, type LiveRows } from './live.js';
import { compileTest } from './row-test.js';
import { spanMs } from './spans.js';
import { columnNamed, timedSource, type ColumnWords } from './vocabulary.js';

/** @throws `rules/unknown-source`, `rules/no-times`, `rules/unknown-column`, `rules/wrong-type` */
export function liveRows({ source: name, where = [] }: RowsOf, ground: LiveGround): LiveRows {
  const source = timedSource(ground.vocabulary, name);
  const tests = where.map((test) => cellTest(test, columnNamed(source, test.column), ground));
  const named = where.filter((test) => test.column === 'event').map(namesIn).filter((names) => names !== undefined);
  const [one, two] = tests;
  return {
    events: named.length ? named.reduce((sofar, names) => sofar.filter((event) => names.includes(event))) : 'any',
    passes: tests.length === 0 ? () => true : tests.length === 1 ? one : tests.length === 2 ? (facts, row) => one(facts, row) && two(facts, row)
      : (facts, row) => tests.every((test) => test(facts, row)),
  };
}

function namesIn(test: RowTest): string[] | undefined {
  return test.op === '=' ? [String(test.value)] : test.op === 'in' ? test.values.map(String) : undefined;
}

function cellTest(test: RowTest, column: ColumnWords, ground: LiveGround): (facts: LiveFacts, row: number) => boolean {
  const { number, text, missing } = compileTest(test, column);
  const at = ground.cellOf(column.name);
  if (column.type !== 'text') return (facts, row) => {
    const value = cellAt(facts, row, at);
    return value === value ? number(value) : missing;
  };
  if (test.op === '=' || test.op === '!=' || test.op === 'in' || test.op === 'not in') {
    const codes = ('values' in test ? test.values : [test.value]).map((value) => ground.codeOf(String(value)));
    const wanted = test.op === '=' || test.op === 'in';
    const [code] = codes;
    if (codes.length === 1) return (facts, row) => {
      const value = cellAt(facts, row, at);
      return value === value ? (value === code) === wanted : missing;
    };
    const set = new Set(codes);
    return (facts, row) => {
      const value = cellAt(facts, row, at);
      return value === value ? set.has(value) === wanted : missing;
    };
  }
  const known = new Map<number, boolean>();
  return (facts, row) => {
    const code = cellAt(facts, row, at);
    if (code !== code) return missing;
    let passes = known.get(code);
    if (passes === undefined) {
      if (known.size >= 10_000) known.clear();
      known.set(code, (passes = text(ground.textOf(code))));
    }
    return passes;
  };
}

/** Rows that were written before a column was read are narrower: they hold nothing in it. */
export const cellAt = ({ cells, width }: LiveFacts, row: number, at: number): number => (at < width ? cells[row * width + at] : Number.NaN);

export const atOf = ({ cells, width }: LiveFacts, row: number): number => cells[row * width + cell.at];

/** A value as the column's type has it (texts as texts, times in µs); undefined where it does not fit: then it is missing. */
export function fitting(value: Scalar | undefined, type: ColumnWords['type']): number | string | undefined {
  if (value === undefined) return undefined;
  switch (type) {
    case 'text': return String(value);
    case 'number': return typeof value === 'number' && Number.isFinite(value) ? value + 0 : undefined;
    case 'flag': return typeof value === 'boolean' ? Number(value) : undefined;
    case 'time': return timeOf(value);
  }
}

function timeOf(value: Scalar): number | undefined {
  // Any zone may be written; where none is, UTC is meant, as in rules.
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(value)) return undefined;
  const at = value.length > 10 && !/(Z|[+-]\d\d:?\d\d)$/.test(value) ? Date.parse(`${value}Z`) : Date.parse(value);
  return Number.isNaN(at) ? undefined : at * 1000;
}

/** Which rows a window holds, and when each leaves it. */
export interface LiveWindow {
  /** The first row in it, and the one after the last. */
  from(facts: LiveFacts, asOf: number): number;
  to(facts: LiveFacts): number;
  /** The instant (ms) from which a row of it is not in it any more, if nothing more happens. */
  leaves(facts: LiveFacts, row: number): number;
  /** Whether a row can still be in it, or come after one that is, at `asOf` or later, if only events of then are still to come. */
  holds(facts: LiveFacts, row: number, asOf: number): boolean;
  /** Whether rows leave one after the other; otherwise all at once, or never. */
  readonly sliding: boolean;
  /** Whether an event of any name can change it. */
  readonly any: boolean;
}

export function liveWindow(window: TimeWindow | undefined): LiveWindow {
  const all = { from: () => 0, to: (facts: LiveFacts) => facts.rows, leaves: () => Infinity, holds: () => true, sliding: false, any: false };
  if (!window) return all;
  if ('last' in window) {
    const length = spanMs(window.last, window.unit);
    return { ...all, from: (facts, asOf) => firstAfter(facts, asOf - length), leaves: (facts, row) => atOf(facts, row) + length, holds: (facts, row, asOf) => atOf(facts, row) > asOf - length, sliding: true };
  }
  if ('session' in window) {
    const gap = spanMs(window.session, window.unit);
    const over = (facts: LiveFacts) => atOf(facts, facts.rows - 1) + gap;
    return {
      ...all, any: true, leaves: over,
      holds(facts, row, asOf) {
        while (row + 1 < facts.rows && atOf(facts, row + 1) - atOf(facts, row) < gap) row++;
        return atOf(facts, row) > asOf - gap;
      },
      from(facts, asOf) {
        if (facts.rows === 0 || over(facts) <= asOf) return facts.rows;
        return facts.kept ? facts.kept.session(facts, gap) : beginning(facts, facts.rows - 1, gap);
      },
    };
  }
  // Rows are never later than now, so that such a window stays as it is.
  const from = window.from === undefined ? -Infinity : instantOf(window.from), to = window.to === undefined ? Infinity : instantOf(window.to);
  return { ...all, from: (facts) => firstAfter(facts, from - 1), to: (facts) => firstAfter(facts, to - 1), holds: (facts, row) => atOf(facts, row) >= from };
}

/** The first row of the run that a row is in, going back: each less than `gap` ms after the one before. */
export function beginning(facts: LiveFacts, from: number, gap: number): number {
  let row = from;
  while (row > 0 && atOf(facts, row) - atOf(facts, row - 1) < gap) row--;
  return row;
}

/** The first row later than an instant. */
export function firstAfter(facts: LiveFacts, at: number): number {
  let low = 0, high = facts.rows;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (atOf(facts, middle) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
