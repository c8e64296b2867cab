import { describe, expect, it } from 'vitest';
import { formatCount, formatDays, formatHour, formatMoney, formatNumber, formatPercent, formatValue } from './format-value.js';

describe('formatValue', () => {
  it('reads money with its symbol, pence only under a hundred, and words for millions', () => {
    expect(formatMoney(1204.4, 'GBP')).toBe('£1,204');
    expect(formatMoney(84, 'GBP')).toBe('£84');
    expect(formatMoney(4.2, 'GBP')).toBe('£4.20');
    expect(formatMoney(9_747_747.93, '£')).toBe('£9.75 million');
    expect(formatMoney(999_999, '£')).toBe('£1 million');
    expect(formatMoney(-12, 'EUR')).toBe('−€12');
    expect(formatMoney(12.5)).toBe('12.50');
    expect(formatMoney(12, 'SEK')).toBe('SEK 12');
  });

  it('reads shares as percents with a decimal only under ten', () => {
    expect(formatPercent(0.384)).toBe('38 %');
    expect(formatPercent(0.0421)).toBe('4.2 %');
    expect(formatPercent(0.0004)).toBe('<0.1 %');
    expect(formatPercent(0.9996)).toBe('99.9 %');
    expect(formatPercent(1)).toBe('100 %');
    expect(formatPercent(0)).toBe('0 %');
  });

  it('reads hours as clock times that wrap at midnight', () => {
    expect(formatHour(22.666)).toBe('22:40');
    expect(formatHour(23.999)).toBe('00:00');
    expect(formatHour(-0.5)).toBe('23:30');
  });

  it('reads spans in the unit a person would use', () => {
    expect(formatDays(1)).toBe('1 day');
    expect(formatDays(12.4)).toBe('12 days');
    expect(formatDays(4.25)).toBe('4.3 days');
    expect(formatDays(0.25)).toBe('6 hours');
    expect(formatDays(913)).toBe('2.5 years');
  });

  it('keeps about three digits of plain numbers', () => {
    expect([1204, 12.44, 3.456, 0.0384, 0, -3.5, 1234567].map(formatNumber)).toEqual(['1,204', '12.4', '3.46', '0.038', '0', '−3.5', '1,234,567']);
  });

  it('adds the unit, singular for one, and says unknown for missing', () => {
    expect(formatValue(1, { kind: 'count', unit: 'orders' })).toBe('1 order');
    expect(formatValue(8, { kind: 'count', unit: 'orders' })).toBe('8 orders');
    expect(formatValue(1, { kind: 'count', unit: 'categories' })).toBe('1 category');
    expect(formatValue(Number.NaN, { kind: 'money' })).toBe('unknown');
    expect(formatValue(1, { kind: 'flag' })).toBe('yes');
  });
});

it('writes counts as toLocaleString does', () => {
  for (const n of [0, 7, 999, 1_000, 25_900, 541_909, 1_204_331, -1_204, 168_469.6, 0.5, 38_970.125]) expect(formatCount(n)).toBe(n.toLocaleString('en'));
});
