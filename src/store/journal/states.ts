import type { ShoalError } from '../../errors.js';
import type { Sealer } from './seal.js';
import type { StateRow } from './tables.js';

/** What opens states. */
export interface StatesOptions {
  readonly sealer: Sealer;
  /** That of the workspace. */
  readonly key: Uint8Array;
  /** Makes the error for what is not as it was written. */
  readonly damaged: (what: string) => ShoalError;
}

/** The state of a row. @throws `store/damaged` */
export function stateIn({ entity, due, sealed: bytes }: StateRow, { sealer, key, damaged }: StatesOptions): Buffer {
  const plain = sealer.open(key, 'states', [entity, due ?? Infinity], bytes);
  if (!plain) throw damaged(`the state of entity ${entity} is`);
  return plain;
}

/** The states of entities in the order asked for, of the rows that `read` gives; undefined where there is none. */
export const statesWith = (options: StatesOptions) => async (entities: readonly number[], read: (entities: readonly number[]) => Promise<readonly StateRow[]>): Promise<(Uint8Array | undefined)[]> => {
  const found = new Map<number, Uint8Array>();
  for (const row of await read([...new Set(entities)])) found.set(row.entity, plainly(stateIn(row, options)));
  return entities.map((entity) => found.get(entity));
};

/** The same bytes without the methods of a Buffer, whose `slice` is no copy. */
export const plainly = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
