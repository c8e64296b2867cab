import { describe, expect, it } from 'vitest';
import { createFormats } from './formats.js';

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('createFormats', () => {
  it('writes numbers, money and dates the way the reader does', () => {
    const uk = createFormats({ locale: 'en-GB', currency: 'GBP' });
    const de = createFormats({ locale: 'de-DE', currency: 'EUR' });
    expect(uk.count(541909)).toBe('541,909');
    expect(de.count(541909)).toBe('541.909');
    expect(uk.money(1204.4)).toBe('£1,204');
    expect(plain(de.money(12.5))).toBe('12,50 €');
    expect(createFormats({ locale: 'en-US', currency: 'usd' }).compactMoney(8_900_000)).toBe('$8.9M');
    expect(uk.date(Date.UTC(2011, 11, 9, 23, 59))).toBe('9 Dec 2011');
  });

  it('takes a currency sign as well as a code, and none', () => {
    expect(createFormats({ locale: 'en-GB', currency: '₽' }).money(1204)).toBe('₽1,204');
    expect(createFormats({ locale: 'en-GB' }).money(1204)).toBe('1,204');
    expect(createFormats({ locale: 'en-GB', currency: 'ZZZ' }).money(5)).toContain('5.00');
  });

  it('gives a dash for what is not there', () => {
    const f = createFormats({ locale: 'en-GB' });
    expect([f.count(null), f.money(undefined), f.percent(Number.NaN), f.value(null, 'days'), f.date(9e15)]).toEqual(['–', '–', '–', '–', '–']);
  });

  it('writes each kind of feature in its own unit', () => {
    const f = createFormats({ locale: 'en-GB', currency: 'GBP' });
    expect(f.value(22.5, 'hour')).toBe('22:30');
    expect(f.value(-1, 'hour')).toBe('23:00');
    expect(f.value(24, 'hour')).toBe('24:00');
    expect(f.number(-1.25)).toBe('−1.3');
    expect(f.fixed(2, 1)).toBe('2.0');
    expect(f.value(0.052, 'share')).toBe('5.2\u202f%');
    expect(f.value(0.38, 'share')).toBe('38\u202f%');
    expect(f.value(1, 'days')).toBe('1 day');
    expect(f.value(3.25, 'count', 'orders')).toBe('3.3 orders');
    expect(f.value(0.0123, 'index')).toBe('0.012');
  });

  it('survives a locale that does not exist', () => {
    expect(createFormats({ locale: 'not a locale' }).count(12)).toBe('12');
  });
});
