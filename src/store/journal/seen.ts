/**
 * Where in the journal a hash was seen, in memory: about 11 bytes each. It holds 32 bits of the hash and finds by another 32, so what it gives is to be compared with what was written.
 * Tables grow by being joined by a next one, four times as large, so that nothing is ever moved; a table whose records are all past their time goes at once.
 */
export class Seen {
  readonly #tables: Table[] = [];

  /** `hash`: 16 bytes at `at`. Records are added in their order. */
  add(hash: Buffer, at: number, seq: number): void {
    let table = this.#tables.at(-1);
    if (!table || table.used === table.capacity || seq - table.first >= 2 ** 32 - 1) {
      const slots = Math.min(2 ** 22, (table?.mask ?? 2 ** 10 - 1) * 4 + 4);
      table = { first: seq, last: seq, used: 0, mask: slots - 1, capacity: slots * 0.75, slots: new Uint32Array(2 * slots) };
      this.#tables.push(table);
    }
    const { slots, mask, first } = table;
    let slot = hash.readUInt32LE(at) & mask;
    while (slots[2 * slot] !== 0) slot = (slot + 1) & mask;
    slots[2 * slot] = seq - first + 1;
    slots[2 * slot + 1] = hash.readUInt32LE(at + 4);
    table.used += 1;
    table.last = seq;
  }

  /** The records that may be of this hash, newest table first. */
  candidates(hash: Buffer, at: number): readonly number[] {
    let found: number[] | undefined;
    const start = hash.readUInt32LE(at);
    const print = hash.readUInt32LE(at + 4);
    for (let i = this.#tables.length - 1; i >= 0; i--) {
      const { slots, mask, first } = this.#tables[i];
      for (let slot = start & mask; slots[2 * slot] !== 0; slot = (slot + 1) & mask) if (slots[2 * slot + 1] === print) (found ??= []).push(first + slots[2 * slot] - 1);
    }
    return found ?? none;
  }

  /** Records before `seq` are past their time. */
  expire(seq: number): void {
    while (this.#tables.length > 0 && this.#tables[0].last < seq) this.#tables.shift();
  }
}

const none: readonly number[] = [];

interface Table {
  readonly first: number;
  last: number;
  used: number;
  readonly mask: number;
  readonly capacity: number;
  /** Pairs: the record as a distance from the first, from 1, and 32 bits of the hash. */
  readonly slots: Uint32Array;
}
