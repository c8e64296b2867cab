import type { EventKind } from '../../domain/event.js';

/** What a message is called: of a track its event, of a page or screen its name, else the kind. Undefined for a track without one. */
export const eventName = (kind: EventKind, message: Readonly<Record<string, unknown>>): string | undefined =>
  kind === 'track' ? nameOf(message.event) : kind === 'page' || kind === 'screen' ? nameOf(message.name) ?? kind : kind;

/** A text that can be a name: not blank, at most 200 characters. */
export const nameOf = (value: unknown): string | undefined => (typeof value === 'string' && value.length <= 200 && value.trim() !== '' ? value : undefined);
