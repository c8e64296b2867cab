import { assert } from '../../errors.js';
import type { Journal, SavedState, Snapshot } from '../journal.js';
import { plainly, stateIn, statesWith, type StatesOptions } from './states.js';
import type { JournalTables, SettingRow, StateRow, Tally, VersionRow } from './tables.js';

/** The snapshots of a journal: the one that counts, and the one that is being made of it. Calls come one after the other. */
export interface Snapshots extends Pick<Journal, 'stage' | 'tidy' | 'saved' | 'states' | 'forget'> {
  /** The last record in the one that counts; 0 where there is none. */
  readonly seq: number;
  save(snapshot: Snapshot): Promise<void>;
  /** Somebody was erased in this record, the last one. */
  erasedAt(record: number): void;
  /** What is to be written with the deletion of these states; `done` once it is. */
  without(entities: readonly number[]): Promise<{ readonly settings: readonly SettingRow[]; done(): void }>;
}

/** Of a snapshot, what is written in one transaction: states, and bytes of the rest; and what one call deletes: parts of the rest, and states. */
const staged = { states: 500, bytes: 256_000, tidied: { parts: 32, gone: 500 } };

/** A snapshot: its last record, its version of the states, in how many parts its rest is, and what its states add up to. One that was written before there were versions has its rest here. */
interface Snap {
  readonly seq: number;
  readonly version: number;
  readonly parts: number;
  readonly tally: Tally;
  readonly rest?: Uint8Array;
}
/** Where there is none yet. */
const none: Snap = { seq: 0, version: -1, parts: 0, tally: { states: 0, entities: 0, dues: 0 } };

interface SnapshotsOptions extends StatesOptions {
  /** The last record there is. */
  readonly seq: number;
}

