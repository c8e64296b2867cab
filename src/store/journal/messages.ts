import * as crypto from 'node:crypto';
import { assert, ShoalError } from '../../errors.js';
import { type Sealer } from './seal.js';
import { Seen } from './seen.js';
import type { Batch, JournalTables, MessageRow } from './tables.js';

/** For so long a message id that comes again is the same message, ms: a window as all are, (now − 30 days, now]. */
export const memory = 30 * 86_400_000;

const hashLength = 16;
/** Of an entry: how long before the row's clock it came (4 bytes, ms), and the hash of its message id: zeros where it has none. */
const entryLength = 4 + hashLength;
const oldest = 2 ** 32 - 1;
/** Of a row before its entries: the last change there is (8 bytes). */
const changeLength = 8;
/** Rows of single groups are joined when there are so many of them, or so many entries in them: scanning many small rows is slow. */
const joined = { rows: 256, entries: 4096 };

/** What a row says. Its entries are those of the records from `first` to `seq`. */
interface Row {
  readonly first: number;
  readonly seq: number;
  readonly clock: number;
  readonly entries: Buffer;
}

/**
 * Which message ids have come, exactly: 128 bits of a keyed hash of each are written with the records, in their order, and found by an index in memory that is made of them at the start.
 * A row is written in every transaction that adds records, so the newest one also says where the journal ends.
 */
export class Messages {
  readonly #seen = new Seen();
  /** The newest row, and the rows that are still to be joined. */
  #last: Row = { first: 1, seq: 0, clock: 0, entries: Buffer.alloc(0) };
  #tail: Row[] = [];
  #firstSeq = 1;
  /** The oldest row, where it is known. */
  #oldest: { seq: number; clock: number } | undefined;
  /** Rows that were read of late. What they say never changes. */
  readonly #read: Row[] = [];

  constructor(
    private readonly tables: JournalTables,
    private readonly sealer: Sealer,
    private readonly key: Uint8Array,
    private readonly secret: string,
  ) {}

