import { ShoalError } from '../errors.js';
import { canonical } from './canonical.js';
import type { By } from './store.js';

/** What goes into the store is checked here: text that every engine gives back as it was, or a refusal. */
const control = /[\u0000-\u001f\u007f]/;
const controlButLines = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const loneSurrogate = /\p{Surrogate}/u;

/** A name, an id, a word: one line. */
export const line = (what: string, value: unknown, most = 200): string => text(what, value, most, control, 'holds a control character or a line break');

/** Whether text can be kept as one line. */
export function isLine(value: string, most = 200): boolean {
  return value.length <= most && value.trim() !== '' && !control.test(value) && !loneSurrogate.test(value);
}

/** A remark: any number of lines. */
export const prose = (what: string, value: unknown, most = 20_000): string => text(what, value, most, controlButLines, 'holds a control character');

function text(what: string, value: unknown, most: number, refused: RegExp, problem: string): string {
  if (typeof value !== 'string') throw bad(what, `must be text, not ${value === null ? 'null' : typeof value}`);
  if (value.length > most) throw bad(what, `is ${value.length.toLocaleString('en')} characters long; at most ${most.toLocaleString('en')} are kept`);
  if (value.trim() === '') throw bad(what, 'is empty; write something');
  if (refused.test(value)) throw bad(what, `${problem}; leave it out`);
  if (loneSurrogate.test(value)) throw bad(what, 'is not valid Unicode (half of a character is missing); write it again');
  return value;
}

/** The same for what may be absent; the engines know it as null. */
export const maybe = <T, R>(check: (what: string, value: T) => R, what: string, value: T | undefined | null): R | null => (value === undefined || value === null ? null : check(what, value));

/** The id of a run: also the name of its folder. */
export const runId = (value: unknown): string => shaped('id of the run', value, /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'letters, digits, dots, hyphens and underscores, a letter or digit first, at most 100');

/** The id of a workspace: also the name of its folder and of its schema. */
export const workspaceId = (value: unknown): string => shaped('id of the workspace', value, /^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, a letter first, at most 40');

function shaped(what: string, value: unknown, shape: RegExp, words: string): string {
  const found = line(what, value);
  if (!shape.test(found)) throw bad(what, `is '${found}', but takes ${words}`);
  return found;
}

/** One of a few words. */
export function oneOf<T extends string>(what: string, value: unknown, words: readonly T[]): T {
  if (!words.includes(value as T)) throw bad(what, `is ${typeof value === 'string' ? `'${value.slice(0, 100)}'` : `of type ${typeof value}`}, but must be one of ${words.join(', ')}`);
  return value as T;
}

/** A whole number from 0; instants are milliseconds since the Unix epoch, before it negative. */
export const count = (what: string, value: unknown): number => whole(what, value, 0, Number.MAX_SAFE_INTEGER);
export const instant = (what: string, value: unknown): number => whole(what, value, -8.64e15, 8.64e15);

function whole(what: string, value: unknown, least: number, most: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) throw bad(what, `is ${shown(value)}, but must be a whole number${least === 0 ? ' from 0' : ''}`);
  return (value as number) || 0;
}

export function number(what: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw bad(what, `is ${shown(value)}, but must be a number`);
  return value || 0;
}

/** Any JSON as canonical text. */
export function json(what: string, value: unknown, most = 1_000_000): string {
  const found = canonical(what, value);
  if (found.length > most) throw bad(what, `is ${found.length.toLocaleString('en')} characters of JSON; at most ${most.toLocaleString('en')} are kept`);
  return found;
}

/** Checks who changes something and why. */
export function checkedBy({ actor, reason, request }: By): { actor: string; reason: string | null; request: string | null } {
  return { actor: line('actor', actor), reason: maybe((what, value: string) => prose(what, value, 2000), 'reason', reason), request: maybe(line, 'id of the request', request) };
}

export const bad = (what: string, problem: string): ShoalError => new ShoalError('store/bad-value', { what, problem });

const shown = (value: unknown) => (typeof value === 'number' ? `${value}` : value === null ? 'null' : `of type ${typeof value}`);
