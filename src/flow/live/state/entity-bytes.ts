import { ShoalError } from '../../../errors.js';
import type { TrackedColumn } from '../../../ingest/track/rows-of.js';
import { cell } from '../../../segment/rules/live.js';
import type { Columns } from './columns.js';
import type { Block, Entity, Tally, TraitWrite } from './entity.js';
import type { Stand } from './places.js';
import { unpack } from './saved.js';
import { STAY } from './stays.js';
import { trackedTexts } from './tracked.js';

/** Entities as they are saved. One stands by itself: its texts are in it, so that the codes of this process mean nothing to the next. */
export interface EntityBytes {
  /** In a buffer of its own. */
  pack(entity: Entity): Uint8Array;
  /** @throws `store/damaged` */
  unpack(bytes: Uint8Array, number: number, id: string): Entity;
  /** Cells that hold codes of texts, in rows of events of that width. */
  textCells(width: number): readonly number[];
}

/**
 * The form: these whole numbers, of 4 bytes each, say how much of what there is. Then come doubles (the number of the last change and its instant, instants of dues, tallies and stays, places in models, both blocks of rows),
 * whole numbers (what those are of), and as JSON the texts, by whose places the rows name them, and the traits.
 */
const at = { form: 0, width: 1, rows: 2, trackedWidth: 3, trackedRows: 4, dues: 5, tallies: 6, stays: 7, stands: 8, text: 9, length: 10 } as const;
/** The first number. Before there was this form it was the length of a text, never negative. */
const FORM = -1;

type Tail = readonly [texts: readonly string[], traits: readonly SavedTrait[]];
type SavedTrait = readonly [name: string, node: number, at: number, seq: number, value: TraitWrite['value']];

