import { describe, expect, it } from 'vitest';
import { contrast, DARK_BACKGROUND, DARK_COLOURS, inkOn, LIGHT_BACKGROUND, LIGHT_COLOURS, linearRgb } from './palette.js';
import { distance, oklab, simulate, VISIONS } from './vision.test.fixture.js';

const palettes: [string, readonly string[], string][] = [
  ['light', LIGHT_COLOURS, LIGHT_BACKGROUND],
  ['dark', DARK_COLOURS, DARK_BACKGROUND],
];

describe.each(palettes)('the %s palette', (_, colours, background) => {
  it('has fifteen different colours', () => {
    expect(new Set(colours).size).toBe(15);
  });

  it('keeps 3:1 against its background, and 4.5:1 for the number on it', () => {
    for (const colour of colours) {
      expect(contrast(colour, background), colour).toBeGreaterThanOrEqual(3);
      expect(contrast(colour, inkOn(colour)), colour).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(Object.keys(VISIONS))('keeps any two colours apart with %s vision', (vision) => {
    const seen = colours.map((colour) => oklab(simulate(linearRgb(colour), VISIONS[vision])));
    for (let i = 1; i < seen.length; i++)
      for (let j = 0; j < i; j++) expect(distance(seen[i], seen[j]), `${colours[j]} ${colours[i]}`).toBeGreaterThan(0.045);
  });
});
