import type { Condition, Rule } from '../../../src/domain/rule.js';

/** A rule while it is edited: the same tree, every part under a name of its own so that it can be moved without losing the focus. */
export interface Draft {
  readonly root: Group;
  /** The next name to give. */
  readonly next: number;
}

export interface Group {
  readonly kind: 'group';
  readonly id: number;
  readonly join: Join;
  readonly not: boolean;
  readonly items: readonly Part[];
}

export interface Leaf {
  readonly kind: 'leaf';
  readonly id: number;
  readonly not: boolean;
  readonly condition: Condition;
}

export type Part = Group | Leaf;
export type Join = 'all' | 'any';

export const emptyDraft: Draft = { root: { kind: 'group', id: 0, join: 'all', not: false, items: [] }, next: 1 };

/** A rule as a draft. Its outermost part is always a group; two nots in a row are none. */
export function draftOf(rule: Rule): Draft {
  let next = 1;
  const part = (rule: Rule, not = false): Part => {
    if ('not' in rule) return part(rule.not, !not);
    if ('kind' in rule) return { kind: 'leaf', id: next++, not, condition: rule };
    const join: Join = 'all' in rule ? 'all' : 'any';
    const items = 'all' in rule ? rule.all : rule.any;
    return { kind: 'group', id: next++, join, not, items: items.map((item) => part(item)) };
  };
  const top = part(rule);
  const root: Group = top.kind === 'group' ? top : { kind: 'group', id: 0, join: 'all', not: false, items: [top] };
  return { root, next };
}

/** What a draft says so far: groups that hold nothing are left out. */
export function ruleOf({ root }: Draft): Rule {
  return said(root) ?? { all: [] };
}

function said(part: Part): Rule | undefined {
  const bare = part.kind === 'leaf' ? part.condition : groupOf(part);
  return bare && part.not ? { not: bare } : bare;
}

function groupOf({ join, items }: Group): Rule | undefined {
  const rules = items.map(said).filter((rule) => rule !== undefined);
  if (rules.length === 0) return undefined;
  return join === 'all' ? { all: rules } : { any: rules };
}

/**
 * Where each condition of a draft is in the rule that it says, as the server counts: positions from the outermost group inward, what is inside a not being at 0.
 * Keys are paths joined by dots.
 */
export function placesOf(draft: Draft): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  const walk = (part: Part, outer: readonly number[]): void => {
    const path = part.not ? [...outer, 0] : outer;
    if (part.kind === 'leaf') places.set(path.join('.'), part.id);
    else part.items.filter((item) => said(item)).forEach((item, i) => walk(item, [...path, i]));
  };
  walk(draft.root, []);
  return places;
}

/** Every part, outermost first. */
export function* parts(part: Part): Generator<Part> {
  yield part;
  if (part.kind === 'group') for (const item of part.items) yield* parts(item);
}

export const leaves = (part: Part): Leaf[] => [...parts(part)].filter((p) => p.kind === 'leaf');
export const partAt = (draft: Draft, id: number): Part | undefined => [...parts(draft.root)].find((part) => part.id === id);
export const parentOf = (draft: Draft, id: number): Group | undefined => [...parts(draft.root)].find((part): part is Group => part.kind === 'group' && part.items.some((item) => item.id === id));

/** How many levels of nesting there are, counting as the rule does: a not is a level of its own. */
export function depthOf(part: Part): number {
  const own = part.not ? 2 : 1;
  return part.kind === 'leaf' ? own : own + Math.max(0, ...part.items.map(depthOf));
}
