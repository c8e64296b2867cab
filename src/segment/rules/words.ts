import type { Condition, Rule } from '../../domain/rule.js';
import { listWords, upperFirst } from '../../util/words.js';
import { kindOf } from './catalog.js';
import type { Vocabulary } from './vocabulary.js';

/** One line of a rule as a list: how deep it is in the rule, from 0. */
export interface OutlineLine {
  readonly depth: number;
  readonly text: string;
}

/** A condition with its place: positions from the outermost group inward (in a `not`, 0). */
export interface Leaf {
  readonly path: readonly number[];
  readonly condition: Condition;
}

/** Every condition of a rule, from left to right. */
export function leavesOf(rule: Rule, path: readonly number[] = []): Leaf[] {
  if ('kind' in rule) return [{ path, condition: rule }];
  return partsOf(rule).flatMap((part, i) => leavesOf(part, [...path, i]));
}

const partsOf = (rule: Exclude<Rule, Condition>): readonly Rule[] => ('all' in rule ? rule.all : 'any' in rule ? rule.any : [rule.not]);

/**
 * The rule as one sentence: "Customers with spend over £500 and in the segment ‘Loyal regulars’." Throws what is wrong with any condition in this run.
 * @throws `rules/unknown-…`, `rules/wrong-type`, `rules/no-times`
 */
export function ruleWords(rule: Rule, vocabulary: Vocabulary): string {
  const { many } = vocabulary.entityWord;
  const clause = clauseOf(rule, vocabulary, 'sentence');
  return clause === EVERYONE ? `All ${many}.` : `${upperFirst(many)} ${clause}.`;
}

const EVERYONE = 'of any sort';

/** `inside`: what stands around it. A group inside a group of its own kind, or one that holds groups, is put in parentheses; else commas part what belongs together. */
function clauseOf(rule: Rule, vocabulary: Vocabulary, inside: 'sentence' | 'all' | 'any' | 'not'): string {
  if ('kind' in rule) return kindOf(rule).words(rule, vocabulary);
  const parts = partsOf(rule);
  if ('not' in rule) return `not those ${clauseOf(rule.not, vocabulary, 'not')}`;
  if (parts.length === 0) return EVERYONE;
  if (parts.length === 1) return clauseOf(parts[0], vocabulary, inside);
  const clauses = parts.map((part) => clauseOf(part, vocabulary, 'all' in rule ? 'all' : 'any'));
  const word = 'any' in rule ? 'or' : clauses[clauses.length - 1].startsWith('not those ') ? 'but' : 'and';
  const [comma, joined] = [`${clauses.slice(0, -1).join(', ')}, ${word} ${clauses[clauses.length - 1]}`, listWords(clauses, word)];
  if (inside === 'sentence') return comma;
  if (inside === 'all' && 'any' in rule && parts.every((part) => 'kind' in part)) return `either ${joined}`;
  return `(${comma})`;
}

/** The rule as an indented list, groups with what must hold of them. @throws as `ruleWords` */
export function ruleOutline(rule: Rule, vocabulary: Vocabulary, depth = 0, prefix = ''): OutlineLine[] {
  if ('kind' in rule) return [{ depth, text: upperFirst(`${prefix}${kindOf(rule).words(rule, vocabulary)}`) }];
  if ('not' in rule && 'kind' in rule.not) return ruleOutline(rule.not, vocabulary, depth, `${prefix}not those `);
  const parts = partsOf(rule);
  const head = 'not' in rule ? 'none of this:' : 'any' in rule ? 'at least one of these:' : parts.length ? 'all of these:' : `all ${vocabulary.entityWord.many}`;
  return [{ depth, text: upperFirst(`${prefix}${head}`) }, ...parts.flatMap((part) => ruleOutline(part, vocabulary, depth + 1))];
}
