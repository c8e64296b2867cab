import type { z } from 'zod';
import { ShoalError } from './errors.js';
import { closest } from './util/closest.js';

/** Checks values from a caller or a file. @throws `config/invalid` naming every problem, with a suggestion for unknown keys. */
export function checked<S extends z.ZodObject>(schema: S, given: unknown): z.output<S> {
  const result = schema.safeParse(given ?? {});
  if (result.success) return result.data;
  const known = Object.keys(schema.shape);
  const problems = result.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [`- ${issue.path.join('.') || 'options'}: ${issue.message}`];
    return issue.keys.map((key) => {
      const near = closest(key, known);
      return `- '${key}' is not an option.${near ? ` Did you mean '${near}'?` : ` The options are ${known.join(', ')}.`}`;
    });
  });
  throw new ShoalError('config/invalid', { problems: problems.join('\n') });
}