  /** Reads all rows. Gives where the journal and its changes end. @throws `store/damaged` */
  async load(): Promise<{ seq: number; clock: number; change: number }> {
    let change = 0;
    for (let next = 0; ;) {
      const rows = await this.tables.messages(next, 64);
      for (const row of rows) {
        const opened = this.#open(row);
        if (this.#last.seq === 0) this.#firstSeq = opened.first;
        else if (opened.first !== this.#last.seq + 1 || opened.clock < this.#last.clock) throw this.#damaged(row.seq);
        this.#index(opened);
        this.#last = opened;
        ({ change } = opened);
        next = row.seq + 1;
      }
      if (rows.length === 0) return { seq: this.#last.seq, clock: this.#last.clock, change };
    }
  }

  hashOf(id: string): Buffer {
    // As JSON, since two texts with halves of characters in them can be the same bytes.
    return sha256(this.secret + JSON.stringify(id)).subarray(0, hashLength);
  }

  /** Whether a message of this hash is in the journal, from less than 30 days before `clock`: known at once of nearly all that are not. */
  has(hash: Buffer, clock: number): false | Promise<boolean> {
    const candidates = this.#seen.candidates(hash, 0);
    return candidates.length > 0 && this.#isAmong(candidates, hash, clock);
  }

  async #isAmong(candidates: readonly number[], hash: Buffer, clock: number): Promise<boolean> {
    for (const seq of candidates) {
      if (seq < this.#firstSeq) continue;
      const row = await this.#rowOf(seq);
      const at = (seq - row.first) * entryLength;
      if (hash.equals(row.entries.subarray(at + 4, at + entryLength)) && clock - (row.clock - row.entries.readUInt32LE(at)) < memory) return true;
    }
    return false;
  }

  /** What a transaction writes of the hashes of its records (undefined: no event); `done` once it is written. */
  async plan(clock: number, hashes: readonly (Buffer | undefined)[], change: number): Promise<Pick<Batch, 'message' | 'replace' | 'expired'> & { done(): void }> {
    if (hashes.length === 0) {
      // Only changes: the newest row says so.
      assert(this.#last.seq > 0, 'changes without a record that they follow from');
      return { message: this.#seal(this.#last, change), done: () => undefined };
    }
    const row: Row = { first: this.#last.seq + 1, seq: this.#last.seq + hashes.length, clock, entries: entriesOf(hashes) };
    const rows = [...this.#tail, row];
    const join = rows.length >= joined.rows || row.seq - rows[0].first + 1 >= joined.entries;
    const written = join ? joinedOf(rows) : row;
    this.#oldest ??= (await this.tables.messages(0, 1))[0];
    // Of those that are still to be joined none is so old, unless nothing came for a month.
    const past = this.#oldest && this.#oldest.clock <= clock - memory && this.#oldest.seq < (this.#tail[0] ?? row).first ? this.#oldest.seq : undefined;
    return {
      message: this.#seal(written, change),
      ...(join && rows.length > 1 && { replace: rows[0].seq }),
      ...(past !== undefined && { expired: past }),
      done: () => {
        this.#index(row);
        this.#last = written;
        this.#tail = join ? [] : rows;
        if (past === undefined) return;
        this.#oldest = undefined;
        this.#firstSeq = past + 1;
        this.#seen.expire(this.#firstSeq);
      },
    };
  }

  #index({ first, seq, entries }: Row): void {
    for (let record = first, at = 4; record <= seq; record++, at += entryLength) if (!isNone(entries, at)) this.#seen.add(entries, at, record);
  }

  async #rowOf(seq: number): Promise<Row> {
    const known = this.#read.find((row) => row.first <= seq && seq <= row.seq);
    if (known) return known;
    const [found] = await this.tables.messages(seq, 1);
    if (!found) throw this.#damaged(seq);
    const row = this.#open(found);
    if (seq < row.first) throw this.#damaged(seq);
    this.#read.unshift(row);
    if (this.#read.length > 16) this.#read.pop();
    return row;
  }

  #seal({ seq, clock, entries }: Row, change: number): MessageRow {
    const head = Buffer.alloc(changeLength);
    head.writeDoubleLE(change);
    return { seq, clock, sealed: this.sealer.seal(this.key, 'messages', [seq, clock], Buffer.concat([head, entries])) };
  }

  #open({ seq, clock, sealed }: MessageRow): Row & { change: number } {
    const plain = this.sealer.open(this.key, 'messages', [seq, clock], sealed);
    if (!plain) throw this.#damaged(seq);
    const entries = plain.subarray(changeLength);
    return { first: seq - entries.length / entryLength + 1, seq, clock, entries, change: plain.readDoubleLE(0) };
  }

  #damaged(seq: number): ShoalError<'store/damaged'> {
    return new ShoalError('store/damaged', { place: this.tables.name, reason: `the message ids up to record ${seq} are not as they were written` });
  }
}

function entriesOf(hashes: readonly (Buffer | undefined)[]): Buffer {
  const entries = Buffer.alloc(hashes.length * entryLength);
  hashes.forEach((hash, i) => hash && entries.set(hash, i * entryLength + 4));
  return entries;
}

/** One row that says what several say. */
function joinedOf(rows: readonly Row[]): Row {
  const { seq, clock } = rows[rows.length - 1];
  const entries = Buffer.concat(rows.map((row) => row.entries));
  let at = 0;
  for (const row of rows) {
    for (let end = at + row.entries.length; at < end; at += entryLength) entries.writeUInt32LE(Math.min(oldest, clock - row.clock + entries.readUInt32LE(at)), at);
  }
  return { first: rows[0].first, seq, clock, entries };
}

function isNone(entries: Buffer, at: number): boolean {
  for (let i = at; i < at + hashLength; i++) if (entries[i] !== 0) return false;
  return true;
}

/** In one call where this Node has it: three times as fast. */
const sha256: (text: string) => Buffer = (crypto as { hash?: typeof crypto.hash }).hash
  ? (text) => Buffer.from(crypto.hash('sha256', text, 'binary' as 'hex'), 'latin1')
  : (text) => crypto.createHash('sha256').update(text).digest();
