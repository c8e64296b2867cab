import type { Feature } from '../domain/feature.js';
import { formatDays, formatNumber, formatPercent, formatValue } from '../util/format-value.js';
import { ratioWords } from '../util/words.js';
import { article, oneOf, reading } from '../domain/reading.js';

/**
 * A typical value as a noun phrase that fits after "has": "24 orders", "a last order 12 days ago", "an average order value of £84",
 * "75 % of orders at the weekend". For a flag the value is the share for whom it holds: "contract is month-to-month for 88 %".
 */
export function phrase(feature: Feature, value: number, currency?: string): string {
  const read = reading(feature);
  switch (read.form) {
    case 'flag':
      return read.is ? `${read.what} is ${read.is} for ${formatPercent(value)}` : `${read.what}: ${formatPercent(value)}`;
    case 'since':
      return value < 0.5 ? `${article(read.event)}${read.event} within the day` : `${article(read.event)}${read.event} ${formatDays(value)} ago`;
    case 'span':
      return `${formatDays(value)} ${read.rest}`;
    case 'share':
      return `${formatPercent(value)} ${read.of}`;
    case 'times':
      return `${formatNumber(value)} × ${read.what}`;
    case 'things':
      return value === 0 ? `no ${read.things}` : `${formatNumber(value)} ${value === 1 ? oneOf(read.things) : read.things}`;
    case 'plain': {
      const text = `${formatValue(value, { ...feature, unit: undefined }, currency)}${feature.unit === 'years' ? ' years' : ''}`;
      if (read.long) return `${read.name}: ${text}`;
      return `${article(read.name)}${read.name} ${feature.kind === 'hour' ? 'around' : 'of'} ${text}`;
    }
  }
}

/** The same with the comparison: "24 orders (six times the usual 4)", "a last order 12 days ago (others: 60 days)". */
export function comparedPhrase(feature: Feature, here: number, elsewhere: number, currency?: string): string {
  const text = formatValue(elsewhere, feature.kind === 'flag' ? { kind: 'share' } : { ...feature, unit: undefined }, currency);
  const scaled = feature.kind === 'count' || feature.kind === 'money' || feature.kind === 'number';
  const small = feature.kind === 'count' && Math.min(here, elsewhere) <= 2;
  const ratio = scaled && !small && here > 0 ? ratioWords(here, elsewhere) : undefined;
  return `${phrase(feature, here, currency)} (${ratio === undefined || ratio.startsWith('about') ? `others: ${text}` : `${ratio} the usual ${text}`})`;
}
