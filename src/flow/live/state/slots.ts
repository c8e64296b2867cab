import type { LiveDefinition } from '../../../domain/live.js';
import { ShoalError } from '../../../errors.js';
import type { LiveRule } from '../../../segment/rules/live-rule.js';
import type { Members } from './members.js';

/** One version of a segment's rule, with who is in it. */
export interface Slot {
  /** For good: a number that no other version has. */
  readonly index: number;
  readonly definition: LiveDefinition;
  /** The number of its segment. */
  readonly segment: number;
  /** `feeding`, `backfilling`: being worked out; `live`: it serves; `failed`: it cannot be evaluated. */
  state: 'feeding' | 'backfilling' | 'live' | 'failed';
  readonly rule?: LiveRule;
  readonly words: string;
  readonly problem?: string;
  readonly members: Members;
  /** The record that defined it; the history up to it that has been read again; the entities before this number that have been evaluated. */
  readonly defined: number;
  fed: number;
  cursor: number;
}

/** Every version at hand, arranged for being asked: those that others look at before the others. */
export interface Slots {
  readonly order: readonly Slot[];
  add(slot: Slot): void;
  drop(slot: Slot): void;
  /** Call after a slot's state has changed. */
  arrange(): void;
  all(): readonly Slot[];
  serving(segment: string): Slot | undefined;
  staged(segment: string): Slot | undefined;
  at(index: number): Slot | undefined;
  /** Marks what must be asked again: because of an event, of a trait, of another segment, or by itself. */
  markEvent(name: string, wanted: (slot: Slot) => boolean): void;
  markTrait(name: string): void;
  markSegment(segment: string): void;
  mark(slot: Slot): void;
  markAll(): void;
  /** The marked ones in order, each unmarked; what is marked meanwhile comes too, if it stands later in the order. */
  take(each: (slot: Slot) => void): void;
}

export function createSlots(): Slots {
  const slots = new Map<number, Slot>();
  let order: Slot[] = [];
  let position = new Map<number, number>();
  let marks = new Uint8Array(0);
  let marked = 0;
  let byEvent = new Map<string, number[]>(), byTrait = new Map<string, number[]>(), bySegment = new Map<string, number[]>();
  let byAny: number[] = [];
  let live = new Map<string, Slot>();

  const put = (into: Map<string, number[]>, key: string, at: number) => void (into.get(key)?.push(at) ?? into.set(key, [at]));
  const at = (place: number) => {
    marks[place] = 1;
    marked++;
  };
  const slotsApi: Slots = {
    get order() { return order; },
    all: () => [...slots.values()],
    add: (slot) => void slots.set(slot.index, slot),
    drop: (slot) => void slots.delete(slot.index),
    serving: (segment) => live.get(segment),
    staged: (segment) => [...slots.values()].reverse().find(({ definition, state }) => definition.segment === segment && (state === 'feeding' || state === 'backfilling')),
    at: (index) => slots.get(index),
    arrange() {
      const asked = [...slots.values()].filter(({ state }) => state === 'live' || state === 'backfilling');
      live = new Map(asked.filter(({ state }) => state === 'live').map((slot) => [slot.definition.segment, slot]));
      order = [];
      const placed = new Set<Slot>();
      const place = (slot: Slot) => {
        if (placed.has(slot)) return;
        placed.add(slot);
        for (const segment of slot.rule!.segments) if (live.has(segment)) place(live.get(segment)!);
        order.push(slot);
      };
      asked.forEach(place);
      position = new Map(order.map(({ index }, i) => [index, i]));
      marks = new Uint8Array(order.length);
      marked = 0;
      byEvent = new Map();
      byTrait = new Map();
      bySegment = new Map();
      byAny = [];
      order.forEach(({ rule }, i) => {
        if (rule!.events === 'any') byAny.push(i);
        else for (const event of rule!.events) put(byEvent, event, i);
        for (const trait of rule!.traits) put(byTrait, trait, i);
        for (const segment of rule!.segments) put(bySegment, segment, i);
      });
    },
    markEvent(name, wanted) {
      const named = byEvent.get(name);
      if (named) for (const i of named) if (marks[i] === 0 && wanted(order[i])) at(i);
      for (const i of byAny) if (marks[i] === 0 && wanted(order[i])) at(i);
    },
    markTrait: (name) => byTrait.get(name)?.forEach(at),
    markSegment: (segment) => bySegment.get(segment)?.forEach(at),
    mark(slot) {
      const i = position.get(slot.index);
      if (i !== undefined) at(i);
    },
    markAll() {
      marks.fill(1);
      marked = order.length;
    },
    take(each) {
      if (marked === 0) return;
      for (let i = 0; i < marks.length; i++) {
        if (marks[i] === 0) continue;
        marks[i] = 0;
        each(order[i]);
      }
      marked = 0;
    },
  };
  return slotsApi;
}

/** Refuses a rule that looks, through whatever other segments, at the segment that it is to define. @throws `live/segment-cycle` */
export function refuseCycles(segment: string, segments: readonly string[], all: readonly Slot[]): void {
  const open = segments.map((each) => ({ at: each, path: [each] }));
  const seen = new Set<string>();
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.at === segment) throw new ShoalError('live/segment-cycle', { segment, through: next.path.slice(0, -1).join(', ') });
    if (seen.has(next.at)) continue;
    seen.add(next.at);
    for (const { definition, rule } of all) if (definition.segment === next.at) for (const to of rule?.segments ?? []) open.push({ at: to, path: [...next.path, to] });
  }
}

