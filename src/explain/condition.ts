import type { Feature } from '../domain/feature.js';
import { formatDays, formatNumber, formatPercent, formatValue } from '../util/format-value.js';
import { countWord } from '../util/words.js';
import { oneOf, reading } from '../domain/reading.js';

export interface Bound {
  readonly op: '<=' | '>';
  readonly value: number;
}

/** One condition in words: "at least 8 orders", "last order within 40 days", "over 30 % of orders at night". `whole`: the values are integers. */
export function conditionText(feature: Feature, { op, value }: Bound, whole: boolean, currency?: string): string {
  const over = op === '>';
  const read = reading(feature);
  switch (read.form) {
    case 'flag':
      return read.is ? `${read.what} is ${over ? '' : 'not '}${read.is}` : verbal(read.what) ? `${over ? '' : 'not '}${read.what}` : `${read.what}: ${over ? 'yes' : 'no'}`;
    case 'since':
      return over ? `${read.event} more than ${formatDays(value)} ago` : `${read.event} within ${formatDays(value)}`;
    case 'span':
      return `${over ? 'more than' : 'at most'} ${formatDays(value)} ${read.rest}`;
    case 'share':
      if (value > 0) return `${over ? 'over' : 'at most'} ${formatPercent(value)} ${read.of}`;
      return `${over ? 'some' : 'no'} ${read.of.replace(/^(of|with) /, '')}`;
    case 'times':
      return whole ? `${read.what} ${over ? `at least ${formatNumber(value + 1)}` : `at most ${formatNumber(value)}`} times` : `${read.what} ${over ? 'over' : 'up to'} ${formatNumber(value)} times`;
    case 'things':
      return whole ? countText(read.things, over, value) : `${over ? 'over' : 'up to'} ${formatNumber(value)} ${read.things}`;
    case 'plain': {
      if (value === 0 && feature.kind === 'money') return `${over ? 'some' : 'no'} ${read.name}`;
      const name = read.long ? `${read.name}:` : read.name;
      if (feature.kind === 'hour') return `${name} ${over ? 'after' : 'before'} ${formatValue(value, feature)}`;
      if (whole && feature.kind !== 'money' && feature.kind !== 'days') return `${name} ${over ? `at least ${formatNumber(value + 1)}` : `at most ${formatNumber(value)}`}${years(feature)}`;
      return `${name} ${over ? 'over' : 'up to'} ${formatValue(value, { ...feature, unit: undefined }, currency)}${years(feature)}`;
    }
  }
}

/** Two bounds on one feature in words: "8 to 20 orders", "last order 30 to 90 days ago". */
export function betweenText(feature: Feature, low: number, high: number, whole: boolean, currency?: string): string {
  const read = reading(feature);
  const from = whole && feature.kind !== 'days' ? low + 1 : low;
  if (read.form === 'since') return `${read.event} ${formatNumber(Math.round(low))} to ${formatDays(high)} ago`;
  if (read.form === 'span') return `${formatNumber(Math.round(low))} to ${formatDays(high)} ${read.rest}`;
  if (read.form === 'share') return `${formatPercent(low)} to ${formatPercent(high)} ${read.of}`;
  if (read.form === 'things' && from === high) return `exactly ${countWord(high)} ${high === 1 ? oneOf(read.things) : read.things}`;
  if (read.form === 'things') return `${formatNumber(from)} to ${formatNumber(high)} ${read.things}`;
  const value = (x: number) => formatValue(x, { ...feature, unit: undefined }, currency);
  const name = read.form === 'plain' ? (read.long ? `${read.name}:` : read.name) : read.what;
  return `${name} between ${value(from)} and ${value(high)}${read.form === 'times' ? ' times' : years(feature)}`;
}

function countText(things: string, over: boolean, value: number): string {
  const whole = Math.floor(value);
  if (over) return whole < 1 ? `at least one ${oneOf(things)}` : `at least ${formatNumber(whole + 1)} ${things}`;
  if (whole < 1) return `no ${things}`;
  return whole === 1 ? `at most one ${oneOf(things)}` : `at most ${formatNumber(whole)} ${things}`;
}

const verbal = (what: string) => /^(bought|ordered|has|uses|owns|opened|visited|used|paid|signed|joined)\b/.test(what);
const years = (feature: Feature) => (feature.unit === 'years' ? ' years' : '');
