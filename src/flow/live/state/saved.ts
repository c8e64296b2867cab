import type { LiveDefinition } from '../../../domain/live.js';
import { ShoalError } from '../../../errors.js';
import type { TrackedColumn } from '../../../ingest/track/rows-of.js';
import type { FoundModel } from '../found/model.js';
import type { Columns } from './columns.js';
import type { Slot } from './slots.js';

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

// A head as JSON and bytes behind it: [length of the head][head][part][part]…; parts begin at multiples of 8.

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

/** @throws `store/damaged` */
export function unpack<T>(bytes: Uint8Array, place: string): { head: T; parts: Uint8Array[] } {
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
