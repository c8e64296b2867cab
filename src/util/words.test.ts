import { expect, it } from 'vitest';
import { cleanText, countWord, listWords, lowerFirst, ratioWords, singular, slug } from './words.js';

it('lists like a person', () => {
  expect(listWords([])).toBe('');
  expect(listWords(['a', 'b', 'c'])).toBe('a, b and c');
  expect(listWords(['a', 'b'], 'or')).toBe('a or b');
});

it('keeps acronyms when a title moves into a sentence', () => {
  expect(['Days since last order', 'SMS sent', 'A', 'E-mail opens', 'T-shirts'].map(lowerFirst)).toEqual(['days since last order', 'SMS sent', 'a', 'e-mail opens', 'T-shirts']);
});

it('makes hostile titles harmless', () => {
  expect(cleanText('<script>alert(1)</script>\n\u0000x')).toBe('script alert(1) /script x');
  expect(cleanText('\u202e')).toBe('unnamed');
  expect([...cleanText('x'.repeat(500))].length).toBe(60);
});

it('makes slugs, never empty', () => {
  expect(slug('Late-night organic browsers')).toBe('late-night-organic-browsers');
  expect(slug('Café Élite')).toBe('cafe-elite');
  expect(slug('???')).toBe('segment');
});

it('counts in words up to twelve and finds singulars', () => {
  expect([0, 2, 12, 13, 1204].map(countWord)).toEqual(['no', 'two', 'twelve', '13', '1,204']);
  expect(['orders', 'categories', 'boxes', 'status', 'class'].map(singular)).toEqual(['order', 'category', 'box', 'status', 'class']);
});

it('says ratios in words', () => {
  expect([84 / 42, 3, 1.5, 1, 0.6, 0.5, 0.33, 20].map((r) => ratioWords(r, 1))).toEqual([
    'twice', 'three times', '50 % above', 'about the same as', '40 % below', 'half', 'a third of', '20 times',
  ]);
  expect(ratioWords(3, 0)).toBeUndefined();
});
