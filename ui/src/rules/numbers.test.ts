import { describe, expect, it } from 'vitest';
import { placeOf, readNumber, sensible, valueAt, writeNumber } from './numbers.js';

describe('numbers as people type them', () => {
  it.each([
    ['1,234.5', 'en', 1234.5], ['1.234,5', 'de', 1234.5], ['£ 500', 'en', 500], ['500 €', 'de', 500], ['12 %', 'en', 12], ['−3', 'en', -3], ['1 234,5', 'fr', 1234.5], ["1'234.5", 'de-CH', 1234.5], ['.5', 'en', 0.5],
    ['0,5', 'de', 0.5],
  ])('%s in %s is %d', (text, locale, value) => expect(readNumber(text, locale)).toBe(value));

  it.each(['', '1e3', 'abc', '1.2.3', '--1', 'Infinity', '12 apples and more'])('%s is none', (text) => expect(readNumber(text, 'en')).toBeNaN());

  it('are written so that they are read again', () => {
    for (const locale of ['en', 'de', 'fr', 'de-CH', 'ar-EG-u-nu-latn']) for (const x of [0, 1234567.25, -0.125, 1e-6]) expect(readNumber(writeNumber(x, locale), locale), locale).toBe(x);
  });
});

describe('a scale', () => {
  const edges = [1, 10, 100, 1000];
  it('places values and gives them back', () => {
    expect(placeOf(10, edges, true)).toBeCloseTo(1 / 3);
    expect(placeOf(Math.sqrt(1000), edges, true)).toBeCloseTo(0.5);
    expect([placeOf(-5, edges, true), placeOf(9999, edges, true)]).toEqual([0, 1]);
    expect(placeOf(5, [0, 10], false)).toBe(0.5);
    expect(valueAt(placeOf(30, edges, true), edges, true)).toBe(30);
    expect(valueAt(2, edges, true)).toBe(1000);
  });
  it('rounds to what a hand can set', () => {
    expect(sensible(123.456, 7)).toBe(123);
    expect(sensible(123.456, 0.07)).toBe(123.46);
    expect(sensible(123456, 800)).toBe(123500);
  });
});
