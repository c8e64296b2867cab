import type { Forms } from '../domain/forms.js';
import type { SegmentModel } from '../domain/segment.js';
import { ShoalError } from '../errors.js';
import { algorithmNamed } from './catalog.js';

/** A model as quadratic forms. @throws `segment/no-formula` where it is none, naming `what` was wanted */
export function formsOf({ algorithm: name, params }: Pick<SegmentModel, 'algorithm' | 'params'>, what: string): Forms {
  const algorithm = algorithmNamed(name);
  const forms = algorithm.forms?.(params);
  if (!forms) throw new ShoalError('segment/no-formula', { title: algorithm.title, what });
  return forms;
}
