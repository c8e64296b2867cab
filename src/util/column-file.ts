// Columns of numbers in one file, each to be read by itself: a whole column at once, some rows of it, or one number, with no memory held between.
// Layout: the columns' bytes, each from a multiple of 8; a JSON footer; its length (uint32); eight letters. In the byte order of the machine that wrote it.
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

export type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

const types = {
  f64: Float64Array, f32: Float32Array, i32: Int32Array, u32: Uint32Array, i16: Int16Array, u16: Uint16Array, i8: Int8Array, u8: Uint8Array,
} as const;
type TypeName = keyof typeof types;

const letters = 'SHOALCF1';
/** Reading one number takes as long as reading this many in a row. */
const few = 1024;

interface Block {
  readonly type: TypeName;
  readonly offset: number;
  readonly length: number;
  /** Different values of a coded column (length of the list before the codes); `type` is that of the codes. */
  readonly coded?: number;
}

interface Footer<M> {
  readonly meta: M;
  readonly blocks: Readonly<Record<string, Block>>;
}

/** Where the bytes of a column file go: appended in order. */
export type Sink = (bytes: Uint8Array) => void;

/**
 * Writes columns one after another, so that only one at a time need be in memory. `coded`: float64 values that repeat (counts, shares, flags) are
 * stored as a list of the different ones and one or two bytes for each row, where there are at most 65,536 of them; they read back to the same bits (but NaN is one NaN).
 */
export function writeColumns<M>(sink: Sink, meta: M, columns: Iterable<readonly [name: string, values: Numbers, coded?: boolean]>): void {
  const blocks: Record<string, Block> = Object.create(null);
  let offset = 0;
  const put = (values: Numbers) => {
    sink(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    const padding = -values.byteLength & 7;
    if (padding > 0) sink(new Uint8Array(padding));
    offset += values.byteLength + padding;
  };
  for (const [name, values, coded] of columns) {
    const start = offset;
    const code = coded && values instanceof Float64Array ? encode(values) : undefined;
    if (code) {
      put(code.list);
      put(code.codes);
      blocks[name] = { type: typeOf(code.codes), offset: start, length: values.length, coded: code.list.length };
    } else {
      put(values);
      blocks[name] = { type: typeOf(values), offset: start, length: values.length };
    }
  }
  const footer = Buffer.from(JSON.stringify({ meta, blocks } satisfies Footer<M>));
  sink(footer);
  const end = Buffer.alloc(12);
  end.writeUInt32LE(footer.length);
  end.write(letters, 4, 'latin1');
  sink(end);
}

/** Writes a column file to a path. */
export function writeColumnFile<M>(path: string, meta: M, columns: Parameters<typeof writeColumns>[2]): void {
  const file = openSync(path, 'w');
  try {
    writeColumns((bytes) => { for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from); }, meta, columns);
  } finally {
    closeSync(file);
  }
}

/** A column file to read from. Reading is synchronous. */
export interface ColumnFile<M> {
  readonly meta: M;
  /** Bytes in memory: those of the whole file where it is small, else none. */
  readonly held: number;
  has(name: string): boolean;
  /** A whole column as it was written; the caller's own. */
  read(name: string): Numbers;
  /** A column as float64: the whole of it, or rows [from, to). */
  numbers(name: string, from?: number, to?: number): Float64Array;
  /** Some rows of a column, in their order. */
  gather(name: string, rows: ArrayLike<number>): Float64Array;
  /** One number. */
  at(name: string, row: number): number;
  close(): void;
}