/** The snapshots in these tables, without what was begun of one and not ended. @throws `store/damaged` */
export async function openSnapshots(tables: JournalTables, options: SnapshotsOptions): Promise<Snapshots> {
  const { sealer, key, seq: last, damaged } = options;
  const opened = statesWith(options);
  let counts = (await read()) ?? none;
  let making = following();
  /** Snapshots before this record may name somebody who was erased, also where they have been deleted, until that is scrubbed. */
  let unscrubbed = last;
  await tables.discard(counts.version);

  return {
    get seq() {
      return counts.seq;
    },
    stage,
    async save({ seq, rest, states }) {
      let some: SavedState[] = [];
      for (const state of states) if (some.push(state) === staged.states) {
        await stage({ states: some });
        some = [];
      }
      await stage({ states: some });
      for (let from = 0; from < rest.length; from += staged.bytes) await stage({ rest: rest.subarray(from, from + staged.bytes) });
      // What is more than that was the rest of the snapshot before.
      for (let i = making.parts; i < counts.parts; i++) await put([{ entity: -1 - i, due: null, sealed: null }]);
      const next = { ...making, seq };
      await tables.set(sealed(next));
      counts = next;
      making = following();
    },
    async tidy() {
      if ((await tables.tidy(counts.version, staged.tidied)) > 0) return 'more';
      if (counts.seq >= unscrubbed) {
        if (!(await tables.scrub())) return 'later';
        unscrubbed = Infinity;
      }
      return 'done';
    },
    async saved() {
      if (counts.version < 0) return undefined;
      const rows = await tables.dues(counts.version);
      if (!sameTally(tallyOf(rows), counts.tally)) throw damaged('the list of states is');
      const parts: Buffer[] = [];
      for (let i = 0; i < counts.parts; i++) {
        const [row] = await tables.states([-1 - i], counts.version);
        if (!row) throw damaged('the snapshot is');
        parts.push(stateIn(row, options));
      }
      return { seq: counts.seq, rest: plainly(counts.rest ?? Buffer.concat(parts)), due: rows.filter(({ entity }) => entity >= 0).map((row) => ({ entity: row.entity, due: row.due ?? Infinity })) };
    },
    states: (entities) => opened(entities, (asked) => tables.states(asked, making.version)),
    async forget() {
      await tables.forget();
      counts = none;
      making = following();
    },
    erasedAt(record) {
      unscrubbed = record;
    },
    async without(entities) {
      const all = [...new Set(entities)];
      const less = async (snap: Snap): Promise<Snap> => ({ ...snap, tally: minus(snap.tally, tallyOf(await tables.dues(snap.version, all))) });
      const next = { counts: await less(counts), making: await less(making) };
      return { settings: counts.version >= 0 ? [sealed(next.counts)] : [], done: () => void ({ counts, making } = next) };
    },
  };

  async function stage({ states = [], rest }: { readonly states?: readonly SavedState[]; readonly rest?: Uint8Array }): Promise<void> {
    if (states.length > 0) await put(states.map(({ entity, bytes, due }) => {
      assert((Number.isSafeInteger(due) && due >= 0) || due === Infinity, 'a state is due at a whole millisecond, or never');
      return { entity, due: due === Infinity ? null : due, sealed: bytes ? sealer.seal(key, 'states', [entity, due], bytes) : null };
    }));
    if (!rest) return;
    const entity = -1 - making.parts;
    await put([{ entity, due: null, sealed: sealer.seal(key, 'states', [entity, Infinity], rest) }]);
    making = { ...making, parts: making.parts + 1 };
  }

  /** Writes states of the snapshot that is being made; what they were in it so far does not count any more. */
  async function put(rows: readonly Omit<VersionRow, 'version'>[]): Promise<void> {
    const before = await tables.stage(rows.map((row) => ({ ...row, version: making.version })), counts.version);
    making = { ...making, tally: plus(minus(making.tally, tallyOf(before)), tallyOf(rows.filter((row) => row.sealed !== null))) };
  }

  function sealed({ seq, version, parts, tally: { states, entities, dues }, rest }: Snap): SettingRow {
    if (rest) return { name: 'snapshot', sealed: sealer.seal(key, 'snapshot', [], Buffer.concat([new Uint8Array(new Float64Array([seq, states, entities, dues]).buffer), rest])) };
    const numbers = new Float64Array([seq, version, parts, states, entities, dues]);
    return { name: 'snapshot', sealed: sealer.seal(key, 'snapshots', [], new Uint8Array(numbers.buffer)) };
  }

  async function read(): Promise<Snap | undefined> {
    const row = (await tables.settings()).find(({ name }) => name === 'snapshot');
    if (!row) return undefined;
    const plain = sealer.open(key, 'snapshots', [], row.sealed);
    if (plain) {
      const [seq, version, parts, states, entities, dues] = [0, 8, 16, 24, 32, 40].map((offset) => plain.readDoubleLE(offset));
      return { seq, version, parts, tally: { states, entities, dues } };
    }
    // As it was written before there were versions.
    const old = sealer.open(key, 'snapshot', [], row.sealed);
    if (!old) throw damaged('the snapshot is');
    const [seq, states, entities, dues] = [0, 8, 16, 24].map((offset) => old.readDoubleLE(offset));
    return { seq, version: 0, parts: 0, tally: { states, entities, dues }, rest: old.subarray(32) };
  }

  function following(): Snap {
    const { rest: _, ...next } = counts;
    return { ...next, version: Math.max(0, counts.version) + 1, parts: 0 };
  }
}

const half = 2 ** 24;

/** See `Tally`; the dues as a sum of both halves of their bits, so that it stays exact. */
function tallyOf(rows: readonly Pick<StateRow, 'entity' | 'due'>[]): Tally {
  let entities = 0;
  let dues = 0;
  for (const { entity, due } of rows) {
    entities += entity;
    if (due !== null) dues += Math.floor(due / half) + (due - Math.floor(due / half) * half);
  }
  return { states: rows.length, entities, dues };
}

const plus = (a: Tally, b: Tally): Tally => ({ states: a.states + b.states, entities: a.entities + b.entities, dues: a.dues + b.dues });
const minus = (a: Tally, b: Tally): Tally => ({ states: a.states - b.states, entities: a.entities - b.entities, dues: a.dues - b.dues });
const sameTally = (a: Tally, b: Tally) => a.states === b.states && a.entities === b.entities && a.dues === b.dues;
