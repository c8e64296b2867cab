export type Tone = 'good' | 'fair' | 'warn';

/** How steady a segment is by its bootstrap Jaccard. Hennig (2007): 0.75 and more is steady, less than 0.6 is not to be trusted. */
export function steadiness(jaccard: number): { readonly word: string; readonly tone: Tone } {
  if (jaccard >= 0.9) return { word: 'Very steady', tone: 'good' };
  if (jaccard >= 0.75) return { word: 'Steady', tone: 'good' };
  if (jaccard >= 0.6) return { word: 'Fairly steady', tone: 'fair' };
  return { word: 'Shaky', tone: 'warn' };
}

export const toneColour = (tone: Tone): string => (tone === 'good' ? 'var(--good)' : tone === 'warn' ? 'var(--warn)' : 'var(--neutral-bar)');
