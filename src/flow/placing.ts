import type { SegmentModel } from '../domain/segment.js';
import type { Subject } from '../explain/subject.js';
import { algorithmNamed } from '../segment/catalog.js';

/** What explanations ask of a model: its quadratic forms, where it has them, and where it puts encoded rows. */
export function placing({ algorithm: name, params }: Pick<SegmentModel, 'algorithm' | 'params'>): Pick<Subject, 'forms' | 'assign'> {
  const algorithm = algorithmNamed(name);
  return { forms: algorithm.forms?.(params), assign: (x) => algorithm.assign(params, x) };
}
