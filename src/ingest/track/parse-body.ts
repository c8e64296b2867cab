import { isUtf8 } from 'node:buffer';
import { ShoalError } from '../../errors.js';

/** An escape could hide a NUL, half a surrogate pair, or the name of a prototype; written out, these cannot be in JSON of UTF-8, but for the last. */
const suspicious = /\\u|__proto__/;

/**
 * The JSON of a body. Of a key given twice the last counts. What no database can hold as text (NUL, half a surrogate pair) becomes U+FFFD, and a key `__proto__` is left out.
 * @throws `ingest/bad-message`
 */
export function parseBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ShoalError('ingest/bad-message', { reason: 'malformed JSON: its bytes are not UTF-8' });
  const text = bytes.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ShoalError('ingest/bad-message', { reason: 'malformed JSON' });
  }
  return suspicious.test(text) ? cleaned(value, 0) : value;
}

/** Nobody nests deeper than this; what is below is refused with its message anyway, so it is not looked at. */
const deepest = 100;

function cleaned(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return textOf(value);
  if (typeof value !== 'object' || value === null || depth > deepest) return value;
  if (Array.isArray(value)) return value.map((item) => cleaned(item, depth + 1));
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (key === '__proto__' ? [] : [[textOf(key), cleaned(inner, depth + 1)]])));
}

const textOf = (text: string): string => text.replaceAll(/[\0\p{Cs}]/gu, '\uFFFD');
