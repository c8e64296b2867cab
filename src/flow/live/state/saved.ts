import type { LiveDefinition } from '../../../domain/live.js';
import { ShoalError } from '../../../errors.js';
import { cell } from '../../../segment/rules/live.js';
import type { TrackedColumn } from '../../../ingest/track/rows-of.js';
import { joined } from '../../../util/joined.js';
import type { FoundModel } from '../found/model.js';
import type { Columns } from './columns.js';
import type { Block, Entity, Stay, Tally, TraitWrite } from './entity.js';
import type { Slot } from './slots.js';
import { trackedTexts } from './tracked.js';

/** What is kept beside the entities. */
export interface SavedRest {
  readonly seq: number;
  readonly clock: number;
  readonly n: number;
  /** Slots made so far. */
  readonly made: number;
  readonly columns: Columns['read'];
  readonly kept: readonly string[];
  readonly keepsAny: boolean;
  readonly grown: number;
  readonly complete: number;
  readonly segments: readonly (readonly [id: string, name: string])[];
  readonly observed: unknown;
  readonly identity: Uint8Array;
  readonly known: Uint8Array;
  readonly carried: readonly TrackedColumn[];
  readonly models: readonly FoundModel[];
  readonly newest: string;
  readonly slots: readonly {
    readonly definition: LiveDefinition; readonly index: number; readonly state: Slot['state']; readonly defined: number; readonly fed: number; readonly cursor: number; readonly members: Uint8Array;
  }[];
}

// Both are a head as JSON and bytes behind it: [length of the head][head][part][part]…; parts begin at multiples of 8.

/** In parts that follow each other: what is large is not copied. */
export function packRest({ identity, known, slots, ...head }: Omit<SavedRest, 'identity'> & { readonly identity: readonly Uint8Array[] }): readonly Uint8Array[] {
  const parts = [identity, [known], ...slots.map(({ members }) => [members])];
  const clock = Number.isFinite(head.clock) ? head.clock : null;
  return packed({ ...head, clock, slots: slots.map(({ members: _, cursor, ...slot }) => ({ ...slot, cursor: cursor === Infinity ? null : cursor })) }, parts);
}

export function unpackRest(bytes: Uint8Array): SavedRest {
  const { head, parts: [identity, known, ...members] } = unpack<Omit<SavedRest, 'clock'> & { clock: number | null; slots: { cursor: number | null }[] }>(bytes, 'saved live state');
  return {
    ...head, clock: head.clock ?? -Infinity, identity, known,
    slots: head.slots.map((slot, i) => ({ ...slot, cursor: slot.cursor ?? Infinity, members: members[i] })),
  };
}

interface SavedEntity {
  readonly width: number;
  readonly traits: readonly [string, number, number, number, TraitWrite['value']][];
  readonly tallies: readonly [number, number, number, number][];
  readonly stays: readonly [number, number, number, number][];
  readonly dues: readonly number[];
  readonly tracked: number;
  readonly stands: readonly (readonly [model: number, segment: number, strength: number, until: number | null, at: number | null])[];
  readonly sequence: number;
  readonly changedAt: number | null;
  readonly texts: readonly string[];
}

