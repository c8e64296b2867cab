import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rule, ruleLimits, type Rule } from './rule.js';

const segment = { kind: 'segment', segment: 'loyal' } as const;
const problems = (given: unknown) => (rule.safeParse(given).error?.issues ?? []).map(({ path, message }) => (path.length ? `${path.join('.')} ${message}` : message));

describe('a rule', () => {
  it('of every kind and of groups comes back as it went in', () => {
    const given: Rule = {
      all: [
        { kind: 'feature', feature: 'spend', op: 'between', from: 10, to: 20 }, { not: { any: [segment, { ...segment, strength: 0.5 }] } },
        { kind: 'performed', source: 'orders', where: [{ column: 'product', op: 'contains', value: 'mug' }], distinct: 'order_id', op: '>=', value: 3, window: { last: 30, unit: 'days' } },
        { kind: 'sequence', first: { source: 'web', where: [{ column: 'event', op: '=', value: 'cart' }] }, then: { source: 'orders' }, followed: false, within: { length: 1, unit: 'days' }, per: 'product' },
        { kind: 'last', source: 'orders', op: '>=', value: 90, unit: 'days' }, { kind: 'first', source: 'orders', op: '<', value: 1, unit: 'hours' },
        { kind: 'attribute', source: 'people', column: 'country', op: 'in', values: ['UK', 'Österreich'] },
        { kind: 'drawn', run: '4f', points: [[0, 0], [1, 0], [0, 1]] },
      ],
    };
    expect(rule.parse(JSON.parse(JSON.stringify(given)))).toEqual(given);
    expect(rule.parse({ all: [] })).toEqual({ all: [] });
  });

  it.each([
    ['a word beside a group', { all: [], any: [] }, "has 'any' beside 'all': a group has nothing else"],
    ['an empty any', { any: [] }, 'any is empty: nobody could fulfil it'],
    ['a mistyped kind', { all: [{ kind: 'performd' }] }, "all.0.kind 'performd' is no kind of condition. Did you mean 'performed'?"],
    ['a mistyped key', { ...segment, strenght: 1 }, "has no 'strenght'. Did you mean 'strength'?"],
    ['a missing value', { kind: 'feature', feature: 'spend', op: '>' }, 'value is missing'],
    ['text where a number belongs', { kind: 'last', source: 'orders', op: '>', value: '90', unit: 'days' }, 'value must be a number'],
    ['an unknown comparison', { kind: 'feature', feature: 'spend', op: '>>', value: 1 }, 'op must be one of = != < <= > >= between in not in contains not contains missing known'],
    ['bounds the wrong way round', { kind: 'feature', feature: 'spend', op: 'between', from: 2, to: 1 }, 'to must not be below from'],
    ['a window that ends before it starts', { kind: 'performed', source: 'o', op: '=', value: 0, window: { from: '2024-02-01', to: '2024-01-01' } }, 'window.to must be later than from'],
    ['half a time', { kind: 'performed', source: 'o', op: '=', value: 1.5 }, 'value counts whole times from 0'],
    ['two measures at once', { kind: 'performed', source: 'o', op: '>', value: 1, sum: 'a', distinct: 'b' }, "sum cannot stand beside 'distinct': ask for one of them"],
    ['two corners', { kind: 'drawn', run: 'r', points: [[0, 0], [1, 1]] }, 'points needs at least 3 points'],
    ['NUL in a text', { kind: 'segment', segment: 'a\0b' }, 'segment holds a character that is no text'],
    ['half a surrogate pair', { kind: 'segment', segment: '\ud800' }, 'segment holds a character that is no text'],
    ['a very long text', { kind: 'segment', segment: 'x'.repeat(201) }, 'segment is longer than 200 characters'],
    ['a list', [], 'must be a condition ({ kind: … }) or a group ({ all: […] }, { any: […] } or { not: … })'],
    ['a key of every object', JSON.parse('{"__proto__":1}'), 'kind must be one of feature, segment, performed, sequence, first, last, attribute, drawn'],
    ['a kind of every object', { kind: 'constructor' }, "kind 'constructor' is no kind of condition"],
  ])('is refused with one clear sentence for %s', (_, given, sentence) => {
    expect(problems(given)).toEqual([sentence]);
  });

  it('may be eight levels deep and no deeper, however deep a stranger nests', () => {
    const nested = (depth: number): Rule => Array.from({ length: depth - 1 }).reduce<Rule>((inner) => ({ not: inner }), segment);
    expect(problems(nested(ruleLimits.depth))).toEqual([]);
    expect(problems(nested(ruleLimits.depth + 1))).toEqual([expect.stringContaining('is nested deeper than 8 levels')]);
    expect(problems(nested(100_000))).toEqual([expect.stringContaining('is nested deeper than 8 levels')]);
  });

  it('may have a hundred conditions and no more, however they are spread', () => {
    const ten = { any: Array.from({ length: 10 }, () => segment) };
    expect(problems({ all: Array.from({ length: 10 }, () => ten) })).toEqual([]);
    expect(problems({ all: [...Array.from({ length: 10 }, () => ten), segment] })).toEqual([expect.stringContaining('has more than 100 conditions')]);
  });

  it('may draw two thousand points in all', () => {
    const area = { kind: 'drawn', run: 'r', points: Array.from({ length: 700 }, (_, i) => [i, i * i]) };
    expect(problems({ any: [area, area] })).toEqual([]);
    expect(problems({ any: [area, { not: area }, area] })).toEqual(['any.2.points draws more than 2000 points in all']);
  });

  it('names its problems at their places, at most twenty of them', () => {
    expect(problems({ all: Array.from({ length: 100 }, () => ({ kind: 'x' })) })).toHaveLength(20);
  });

  it('has a JSON Schema, recursive and closed', () => {
    const made = JSON.stringify(z.toJSONSchema(rule, { io: 'input' }));
    expect(made).toContain('"$ref"');
    expect(made).not.toContain('"additionalProperties":{}');
  });
});
