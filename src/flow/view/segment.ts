import type { SegmentAnswer } from '../../domain/answer.js';
import { requireSegment } from './groups.js';
import type { Held } from './held.js';

const bins = 10;

/** Figures of one segment that its profile in the report has not. @throws `explain/unknown-segment` */
export function segment(held: Held, asked: number): SegmentAnswer {
  requireSegment(held, asked);
  const { rows, segment: labels, strength, second, tier, report, k } = held;
  const strengths = new Array<number>(bins).fill(0);
  const next = new Array<number>(k).fill(0);
  const tiers = new Array<number>(report.tiers.length).fill(0);
  let entities = 0, noTier = 0;
  for (let row = 0; row < rows; row++) {
    if (labels[row] !== asked) continue;
    entities++;
    strengths[Math.min(bins - 1, Math.max(0, Math.floor(strength[row] * bins)))]++;
    if (second[row] !== asked && second[row] >= 0) next[second[row]]++;
    if (tier[row] < 0) noTier++;
    else tiers[tier[row]]++;
  }
  const nextNearest = next.flatMap((n, other) => (n > 0 ? [{ segment: other, entities: n }] : [])).sort((a, b) => b.entities - a.entities || a.segment - b.segment);
  return { segment: asked, entities, strength: strengths, nextNearest, tiers, noTier };
}
