import type { Change } from '../../domain/live.js';
import type { Journal, JournalRecord } from '../../store/journal.js';
import type { LiveState } from './state/state.js';

/** Brings what is cold into memory, until nothing is: from the end of the wait to the next one, nobody takes it away again. */
export async function warm(state: LiveState, journal: Journal, cold: () => readonly number[]): Promise<void> {
  for (let entities = cold(); entities.length > 0; entities = cold()) {
    const bytes = await journal.states(entities);
    entities.forEach((entity, i) => state.isCold(entity) && state.load(entity, bytes[i]));
  }
}

/** Applies records that are in the journal, oldest first, and tells what follows. A definition is worked out before the record that lets it serve. */
export async function applyRecords(state: LiveState, journal: Journal, records: readonly JournalRecord[], tell: (change: Change) => void): Promise<void> {
  for (let from = 0; from < records.length;) {
    const serving = records.findIndex(({ entry }, i) => i >= from && entry.kind === 'serve');
    if (serving === from) while (await backfillStep(state, journal, Infinity));
    const to = serving < 0 ? records.length : serving === from ? from + 1 : serving;
    const part = records.slice(from, to);
    await warm(state, journal, () => state.needs(part));
    for (const record of part) for (const change of state.apply(record)) tell(change);
    from = to;
  }
}

/** A piece of the work on a definition: at most `limit` entities, or ten times as many records. False where none is left but to let it serve. */
export async function backfillStep(state: LiveState, journal: Journal, limit: number): Promise<boolean> {
  const work = state.backfill()?.work;
  if (!work || work.kind === 'serve') return false;
  if (work.kind === 'evaluate') {
    const next = Math.min(limit, 1000);
    await warm(state, journal, () => state.batch(next).filter((entity) => state.isCold(entity)));
    state.step(next);
    return true;
  }
  let part: readonly JournalRecord[] = [];
  for await (const records of journal.read(work.after)) {
    part = records.slice(0, limit * 10);
    break;
  }
  const events = part.filter(({ entry }) => entry.kind === 'event');
  await warm(state, journal, () => state.needs(events));
  state.feed(part);
  return true;
}
