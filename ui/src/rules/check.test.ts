import { describe, expect, it } from 'vitest';
import { lineOf, placeIn, readRule } from './check.js';

const text = `{
  "all": [
    { "kind": "performed", "source": "orders", "op": ">=", "value": 1.5 },
    { "not": { "kind": "nonsense" } }
  ]
}`;

describe('a rule as JSON', () => {
  it('names each fault at its place', async () => {
    const read = await readRule(text);
    if (!('faults' in read)) throw new Error('was taken for a rule');
    expect(read.faults.map(({ at, message }) => ({ ...lineOf(text, at), message }))).toEqual([
      { line: 3, column: 69, message: 'all[0].value counts whole times from 0' },
      { line: 4, column: 24, message: expect.stringMatching(/^all\[1\]\.not\.kind 'nonsense' is no kind of condition/) },
    ]);
  });

  it('says where it stops being JSON', async () => {
    for (const [broken, at] of [['{"all": [}', 9], ['{"all": [', 9], ['{"all": tru}', 8], ['nonsense', 0]] as const) {
      const read = await readRule(broken);
      if (!('faults' in read)) throw new Error('was taken for a rule');
      expect(Math.abs(read.faults[0].at - at), broken).toBeLessThanOrEqual(3);
      expect(read.faults[0].message).toContain('not JSON');
    }
  });

  it('gives the rule where nothing is wrong', async () => {
    expect(await readRule('{ "all": [] }')).toEqual({ rule: { all: [] } });
  });

  it('points at what is around a missing key', () => {
    expect(placeIn(text, ['all', 0, 'window'])).toBe(text.indexOf('{ "kind": "performed"'));
    expect(placeIn('{"a\\"b": [1, "x, ]", {"c": null}]}', ['a"b', 2, 'c'])).toBe(27);
    expect(placeIn(text, [])).toBe(0);
  });

  it('is not overwhelmed by nesting without end', async () => {
    const read = await readRule(`${'[{"all":'.repeat(50_000)}`);
    expect('faults' in read && read.faults.length).toBeGreaterThan(0);
    const deep = await readRule(`${'{"not":'.repeat(50_000)}{}${'}'.repeat(50_000)}`);
    expect('faults' in deep && deep.faults[0].message).toContain('nested deeper');
  });
});
