import type { EntityAnswer } from '../../domain/answer.js';
import { ShoalError } from '../../errors.js';
import { alternatives } from '../../explain/alternatives.js';
import { explainEntity, titleOf } from '../../explain/entity.js';
import { closest } from '../../util/closest.js';
import { cleanText } from '../../util/words.js';
import type { Held } from './held.js';
import { shownValue } from './page.js';
import { similar } from './similar.js';
import { standings } from './standing.js';
import { justOne } from './subject.js';

/** All about one entity. @throws `explain/unknown-entity` */
export function entity(held: Held, id: string): EntityAnswer {
  const { report, features, k, here, range, segment, strength, tier, file, model } = held;
  const row = rowOf(held, id);
  const subject = justOne(held, row);
  const values = subject.table.columns.map(([value]) => value);
  const stands = standings(held, row, values);
  const used = new Set(model.encoder.features.filter(({ scale, weight }) => scale !== 0 && weight > 0).map(({ name }) => name));
  const own = report.segments[segment[row]];
  return {
    row, entity: id, segment: segment[row], ...(own && { segmentId: own.id, segmentName: own.name }), strength: strength[row], tier: tier[row],
    explanation: explainEntity(subject, { k, here, range }, report.segments, id),
    features: features.map((feature, j) => ({
      feature: feature.name, title: titleOf(feature), kind: feature.kind, ...shownValue(values[j], feature, report.currency), ...stands[j], usedToSegment: used.has(feature.name),
    })),
    alternatives: alternatives(subject, k).map(({ segment: other, times }) => ({ segment: other, segmentName: report.segments[other].name, times })),
    similar: similar(held, row, subject.matrix.data),
    place: { x: file.at('x', row), y: file.at('y', row) },
  };
}

/** Ids that are compared with a mistyped one. */
const mostNear = 200;

/** @throws `explain/unknown-entity` */
export function rowOf({ ids }: Held, id: string): number {
  const row = ids.rowOf(id);
  if (row >= 0) return row;
  // What begins alike is near enough to be meant: looking at a million ids would take a second.
  const start = id.slice(0, Math.max(1, id.length - 2));
  const near = ids.search(start, mostNear).rows.map((other) => ids.text(other));
  throw new ShoalError('explain/unknown-entity', { id: cleanText(id), suggestion: closest(id, near) });
}
