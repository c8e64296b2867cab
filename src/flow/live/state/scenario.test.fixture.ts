import type { Event, Identifier, Json } from '../../../domain/event.js';
import type { Change } from '../../../domain/live.js';
import type { Rule } from '../../../domain/rule.js';
import type { JournalEntry, JournalRecord } from '../../../store/journal.js';
import { createIdentity } from '../../../unify/identity.js';
import { openState } from './open-state.js';
import type { LiveState, LiveStateOptions } from './state.js';

export const options: LiveStateOptions = { identity: (saved) => createIdentity({}, saved) };

/** An event as intake makes it. `by`: 'ann' is a user, '~x' a browser; several are linked. */
export function eventOf(given: { id?: string; by: string | readonly string[]; name: string; at: number; kind?: Event['kind']; payload?: Readonly<Record<string, Json>> }): Event {
  const identifiers = [given.by].flat().map((by): Identifier => (by.startsWith('~') ? { type: 'anonymous', value: by.slice(1) } : { type: 'user', value: by }));
  return { id: given.id ?? 'm', kind: given.kind ?? 'track', name: given.name, at: given.at, received: given.at, identifiers, payload: given.payload ?? {} };
}

/** A live state with a journal in memory beside it, driven as the loop drives it. */
export interface Driven {
  readonly state: LiveState;
  readonly journal: JournalRecord[];
  readonly changes: Change[];
  append(entry: JournalEntry, clock: number): void;
  advance(to: number): void;
  /** Defines a segment and works it out to the end. */
  define(segment: string, rule: Rule, clock: number, version?: number): void;
  finish(): void;
  members(segment: string): string[];
}

export function drive(state = openState(options)): Driven {
  const journal: JournalRecord[] = [];
  const changes: Change[] = [];
  const driven: Driven = {
    state, journal, changes,
    append(entry, clock) {
      const record = { seq: journal.length + 1, clock, entry };
      journal.push(record);
      changes.push(...state.apply(record));
    },
    advance: (to) => void changes.push(...state.advance(to)),
    define(segment, rule, clock, version = 1) {
      driven.append({ kind: 'define', definition: { segment, name: segment, version, rule } }, clock);
      driven.finish();
    },
    finish() {
      for (let work = state.backfill(); work; work = state.backfill()) {
        if (work.work.kind === 'feed') state.feed(journal.slice(work.work.after));
        else if (work.work.kind === 'evaluate') state.step(2);
        else driven.append({ kind: 'serve', segment: work.segment, version: work.version }, state.clock);
      }
    },
    members: (segment) => state.members(segment, { offset: 0, limit: 1000 }).entities.map((entity) => state.entity(entity).id),
  };
  return driven;
}
