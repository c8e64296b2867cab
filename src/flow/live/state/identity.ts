import type { Identifier } from '../../../domain/event.js';
import type { EventKind } from '../../../domain/event.js';

/** What the live state asks of the identity graph: identifiers are nodes, an entity is what hangs together by links and bears the number of its oldest node. */
export interface Identity {
  readonly entities: number;
  /** Finds or makes the entity of an event (`node`: the identifier that it came under), and links what came together. */
  resolve(identifiers: readonly Identifier[], cause: { readonly seq: number; readonly at: number; readonly kind: EventKind }): {
    readonly entity: number | undefined;
    readonly node: number | undefined;
    readonly merged: readonly { readonly into: number; readonly from: number }[];
  };
  find(identifier: Identifier): number | undefined;
  /** The entity and the node of an event that was resolved before, without linking anything. */
  owner(identifiers: readonly Identifier[]): { readonly entity: number; readonly node: number } | undefined;
  nodesOf(entity: number): readonly number[];
  identifiersOf(entity: number): readonly Identifier[];
  publicId(entity: number): string | undefined;
  undo(link: number): Parted | undefined;
  forget(identifiers: readonly Identifier[]): readonly Parted[];
  merges(of?: { readonly entity: number } | { readonly seq: number }): Iterable<{ readonly link: number; readonly seq: number; readonly at: number; readonly one: Identifier; readonly other: Identifier; readonly entity: number; readonly undone: boolean }>;
  save(): Uint8Array;
}

/** What became of an entity: the entities that there are now instead, with their nodes. */
export interface Parted {
  readonly entity: number;
  readonly now: readonly { readonly entity: number; readonly nodes: readonly number[] }[];
}
