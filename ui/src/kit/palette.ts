/**
 * Segment colours, found by search and then frozen: any two stay apart in normal vision and under simulated protanopia,
 * deuteranopia and tritanopia, and each keeps 3:1 against its background (held by palette.test.ts). Beyond fifteen they repeat,
 * which is why every mark also carries its segment's number.
 */
export const LIGHT_COLOURS: readonly string[] = [
  '#004955', '#e46f16', '#413eb0', '#996400', '#8a1e7d', '#2b97f1', '#759a6f', '#730000',
  '#835ac4', '#6b4b2b', '#0d825a', '#d763be', '#25275a', '#2391a0', '#5c6c8a',
];
export const DARK_COLOURS: readonly string[] = [
  '#00c0c2', '#ec6b18', '#6a7bea', '#eddc20', '#b95a95', '#b8dcff', '#52a261', '#d4503f',
  '#b098fb', '#8d7a6c', '#a3c65a', '#fd819d', '#7177bb', '#86d8bc', '#8097c5',
];
export const LIGHT_BACKGROUND = '#ffffff';
export const DARK_BACKGROUND = '#161b21';

export type Scheme = 'light' | 'dark';

/** The colour of segment `index` (from 0) as a CSS variable that follows the scheme. */
export const segmentColour = (index: number): string =>
  index < 0 ? 'var(--ink-faint)' : `var(--segment-${index % LIGHT_COLOURS.length})`;

/** The ink that reads on that colour. */
export const segmentInk = (index: number): string =>
  index < 0 ? 'var(--paper)' : `var(--segment-ink-${index % LIGHT_COLOURS.length})`;

/** The same colour as a hex string, for a canvas. */
export function segmentHex(index: number, scheme: Scheme): string {
  if (index < 0) return scheme === 'dark' ? '#6b7681' : '#9aa3ab';
  const colours = scheme === 'dark' ? DARK_COLOURS : LIGHT_COLOURS;
  return colours[index % colours.length];
}

/** CSS that defines `--segment-N` and `--segment-ink-N` for one scheme. */
export function paletteVariables(scheme: Scheme): Record<string, string> {
  const colours = scheme === 'dark' ? DARK_COLOURS : LIGHT_COLOURS;
  const entries = colours.flatMap((colour, i) => [
    [`--segment-${i}`, colour],
    [`--segment-ink-${i}`, inkOn(colour)],
  ]);
  return Object.fromEntries(entries);
}

const INKS = ['#ffffff', '#06080a'];

/** White or near-black, whichever stands out more. */
export function inkOn(colour: string): string {
  return contrast(colour, INKS[0]) >= contrast(colour, INKS[1]) ? INKS[0] : INKS[1];
}

/** WCAG 2 contrast ratio of two hex colours, 1–21. */
export function contrast(a: string, b: string): number {
  const [la, lb] = [luminance(a), luminance(b)];
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

function luminance(hex: string): number {
  const [r, g, b] = linearRgb(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Linear-light red, green and blue, 0–1, of a `#rrggbb` colour. */
export function linearRgb(hex: string): [number, number, number] {
  const channel = (at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}