/** Opens a column file by its path, or what was written of one; a file of up to `small` bytes is read whole and kept in memory. Undefined where it is none, or not whole. */
export function openColumns<M>(given: string | Uint8Array, small = 0): ColumnFile<M> | undefined {
  const bytes = typeof given === 'string' ? fileBytes(given, small) : heldBytes(given);
  const footer = bytes && footerOf<M>(bytes);
  if (!footer) return bytes?.close(), undefined;
  const { blocks, meta } = footer;
  const block = (name: string) => {
    const found = Object.hasOwn(blocks, name) ? blocks[name] : undefined;
    if (!found) throw new RangeError(`there is no column '${name}'`);
    return found;
  };
  const array = (type: TypeName, offset: number, length: number) => {
    const Type = types[type];
    const buffer = bytes.read(offset, length * Type.BYTES_PER_ELEMENT);
    return new Type(buffer.buffer as ArrayBuffer, buffer.byteOffset, length);
  };
  const listOf = ({ coded = 0, offset }: Block) => array('f64', offset, coded) as Float64Array;
  const codesOf = ({ type, offset, length, coded = 0 }: Block, from = 0, to = length) => array(type, offset + 8 * coded + from * types[type].BYTES_PER_ELEMENT, to - from);
  const column = (name: string) => {
    const found = block(name);
    return { codes: codesOf(found), list: found.coded === undefined ? undefined : listOf(found) };
  };
  const own = <T extends Numbers>(stored: T): T => (bytes.shared ? stored.slice() as T : stored);
  const seen = new Map<string, ReturnType<typeof column>>();
  /** A column as it lies in memory: where all of the file does, looking at one number takes no reading. */
  const inMemory = (name: string) => {
    const known = seen.get(name);
    if (known) return known;
    const made = column(name);
    seen.set(name, made);
    return made;
  };
  const numbers = (name: string, from = 0, to = block(name).length) => {
    const found = block(name);
    const stored = codesOf(found, from, to);
    if (stored instanceof Float64Array) return own(stored);
    const values = new Float64Array(stored.length);
    if (found.coded === undefined) values.set(stored);
    else for (let i = 0, list = listOf(found); i < values.length; i++) values[i] = list[stored[i]];
    return values;
  };
  const at = (name: string, row: number) => {
    const whole = bytes.shared ? inMemory(name) : undefined;
    const { length } = whole?.codes ?? block(name);
    if (!(row >= 0 && row < length)) throw new RangeError(`column '${name}' has no row ${row}`);
    if (whole) return whole.list ? whole.list[whole.codes[row]] : whole.codes[row];
    const { type, offset, coded } = block(name);
    const [value] = array(type, offset + 8 * (coded ?? 0) + row * types[type].BYTES_PER_ELEMENT, 1);
    return coded === undefined ? value : (array('f64', offset + 8 * value, 1) as Float64Array)[0];
  };
  return {
    meta,
    held: bytes.shared ? bytes.size : 0,
    has: (name) => Object.hasOwn(blocks, name),
    read: (name) => (block(name).coded === undefined ? own(codesOf(block(name))) : numbers(name)),
    numbers,
    gather(name, rows) {
      if (!bytes.shared && rows.length * few < block(name).length) return Float64Array.from(rows, (row) => at(name, row));
      const { codes: stored, list } = bytes.shared ? inMemory(name) : column(name);
      const values = new Float64Array(rows.length);
      for (let i = 0; i < rows.length; i++) values[i] = list ? list[stored[rows[i]]] : stored[rows[i]];
      return values;
    },
    at,
    close: () => bytes.close(),
  };
}

interface Bytes {
  readonly size: number;
  /** What is read is the memory of the file itself, not to be changed or given away; else a copy. */
  readonly shared: boolean;
  /** Bytes whose place in their buffer is a multiple of 8 where `offset` is. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

function fileBytes(path: string, small: number): Bytes | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  const { size } = fstatSync(file);
  const read = (offset: number, length: number) => {
    const bytes = new Uint8Array(length);
    for (let from = 0; from < length;) {
      const got = readSync(file, bytes, from, length - from, offset + from);
      if (got === 0) throw new RangeError(`'${path}' ends before its time`);
      from += got;
    }
    return bytes;
  };
  const close = () => closeSync(file);
  if (size > small) return { size, shared: false, read, close };
  try {
    return heldBytes(read(0, size));
  } finally {
    close();
  }
}

function heldBytes(given: Uint8Array): Bytes {
  const held = given.byteOffset % 8 === 0 ? given : new Uint8Array(given);
  return { size: held.length, shared: true, read: (offset, length) => held.subarray(offset, offset + length), close: () => {} };
}

function footerOf<M>(bytes: Bytes): Footer<M> | undefined {
  if (bytes.size < 12) return undefined;
  const end = Buffer.from(bytes.read(bytes.size - 12, 12));
  const length = end.readUInt32LE();
  if (end.toString('latin1', 4) !== letters || length > bytes.size - 12) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes.read(bytes.size - 12 - length, length)).toString());
  } catch {
    return undefined;
  }
}

const typeOf = (values: Numbers): TypeName => (Object.keys(types) as TypeName[]).find((name) => values instanceof types[name])!;

const mostCodes = 65_536;

/** The different values in the order they come, and the code of each row; undefined where there are too many, or as many as pays nothing. */
function encode(values: Float64Array): { list: Float64Array; codes: Uint8Array | Uint16Array } | undefined {
  const n = values.length;
  const most = Math.min(mostCodes, Math.ceil(n / 2));
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * n);
  const bits = 34 - Math.clz32(most);
  const table = new Int32Array(2 ** bits); // position in the list + 1, by hash
  const list = new Float64Array(most);
  const listWords = new Uint32Array(list.buffer);
  const codes = new Uint16Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    let low = words[2 * i], high = words[2 * i + 1];
    if (values[i] !== values[i]) [low, high] = [0, 0x7ff80000];
    let slot = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> (32 - bits);
    for (;;) {
      const at = table[slot] - 1;
      if (at < 0) {
        if (count === most) return undefined;
        listWords[2 * count] = low;
        listWords[2 * count + 1] = high;
        table[slot] = ++count;
        codes[i] = count - 1;
        break;
      }
      if (listWords[2 * at] === low && listWords[2 * at + 1] === high) {
        codes[i] = at;
        break;
      }
      slot = (slot + 1) & (table.length - 1);
    }
  }
  return { list: list.slice(0, count), codes: count <= 256 ? Uint8Array.from(codes) : codes };
}
