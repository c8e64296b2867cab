import type { Condition, Rule } from '../../../src/domain/rule.js';

/** The condition at a place of a rule, as the server writes it: `['all', 0, 'not']`. */
export function conditionAt(rule: Rule, path: readonly (string | number)[]): Condition | undefined {
  let part: unknown = rule;
  for (const step of path) part = (part as Record<string | number, unknown> | undefined)?.[step];
  return typeof part === 'object' && part !== null && 'kind' in part ? (part as Condition) : undefined;
}
