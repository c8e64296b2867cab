import { ShoalError } from '../../errors.js';
import { eventKinds, type Event, type EventKind, type Json } from '../../domain/event.js';
import { eventName, nameOf } from './event-name.js';
import { identifiersOf, type Said } from './identifiers.js';
import { messageLimits as limits } from './message.js';
import { correctedTime, readTime } from './read-time.js';

export interface ReadOptions {
  /** What the address says the body is. */
  readonly type: EventKind | 'batch';
  /** When it came, ms. */
  readonly received: number;
  /** Size of the body: where it is not larger than an event may be, none in it is. */
  readonly bytes: number;
  /** Makes a message id where there is none. */
  readonly newId: () => string;
  /** Address of the sender: put into the context of what asks for it with `context.direct`. */
  readonly ip?: string;
  /** The sender's browser asks not to have its data sold or shared (Sec-GPC: 1). */
  readonly privacy?: boolean;
}

/** A message that was not taken, and why. Nothing of what was in it, but its name. */
export interface Rejection {
  /** Its place in the batch, from 0. */
  readonly index: number;
  readonly reason: string;
  readonly name?: string;
}

export interface ReadMessages {
  readonly events: readonly Event[];
  readonly rejected: readonly Rejection[];
}

type Fields = Readonly<Record<string, unknown>>;

/** The events in the body of a request. What cannot be taken of a batch is left out, with the reason. @throws `ingest/bad-message` where the body as a whole cannot be read */
export function readMessages(body: unknown, options: ReadOptions): ReadMessages {
  if (!isFields(body)) refuse('the body must be a JSON object');
  if (options.type !== 'batch') return readAll([body], options, {});
  const { batch } = body;
  if (!Array.isArray(batch)) refuse("'batch' must be a list of messages");
  if (batch.length > limits.events) refuse(`a batch holds at most ${limits.events} messages, and this one has ${batch.length}`);
  return readAll(batch, options, body);
}

/** What a batch says for all of its messages becomes part of each. */
function sizeAround({ context, integrations }: Fields, messages: number): number {
  const size = measure(context, 1) + measure(integrations, 1);
  if (size === Infinity) refuse(`the context of the batch is nested deeper than ${limits.depth} levels`);
  const exact = 3 * size > limits.event ? Buffer.byteLength(JSON.stringify([context, integrations])) : size;
  if (exact > limits.event || exact * messages > limits.repeated) refuse('the context of the batch is too large to be a part of each of its messages');
  return exact;
}

function readAll(messages: readonly unknown[], options: ReadOptions, around: Fields): ReadMessages {
  const events: Event[] = [];
  const rejected: Rejection[] = [];
  const base = options.type === 'batch' ? sizeAround(around, messages.length) : 0;
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index];
    const read = readMessage(message, options, around, base);
    if (typeof read !== 'string') events.push(read);
    else rejected.push({ index, reason: read, ...(isFields(message) && { name: nameOf(message.event) ?? nameOf(message.type) }) });
  }
  return { events, rejected };
}

