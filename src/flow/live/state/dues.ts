import type { Entity } from './entity.js';

/** What rules say of one entity, gathered while they are asked, and then written into its dues at once: looking for each rule's place takes longer than asking it. */
export interface Dues {
  /** A rule (its slot) is to be asked again at that instant; Infinity: time alone does not change it. */
  tell(slot: number, until: number): void;
  /** Writes what was told into the entity's dues, and gives the earliest of all. */
  write(entity: Entity): number;
}

export function createDues(): Dues {
  /** By slot, NaN where nothing was told; and the slots of which something was. */
  let untils = new Float64Array(256).fill(Number.NaN);
  const told: number[] = [];
  return {
    tell(slot, until) {
      if (slot >= untils.length) {
        const larger = new Float64Array(2 * slot).fill(Number.NaN);
        larger.set(untils);
        untils = larger;
      }
      untils[slot] = until;
      told.push(slot);
    },
    write(entity) {
      const { dues } = entity;
      let first = Infinity, length = 0;
      for (let i = 0; i < dues.length; i += 2) {
        const slot = dues[i];
        let until = dues[i + 1];
        // Of a slot that is gone nothing is told.
        if (slot < untils.length && untils[slot] === untils[slot]) {
          if (until !== untils[slot]) entity.changed = true;
          until = untils[slot];
          untils[slot] = Number.NaN;
          if (until === Infinity) continue;
        }
        if (until < first) first = until;
        dues[length] = slot;
        dues[length + 1] = until;
        length += 2;
      }
      dues.length = length;
      for (const slot of told) {
        const until = untils[slot];
        untils[slot] = Number.NaN;
        if (!(until < Infinity)) continue;
        dues.push(slot, until);
        entity.changed = true;
        if (until < first) first = until;
      }
      told.length = 0;
      return first;
    },
  };
}
