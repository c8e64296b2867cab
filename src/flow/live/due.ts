import type { Change } from '../../domain/live.js';
import { advanceTo, type Following } from './catch-up.js';

/** Ms before which those who are due are brought into memory. */
export const foresight = 500;
/** Entities that are read at once for that. */
const together = 64;

/** Lets happen what is due, and has whom it is due to at hand by then. */
export interface Due {
  /** Resolves when nothing is due at or before an instant any more. */
  advance(to: number): Promise<void>;
  /** Reads whoever is cold and due soon, a few at a time beside everything else: at their instant nobody waits for the disk. */
  foresee(now: number): void;
}

export function createDue(following: Following, tell: (change: Change) => void): Due {
  const { state, warm } = following;
  let foreseen = -Infinity, looking = false;

  async function look(): Promise<void> {
    looking = true;
    try {
      const soon = state.needs([], foreseen);
      for (let from = 0; from < soon.length; from += together) {
        const some = soon.slice(from, from + together);
        await warm(() => some.filter(state.isCold));
      }
    } catch {
      // A journal that cannot be read any more is told of where it is needed.
    } finally {
      looking = false;
    }
  }

  return {
    advance: (to) => advanceTo(following, to, tell),
    foresee(now) {
      const next = state.next();
      if (looking || next > now + foresight || (next <= foreseen && now < foreseen - foresight / 2)) return;
      foreseen = now + foresight;
      void look();
    },
  };
}
