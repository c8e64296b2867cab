import type { FileHandle } from 'node:fs/promises';

// The footer of a Parquet file, read before anything decodes the file: it says how many rows and bytes there would be. Thrift compact protocol, as the format
// prescribes (https://parquet.apache.org/docs/file-format/metadata/); only what is needed is kept.

/** What the footer promises. */
export interface ParquetFooter {
  readonly rows: number;
  readonly rowGroups: number;
  readonly columns: number;
  /** Bytes of all column chunks, as stored and unpacked. */
  readonly packed: number;
  readonly unpacked: number;
}

const most = { footer: 64 << 20, depth: 12, items: 5_000_000 };

/** Reads the footer; undefined where there is no sane one: not the right marks, longer than the file, or chunks that lie outside of it. */
export async function parquetFooter(handle: FileHandle, bytes: number): Promise<ParquetFooter | undefined> {
  if (bytes < 12) return undefined;
  const tail = await readAt(handle, bytes - 8, 8);
  const length = tail.readUInt32LE(0);
  if (tail.toString('latin1', 4) !== 'PAR1' || length > bytes - 12 || length > most.footer) return undefined;
  try {
    return summary(new Thrift(await readAt(handle, bytes - 8 - length, length)).struct(0), bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Value = number | Buffer | Value[] | Map<number, Value>;

function summary(file: Map<number, Value>, bytes: number): ParquetFooter {
  const groups = list(file.get(4));
  let packed = 0, unpacked = 0, columns = 0, rows = 0;
  for (const group of groups.map(struct)) {
    const chunks = list(group.get(1));
    columns = Math.max(columns, chunks.length);
    rows += natural(group.get(3));
    for (const chunk of chunks.map((one) => struct(struct(one).get(3)))) {
      const size = natural(chunk.get(7));
      const start = Math.min(natural(chunk.get(9)), chunk.has(11) && natural(chunk.get(11)) > 0 ? natural(chunk.get(11)) : Infinity);
      if (start < 4 || start + size > bytes) throw new RangeError('a chunk lies outside of the file');
      packed += size;
      unpacked += natural(chunk.get(6));
    }
  }
  if (rows !== natural(file.get(3))) throw new RangeError('the row groups do not add up');
  return { rows, rowGroups: groups.length, columns, packed, unpacked };
}

const list = (value: Value | undefined): Value[] => (Array.isArray(value) ? value : fail());
const struct = (value: Value | undefined): Map<number, Value> => (value instanceof Map ? value : fail());
const natural = (value: Value | undefined): number => (typeof value === 'number' && value >= 0 && Number.isSafeInteger(value) ? value : fail());
const fail = (): never => {
  throw new RangeError('not a Parquet footer');
};

/** The compact protocol, as far as structs, lists, binaries and whole numbers go. Anything off throws a RangeError. */
class Thrift {
  private at = 0;
  private items = 0;

  constructor(private readonly bytes: Buffer) {}

  struct(depth: number): Map<number, Value> {
    if (depth > most.depth) fail();
    const fields = new Map<number, Value>();
    for (let id = 0; ;) {
      const head = this.byte();
      if (head === 0) return fields;
      const type = head & 15;
      id = head >> 4 ? id + (head >> 4) : this.integer();
      fields.set(id, type === 1 || type === 2 ? 2 - type : this.value(type, depth));
    }
  }

  private value(type: number, depth: number): Value {
    if (++this.items > most.items) fail();
    switch (type) {
      case 1: case 2: case 3: return this.byte();
      case 4: case 5: case 6: return this.integer();
      case 7: return this.take(8);
      case 8: return this.take(this.natural());
      case 9: case 10: return this.list(depth + 1);
      case 12: return this.struct(depth + 1);
      default: return fail();
    }
  }

  private list(depth: number): Value[] {
    if (depth > most.depth) fail();
    const head = this.byte();
    const size = head >> 4 === 15 ? this.natural() : head >> 4;
    if (size > this.bytes.length - this.at) fail();
    return Array.from({ length: size }, () => this.value(head & 15, depth));
  }

  private byte(): number {
    return this.at < this.bytes.length ? this.bytes[this.at++] : fail();
  }

  private take(length: number): Buffer {
    if (length > this.bytes.length - this.at) fail();
    return this.bytes.subarray(this.at, (this.at += length));
  }

  private natural(): number {
    return this.varint();
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
