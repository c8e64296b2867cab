import type { Scheme } from './palette.js';

/**
 * Colours for a feature, low to high: sand, teal, ink on white; ink, teal, sand on dark. Lightness falls (or rises) evenly, so that the order is
 * read by any eye, and high values stand out most from the paper (held by ramp.test.ts).
 */
const ANCHORS: Record<Scheme, readonly string[]> = {
  light: ['#d8b25a', '#82a661', '#2c8f86', '#216a91', '#2b3a80', '#2a1650'],
  dark: ['#44508f', '#3f79ac', '#3ea3a6', '#74c391', '#bfd97c', '#fbe88d'],
};

/** `count` colours from low to high as `#rrggbb`. */
export function rampColours(count: number, scheme: Scheme): string[] {
  return Array.from({ length: count }, (_, i) => rampAt(count === 1 ? 1 : i / (count - 1), scheme));
}

/** The colour at `t`, 0–1. */
export function rampAt(t: number, scheme: Scheme): string {
  const anchors = ANCHORS[scheme];
  const at = Math.min(1, Math.max(0, t)) * (anchors.length - 1);
  const low = Math.min(anchors.length - 2, Math.floor(at));
  return between(anchors[low], anchors[low + 1], at - low);
}

function between(a: string, b: string, t: number): string {
  const channel = (at: number) => {
    const [from, to] = [Number.parseInt(a.slice(at, at + 2), 16), Number.parseInt(b.slice(at, at + 2), 16)];
    return Math.round(from + (to - from) * t).toString(16).padStart(2, '0');
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}
