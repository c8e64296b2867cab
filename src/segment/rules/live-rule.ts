import type { Condition, Rule } from '../../domain/rule.js';
import { kindOf } from './catalog.js';
import type { LiveFacts, LiveGround, LiveLeaf, Verdict } from './live.js';
import { createVerdict, never } from './live.js';

/** A condition of a live rule, where it stands, and whether it counts the other way round (below an odd number of `not`). */
export interface LiveCondition {
  readonly path: readonly (string | number)[];
  readonly words: string;
  readonly negated: boolean;
  readonly leaf: LiveLeaf;
}

/** A whole rule, made fit to be asked of one entity after the other. */
export interface LiveRule {
  /** In reading order. */
  readonly conditions: readonly LiveCondition[];
  /** Names of the events that can change it. */
  readonly events: readonly string[] | 'any';
  readonly traits: readonly string[];
  readonly segments: readonly string[];
  touches(facts: LiveFacts, row: number): boolean;
  /** `until` is never later than the instant at which time alone changes the answer, but may be earlier: then ask again. */
  verdict(facts: LiveFacts, asOf: number): Verdict;
}

type Node = { readonly tell: ReturnType<typeof createVerdict> } & ({ readonly leaf: LiveLeaf } | { readonly every: boolean; readonly parts: readonly Node[] } | { readonly not: Node });

/** `wordsOf` says a condition in words, and what is wrong with it where something is. @throws what `wordsOf` throws, `rules/not-live` */
export function liveRule(rule: Rule, ground: LiveGround, wordsOf: (condition: Condition) => string): LiveRule {
  const conditions: LiveCondition[] = [];
  const root = compile(rule, [], false);
  const leaves = conditions.map(({ leaf }) => leaf);
  const every = <T>(of: (leaf: LiveLeaf) => readonly T[]) => [...new Set(leaves.flatMap(of))];
  return {
    conditions,
    events: leaves.some(({ events }) => events === 'any') ? 'any' : every(({ events }) => events as readonly string[]),
    traits: every(({ traits }) => traits), segments: every(({ segments }) => segments),
    touches: (facts, row) => leaves.some((leaf) => leaf.touches(facts, row)),
    verdict: (facts, asOf) => verdictOf(root, facts, asOf),
  };

  function compile(part: Rule, path: readonly (string | number)[], negated: boolean): Node {
    if ('kind' in part) return leafOf(part, path, negated);
    if ('not' in part) return { tell: createVerdict(), not: compile(part.not, [...path, 'not'], !negated) };
    const [key, parts] = 'all' in part ? ['all', part.all] as const : ['any', part.any] as const;
    return { tell: createVerdict(), every: key === 'all', parts: parts.map((each, i) => compile(each, [...path, key, i], negated)) };
  }

  function leafOf(condition: Condition, path: readonly (string | number)[], negated: boolean): Node {
    const leaf = kindOf(condition).live(condition, ground);
    conditions.push({ path, words: wordsOf(condition), negated, leaf });
    return { tell: createVerdict(), leaf };
  }
}

/**
 * A group that holds by all of its parts changes at the earliest when the first of them does; one that fails, only when the last of the failing parts
 * has changed. With `any` it is the other way round.
 */
function verdictOf(node: Node, facts: LiveFacts, asOf: number): Verdict {
  if ('leaf' in node) {
    const { holds, until } = node.leaf.verdict(facts, asOf);
    return node.tell(holds, never(until));
  }
  if ('not' in node) {
    const { holds, until } = verdictOf(node.not, facts, asOf);
    return node.tell(!holds, until);
  }
  let first = Infinity, last = -Infinity;
  for (const part of node.parts) {
    const { holds, until } = verdictOf(part, facts, asOf);
    if (holds !== node.every) last = Math.max(last, until);
    else first = Math.min(first, until);
    if (last === Infinity) break;
  }
  return last === -Infinity ? node.tell(node.every, first) : node.tell(!node.every, last);
}
