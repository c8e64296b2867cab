import type { Feature } from '../domain/feature.js';
import { formatDays, formatNumber, formatValue } from '../util/format-value.js';
import { cleanText, lowerFirst } from '../util/words.js';
import { reading } from '../domain/reading.js';

/** How one value became another, in a few words: "last order 12 → 97 days ago", "4 → 1 orders", "average order value £60 → £42". Undefined where both read alike. */
export function changePhrase(feature: Feature, from: number, to: number, currency?: string): string | undefined {
  const read = reading(feature);
  const text = (value: number) => (read.form === 'since' ? days(value) : read.form === 'things' || read.form === 'times' ? number(value) : formatValue(value, { ...feature, unit: undefined }, currency));
  const [before, now] = [text(from), text(to)];
  if (before === now) return undefined;
  const change = `${withoutUnit(before, now)} → ${now}`;
  switch (read.form) {
    case 'since':
      return `${read.event} ${change}${Number.isFinite(to) ? ' ago' : ''}`;
    case 'things':
      return `${change} ${read.things}`;
    case 'times':
      return `${change} × ${read.what}`;
    default:
      return `${lowerFirst(cleanText(feature.title))} ${change}`;
  }
}

const days = (value: number) => (Number.isFinite(value) ? formatDays(value) : 'unknown');
const number = (value: number) => (Number.isFinite(value) ? formatNumber(value) : 'unknown');

/** "12 days" before "97 days" is "12". */
function withoutUnit(before: string, now: string): string {
  const [, number, unit] = /^([\d.,]+)( \D+)$/.exec(before) ?? [];
  return unit !== undefined && now.endsWith(unit) ? number : before;
}
