import type { Feature } from './feature.js';
import { cleanText, lowerFirst, singular } from '../util/words.js';

/**
 * How a feature's title goes into a sentence. Titles name the thing measured ("Orders", "Days since the last order", "Share of orders at
 * night", "Browsing: sessions"); the form decides the words around the value.
 */
export type Reading =
  /** "last order": an event some days ago. */
  | { readonly form: 'since'; readonly event: string }
  /** "between orders": a span of days. */
  | { readonly form: 'span'; readonly rest: string }
  /** "of orders at night", "Organic": what a share is of. */
  | { readonly form: 'share'; readonly of: string }
  /** "orders in the last 90 days": plural things that are counted. */
  | { readonly form: 'things'; readonly things: string }
  /** "product view": something that happens a number of times. */
  | { readonly form: 'times'; readonly what: string }
  /** "contract" is "month-to-month"; without `is`, the title holds or does not. */
  | { readonly form: 'flag'; readonly what: string; readonly is?: string }
  /** "average order value" of so much; `long` titles read better before a colon. */
  | { readonly form: 'plain'; readonly name: string; readonly long: boolean };

export function reading(feature: Feature): Reading {
  const title = cleanText(feature.title).replace(/\b(\p{L}+) \1\b/giu, '$1'); // "events events"
  if (feature.kind === 'flag') return flag(title);
  const parts = /^([^:]{1,30}): (.+)$/.exec(title);
  const about = parts ? lowerFirst(parts[1]) : '';
  const body = parts ? parts[2] : title;
  if (feature.kind === 'days') {
    const since = /^days since (?:the |their )?(.+)$/i.exec(body);
    if (since) return { form: 'since', event: lowerFirst(/^(last|first)$/i.test(since[1]) && about ? `${since[1]} ${singular(about)}` : since[1]) };
    const span = /^(?:typical |mean |median |average |usual )?days (.+)$/i.exec(body);
    if (span) return { form: 'span', rest: beside(lowerFirst(span[1]), about) };
  }
  if (feature.kind === 'share') {
    const of = /^(?:share|percentage|proportion|fraction) of (?!the )(.+)$/i.exec(body)?.[1];
    // A category or a kind of event is no crowd that a share could be "of": "60 % Organic".
    if (of && /attribute/.test(feature.family)) return { form: 'share', of: beside(`with ${of}`, about) };
    if (of) return { form: 'share', of: beside(/categor|kinds/.test(feature.family) ? of : `of ${of}`, about) };
    if (!parts && countable(body)) return { form: 'share', of: `of ${lowerFirst(body)}` };
  }
  if (feature.kind === 'count' || feature.kind === 'number') {
    if (feature.unit === 'times') return { form: 'times', what: beside(lowerFirst(body), about) };
    const things = feature.role === 'behaviour' ? countable(body) : undefined; // "monthly charges" is an amount, not 82 things
    if (things && /^(events|sessions)\b/.test(things)) return { form: 'things', things: about && !things.startsWith(about) ? `${singular(about)} ${things}` : things };
    if (things) return { form: 'things', things: beside(things, about) };
    if (about && /(ed|en)$/.test(body)) return { form: 'things', things: countable(about) ? `${about} ${body}` : `${about} ${feature.unit ?? 'rows'}` };
  }
  const name = lowerFirst(about ? `${singular(about)} ${lowerFirst(body)}` : body);
  return { form: 'plain', name, long: name.includes(',') || name.split(' ').length > 5 };
}

const beside = (text: string, about: string) => (about && !text.includes(about) ? `${text} in ${about}` : text);

function flag(title: string): Reading {
  const pair = /^(.+?)(?::| is| =) (.+)$/i.exec(title);
  return pair ? { form: 'flag', what: lowerFirst(pair[1]), is: pair[2] } : { form: 'flag', what: lowerFirst(title) };
}

/** "Number of orders in the last 90 days" → "orders in the last 90 days"; undefined where the title does not name plural things. */
export function countable(title: string): string | undefined {
  const bare = title.replace(/^(?:number|count|total number) of /i, '');
  const head = headNoun(bare);
  return /[^su]s$/i.test(head) && !/^(days|sales|gross|hours)$/i.test(head) ? lowerFirst(bare) : undefined;
}

/** The things in the singular: "orders in the last 90 days" → "order in the last 90 days". */
export function oneOf(things: string): string {
  const head = headNoun(things);
  const at = things.indexOf(head);
  return things.slice(0, at) + singular(head) + things.slice(at + head.length);
}

/** "a ", "an ", or nothing before a plural. */
export function article(noun: string): string {
  if (countable(noun)) return '';
  return /^[aeio]|^u(?!s|ni|se)/i.test(noun) ? 'an ' : 'a ';
}

/** The last word before the first preposition or participle: where English puts the noun. */
function headNoun(phrase: string): string {
  const before = phrase.split(/ (?:in|at|on|of|with|without|per|from|to|by|over|during|since|that|bought|viewed|returned|opened|made|sent|placed|used)\b/i)[0];
  return before.split(' ').pop() ?? phrase;
}
