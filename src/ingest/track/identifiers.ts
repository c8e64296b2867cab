import { namesSomebody } from '../../domain/blocked.js';
import type { EventKind, Identifier, Json } from '../../domain/event.js';
import { messageLimits as limits } from './message.js';

/** The ids that a message gives, as text. */
export interface Said {
  userId?: string;
  anonymousId?: string;
  previousId?: string;
  groupId?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What others call our types. */
const types: ReadonlyMap<string, string> = new Map([['user_id', 'user'], ['userId', 'user'], ['anonymous_id', 'anonymous'], ['anonymousId', 'anonymous']]);

/**
 * The names of whom a message is about, strongest first: the user id, ids of `context.externalIds`, the address in the traits, the id of the browser. Of an alias: the new one,
 * then the previous, which is that of a browser where the message says so and else that of a user. The traits of a group are not those of a person, and its properties name others.
 * What names nobody ('null', '0') is left out: the first one owns what the message says.
 */
export function identifiersOf(kind: EventKind, said: Said, context: Fields | undefined, traits: Json | undefined): readonly Identifier[] {
  return allOf(kind, said, context, traits).filter(somebody);
}

const somebody = namesSomebody();

function allOf(kind: EventKind, { userId, anonymousId, previousId }: Said, context: Fields | undefined, traits: Json | undefined): readonly Identifier[] {
  if (kind === 'alias') {
    const found: Identifier[] = [{ type: 'user', value: userId! }];
    if (previousId === undefined || previousId === anonymousId) add(found, 'anonymous', anonymousId!);
    else add(found, 'user', previousId);
    return found;
  }
  const found: Identifier[] = userId === undefined ? [] : [{ type: 'user', value: userId }];
  if (context !== undefined && Array.isArray(context.externalIds)) for (const one of context.externalIds.slice(0, limits.externalIds)) addExternal(found, one);
  const address = (kind === 'identify' ? addressIn(traits) : undefined) ?? addressIn(context?.traits);
  if (address !== undefined) add(found, 'email', address);
  if (anonymousId !== undefined) add(found, 'anonymous', anonymousId);
  return found;
}

function addExternal(found: Identifier[], one: unknown): void {
  if (typeof one !== 'object' || one === null) return;
  const { id, type, collection, encoding } = one as Fields;
  if ((collection !== undefined && collection !== 'users') || (encoding !== undefined && encoding !== 'none')) return;
  if (typeof type !== 'string' || !/^[\w.-]{1,50}$/.test(type)) return;
  const value = typeof id === 'number' && Number.isSafeInteger(id) ? String(id) : id;
  if (typeof value !== 'string' || value.trim() === '' || value.length > limits.identifier) return;
  add(found, types.get(type) ?? type, type === 'email' ? value.trim().toLowerCase() : value);
}

function addressIn(traits: unknown): string | undefined {
  const email = typeof traits === 'object' && traits !== null ? (traits as Fields).email : undefined;
  if (typeof email !== 'string' || email.length > 320) return undefined;
  const address = email.trim().toLowerCase();
  return /^[^\s@]+@[^\s@]+$/.test(address) ? address : undefined;
}

function add(found: Identifier[], type: string, value: string): void {
  if (!found.some((one) => one.type === type && one.value === value)) found.push({ type, value });
}