/** An entity by itself: its texts are in it, so that the codes of this process mean nothing to the next. */
export function packEntity({ cells, width, rows, tracked, stands, traits, tallies, stays, dues, sequence, changedAt }: Entity, columns: Columns, carried: readonly TrackedColumn[]): Uint8Array {
  const texts: string[] = [], numbers = new Map<number, number>();
  const written = (block: Block, textAt: readonly number[]): Uint8Array => {
    const own = block.cells.slice(0, block.rows * block.width);
    for (const at of textAt) {
      for (let o = at; o < own.length; o += block.width) {
        const code = own[o];
        if (code !== code) continue;
        let number = numbers.get(code);
        if (number === undefined) numbers.set(code, (number = texts.push(columns.textOf(code)) - 1));
        own[o] = number;
      }
    }
    return new Uint8Array(own.buffer);
  };
  const parts = [written({ cells, width, rows }, textCells(columns, width)), written(tracked, trackedTexts(carried, tracked.width))];
  const head: SavedEntity = {
    width, tracked: tracked.width, stands: stands.map(({ model, segment, strength, until, at }) => [model, segment, strength, until === Infinity ? null : until, at === -Infinity ? null : at]), dues, sequence, changedAt: Number.isFinite(changedAt) ? changedAt : null, texts,
    traits: traits.map(({ name, node, at, seq, value }) => [name, node, at, seq, value]), tallies: tallies.map(({ node, events, firstAt, lastAt }) => [node, events, firstAt, lastAt]),
    stays: stays.map(({ segment, since, version, leaf }) => [segment, since, version, leaf]),
  };
  return joined(packed(head, parts.map((part) => [part])));
}

/** @throws `store/damaged` */
export function unpackEntity(bytes: Uint8Array, columns: Columns, carried: readonly TrackedColumn[], number: number, id: string): Entity {
  const { head, parts } = unpack<SavedEntity>(bytes, 'saved state of an entity');
  const codes = head.texts.map(columns.codeOf);
  const read = (part: Uint8Array, width: number, textAt: readonly number[]): Block => {
    const cells = new Float64Array(part.slice().buffer);
    for (const at of textAt) for (let o = at; o < cells.length; o += width) if (cells[o] === cells[o]) cells[o] = codes[cells[o]];
    return { cells, width, rows: width ? cells.length / width : 0 };
  };
  return {
    number, id, ...read(parts[0], head.width, textCells(columns, head.width)), tracked: read(parts[1], head.tracked, trackedTexts(carried, head.tracked)), kept: undefined, dues: [...head.dues], sequence: head.sequence, changedAt: head.changedAt ?? -Infinity,
    stands: head.stands.map(([model, segment, strength, until, at]) => ({ model, segment, strength, until: until ?? Infinity, at: at ?? -Infinity })),
    traits: head.traits.map(([name, node, at, seq, value]): TraitWrite => ({ name, node, at, seq, value })),
    tallies: head.tallies.map(([node, events, firstAt, lastAt]): Tally => ({ node, events, firstAt, lastAt })),
    stays: head.stays.map(([segment, since, version, leaf]): Stay => ({ segment, since, version, leaf })), changed: false, used: true, listed: false, snapshot: 0,
  };
}

/** Cells that hold codes of texts, in rows of that width. */
export const textCells = ({ read }: Columns, width: number): number[] => [cell.event, ...read.flatMap(({ type }, i) => (type === 'text' && cell.first + i < width ? [cell.first + i] : []))].filter((at) => at < width);

/** Each part may lie in pieces itself. */
function packed(head: object, parts: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  const lengths = parts.map((pieces) => pieces.reduce((sum, { length }) => sum + length, 0));
  const text = Buffer.from(JSON.stringify({ ...head, lengths }));
  const first = new Uint8Array(whole(4 + text.length));
  new DataView(first.buffer).setUint32(0, text.length, true);
  first.set(text, 4);
  return [first, ...parts.flatMap((pieces, i) => [...pieces, new Uint8Array(whole(lengths[i]) - lengths[i])])];
}

const whole = (length: number): number => Math.ceil(length / 8) * 8;

function unpack<T>(bytes: Uint8Array, place: string): { head: T; parts: Uint8Array[] } {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    const head = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 4, length).toString()) as T & { lengths: number[] };
    let at = Math.ceil((4 + length) / 8) * 8;
    const parts = head.lengths.map((size) => {
      const part = bytes.slice(at, at + size);
      at += Math.ceil(size / 8) * 8;
      return part;
    });
    return { head, parts };
  } catch {
    throw new ShoalError('store/damaged', { place, reason: 'these are not its bytes' });
  }
}