/** `models`: what their rows carry may become more. */
export function createEntityBytes(columns: Columns, models: { readonly carried: readonly TrackedColumn[] }): EntityBytes {
  /** All is put together, and taken apart, here; of the same bytes the three. */
  let bytes = Buffer.from(new ArrayBuffer(16_384)), doubles = new Float64Array(bytes.buffer), ints = new Int32Array(bytes.buffer);
  const numbers = new Map<number, number>();
  let texts: string[] = [];
  const textCells = remembered((width) => [cell.event, ...columns.read.flatMap(({ type }, i) => (type === 'text' ? [cell.first + i] : []))].filter((each) => each < width), () => columns.read.length);
  const tracked = remembered((width) => trackedTexts(models.carried, width), () => models.carried.length);

  /** What is there stays. */
  function room(length: number): void {
    if (length <= bytes.length) return;
    const larger = Buffer.from(new ArrayBuffer(Math.ceil(length / 4096) * 8192));
    larger.set(bytes);
    bytes = larger;
    doubles = new Float64Array(bytes.buffer);
    ints = new Int32Array(bytes.buffer);
  }

  function numberOf(code: number): number {
    let number = numbers.get(code);
    if (number === undefined) numbers.set(code, (number = texts.push(columns.textOf(code)) - 1));
    return number;
  }

  /** Gives where it ends. */
  function writeBlock({ cells, width, rows }: Block, textAt: readonly number[], from: number): number {
    const to = from + rows * width;
    doubles.set(cells.length === to - from ? cells : cells.subarray(0, to - from), from);
    for (const each of textAt) for (let o = from + each; o < to; o += width) if (doubles[o] === doubles[o]) doubles[o] = numberOf(doubles[o]);
    return to;
  }

  function readBlock(width: number, rows: number, textAt: readonly number[], codes: readonly number[], from: number): Block {
    const cells = doubles.slice(from, from + rows * width);
    for (const each of textAt) for (let o = each; o < cells.length; o += width) if (cells[o] === cells[o]) cells[o] = codes[cells[o]];
    return { cells, width, rows };
  }

  function readTail(start: number, end: number): Tail {
    if (start === end) return [[], []];
    try {
      return JSON.parse(bytes.toString('utf8', start, end)) as Tail;
    } catch {
      throw damaged();
    }
  }

  return {
    textCells,
    pack(entity) {
      const { width, rows, tracked: block, dues, tallies, stays, stands, traits } = entity;
      const sizes = sizesOf(width * rows + block.width * block.rows, dues.length / 2, tallies.length, stays.length / STAY, stands.length);
      room(sizes.tail);
      ints.set([FORM, width, rows, block.width, block.rows, dues.length / 2, tallies.length, stays.length / STAY, stands.length]);
      let d = at.length / 2, i = sizes.ints;
      doubles[d++] = entity.sequence;
      doubles[d++] = entity.changedAt;
      for (let due = 0; due < dues.length; due += 2) {
        ints[i++] = dues[due];
        doubles[d++] = dues[due + 1];
      }
      for (const { node, events, firstAt, lastAt } of tallies) {
        ints[i++] = node;
        ints[i++] = events;
        doubles[d++] = firstAt;
        doubles[d++] = lastAt;
      }
      for (let stay = 0; stay < stays.length; stay += STAY) {
        ints[i++] = stays[stay];
        doubles[d++] = stays[stay + 1];
        ints[i++] = stays[stay + 2];
        ints[i++] = stays[stay + 3];
      }
      for (const { model, segment, strength, until, at: placed } of stands) {
        ints[i++] = model;
        ints[i++] = segment;
        doubles[d++] = strength;
        doubles[d++] = until;
        doubles[d++] = placed;
      }
      d = writeBlock(entity, textCells(width), d);
      writeBlock(block, tracked(block.width), d);
      let end = sizes.tail;
      if (texts.length > 0 || traits.length > 0) {
        const tail: Tail = [texts, traits.map(({ name, node, at: when, seq, value }) => [name, node, when, seq, value] as const)];
        const text = JSON.stringify(tail);
        room(end + 3 * text.length);
        end += bytes.write(text, end);
        texts = [];
        numbers.clear();
      }
      ints[at.text] = end - sizes.tail;
      return new Uint8Array(bytes.subarray(0, end));
    },
    unpack(saved, number, id) {
      room(saved.length);
      bytes.set(saved);
      if (saved.length < 4 * at.length || ints[at.form] !== FORM) return unpackFirst(saved, number, id);
      const [, width, rows, trackedWidth, trackedRows, dueCount, tallyCount, stayCount, standCount, length] = ints.subarray(0, at.length);
      const sizes = sizesOf(width * rows + trackedWidth * trackedRows, dueCount, tallyCount, stayCount, standCount);
      if (sizes.tail + length !== saved.length) throw damaged();
      const [own, traits] = readTail(sizes.tail, saved.length);
      const codes = own.map(columns.codeOf);
      let d = at.length / 2, i = sizes.ints;
      const sequence = doubles[d++], changedAt = doubles[d++];
      const dues: number[] = [], tallies: Tally[] = [], stays: number[] = [], stands: Stand[] = [];
      for (let n = 0; n < dueCount; n++) dues.push(ints[i++], doubles[d++]);
      for (let n = 0; n < tallyCount; n++) tallies.push({ node: ints[i++], events: ints[i++], firstAt: doubles[d++], lastAt: doubles[d++] });
      for (let n = 0; n < stayCount; n++) stays.push(ints[i++], doubles[d++], ints[i++], ints[i++]);
      for (let n = 0; n < standCount; n++) stands.push({ model: ints[i++], segment: ints[i++], strength: doubles[d++], until: doubles[d++], at: doubles[d++] });
      return {
        number, id, ...readBlock(width, rows, textCells(width), codes, d), tracked: readBlock(trackedWidth, trackedRows, tracked(trackedWidth), codes, d + rows * width), kept: undefined,
        dues, tallies, stays, stands, traits: traits.map(traitFrom), sequence, changedAt, changed: false, used: true, listed: false, snapshot: 0,
      };
    },
  };

  /** As entities were saved at first: a head as JSON, then the two blocks. */
  function unpackFirst(saved: Uint8Array, number: number, id: string): Entity {
    const { head, parts } = unpack<FirstForm>(saved, place);
    const codes = head.texts.map(columns.codeOf);
    const block = (part: Uint8Array, width: number, textAt: readonly number[]): Block => {
      const { length } = part;
      room(length);
      bytes.set(part);
      return readBlock(width, width ? length / 8 / width : 0, textAt, codes, 0);
    };
    return {
      number, id, ...block(parts[0], head.width, textCells(head.width)), tracked: block(parts[1], head.tracked, tracked(head.tracked)), kept: undefined, dues: [...head.dues], sequence: head.sequence, changedAt: head.changedAt ?? -Infinity,
      stands: head.stands.map(([model, segment, strength, until, when]) => ({ model, segment, strength, until: until ?? Infinity, at: when ?? -Infinity })), traits: head.traits.map(traitFrom),
      tallies: head.tallies.map(([node, events, firstAt, lastAt]): Tally => ({ node, events, firstAt, lastAt })), stays: head.stays.flat(),
      changed: false, used: true, listed: false, snapshot: 0,
    };
  }
}

interface FirstForm {
  readonly width: number;
  readonly traits: readonly SavedTrait[];
  readonly tallies: readonly (readonly [number, number, number, number])[];
  readonly stays: readonly (readonly [number, number, number, number])[];
  readonly dues: readonly number[];
  readonly tracked: number;
  readonly stands: readonly (readonly [model: number, segment: number, strength: number, until: number | null, at: number | null])[];
  readonly sequence: number;
  readonly changedAt: number | null;
  readonly texts: readonly string[];
}

const place = 'saved state of an entity';
const damaged = () => new ShoalError('store/damaged', { place, reason: 'these are not its bytes' });
const traitFrom = ([name, node, when, seq, value]: SavedTrait): TraitWrite => ({ name, node, at: when, seq, value });

/** Where the whole numbers begin, in fours of bytes, and where the text does, in bytes. */
function sizesOf(cells: number, dues: number, tallies: number, stays: number, stands: number): { readonly ints: number; readonly tail: number } {
  const ints = at.length + 2 * (2 + dues + 2 * tallies + stays + 3 * stands + cells);
  return { ints, tail: 4 * (ints + dues + 2 * tallies + 3 * stays + 2 * stands) };
}

/** What was made for a width, until something else becomes other than it was. */
function remembered(make: (width: number) => readonly number[], of: () => number): (width: number) => readonly number[] {
  const made = new Map<number, readonly number[]>();
  let then = -1;
  return (width) => {
    if (then !== of()) made.clear();
    then = of();
    let found = made.get(width);
    if (!found) made.set(width, (found = make(width)));
    return found;
  };
}
