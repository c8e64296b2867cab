import type { Rule } from '../../domain/rule.js';
import { query } from '../../engine/query.js';
import { cleanText } from '../../util/words.js';
import { kindOf } from './catalog.js';
import type { Scope } from './condition.js';
import { leavesOf, ruleWords } from './words.js';

/**
 * The whole rule as one statement that selects the `entity` of everyone in it: a named step per condition, headed by its words. It runs by hand wherever the
 * relations of the scope are. @throws as `ruleWords`
 */
export function ruleSql(rule: Rule, scope: Scope): string {
  const { dialect: d, relations, vocabulary } = scope;
  const steps = new Map<string, { name: string; sql: string }>();
  for (const { condition } of leavesOf(rule)) {
    const sql = kindOf(condition).sql(condition, scope);
    if (!steps.has(sql)) steps.set(sql, { name: `condition_${steps.size + 1}`, sql: `-- ${oneLine(kindOf(condition).words(condition, vocabulary))}\n${sql}` });
  }
  const where = membership(rule);
  const made = [...steps.values()].reduce((q, { name, sql }) => q.step(name, sql), query());
  return `-- ${oneLine(ruleWords(rule, vocabulary))}\n${made.select(d, `SELECT "entity" FROM ${relations.features}${where ? `\nWHERE ${where}` : ''}\nORDER BY "entity"`)}`;

  function membership(part: Rule, inside = ''): string {
    if ('kind' in part) return `"entity" IN (SELECT "entity" FROM ${d.quote(steps.get(kindOf(part).sql(part, scope))!.name)})`;
    if ('not' in part) return `NOT ${'kind' in part.not ? membership(part.not) : `(${membership(part.not) || '1 = 1'})`}`;
    const [word, parts] = 'all' in part ? [' AND ', part.all] : [' OR ', part.any];
    if (parts.length === 0) return inside ? '1 = 1' : '';
    // A group of one is that one: what stands around it is around that.
    const joined = parts.map((each) => membership(each, parts.length > 1 ? word : inside)).join(word);
    return inside && inside !== word && parts.length > 1 ? `(${joined})` : joined;
  }
}

/** A comment cannot end before its line does. */
const oneLine = (words: string) => cleanText(words, 1000).replaceAll(/[\r\n\u2028\u2029]/g, ' ');
