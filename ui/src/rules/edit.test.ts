import { describe, expect, it } from 'vitest';
import { rule as schema, type Rule } from '../../../src/domain/rule.js';
import { type Draft, draftOf, emptyDraft, leaves, parts, placesOf, ruleOf } from './draft.js';
import { addCondition, addGroup, duplicate, LIMITS, move, remove, setJoin, setNot, step, unwrap, wrap } from './edit.js';
import { begin, edit, redo, undo } from './history.js';

const about = (feature: string): Rule => ({ kind: 'feature', feature, op: 'known' });
const nested: Rule = { all: [about('a'), { not: { any: [about('b'), { not: about('c') }] } }, about('d')] };

/** 'all(a, not any(b, not c), d)' */
function told(rule: Rule): string {
  if ('not' in rule) return `not ${told(rule.not)}`;
  if ('kind' in rule) return rule.kind === 'feature' ? rule.feature : rule.kind;
  return 'all' in rule ? `all(${rule.all.map(told).join(', ')})` : `any(${rule.any.map(told).join(', ')})`;
}
const say = (draft: Draft) => told(ruleOf(draft));
const idOf = (draft: Draft, feature: string) => leaves(draft.root).find(({ condition }) => condition.kind === 'feature' && condition.feature === feature)!.id;
const groupsOf = (draft: Draft) => [...parts(draft.root)].filter((part) => part.kind === 'group');

describe('a draft', () => {
  it('says the rule it was made of', () => {
    expect(ruleOf(draftOf(nested))).toEqual(nested);
    expect(ruleOf(draftOf(about('a')))).toEqual({ all: [about('a')] });
    expect(ruleOf(emptyDraft)).toEqual({ all: [] });
  });

  it('takes two nots for none', () => {
    expect(say(draftOf({ not: { not: about('a') } }))).toBe('all(a)');
    expect(say(draftOf({ not: { not: { not: { any: [about('a')] } } } }))).toBe('not any(a)');
  });

  it('leaves empty groups out of what it says, so that every draft is a rule', () => {
    let draft = addGroup(draftOf(nested), 0, 'any');
    draft = addGroup(draft, groupsOf(draft)[0].id, 'any');
    expect(say(draft)).toBe(told(nested));
    const bare = setNot(addGroup(emptyDraft, 0, 'any'), 1, true);
    expect(schema.safeParse(ruleOf(bare)).success).toBe(true);
    expect(say(bare)).toBe('all()');
  });

  it('knows where each condition is in the rule', () => {
    const draft = addGroup(draftOf(nested), 1, 'all');
    const named = [...placesOf(draft)].map(([path, id]) => `${path} ${leaves(draft.root).find((leaf) => leaf.id === id)!.condition.kind === 'feature' ? told(leaves(draft.root).find((leaf) => leaf.id === id)!.condition) : ''}`);
    expect(named).toEqual(['0 a', '1.0.0 b', '1.0.1.0 c', '2 d']);
  });
});

describe('edits', () => {
  const draft = draftOf(nested);

  it('add conditions at the end of a group or behind another part', () => {
    expect(say(addCondition(draft, draft.root.id, about('e') as never))).toBe('all(a, not any(b, not c), d, e)');
    expect(say(addCondition(draft, draft.root.id, about('e') as never, idOf(draft, 'a')))).toBe('all(a, e, not any(b, not c), d)');
  });

  it('duplicate a part with all it holds, under names of its own', () => {
    const twice = duplicate(draft, groupsOf(draft)[1].id);
    expect(say(twice)).toBe('all(a, not any(b, not c), not any(b, not c), d)');
    const ids = [...parts(twice.root)].map((part) => part.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(twice.next).toBeGreaterThan(Math.max(...ids));
  });

  it('remove a part; the outermost group stays', () => {
    expect(say(remove(draft, idOf(draft, 'b')))).toBe('all(a, not any(not c), d)');
    expect(say(remove(setNot(draft, draft.root.id, true), draft.root.id))).toBe('all()');
  });

  it('wrap a condition into a group of the other kind, and dissolve it again', () => {
    const wrapped = wrap(draft, idOf(draft, 'd'));
    expect(say(wrapped)).toBe('all(a, not any(b, not c), any(d))');
    expect(say(unwrap(wrapped, groupsOf(wrapped).at(-1)!.id))).toBe(told(nested));
    expect(unwrap(draft, groupsOf(draft)[1].id), 'a denied group').toBe(draft);
  });

  it('step through the rule in reading order: into groups, through them and out', () => {
    const seen = [draft];
    for (let i = 0; i < 5; i++) seen.push(step(seen.at(-1)!, idOf(draft, 'a'), 1));
    expect(seen.map(say)).toEqual([
      'all(a, not any(b, not c), d)', 'all(not any(a, b, not c), d)', 'all(not any(b, a, not c), d)', 'all(not any(b, not c, a), d)', 'all(not any(b, not c), a, d)', 'all(not any(b, not c), d, a)',
    ]);
    expect(step(seen[5], idOf(draft, 'a'), 1)).toEqual(seen[5]);
    let back = seen[5];
    for (let i = 0; i < 5; i++) back = step(back, idOf(draft, 'a'), -1);
    expect(say(back)).toBe(told(nested));
  });

  it('move a part anywhere but into itself', () => {
    const inner = groupsOf(draft)[1].id;
    expect(say(move(draft, idOf(draft, 'd'), inner, 1))).toBe('all(a, not any(b, d, not c))');
    expect(move(draft, inner, inner, 0)).toBe(draft);
    expect(move(draft, draft.root.id, inner, 0)).toBe(draft);
  });

  it('never make a rule that is too deep or too long', () => {
    let deep = draftOf({ all: [about('a')] });
    for (let i = 0; i < 20; i++) deep = setNot(wrap(deep, idOf(deep, 'a')), groupsOf(deep).at(-1)!.id, true);
    expect(schema.safeParse(ruleOf(deep)).success).toBe(true);
    let long = draftOf({ all: Array.from({ length: LIMITS.conditions }, () => about('a')) });
    expect(addCondition(long, long.root.id, about('b') as never)).toBe(long);
    long = duplicate(long, leaves(long.root)[0].id);
    expect(leaves(long.root).length).toBe(LIMITS.conditions);
    expect(schema.safeParse(ruleOf(long)).success).toBe(true);
  });

  it('change how a group joins', () => {
    expect(say(setJoin(draft, draft.root.id, 'any'))).toBe('any(a, not any(b, not c), d)');
  });
});

describe('history', () => {
  it('goes back and forth, taking edits of one field for one', () => {
    let h = begin(0);
    h = edit(h, 1);
    h = edit(h, 2, 'value');
    h = edit(h, 3, 'value');
    h = edit(h, 4, 'other');
    h = undo(h);
    expect(h.now).toBe(3);
    h = undo(h);
    expect(h.now).toBe(1);
    h = redo(h);
    expect(h.now).toBe(3);
    h = edit(h, 9, 'value');
    expect([h.past, h.future]).toEqual([[0, 1, 3], []]);
    expect(undo(undo(undo(undo(h)))).now).toBe(0);
  });
});
