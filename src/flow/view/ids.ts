/** The ids of everyone as bytes: a million of ten letters are 15 MB, not a million strings. Rows are their positions. */
export interface Ids {
  readonly count: number;
  /** Bytes in memory, at most. */
  readonly size: number;
  text(row: number): string;
  /** −1 where there is none. */
  rowOf(id: string): number;
  /** The bytes of an id; not to be changed. */
  bytes(row: number): Uint8Array;
  readonly order: IdOrder;
  /**
   * Rows whose id holds `text`, A–Z as a–z, up to `limit` of them: ids that are it first, then those that begin with it, then the others, each in the order of the rows.
   * `total`: all of them. One pass over the bytes.
   */
  search(text: string, limit: number): { readonly total: number; readonly rows: readonly number[] };
}

/** After each id: a byte that UTF-8 never has. */
const end = 0xff;

/** Ids as one run of bytes, and where each begins (and the last ends). */
export interface PackedIds {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly order: IdOrder;
}

/** How ids follow each other: by their bytes, or by value where all are whole numbers (the engine's orders), or in no way known here. */
export type IdOrder = 'bytes' | 'value' | 'none';

export function packIds(entities: readonly string[]): PackedIds {
  const starts = new Uint32Array(entities.length + 1);
  let room = Buffer.alloc(16 * entities.length + 64);
  let at = 0;
  for (let row = 0; row < entities.length; row++) {
    const most = 3 * entities[row].length + 1;
    if (at + most > room.length) room = Buffer.concat([room, Buffer.alloc(Math.max(room.length, most))]);
    starts[row] = at;
    at += room.write(entities[row], at);
    room[at++] = end;
  }
  starts[entities.length] = at;
  return { bytes: Uint8Array.prototype.slice.call(room, 0, at), starts, order: ascends(room, starts) ? 'bytes' : entities.every((id, row) => row === 0 || Number(entities[row - 1]) < Number(id)) ? 'value' : 'none' };
}

export function openIds({ bytes, starts, order }: PackedIds): Ids {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = starts.length - 1;
  const text = (row: number) => all.toString('utf8', starts[row], starts[row + 1] - 1);
  let low: Buffer | undefined;
  const lowerCase = () => (low ??= lowered(all));
  const is = (row: number, wanted: Buffer) => all.compare(wanted, 0, wanted.length, starts[row], starts[row + 1] - 1);
  const sign = order === 'bytes' ? is : (row: number, wanted: Buffer) => Number(text(row)) - Number(wanted.toString());
  return {
    count,
    size: 2 * all.length + starts.byteLength,
    text,
    order,
    bytes: (row) => all.subarray(starts[row], starts[row + 1] - 1),
    rowOf(id) {
      const wanted = Buffer.from(id);
      if (order === 'none') {
        for (let row = 0; row < count; row++) if (is(row, wanted) === 0) return row;
        return -1;
      }
      let low = 0, high = count - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sign(middle, wanted) < 0) low = middle + 1;
        else high = middle;
      }
      return low < count && is(low, wanted) === 0 ? low : -1;
    },
    search(asked, limit) {
      const small = lowerCase();
      const wanted = lowered(Buffer.from(asked));
      const [whole, first, inside]: [number[], number[], number[]] = [[], [], []];
      let total = 0;
      if (wanted.length === 0) return { total: count, rows: Array.from({ length: Math.min(limit, count) }, (_, row) => row) };
      for (let row = 0, at = small.indexOf(wanted); at >= 0; at = row < count ? small.indexOf(wanted, starts[row]) : -1) {
        row = rowAt(starts, at, row);
        total++;
        const list = at > starts[row] ? inside : starts[row + 1] - 1 - starts[row] === wanted.length ? whole : first;
        if (list.length < limit) list.push(row);
        row++;
      }
      return { total, rows: [...whole, ...first, ...inside].slice(0, limit) };
    },
  };
}

/** The row that holds a byte, no lower than `from`: near by as a rule, so by steps that double, then halve. */
function rowAt(starts: Uint32Array, at: number, from: number): number {
  let step = 1;
  while (from + step < starts.length && starts[from + step] <= at) step *= 2;
  let low = from + (step >> 1), high = Math.min(from + step, starts.length - 1);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= at) low = middle;
    else high = middle;
  }
  return low;
}

/** The same bytes with A–Z as a–z; the very same where there are none. */
function lowered(bytes: Buffer): Buffer {
  let copy: Buffer | undefined;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] < 65 || bytes[i] > 90) continue;
    copy ??= Buffer.from(bytes);
    copy[i] += 32;
  }
  return copy ?? bytes;
}

/** The row in `b` of each id of `a`, −1 where it is not there. One pass over both where they are in one order. */
export function matched(a: Ids, b: Ids): Int32Array {
  const rows = new Int32Array(a.count).fill(-1);
  if (a.order !== b.order || a.order === 'none') {
    for (let row = 0; row < a.count; row++) rows[row] = b.rowOf(a.text(row));
    return rows;
  }
  const sign = a.order === 'bytes' ? (x: number, y: number) => Buffer.compare(a.bytes(x), b.bytes(y)) : (x: number, y: number) => Number(a.text(x)) - Number(b.text(y));
  for (let x = 0, y = 0; x < a.count && y < b.count;) {
    const found = sign(x, y);
    if (found === 0) rows[x] = y;
    if (found <= 0) x++;
    if (found >= 0) y++;
  }
  return rows;
}

function ascends(all: Buffer, starts: Uint32Array): boolean {
  for (let row = 2; row < starts.length; row++) if (all.compare(all, starts[row - 1], starts[row] - 1, starts[row - 2], starts[row - 1] - 1) >= 0) return false;
  return true;
}
