import type { FileHandle } from 'node:fs/promises';

// The footer of a Parquet file, read before anything decodes the file: it says how many rows and bytes there would be. Thrift compact protocol, as the format
// prescribes (https://parquet.apache.org/docs/file-format/metadata/); what is not needed is skipped.

/** What the footer promises. */
export interface ParquetFooter {
  readonly rows: number;
  readonly rowGroups: number;
  readonly columns: number;
  /** Bytes of all column chunks, as stored and unpacked. */
  readonly packed: number;
  readonly unpacked: number;
}

const most = { footer: 16 << 20, depth: 12 };

/** Reads the footer; undefined where there is no sane one: not the right marks, longer than the file, or chunks that lie outside of it. */
export async function parquetFooter(handle: FileHandle, bytes: number): Promise<ParquetFooter | undefined> {
  if (bytes < 12) return undefined;
  const tail = await readAt(handle, bytes - 8, 8);
  const length = tail.readUInt32LE(0);
  if (tail.toString('latin1', 4) !== 'PAR1' || length > bytes - 12 || length > most.footer) return undefined;
  try {
    return summary(new Thrift(await readAt(handle, bytes - 8 - length, length)), bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Adds up while it reads: no part of the footer is kept, so that a hostile one takes no more memory than its bytes. */
function summary(thrift: Thrift, bytes: number): ParquetFooter {
  let said: number | undefined, rowGroups: number | undefined, rows = 0, columns = 0, packed = 0, unpacked = 0;
  const chunkData = (type: number) => {
    let whole: number | undefined, size: number | undefined, data: number | undefined, dictionary = 0;
    thrift.struct(type, { 6: (t) => (whole = thrift.natural(t)), 7: (t) => (size = thrift.natural(t)), 9: (t) => (data = thrift.natural(t)), 11: (t) => (dictionary = thrift.natural(t)) });
    const start = Math.min(known(data), dictionary > 0 ? dictionary : Infinity);
    if (start < 4 || start + known(size) > bytes) throw new RangeError('a chunk lies outside of the file');
    packed += known(size);
    unpacked += known(whole);
    return true;
  };
  const chunk = (type: number) => {
    let described: boolean | undefined;
    thrift.struct(type, { 3: (t) => (described = chunkData(t)) });
    known(described);
  };
  const group = (type: number) => {
    let chunks: number | undefined, held: number | undefined;
    thrift.struct(type, { 1: (t) => (chunks = thrift.list(t, chunk)), 3: (t) => (held = thrift.natural(t)) });
    columns = Math.max(columns, known(chunks));
    rows += known(held);
  };
  thrift.struct(kinds.struct, { 3: (t) => (said = thrift.natural(t)), 4: (t) => (rowGroups = thrift.list(t, group)) });
  if (rows !== known(said)) throw new RangeError('the row groups do not add up');
  return { rows, rowGroups: known(rowGroups), columns, packed, unpacked };
}

const known = <T>(value: T | undefined): T => value ?? fail();
const fail = (): never => {
  throw new RangeError('not a Parquet footer');
};

const kinds = { list: 9, struct: 12 };

/** Told the type of a value, reads it. */
type Reader = (type: number) => unknown;

/** The compact protocol, as far as structs, lists, binaries and whole numbers go. Anything off throws a RangeError. */
class Thrift {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** Gives the fields that have a reader to it, by their ids, and skips the others. */
  struct(type: number, readers: Readonly<Record<number, Reader>>, depth = 0): void {
    if (type !== kinds.struct || depth > most.depth) fail();
    for (let id = 0; ;) {
      const head = this.byte();
      if (head === 0) return;
      id = head >> 4 ? id + (head >> 4) : this.integer();
      const read = readers[id];
      if (read) read(head & 15);
      // A yes or no lies in its type.
      else if ((head & 15) > 2) this.skip(head & 15, depth);
    }
  }

  /** Gives every item of a list to `read`, and says how many there were. */
  list(type: number, read: Reader): number {
    if (type !== kinds.list) fail();
    const head = this.byte();
    const size = head >> 4 === 15 ? this.varint() : head >> 4;
    for (let i = 0; i < size; i++) read(head & 15);
    return size;
  }

  natural(type: number): number {
    const value = type >= 4 && type <= 6 ? this.integer() : fail();
    return value >= 0 && Number.isSafeInteger(value) ? value : fail();
  }

  private skip(type: number, depth: number): void {
    if (depth > most.depth) fail();
    switch (type) {
      case 1: case 2: case 3: this.pass(1); break;
      case 4: case 5: case 6: this.varint(); break;
      case 7: this.pass(8); break;
      case 8: this.pass(this.varint()); break;
      case 9: case 10: this.list(kinds.list, (item) => this.skip(item, depth + 1)); break;
      case 12: this.struct(kinds.struct, {}, depth + 1); break;
      default: fail();
    }
  }

  private byte(): number {
    return this.at < this.bytes.length ? this.bytes[this.at++] : fail();
  }

  private pass(length: number): void {
    if (length > this.bytes.length - this.at) fail();
    this.at += length;
  }

  private integer(): number {
    const n = this.varint();
    return n % 2 === 0 ? n / 2 : -(n + 1) / 2;
  }

  private varint(): number {
    let n = 0;
    for (let scale = 1; scale < 2 ** 63; scale *= 128) {
      const byte = this.byte();
      n += (byte & 127) * scale;
      if (byte < 128) return n;
    }
    return fail();
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await handle.read(buffer, 0, length, position);
  return buffer;
}
