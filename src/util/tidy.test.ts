import { expect, it } from 'vitest';
import { tidy } from './tidy.js';

it('makes one line of any text, cut to length without half a character at its end', () => {
  expect(tidy(' a\u0000b\n\tc\u009fd ', 50)).toBe('a b c d');
  expect(tidy(`${'x'.repeat(9)}\u{1f600}`, 10)).toBe(`${'x'.repeat(9)}\ufffd`);
  expect(tidy('\u{1f600}\ud83d', 10)).toBe('\u{1f600}\ufffd');
  expect(tidy('\u0001', 10)).toBe('');
});
