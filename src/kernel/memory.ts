import { assert, ShoalError } from '../errors.js';

const pageBytes = 65536;
/** WebAssembly addresses 4 GiB. */
const maximumPages = 65536;
const alignment = 64;

/** Hands out and takes back pieces of one growing shared memory. */
export interface Heap {
  readonly memory: WebAssembly.Memory;
  /** Address of `bytes` free bytes; their content is undefined. @throws `kernel/too-large` */
  take(bytes: number): number;
  give(address: number): void;
}

export function openHeap(): Heap {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: maximumPages, shared: true });
  const taken = new Map<number, number>();
  /** Free pieces, by address, never touching each other. */
  let free: { at: number; bytes: number }[] = [];
  let end = alignment; // address 0 means "none" to the kernels
  return {
    memory,
    take(bytes) {
      const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
      const piece = free.find((candidate) => candidate.bytes >= size);
      let at: number;
      if (piece) {
        at = piece.at;
        piece.at += size;
        piece.bytes -= size;
        if (piece.bytes === 0) free = free.filter((candidate) => candidate !== piece);
      } else {
        at = end;
        grow(memory, end + size);
        end += size;
      }
      taken.set(at, size);
      return at;
    },
    give(address) {
      const bytes = taken.get(address);
      assert(bytes !== undefined, `kernel memory at ${address} was given back twice`);
      taken.delete(address);
      free = joined([...free, { at: address, bytes }]);
      const last = free[free.length - 1];
      if (last.at + last.bytes === end) {
        end = last.at;
        free.pop();
      }
    },
  };
}

function grow(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  if (missing <= 0) return;
  const room = maximumPages - memory.buffer.byteLength / pageBytes;
  if (missing > room) throw new ShoalError('kernel/too-large', { gigabytes: (bytes / 2 ** 30).toFixed(1) });
  memory.grow(Math.min(room, Math.max(missing, 256)));
}

function joined(pieces: { at: number; bytes: number }[]): { at: number; bytes: number }[] {
  const result: { at: number; bytes: number }[] = [];
  for (const piece of pieces.sort((a, b) => a.at - b.at)) {
    const last = result[result.length - 1];
    if (last && last.at + last.bytes === piece.at) last.bytes += piece.bytes;
    else result.push({ ...piece });
  }
  return result;
}
