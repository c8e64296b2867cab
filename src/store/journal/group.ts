import { ciphered, deciphered, nonceLength } from './seal.js';
import type { Subject } from './subjects.js';

/** What one row takes at most: more goes into the next one. Records, and characters of their texts. */
export const rowLimits = { records: 1000, text: 1_000_000 } as const;

/** An entry as it is kept: what it is, to whom it belongs, its text. */
export interface Kept {
  readonly kind: number;
  readonly owner: Subject;
  readonly text: string;
}

/** A record of a row: undefined text where the key of its subject was destroyed. */
export interface Opened {
  readonly kind: number;
  readonly subject: number;
  readonly text: string | undefined;
}

/** Of a record: the number of its stream (4 bytes), its length (4), its kind (1). Of a stream: its subject (8), its length (4). */
const [recordLength, streamLength] = [9, 12];
const streamsAt = nonceLength + 8;

interface Stream {
  readonly index: number;
  readonly parts: Buffer[];
  readonly write: (text: string) => Buffer;
  length: number;
}

/**
 * The records of one row as bytes, which are still to be sealed as a whole: a nonce, how many streams and records there are, the streams, the records, then what each stream holds.
 * A stream is everything in the row that belongs to one subject, encrypted with the key of that subject alone (AES-256-CTR), so it goes when the key goes. That of the workspace itself is not encrypted again.
 * Setting up a cipher costs as much as two kilobytes in it: there is one for each subject in the row.
 */
export function packGroup(records: readonly Kept[], nonce: Uint8Array): Buffer {
  const streams = new Map<number, Stream>();
  const table = Buffer.allocUnsafe(records.length * recordLength);
  let at = 0;
  for (const { kind, owner, text } of records) {
    let stream = streams.get(owner.number);
    if (!stream) streams.set(owner.number, (stream = { index: streams.size, parts: [], write: owner.number === 0 ? (plain) => Buffer.from(plain) : ciphered(owner.key, nonce), length: 0 }));
    const part = stream.write(text);
    stream.parts.push(part);
    stream.length += part.length;
    at = table.writeUInt32LE(stream.index, at);
    at = table.writeUInt32LE(part.length, at);
    at = table.writeUInt8(kind, at);
  }
  const head = Buffer.allocUnsafe(streamsAt + streams.size * streamLength);
  head.set(nonce);
  at = head.writeUInt32LE(streams.size, nonceLength);
  at = head.writeUInt32LE(records.length, at);
  const parts: Buffer[] = [head, table];
  for (const [subject, { length, parts: own }] of streams) {
    at = head.writeDoubleLE(subject, at);
    at = head.writeUInt32LE(length, at);
    for (const part of own) parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Who is in a row. */
export function subjectsIn(row: Buffer): number[] {
  return Array.from({ length: row.readUInt32LE(nonceLength) }, (_, i) => row.readDoubleLE(streamsAt + i * streamLength));
}

/** The records of a row in their order. `keyOf` gives undefined where the key was destroyed. */
export function unpackGroup(row: Buffer, keyOf: (subject: number) => Uint8Array | undefined): Opened[] {
  const subjects = subjectsIn(row);
  const records = row.readUInt32LE(nonceLength + 4);
  const table = streamsAt + subjects.length * streamLength;
  let from = table + records * recordLength;
  const streams = subjects.map((subject, i): { readonly subject: number; at: number; readonly plain: Buffer | undefined } => {
    const end = from + row.readUInt32LE(streamsAt + i * streamLength + 8);
    const bytes = row.subarray(from, end);
    from = end;
    const key = subject === 0 ? undefined : keyOf(subject);
    return { subject, at: 0, plain: subject === 0 ? bytes : key && deciphered(key, row.subarray(0, nonceLength), bytes) };
  });
  return Array.from({ length: records }, (_, i) => {
    const at = table + i * recordLength;
    const stream = streams[row.readUInt32LE(at)];
    const start = stream.at;
    stream.at += row.readUInt32LE(at + 4);
    return { kind: row.readUInt8(at + 8), subject: stream.subject, text: stream.plain?.toString('utf8', start, stream.at) };
  });
}
