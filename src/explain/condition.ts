import type { Feature } from '../domain/feature.js';
import { formatDays, formatNumber, formatValue } from '../util/format-value.js';
import { cleanText, countWord, lowerFirst, singular } from '../util/words.js';

export interface Bound {
  readonly op: '<=' | '>';
  readonly value: number;
}

/** One condition in words: "at least 8 orders", "last order within 40 days", "over 30 % of orders at night". `whole`: the values are integers. */
export function conditionText(feature: Feature, { op, value }: Bound, whole: boolean, currency?: string): string {
  const title = cleanText(feature.title);
  const over = op === '>';
  if (feature.kind === 'flag') return flagText(title, over);
  if (feature.kind === 'days') return daysText(title, over, value);
  if (feature.kind === 'share') return shareText(title, over, value);
  if (feature.kind === 'hour') return `${lowerFirst(title)} ${over ? 'after' : 'before'} ${formatValue(value, feature)}`;
  if (feature.kind !== 'money' && whole) return countText(title, feature, over, value);
  return `${lowerFirst(title)} ${over ? 'over' : 'up to'} ${formatValue(value, { ...feature, unit: undefined }, currency)}`;
}

/** Two bounds on one feature in words: "8 to 20 orders", "last order 30 to 90 days ago". */
export function betweenText(feature: Feature, low: number, high: number, whole: boolean, currency?: string): string {
  const title = cleanText(feature.title);
  const since = /^days since (?:the |their )?(.+)$/i.exec(title);
  if (since) return `${lowerFirst(since[1])} ${plain(low)} to ${formatDays(high)} ago`;
  const things = whole && feature.kind === 'count' ? countable(title) : undefined;
  if (things && low + 1 === high) return `exactly ${countWord(high)} ${high === 1 ? one(things) : things}`;
  if (things) return `${formatNumber(low + 1)} to ${formatNumber(high)} ${things}`;
  const share = shareOf(title);
  if (feature.kind === 'share' && share) return `${formatValue(low, feature)} to ${formatValue(high, feature)} of ${share}`;
  const value = (x: number) => formatValue(x, { ...feature, unit: undefined }, currency);
  return `${lowerFirst(title)} between ${value(whole ? low + 1 : low)} and ${value(high)}`;
}

function flagText(title: string, yes: boolean): string {
  const pair = /^(.+?)(?::| is| =) (.+)$/i.exec(title);
  return pair ? `${lowerFirst(pair[1])} is ${yes ? '' : 'not '}${pair[2]}` : `${lowerFirst(title)}: ${yes ? 'yes' : 'no'}`;
}

function daysText(title: string, over: boolean, days: number): string {
  const since = /^days since (?:the |their )?(.+)$/i.exec(title);
  if (since) return over ? `${lowerFirst(since[1])} more than ${formatDays(days)} ago` : `${lowerFirst(since[1])} within ${formatDays(days)}`;
  const between = /^(?:typical |mean |median |average |usual )?days (between .+)$/i.exec(title);
  if (between) return `${over ? 'more than' : 'at most'} ${formatDays(days)} ${lowerFirst(between[1])}`;
  return `${lowerFirst(title)} ${over ? 'over' : 'up to'} ${formatDays(days)}`;
}

function shareText(title: string, over: boolean, value: number): string {
  const of = shareOf(title);
  const text = formatValue(value, { kind: 'share' });
  if (!of) return `${lowerFirst(title)} ${over ? 'over' : 'at most'} ${text}`;
  if (value <= 0) return over ? `at least some ${of}` : `no ${of}`;
  return `${over ? 'over' : 'at most'} ${text} of ${of}`;
}

const shareOf = (title: string) => /^(?:share|percentage|proportion|fraction) of (.+)$/i.exec(title)?.[1];

function countText(title: string, feature: Feature, over: boolean, value: number): string {
  const things = countable(title);
  const whole = Math.floor(value);
  if (!things) return `${lowerFirst(title)} ${over ? 'at least' : 'at most'} ${formatNumber(over ? whole + 1 : whole)}${feature.unit === 'years' ? ' years' : ''}`;
  if (over) return whole < 1 ? `at least one ${one(things)}` : `at least ${formatNumber(whole + 1)} ${things}`;
  if (whole < 1) return `no ${things}`;
  return whole === 1 ? `at most one ${one(things)}` : `at most ${formatNumber(whole)} ${things}`;
}

/** "Number of orders in the last 90 days" → "orders in the last 90 days"; undefined where the title does not name plural things. */
export function countable(title: string): string | undefined {
  const bare = title.replace(/^(?:number|count|total number) of /i, '');
  const head = headNoun(bare);
  return /[^su]s$/i.test(head) && !/^(days|sales)$/i.test(head) ? lowerFirst(bare) : undefined;
}

/** The plural noun of a phrase in the singular: "orders in the last 90 days" → "order in the last 90 days". */
export function one(things: string): string {
  const head = headNoun(things);
  const at = things.indexOf(head);
  return things.slice(0, at) + singular(head) + things.slice(at + head.length);
}

/** The last word before the first preposition or participle: where English puts the noun. */
function headNoun(phrase: string): string {
  const before = phrase.split(/ (?:in|at|on|of|with|without|per|from|to|by|over|during|since|that|bought|viewed|returned|opened|made|sent|placed|used)\b/i)[0];
  return before.split(' ').pop() ?? phrase;
}

const plain = (days: number) => formatNumber(Math.round(days));
