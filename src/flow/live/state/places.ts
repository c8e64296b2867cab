import { firstInstant } from '../../../util/first-instant.js';
import type { Place, Placing } from '../found/place.js';
import type { Rows } from '../found/rows.js';

/** Where an entity is in one found model. */
export interface Stand {
  /** The model, by its number in the table of models. */
  readonly model: number;
  readonly segment: number;
  /** 1 − (distance to its segment) / (to the next), 0 where another is nearer by no more than the hysteresis. */
  readonly strength: number;
  /** The instant from which it must be asked again, ms; −1: at once. */
  readonly until: number;
  /** When it was placed, ms; −Infinity where nobody was told of it. */
  readonly at: number;
}

/** Beyond so many rows somebody is placed at most once in as many milliseconds as they have rows: one chatterbox does not take everybody else's time. */
export const MANY = 2000;

/** Whoever is in a segment stays until another one is nearer by more than this: on the border nobody goes to and fro with every event. */
export const HYSTERESIS = 0.05;

const HOUR = 3_600_000;
/** Features drift with time alone: they are looked at again after an eighth of the time since somebody was last heard of, between six hours and 30 days; after three years no more. */
const look = { least: 6 * HOUR, most: 30 * 24 * HOUR, part: 8, last: 1100 * 24 * HOUR } as const;

/** When features are looked at: `from`, the last such instant at or before `asOf`, and `until`, the next. Both follow from the rows alone, so that it does not matter who asks when. */
export function looks(rows: Rows, asOf: number): { readonly from: number; readonly until: number } {
  const newest = newestOf(rows, asOf);
  if (newest === -Infinity) return { from: asOf, until: Infinity };
  let from = newest, until = after(newest, newest);
  while (until <= asOf) {
    from = until;
    until = after(newest, from);
  }
  return { from, until };
}

/** The instant of the newest row. */
function newestOf(rows: Rows, asOf: number): number {
  let newest = -Infinity;
  for (const source of [rows.events, rows.orders]) for (const { at } of source) if (at <= asOf && at > newest) newest = at;
  return newest;
}

/** Whole milliseconds: timers and journals know no others. */
const after = (newest: number, at: number): number => (at - newest < look.last ? at + Math.floor(Math.min(look.most, Math.max(look.least, (at - newest) / look.part))) : Infinity);

/** The segment one is in by where one belongs now and where one was before. Where there are outliers no margin is known: they come and go at once. */
export function held(before: number | undefined, { segment, strength }: Place): number {
  if (before === undefined || before === segment || before < 0 || segment < 0) return segment;
  return strength > HYSTERESIS ? segment : before;
}

/**
 * Where an entity stands at `asOf`, and until when. Looks ahead to the next instant at which features are looked at: where it has moved by then, the exact millisecond is found by halving
 * (the first one, as long as it moves no more than once in between). `before`: where it was; undefined where nobody was told of it yet: then it follows from rows and instant alone.
 */
export function stand(placing: Placing, model: number, rows: Rows, before: number | undefined, asOf: number): Stand {
  const { from, until } = looks(rows, asOf);
  const start = before === undefined ? from : asOf;
  const { place } = placing.at(rows, start);
  const segment = held(before, place);
  const placed = before === undefined ? -Infinity : asOf;
  const here: Stand = { model, segment, strength: place.segment === segment ? place.strength : 0, until, at: placed };
  if (until === Infinity) return here;
  const at = (when: number) => held(before === undefined ? undefined : segment, placing.at(rows, when).place);
  const next = at(until);
  if (next === segment) return here;
  const moves = firstInstant(start, until, (when) => at(when) !== segment);
  return asOf < moves ? { ...here, until: moves } : { model, segment: next, strength: placing.at(rows, until).place.strength, until, at: placed };
}
