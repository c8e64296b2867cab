import type { LiveFacts, Verdict } from '../../../segment/rules/live.js';
import type { LiveCondition } from '../../../segment/rules/live-rule.js';
import { createKept } from '../../../segment/rules/passing.js';
import { traitOf, type Entity } from './entity.js';
import type { Models } from './models.js';
import type { Slot, Slots } from './slots.js';

/** Rules are asked of one entity at a time: what they see of it is told here first. */
export interface Asking {
  readonly facts: LiveFacts;
  /** Whom all is asked of from now on; again whenever its rows have become others. */
  look(entity: Entity): void;
  /** Whose conditions are asked: features and found segments are those of its model. */
  about(slot: Slot): void;
  /** The answer of a whole rule. The same object is told again with the next one. */
  verdict(slot: Slot, asOf: number): Verdict;
  /** Does the work with instants that are exact however far away they are, and with memberships that are supposed in place of those that are there. */
  far<T>(work: (suppose: (segment: string, holds: boolean) => void) => T): T;
}

/** `many`: rows from which on it is kept which of somebody's rows pass. */
export function createAsking(slots: Slots, models: Models, many: number): Asking {
  let subject: Entity, asked: Slot;
  let supposed: Map<string, boolean> | undefined;
  const facts: { -readonly [K in keyof LiveFacts]: LiveFacts[K] } = {
    cells: new Float64Array(0), width: 0, rows: 0, kept: undefined, far: false,
    trait: (name) => traitOf(subject, name),
    member: (segment) => supposed?.get(segment) ?? slots.serving(segment)?.members.has(subject.number) ?? false,
    feature: (name, asOf) => models.feature(subject, asked.definition.model, name, asOf),
    strength: (segment, asOf) => models.strength(subject, asked.definition.model, segment, asOf),
  };
  return {
    facts,
    look(entity) {
      subject = entity;
      facts.cells = entity.cells;
      facts.width = entity.width;
      facts.rows = entity.rows;
      facts.far = false;
      // Rules are others after they were arranged, and so is what is kept for them.
      if (entity.rows > many && (!entity.kept || entity.keptFor !== slots.order)) {
        entity.kept = createKept();
        entity.keptFor = slots.order;
      }
      facts.kept = entity.rows > many ? entity.kept : undefined;
    },
    about(slot) {
      asked = slot;
    },
    verdict(slot, asOf) {
      asked = slot;
      return slot.rule!.verdict(facts, asOf);
    },
    far(work) {
      supposed = new Map();
      facts.far = true;
      try {
        return work((segment, holds) => void supposed!.set(segment, holds));
      } finally {
        facts.far = false;
        supposed = undefined;
      }
    },
  };
}

/** Why somebody entered or left, by the condition that decided: "with at least three orders in the last 30 days", "30 days are over", "no longer with …". */
export function leafReason({ words, negated, leaf }: LiveCondition, entered: boolean, byTime: boolean): string {
  if (entered !== negated) return words;
  if (byTime && leaf.over) return leaf.over;
  return `${entered ? 'not' : 'no longer'} ${/^whose/.test(words) ? 'those ' : ''}${words}`;
}
