import { describe, expect, it } from 'vitest';
import { contrast, DARK_BACKGROUND, LIGHT_BACKGROUND, linearRgb, type Scheme } from './palette.js';
import { rampAt, rampColours } from './ramp.js';
import { VISIONS, lightness, simulate } from './vision.test.fixture.js';

describe.each<[Scheme, string]>([['light', LIGHT_BACKGROUND], ['dark', DARK_BACKGROUND]])('the %s ramp', (scheme, paper) => {
  it.each(Object.keys(VISIONS))('goes one way in lightness, step by step, with %s vision', (vision) => {
    const steps = rampColours(12, scheme).map((colour) => lightness(simulate(linearRgb(colour), VISIONS[vision])));
    const down = scheme === 'light' ? 1 : -1;
    for (let i = 1; i < steps.length; i++) expect((steps[i - 1] - steps[i]) * down, `${i}`).toBeGreaterThan(0.02);
  });

  it('stands out most from the paper where values are high, and everywhere a little', () => {
    const contrasts = rampColours(8, scheme).map((colour) => contrast(colour, paper));
    expect([...contrasts].sort((a, b) => a - b)).toEqual(contrasts);
    expect(contrasts[0]).toBeGreaterThan(1.9);
  });
});

it('gives the ends, and one colour for one bin', () => {
  expect(rampAt(0, 'light')).toBe('#d8b25a');
  expect(rampAt(7, 'light')).toBe('#2a1650');
  expect(rampColours(1, 'dark')).toEqual(['#fbe88d']);
});
