import type { Condition } from '../../../src/domain/rule.js';
import { depthOf, type Draft, type Group, type Join, leaves, type Part, parentOf, partAt } from './draft.js';

/** As `ruleLimits` of domain/rule, which is code: what a rule may be at most. */
export const LIMITS = { depth: 8, conditions: 100 } as const;

// Every edit gives another draft, or the same one where it would do nothing or break a limit.

/** Adds a condition at the end of a group, or behind the part `after`. */
export const addCondition = (draft: Draft, group: number, condition: Condition, after?: number): Draft =>
  insert(draft, group, { kind: 'leaf', id: draft.next, not: false, condition }, after);

/** Adds a group that holds nothing yet. */
export const addGroup = (draft: Draft, group: number, join: Join): Draft => insert(draft, group, { kind: 'group', id: draft.next, join, not: false, items: [] });

export const setCondition = (draft: Draft, id: number, condition: Condition): Draft => change(draft, id, (part) => (part.kind === 'leaf' ? { ...part, condition } : part));
export const setJoin = (draft: Draft, id: number, join: Join): Draft => change(draft, id, (part) => (part.kind === 'group' ? { ...part, join } : part));
export const setNot = (draft: Draft, id: number, not: boolean): Draft => change(draft, id, (part) => ({ ...part, not }));

/** Takes a part out with all it holds. The outermost group stays, empty. */
export function remove(draft: Draft, id: number): Draft {
  if (id === draft.root.id) return { ...draft, root: { ...draft.root, not: false, items: [] } };
  return { ...draft, root: without(draft.root, id) };
}

/** A copy right behind the original. */
export function duplicate(draft: Draft, id: number): Draft {
  const [part, group] = [partAt(draft, id), parentOf(draft, id)];
  if (!part || !group) return draft;
  let next = draft.next;
  const copy = (of: Part): Part => (of.kind === 'leaf' ? { ...of, id: next++ } : { ...of, id: next++, items: of.items.map(copy) });
  return insert(draft, group.id, copy(part), id);
}

/** Puts a part into a group of its own, so that something else can be joined to it. */
export function wrap(draft: Draft, id: number): Draft {
  const [part, group] = [partAt(draft, id), parentOf(draft, id)];
  if (!part || !group) return draft;
  const box: Group = { kind: 'group', id: draft.next, join: group.join === 'all' ? 'any' : 'all', not: false, items: [part] };
  return within(draft, { root: replaceIn(draft.root, id, box) as Group, next: draft.next + 1 });
}

/** Dissolves a group: what it holds takes its place. A group that is denied cannot be dissolved without changing the meaning. */
export function unwrap(draft: Draft, id: number): Draft {
  const [part, group] = [partAt(draft, id), parentOf(draft, id)];
  if (part?.kind !== 'group' || !group || part.not) return draft;
  const items = group.items.flatMap((item) => (item.id === id ? part.items : [item]));
  return { ...draft, root: replaceIn(draft.root, group.id, { ...group, items }) as Group };
}

/** Moves a part by one place in reading order: past its neighbour, into a group that stands there, or out of its own. */
export function step(draft: Draft, id: number, by: 1 | -1): Draft {
  const [part, group] = [partAt(draft, id), parentOf(draft, id)];
  if (!part || !group) return draft;
  const at = group.items.findIndex((item) => item.id === id);
  const neighbour = group.items[at + by];
  if (neighbour?.kind === 'group' && part.kind === 'leaf') return move(draft, id, neighbour.id, by > 0 ? 0 : neighbour.items.length);
  if (neighbour) return move(draft, id, group.id, at + by);
  const outer = parentOf(draft, group.id);
  if (!outer) return draft;
  const place = outer.items.findIndex((item) => item.id === group.id);
  return move(draft, id, outer.id, by > 0 ? place + 1 : place);
}

/** Moves a part to a place of a group, places being counted without the part itself. Nothing can be moved into itself. */
export function move(draft: Draft, id: number, to: number, place: number): Draft {
  const part = partAt(draft, id);
  if (!part || part.id === draft.root.id || leavesAndGroups(part).has(to)) return draft;
  const rest = without(draft.root, id);
  const target = partAt({ ...draft, root: rest }, to);
  if (target?.kind !== 'group') return draft;
  const items = [...target.items.slice(0, place), part, ...target.items.slice(place)];
  return within(draft, { ...draft, root: replaceIn(rest, to, { ...target, items }) as Group });
}

function insert(draft: Draft, group: number, part: Part, after?: number): Draft {
  const target = partAt(draft, group);
  if (target?.kind !== 'group') return draft;
  const at = after === undefined ? target.items.length : target.items.findIndex((item) => item.id === after) + 1;
  const root = replaceIn(draft.root, group, { ...target, items: [...target.items.slice(0, at), part, ...target.items.slice(at)] }) as Group;
  return within(draft, { root, next: Math.max(draft.next, ...leavesAndGroups(part)) + 1 });
}

/** The new draft, or the old one where the new one is more than a rule may be. */
const within = (before: Draft, after: Draft): Draft => (depthOf(after.root) <= LIMITS.depth && leaves(after.root).length <= LIMITS.conditions ? after : before);

function change(draft: Draft, id: number, how: (part: Part) => Part): Draft {
  const part = partAt(draft, id);
  return part ? within(draft, { ...draft, root: replaceIn(draft.root, id, how(part)) as Group }) : draft;
}

function replaceIn(part: Part, id: number, by: Part): Part {
  if (part.id === id) return by;
  if (part.kind === 'leaf') return part;
  return { ...part, items: part.items.map((item) => replaceIn(item, id, by)) };
}

const without = (group: Group, id: number): Group => ({
  ...group,
  items: group.items.filter((item) => item.id !== id).map((item) => (item.kind === 'group' ? without(item, id) : item)),
});

function leavesAndGroups(part: Part): Set<number> {
  return new Set(part.kind === 'leaf' ? [part.id] : [part.id, ...part.items.flatMap((item) => [...leavesAndGroups(item)])]);
}
