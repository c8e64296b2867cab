/** What a tracked message is, as the Segment specification names it. */
export const eventKinds = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type EventKind = (typeof eventKinds)[number];

/** One name of an entity: the id of a user, of a browser, an address. */
export interface Identifier {
  /** 'user', 'anonymous', 'email' or a type of one's own. */
  readonly type: string;
  readonly value: string;
}

/** 'user:42', as identifiers are written where there is one text for both parts. */
export const identifierText = ({ type, value }: Identifier): string => `${type}:${value}`;

/**
 * What an entity is called outside, by one of its identifiers: of a user its id alone; of any other type, and of a user's id with a colon in it, 'type:value'.
 * No two identifiers have the same.
 */
export const publicIdOf = (identifier: Identifier): string => (identifier.type === 'user' && !identifier.value.includes(':') ? identifier.value : identifierText(identifier));

/** The identifier that a public id is made of. */
export function identifierOfPublicId(id: string): Identifier {
  const colon = id.indexOf(':');
  return colon < 0 ? { type: 'user', value: id } : { type: id.slice(0, colon), value: id.slice(colon + 1) };
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Something that somebody did, said or is, as it came in: checked, its times corrected, nothing else changed. */
export interface Event {
  /** The message id: what comes again under it within 30 days is not counted again. */
  readonly id: string;
  readonly kind: EventKind;
  /** Of a track its event, of a page or screen its name, else the kind. */
  readonly name: string;
  /** When it happened, ms since the epoch: corrected by the sender's clock, never later than `received`. */
  readonly at: number;
  /** When it came, ms. */
  readonly received: number;
  /** What the sender wrote, ms; absent where it wrote none, or none that can be read. */
  readonly original?: number;
  readonly sent?: number;
  /** Strongest first. The first owns the payload: its key is the one it is encrypted with. Of an alias: the new one, then the previous. */
  readonly identifiers: readonly Identifier[];
  /** `properties`, `traits`, `context`, `groupId` … as they came. */
  readonly payload: { readonly [key: string]: Json };
}

/** A value that rules can look at. */
export type Scalar = string | number | boolean;

/** The values of an event by path: 'properties.price', 'context.page.path', 'traits.plan', 'local.hour'. */
export type Fields = Readonly<Record<string, Scalar>>;
