import { ShoalError } from '../errors.js';

/** Deeper than this is no data of ours. */
const deepest = 64;

/**
 * A value as JSON that is the same text for the same value: keys sorted by code unit, no spaces, absent members left out (the order of RFC 8785).
 * @throws `store/bad-value` for what JSON cannot hold, or would change
 */
export function canonical(what: string, value: unknown, depth = 0): string {
  const refuse = (problem: string) => new ShoalError('store/bad-value', { what, problem });
  if (depth > deepest) throw refuse(`is nested more than ${deepest} levels deep`);
  if (value === null || typeof value === 'boolean') return `${value}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuse(`holds ${value}, which JSON cannot`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonical(what, item === undefined ? null : item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object') throw refuse(value === undefined ? 'is missing' : `holds a ${typeof value}, which JSON cannot`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refuse(`holds an object of a class (${(value.constructor as { name?: string } | undefined)?.name ?? 'unknown'}), which JSON would change`);
  const members = Object.keys(value).sort(byCodeUnit).flatMap((key) => {
    const member = (value as Record<string, unknown>)[key];
    return member === undefined ? [] : [`${JSON.stringify(key)}:${canonical(what, member, depth + 1)}`];
  });
  return `{${members.join(',')}}`;
}

const byCodeUnit = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
