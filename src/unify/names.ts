import { randomInt } from 'node:crypto';
import { grow } from '../util/grow.js';

/** Texts, each kept once, numbered from 0 in the order in which they came. A text costs its bytes and about 20 more; in a Map it would cost over 100. */
export interface Names {
  readonly count: number;
  /** The number of a text; −1 where it is not there. */
  find(text: string): number;
  /** Adds a text that is not there, and gives its number. */
  add(text: string): number;
  /** Undefined of one that was dropped. */
  text(number: number): string | undefined;
  /** Overwrites the text. Its number is not given again. */
  drop(number: number): void;
  /** All of them as bytes, as they lie: how many (4 bytes), where each begins and ends (4 each), their UTF-8. They stay so whatever comes. */
  save(): readonly Uint8Array[];
}

/** The longest text, in UTF-16 units. */
export const longestName = 1100;

const free = -1;
const dropped = -2;

/** @param saved what `save` gave; `old`: as it was written at first, of each its length (0: dropped) in two bytes and its UTF-8 */
export function createNames(saved?: Uint8Array, old = false): Names {
  // What somebody sends decides the texts, so where they land in the table must not be foreseeable.
  const seed = randomInt(2 ** 32);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const scratch = new Uint8Array(3 * longestName);
  let bytes = new Uint8Array(1024);
  let starts = new Uint32Array(64);
  let ends = new Uint32Array(64);
  let hashes = new Int32Array(64);
  let table = new Int32Array(128).fill(free);
  let count = 0;
  let used = 0;
  /** Whether somebody may still read what was saved: then what is there is not written over. */
  let lent = false;

  function hash(length: number): number {
    let h = seed;
    for (let i = 0; i < length; i++) h = Math.imul(h ^ scratch[i], 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return h ^ (h >>> 16);
  }

  /** The place in the table of the text in `scratch`; of the first free one where it is not there. */
  function placeOf(length: number, h: number): number {
    const mask = table.length - 1;
    for (let place = h & mask; ; place = (place + 1) & mask) {
      const number = table[place];
      if (number === free || (number !== dropped && hashes[number] === h && same(number, length))) return place;
    }
  }

  function same(number: number, length: number): boolean {
    const start = starts[number];
    if (ends[number] - start !== length) return false;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== scratch[i]) return false;
    return true;
  }

  function rebuild() {
    table = new Int32Array(Math.max(128, 2 ** Math.ceil(Math.log2(count * 4)))).fill(free);
    used = 0;
    const mask = table.length - 1;
    for (let number = 0; number < count; number++) {
      if (ends[number] === starts[number]) continue;
      let place = hashes[number] & mask;
      while (table[place] !== free) place = (place + 1) & mask;
      table[place] = number;
      used++;
    }
  }

  /** Takes the text of `length` bytes in `scratch`; none where it is 0. */
  function take(length: number): number {
    const number = count++;
    const start = number === 0 ? 0 : ends[number - 1];
    bytes = grow(bytes, start + length);
    starts = grow(starts, count);
    ends = grow(ends, count);
    hashes = grow(hashes, count);
    bytes.set(scratch.subarray(0, length), start);
    starts[number] = start;
    ends[number] = start + length;
    hashes[number] = hash(length);
    return number;
  }

  const names: Names = {
    get count() { return count; },
    find(text) {
      if (text.length > longestName) return -1;
      const { written } = encoder.encodeInto(text, scratch);
      const number = table[placeOf(written, hash(written))];
      return number === free ? -1 : number;
    },
    add(text) {
      const number = take(encoder.encodeInto(text, scratch).written);
      if (used * 2 >= table.length) rebuild();
      else {
        table[placeOf(ends[number] - starts[number], hashes[number])] = number;
        used++;
      }
      return number;
    },
    text: (number) => (ends[number] > starts[number] ? decoder.decode(bytes.subarray(starts[number], ends[number])) : undefined),
    drop(number) {
      if (lent) [bytes, starts, lent] = [bytes.slice(), starts.slice(), false];
      let place = hashes[number] & (table.length - 1);
      while (table[place] !== number) place = (place + 1) & (table.length - 1);
      table[place] = dropped;
      bytes.fill(0, starts[number], ends[number]);
      // The next text begins where this one ended, so it is the start that moves.
      starts[number] = ends[number];
    },
    save() {
      const used = count === 0 ? 0 : ends[count - 1];
      lent = true;
      return [bytesOf(Uint32Array.of(count)), bytesOf(starts.subarray(0, count)), bytesOf(ends.subarray(0, count)), bytes.subarray(0, used)];
    },
  };

  if (saved && !old) {
    const numbers = new DataView(saved.buffer, saved.byteOffset, saved.byteLength);
    count = numbers.getUint32(0, true);
    starts = grow(starts, count);
    ends = grow(ends, count);
    hashes = grow(hashes, count);
    for (let number = 0; number < count; number++) {
      starts[number] = numbers.getUint32(4 + 4 * number, true);
      ends[number] = numbers.getUint32(4 + 4 * count + 4 * number, true);
    }
    bytes = grow(saved.slice(4 + 8 * count), 1024);
    for (let number = 0; number < count; number++) {
      scratch.set(bytes.subarray(starts[number], ends[number]));
      hashes[number] = hash(ends[number] - starts[number]);
    }
    rebuild();
  } else if (saved) {
    for (let at = 0; at < saved.length; ) {
      const length = saved[at] + 256 * saved[at + 1];
      scratch.set(saved.subarray(at + 2, at + 2 + length));
      take(length);
      at += 2 + length;
    }
    rebuild();
  }
  return names;
}

/** A view of numbers as bytes. */
export const bytesOf = (numbers: Uint32Array | Int32Array | Float64Array | Uint8Array): Uint8Array => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
