import { rule, type Rule } from '../../domain/rule.js';
import { ShoalError } from '../../errors.js';

/** A rule out of a stranger's JSON. @throws `rules/invalid` naming every problem at its place */
export function parseRule(given: unknown): Rule {
  const { data, error } = rule.safeParse(given);
  if (data) return data;
  throw new ShoalError('rules/invalid', { problems: error!.issues.map(({ path, message }) => `- ${path.length ? `${path.join('.')} ` : 'It '}${message}`).join('\n') });
}
