import { formatCount } from './format-value.js';

/** "a", "a and b", "a, b and c". */
export function listWords(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${last} ${items[items.length - 1]}`;
}

export const upperFirst = (text: string): string => text.replace(/^(\p{Ll})/u, (c) => c.toUpperCase());

/** Lower-cases the first letter, unless the word is an acronym or a name ("SMS sent", "O2 users", "eBay"). */
export const lowerFirst = (text: string): string => text.replace(/^(\p{Lu})(?=\p{Ll}|\s|$|-mail)/u, (c) => c.toLowerCase());

/** A title fit for a sentence: no control characters or markup, one line, at most `limit` characters; never empty. */
export function cleanText(text: string, limit = 60): string {
  const clean = String(text)
    .slice(0, 1000)
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}<>`{}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (!clean) return 'unnamed';
  const letters = [...clean];
  return letters.length <= limit ? clean : `${letters.slice(0, limit - 1).join('').trimEnd()}…`;
}

/** A stable id made of a name: lower case, hyphens, letters and digits of any script; never empty. */
export function slug(text: string): string {
  const made = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return made || 'segment';
}

/** English singular of a plain noun ("categories" → "category", "orders" → "order"); what is not plural stays. */
export function singular(noun: string): string {
  if (/(ss|us|is)$/i.test(noun)) return noun;
  if (/[^aeiou]ies$/i.test(noun)) return noun.replace(/ies$/i, 'y');
  if (/(ch|sh|x|z|ss)es$/i.test(noun)) return noun.replace(/es$/i, '');
  return noun.replace(/s$/i, '');
}

/** "one" … "twelve", then digits with thousands parted. */
export function countWord(n: number): string {
  const small = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
  return Number.isInteger(n) && n >= 0 && n < small.length ? small[n] : formatCount(n);
}

/**
 * How `here` compares with `elsewhere` in words: "twice", "three times", "half as much again as", "about the same as", "40 % below"…
 * Undefined where a ratio says nothing (a zero, a change of sign, less than a fifth).
 */
export function ratioWords(here: number, elsewhere: number): string | undefined {
  if (!(elsewhere > 0) || !(here >= 0)) return undefined;
  const ratio = here / elsewhere;
  if (ratio >= 100) return 'over a hundred times';
  if (ratio >= 9.5) return `${Math.round(ratio)} times`;
  if (ratio >= 2.75) return `${Math.abs(ratio - Math.round(ratio)) < 0.26 ? countWord(Math.round(ratio)) : Math.round(ratio * 2) / 2} times`;
  if (ratio >= 2.25) return 'two and a half times';
  if (ratio >= 1.8) return 'twice';
  if (ratio >= 1.08) return `${Math.round((ratio - 1) * 20) * 5 || Math.round((ratio - 1) * 100)} % above`;
  if (ratio > 0.93) return 'about the same as';
  if (ratio >= 0.55) return `${Math.round((1 - ratio) * 20) * 5 || Math.round((1 - ratio) * 100)} % below`;
  if (ratio >= 0.45) return 'half';
  if (ratio >= 0.29) return 'a third of';
  if (ratio >= 0.22) return 'a quarter of';
  if (ratio >= 0.18) return 'a fifth of';
  return undefined;
}
