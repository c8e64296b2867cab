import type { Forms } from '../domain/forms.js';
import type { SegmentModel } from '../domain/segment.js';
import { ShoalError } from '../errors.js';
import { algorithmNamed } from './catalog.js';

type Fitted = Pick<SegmentModel, 'algorithm' | 'params'>;

/** A model as quadratic forms, where it is so. */
export function formsOf({ algorithm, params }: Fitted): Forms | undefined {
  return algorithmNamed(algorithm).forms?.(params);
}

/** A model as quadratic forms. @throws `segment/no-formula` where it is none, naming `what` was wanted */
export function requireForms(model: Fitted, what: string): Forms {
  const forms = formsOf(model);
  if (!forms) throw new ShoalError('segment/no-formula', { title: algorithmNamed(model.algorithm).title, what });
  return forms;
}
