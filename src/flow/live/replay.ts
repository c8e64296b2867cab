import { createHash } from 'node:crypto';
import { checkAborted, type Context } from '../../context.js';
import type { Change } from '../../domain/live.js';
import { ShoalError } from '../../errors.js';
import type { Journal } from '../../store/journal.js';
import { createIdentity } from '../../unify/identity.js';
import { applyRecords, follow, type Following } from './catch-up.js';
import { joined } from '../../util/joined.js';
import { openState } from './state/open-state.js';
import type { LiveStateOptions } from './state/state.js';

/** What rebuilding from the journal gave, and whether it is what was there. */
export interface Replay {
  readonly records: number;
  readonly entities: number;
  readonly changes: number;
  /** SHA-256 over every segment, its members and since when they are. */
  readonly memberships: string;
  /** Of the snapshot and what came after it; absent where there is no snapshot. */
  readonly before?: string;
  /** Numbers of changes that were told before and came out otherwise now; none where all is well. At most ten. */
  readonly differing: readonly number[];
}

type Saved = NonNullable<LiveStateOptions['saved']> & { readonly seq: number };

/**
 * Works everything out again from the first record, and compares: the memberships with those of the snapshot and its tail, the changes with those that were told. Then the rebuilt state is the snapshot.
 * @throws `live/pruned` where the oldest records are gone
 */
export async function replay(journal: Journal, context: Pick<Context, 'signal' | 'progress'>): Promise<Replay> {
  const { seq: last } = await journal.head();
  const saved = await journal.saved();
  const before = saved && (await opened(journal, last, context, saved));
  const told = toldBy(journal);
  const differing: number[] = [];
  // Numbers of changes before somebody was erased are left out: theirs cannot follow any more, so the others have lower ones.
  const compare = async (change: Change) => {
    const { value: as } = await told.next();
    if (as && JSON.stringify({ ...as, n: 0 }) !== JSON.stringify({ ...change, n: 0 }) && differing.length < 10) differing.push(as.n);
  };
  // Time may have gone on since the last record: both are compared at the same moment.
  const anew = await opened(journal, last, context, undefined, compare, before?.state.clock);
  // Where somebody was erased the numbers of entities are others: nothing of the old states stays.
  await journal.forget();
  await journal.save({ seq: anew.state.seq, rest: joined(anew.state.rest()), states: anew.state.changed() });
  return {
    records: last, entities: anew.state.entities, changes: anew.state.n, memberships: anew.memberships, ...(before && { before: before.memberships }), differing,
  };
}

async function opened(journal: Journal, last: number, context: Pick<Context, 'signal' | 'progress'>, saved: Saved | undefined, each?: (change: Change) => Promise<void>, moment?: number) {
  const state = openState({ identity: (bytes) => createIdentity({}, bytes), ...(saved && { saved }) });
  const following = follow(state, journal);
  const from = saved?.seq ?? 0;
  let expected = from;
  for await (const records of journal.read(from)) {
    checkAborted(context);
    if (records[0].seq !== expected + 1) throw new ShoalError('live/pruned', { first: records[0].seq });
    expected = records[records.length - 1].seq;
    const changes: Change[] = [];
    await applyRecords(following, records, (change) => void changes.push(change));
    for (const change of changes) await each?.(change);
    context.progress({ stage: 'replay', note: `${expected.toLocaleString('en')} records`, done: expected / last });
  }
  if (moment !== undefined) for (const change of state.advance(Math.max(moment, state.clock))) await each?.(change);
  return { state, memberships: await fingerprintOf(following) };
}

/** Everybody in every segment, since when, as one hash. */
async function fingerprintOf({ state, warm }: Following): Promise<string> {
  const hash = createHash('sha256');
  for (const { segment, version } of [...state.segments()].sort((a, b) => (a.segment < b.segment ? -1 : 1))) {
    hash.update(`${segment} ${version}\n`);
    for (let offset = 0; ; offset += 1000) {
      const { entities } = state.members(segment, { offset, limit: 1000 });
      await warm(() => entities.filter((entity) => state.isCold(entity)));
      for (const entity of entities) hash.update(`${JSON.stringify(state.membership(entity, segment))}\n`);
      if (entities.length < 1000) break;
    }
  }
  return hash.digest('hex');
}

/** The changes that were told, one after the other; those of people who were erased are not among them. */
async function* toldBy(journal: Journal): AsyncGenerator<Change> {
  for (let after = 0; ;) {
    const part = await journal.changes(after, 1000);
    if (part.length === 0) return;
    yield* part;
    after = part[part.length - 1].n;
  }
}
