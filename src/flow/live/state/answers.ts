import type { Scalar } from '../../../domain/event.js';
import { isFound, type LiveEntity, type LiveWhy } from '../../../domain/live.js';
import { assert, ShoalError } from '../../../errors.js';
import { cell } from '../../../segment/rules/live.js';
import type { LiveCondition } from '../../../segment/rules/live-rule.js';
import type { Identity } from '../../../unify/identity.js';
import { leafReason, type Asking } from './asking.js';
import type { Columns } from './columns.js';
import { traitOf, type Entity } from './entity.js';
import type { Models } from './models.js';
import type { Slot, Slots } from './slots.js';
import { stayOf } from './stays.js';

/** What is said of entities that are in memory, and as of which instant. Nothing is changed by it. */
export interface Answers {
  entity(entity: Entity, asOf: { readonly clock: number; readonly seq: number }): LiveEntity;
  /** @throws `live/unknown-segment` */
  why(entity: Entity, segment: string, clock: number): LiveWhy;
  /** Of somebody who is in it. @throws `live/unknown-segment` */
  membership(entity: Entity, segment: string, clock: number): { readonly entity: string; readonly since: number; readonly until?: number };
  /** The version that serves; undefined where none does yet. @throws `live/unknown-segment` */
  serving(segment: string): Slot | undefined;
}

/** Of a rule that asks a found model, the moments ahead at which it is looked when something changes: each measures all features again. Of one entity, and of each of a page. */
const ahead = { one: 60, page: 3 } as const;

const finite = (at: number): number | undefined => (at < Infinity ? at : undefined);

export function createAnswers({ columns, identity, models, slots, asking }: { readonly columns: Columns; readonly identity: Identity; readonly models: Models; readonly slots: Slots; readonly asking: Asking }): Answers {
  const { facts } = asking;

  /** The slots that a rule looks at, through whatever others, each before those that look at it; itself last. */
  function lookedAt(slot: Slot): ReadonlySet<Slot> {
    const needed = new Set<Slot>();
    const need = (each: Slot) => {
      for (const segment of each.rule!.segments) {
        const on = slots.serving(segment);
        if (on && !needed.has(on)) need(on);
      }
      needed.add(each);
    };
    need(slot);
    return needed;
  }

  /** The exact instant at which an entity enters or leaves if nothing more happens, with all that its rule looks at. */
  function changeOf(entity: Entity, slot: Slot, clock: number, looks: number = ahead.one): number {
    asking.look(entity);
    const now = slot.members.has(entity.number);
    const needed = lookedAt(slot);
    const steps = [...needed].some(({ definition }) => definition.model !== undefined) ? (isFound(slot.definition) ? Math.min(looks, ahead.page) : looks) : Infinity;
    return asking.far((suppose) => {
      for (let at = clock, step = 0; at < Infinity && step < steps; step++) {
        let next = Infinity;
        for (const each of needed) {
          const { holds, until } = asking.verdict(each, at);
          if (each === slot && holds !== now) return at;
          suppose(each.definition.segment, holds);
          next = Math.min(next, until);
        }
        // The sentence is made only where it is said.
        if (next <= at) assert(false, `'${slot.definition.segment}' would change at ${next}, which is not after ${at}`);
        at = next;
      }
      return Infinity;
    });
  }

  const answers: Answers = {
    serving(segment) {
      const slot = slots.serving(segment) ?? slots.all().find(({ definition }) => definition.segment === segment);
      if (!slot) throw new ShoalError('live/unknown-segment', { id: segment });
      return slot.state === 'live' ? slot : undefined;
    },
    entity(entity, { clock, seq }) {
      const { number, tallies } = entity;
      const traits: Record<string, Scalar> = {};
      for (const name of [...new Set(entity.traits.map((write) => write.name))].sort()) Object.defineProperty(traits, name, { value: traitOf(entity, name), enumerable: true, configurable: true, writable: true });
      const memberships = slots.order.filter((slot) => slot.state === 'live' && slot.members.has(number)).map((slot) => {
        const stay = stayOf(entity.stays, slot.segment)!;
        const { name, segment, version } = slot.definition;
        const condition = stay.version === version ? slot.rule!.conditions[stay.leaf] as LiveCondition | undefined : undefined;
        const until = finite(changeOf(entity, slot, clock));
        return {
          segment, name, since: stay.since, until, reason: condition ? leafReason(condition, true, false) : slot.words, ...(isFound(slot.definition) && { strength: models.strengthNow(entity, slot.definition.model, clock) }),
        };
      });
      return {
        id: entity.id, identifiers: identity.identifiersOf(number), traits, features: models.features(entity, clock), memberships,
        events: tallies.reduce((sum, { events }) => sum + events, 0),
        ...(tallies.length > 0 && { firstAt: Math.min(...tallies.map(({ firstAt }) => firstAt)), lastAt: Math.max(...tallies.map(({ lastAt }) => lastAt)) }), asOf: clock, seq,
      };
    },
    why(entity, segment, clock) {
      const slot = answers.serving(segment);
      const member = slot?.members.has(entity.number) ?? false;
      const changesAt = slot && finite(changeOf(entity, slot, clock));
      asking.look(entity);
      if (slot) asking.about(slot);
      return asking.far(() => ({
        entity: entity.id, segment, member, ...(member && { since: stayOf(entity.stays, slot!.segment)?.since }), changesAt, words: slot?.words ?? '',
        conditions: (slot?.rule?.conditions ?? []).map(({ path, words, leaf }) => {
          const { holds, until } = leaf.verdict(facts, clock);
          const { value, rows } = leaf.evidence(facts, clock);
          return {
            path, words, holds, changesAt: finite(until), ...(value !== undefined && { value }),
            events: rows.map((row) => {
              const o = row * facts.width;
              return { seq: facts.cells[o + cell.seq], name: columns.textOf(facts.cells[o + cell.event]), at: facts.cells[o + cell.at] };
            }),
          };
        }),
        ...(slot && isFound(slot.definition) && { place: models.placeIn(entity, slot.definition.model, segment, clock) }),
        asOf: clock,
      }));
    },
    membership(entity, segment, clock) {
      const slot = answers.serving(segment)!;
      return { entity: entity.id, since: stayOf(entity.stays, slot.segment)!.since, until: finite(changeOf(entity, slot, clock, ahead.page)) };
    },
  };
  return answers;
}
