import type { Change } from '../../domain/live.js';
import type { Journal, JournalRecord } from '../../store/journal.js';
import type { LiveState } from './state/state.js';

/** Entities that are asked of the journal at once, and records that are applied in one turn: some ms of work, after which whoever asks has theirs. */
const together = 200, turn = 64;
/** Timers that fire in one turn. */
const firing = 100;

/** A state, and the journal that it follows. */
export interface Following {
  readonly state: LiveState;
  readonly journal: Journal;
  /** Brings what is cold into memory, until nothing is: from the end of the wait to the next one, nobody takes it away again. Whom several wait for is read once. */
  warm(cold: () => readonly number[]): Promise<void>;
}

export function follow(state: LiveState, journal: Journal): Following {
  const coming = new Map<number, Promise<void>>();
  async function fetch(entities: readonly number[]): Promise<void> {
    try {
      const bytes = await journal.states(entities);
      entities.forEach((entity, i) => state.isCold(entity) && state.load(entity, bytes[i]));
    } finally {
      for (const entity of entities) coming.delete(entity);
    }
  }
  return {
    state, journal,
    async warm(cold) {
      for (let entities = cold(); entities.length > 0; entities = cold()) {
        const missing = entities.filter((entity) => !coming.has(entity));
        for (let from = 0; from < missing.length; from += together) {
          const some = missing.slice(from, from + together), fetched = fetch(some);
          for (const entity of some) coming.set(entity, fetched);
        }
        await Promise.all(new Set(entities.map((entity) => coming.get(entity))));
      }
    },
  };
}

/** Lets others have their turn. */
export const pause = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Lets time go on in pieces, and tells what happens by it: resolves when nothing is due at or before that instant any more. */
export async function advanceTo({ state, warm }: Following, to: number, tell: (change: Change) => void): Promise<void> {
  for (;;) {
    const end = Math.max(to, state.clock);
    const cold = state.next() <= end ? state.needs([], end, firing) : [];
    // While some are read, whoever else lets time go on may fire others: then the next ones are looked at anew.
    if (cold.length > 0) {
      await warm(() => cold.filter(state.isCold));
      continue;
    }
    state.advance(end, firing).forEach(tell);
    if (state.next() > to) return;
    await pause();
  }
}

/** Applies records that are in the journal, oldest first, and tells what follows. A definition is worked out before the record that lets it serve. */
export async function applyRecords(following: Following, records: readonly JournalRecord[], tell: (change: Change) => void): Promise<void> {
  const { state, warm } = following;
  for (let from = 0; from < records.length;) {
    const { clock, entry } = records[from];
    const serves = entry.kind === 'serve';
    if (serves) while (await backfillStep(following, Infinity));
    if (state.next() <= clock) await advanceTo(following, clock, tell);
    // Until a definition serves, or time goes on to where anybody is due: that is done in pieces too.
    const due = state.next();
    let to = from + 1;
    while (!serves && to < records.length && records[to].entry.kind !== 'serve' && (records[to].clock === clock || records[to].clock < due)) to++;
    const part = records.slice(from, to);
    await warm(() => state.needs(part));
    for (const [i, record] of part.entries()) {
      if (i > 0 && i % turn === 0) await pause();
      for (const change of state.apply(record)) tell(change);
    }
    from = to;
  }
}

/** A piece of the work on a definition: at most `limit` entities, or ten times as many records. False where none is left but to let it serve. */
export async function backfillStep({ state, journal, warm }: Following, limit: number): Promise<boolean> {
  const work = state.backfill()?.work;
  if (!work || work.kind === 'serve') return false;
  if (work.kind === 'evaluate') {
    const next = Math.min(limit, 1000);
    await warm(() => state.batch(next).filter((entity) => state.isCold(entity)));
    state.step(next);
    return true;
  }
  let part: readonly JournalRecord[] = [];
  for await (const records of journal.read(work.after)) {
    part = records.slice(0, limit * 10);
    break;
  }
  const events = part.filter(({ entry }) => entry.kind === 'event');
  await warm(() => state.needs(events));
  state.feed(part);
  return true;
}
