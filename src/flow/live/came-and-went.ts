import type { CameAndWent, Change } from '../../domain/live.js';
import type { Journal } from '../../store/journal.js';

export const hour = 3_600_000;
/** How far back is counted. */
const kept = 90 * 24 * hour;
/** Changes that are read at a time, between which events get their turn; and those that are named. */
const page = 1000;
const named = 12;

interface Tally {
  readonly hours: Map<number, { entered: number; left: number }>;
  /** Numbers of the last changes, newest last. */
  last: number[];
}

/** Counts changes by segment and hour: all of the journal when it is first asked, from then on what came since. What changed of people who are erased is counted until the process ends. */
export function countChanges(journal: Pick<Journal, 'changes'>, clock: () => number): { of(segment: string, since: number): Promise<CameAndWent> } {
  const tallies = new Map<string, Tally>();
  let upTo = 0;
  let reading: Promise<void> = Promise.resolve();

  async function read(): Promise<void> {
    const from = clock() - kept;
    for (;;) {
      const changes = await journal.changes(upTo, page);
      for (const change of changes) count(change, from);
      upTo = changes.at(-1)?.n ?? upTo;
      if (changes.length < page) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { hours } of tallies.values()) for (const at of hours.keys()) if (at < from - hour) hours.delete(at);
  }

  function count({ n, segment, direction, at }: Change, from: number): void {
    let tally = tallies.get(segment);
    if (!tally) tallies.set(segment, (tally = { hours: new Map(), last: [] }));
    tally.last.push(n);
    if (tally.last.length > 2 * named) tally.last = tally.last.slice(-named);
    if (at < from) return;
    const begins = Math.floor(at / hour) * hour;
    const here = tally.hours.get(begins) ?? { entered: 0, left: 0 };
    here[direction]++;
    tally.hours.set(begins, here);
  }

  return {
    async of(segment, since) {
      reading = reading.then(read, read);
      await reading;
      const from = Math.floor(Math.max(since, clock() - kept) / hour) * hour;
      const { hours = new Map(), last = [] } = tallies.get(segment) ?? {};
      const within = [...hours].filter(([at]) => at >= from).sort(([a], [b]) => a - b).map(([at, moved]) => ({ at, ...moved }));
      const told: Change[] = [];
      // One of somebody who was erased meanwhile is not there any more.
      for (const n of [...last].reverse().slice(0, named)) told.push(...(await journal.changes(n - 1, 1)).filter((change) => change.n === n));
      return { since: from, entered: within.reduce((sum, { entered }) => sum + entered, 0), left: within.reduce((sum, { left }) => sum + left, 0), hours: within, last: told };
    },
  };
}
