import type { Identifier } from './event.js';

/** Values that name nobody: what programs send when they know no id. After the defaults of Segment Unify and PostHog; compared without case. */
export const blockedValues: readonly string[] = [
  '-1', 'null', 'nil', 'none', 'undefined', 'unknown', 'anonymous', 'guest', 'nan', 'n/a', 'true', 'false', 'id', 'user', 'userid', 'user_id', 'email', 'distinct_id', 'distinctid',
  'anonymousid', 'anonymous_id', 'not_authenticated', 'void', '[object object]', '(null)', '{}', '[]', '""', "''",
];

/** The longest value that can name somebody, in characters. */
export const longestValue = 1000;

const type = /^[a-z][\w.-]{0,63}$/i;
const zerosAndDashes = /^[0-]*$/;
const halfCharacters = /\p{Surrogate}/u;

/** Says whether an identifier can name somebody: not blocked, not zeros and dashes, not empty, not endless, its type a plain word. */
export function namesSomebody(blocked: readonly string[] = blockedValues): (identifier: Identifier) => boolean {
  const words = new Set(blocked.map((value) => value.toLowerCase()));
  return (identifier) => {
    const value = identifier.value.trim();
    return type.test(identifier.type) && value.length <= longestValue && identifier.value.length <= longestValue && !zerosAndDashes.test(value)
      && !words.has(value.toLowerCase()) && !halfCharacters.test(value);
  };
}
