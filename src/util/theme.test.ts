import { expect, it } from 'vitest';
import { themeKey, themeOf } from './theme.js';

const about = (family: string, source = 'orders', title = '') => ({ family, source, title });

it('reads the theme through a source in front of the family', () => {
  expect(themeOf(about('recency'))).toBe('recency');
  expect(themeOf(about('browsing_recent activity', 'events'))).toBe('recent activity');
  expect(themeOf(about('emails_hours', 'emails'))).toBe('hours');
  expect(themeOf(about('order value'))).toBe('order value');
  expect(themeOf(about('rhythm'))).toBe('interval');
});

it('tells browsing, e-mail and text apart by what the source is called', () => {
  expect(themeOf(about('events_activity', 'events'))).toBe('browsing');
  expect(themeOf(about('emails_rates', 'emails', 'E-mail: open rate'))).toBe('email');
  expect(themeOf(about('reviews_activity', 'reviews', 'Reviews: written'))).toBe('text');
});

it('keeps attributes apart from one another', () => {
  expect(themeOf(about('attribute spend'))).toBe('other');
  expect(themeKey(about('attribute spend'))).toBe('attribute spend');
  expect(themeOf(about('events_attribute category_2'))).toBe('category');
});