/** One message as an event, or what is wrong with it. */
function readMessage(message: unknown, { type, received, bytes, newId, ip, privacy }: ReadOptions, around: Fields, base: number): Event | string {
  if (!isFields(message)) return 'the message must be a JSON object';
  const kind = type === 'batch' ? message.type : type;
  if (!isKind(kind)) return `type must be one of ${eventKinds.join(', ')}`;
  const { messageId } = message;
  if (messageId !== undefined && messageId !== null && (typeof messageId !== 'string' || messageId.length > limits.messageId)) return `messageId must be text of at most ${limits.messageId} characters`;

  const said: Said = {};
  for (const key of idKeys) {
    const value = readId(message[key]);
    if (value === false) return `${key} must be text of at most ${limits.identifier} characters, or a whole number that is exact`;
    said[key] = value;
  }
  if (said.userId === undefined && said.anonymousId === undefined) return 'userId or anonymousId is missing';
  if (kind === 'group' && said.groupId === undefined) return 'groupId is missing';
  if (kind === 'alias' && said.userId === undefined) return 'userId is missing';
  if (kind === 'alias' && said.previousId === undefined && said.anonymousId === undefined) return 'previousId is missing';

  for (const key of nameKeys) if (!isName(message[key])) return `${key} must be text of at most ${limits.name} characters`;
  const name = eventName(kind, message);
  if (name === undefined) return 'event is missing';

  for (const key of bags) if (message[key] !== undefined && message[key] !== null && !isFields(message[key])) return `${key} must be an object`;
  const size = measure(message, 0);
  if (size === Infinity) return `it is nested deeper than ${limits.depth} levels`;
  // Counted in characters first, which are three bytes at most.
  if (bytes > limits.event && 3 * size + base > limits.event && Buffer.byteLength(JSON.stringify(message)) + base > limits.event) return `it is larger than ${limits.event / 1024} KB`;

  const context = contextOf(around.context, message.context, ip, privacy);
  const payload: Record<string, Json> = {};
  if (isFields(message.properties)) payload.properties = message.properties as Json;
  if (isFields(message.traits)) payload.traits = message.traits as Json;
  if (context !== undefined) payload.context = context as Json;
  const integrations = merged(around.integrations, message.integrations);
  if (integrations !== undefined) payload.integrations = integrations as Json;
  if (said.groupId !== undefined) payload.groupId = said.groupId;
  const category = nameOf(message.category);
  if (category !== undefined) payload.category = category;

  const identifiers = identifiersOf(kind, said, context, payload.traits);
  if (identifiers.length === 0) return "its ids name nobody (such as 'null', '0' or 'anonymous')";

  const original = readTime(message.originalTimestamp ?? message.timestamp);
  const sent = readTime(around.sentAt ?? message.sentAt);
  return {
    id: typeof messageId === 'string' && messageId !== '' ? messageId : newId(),
    kind, name, at: correctedTime(received, original, sent), received, ...(original !== undefined && { original }), ...(sent !== undefined && { sent }),
    identifiers, payload,
  };
}

const idKeys = ['userId', 'anonymousId', 'previousId', 'groupId'] as const;
const nameKeys = ['event', 'name'] as const;
const bags = ['properties', 'traits', 'context', 'integrations'] as const;
const kinds: ReadonlySet<unknown> = new Set(eventKinds);

const isKind = (value: unknown): value is EventKind => kinds.has(value);
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isName = (value: unknown): boolean => value === undefined || value === null || (typeof value === 'string' && value.length <= limits.name);

/** Undefined where none was given; false for what is none. */
export function readId(value: unknown): string | undefined | false {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.length > limits.identifier ? false : value.trim() === '' ? undefined : value;
  // A number beyond 2^53 has lost its last digits on the way: it would be the id of others too.
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? String(value) : false;
}

function contextOf(around: unknown, own: unknown, ip: string | undefined, privacy: boolean | undefined): Fields | undefined {
  const context = merged(around, own);
  const wantsIp = ip !== undefined && context?.direct === true && context.ip === undefined;
  if (!wantsIp && !privacy) return context;
  return { ...context, ...(wantsIp && { ip }), ...(privacy && { globalPrivacyControl: true }) };
}

/** What a batch says for all of its messages, and over it what a message says for itself. */
function merged(around: unknown, own: unknown): Fields | undefined {
  if (!isFields(around)) return isFields(own) ? own : undefined;
  return isFields(own) ? { ...around, ...own } : around;
}

/** Characters of its keys and texts, at least one for all else; Infinity where it is nested too deeply. */
function measure(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  if (depth >= limits.depth) return Infinity;
  let size = 2;
  if (Array.isArray(value)) for (const item of value) size += 1 + measure(item, depth + 1);
  else for (const key in value) size += key.length + 4 + measure((value as Fields)[key], depth + 1);
  return size;
}

function refuse(reason: string): never {
  throw new ShoalError('ingest/bad-message', { reason });
}
