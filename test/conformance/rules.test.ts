import { describe, expect, it } from 'vitest';
import { conditionKinds, type Condition } from '../../src/domain/rule.js';
import { dialectOf } from '../../src/engine/dialects/catalog.js';
import { ruleKinds } from '../../src/segment/rules/catalog.js';
import type { AnyKind } from '../../src/segment/rules/condition.js';
import { openRules } from '../../src/segment/rules/evaluate.js';
import { parseRule } from '../../src/segment/rules/parse.js';
import { asOf, makeShop, openShop, vocabulary } from '../../src/segment/rules/shop.test.fixture.js';
import { ruleSql } from '../../src/segment/rules/sql.js';
import { ruleWords } from '../../src/segment/rules/words.js';

describe.each(Object.entries(ruleKinds) as unknown as [string, AnyKind][])('the condition %s', (name, kind) => {
  const { given, words } = kind.example;

  it('goes by its own name and has a title and an example that parses', () => {
    expect(kind.name).toBe(name);
    expect(kind.title).toMatch(/^[A-Z][^.]+$/);
    expect(given.kind).toBe(name);
    expect(parseRule(JSON.parse(JSON.stringify(given)))).toEqual(given);
  });

  it('reads as its example says, a clause after the word for the entities', () => {
    expect(kind.words(given, vocabulary)).toBe(words);
    expect(words).toMatch(/^(with|whose|in|inside) [^\n]*[^\s.]$/);
  });

  it('becomes SQL that the engine runs to the same customers', async () => {
    const shop = makeShop(3);
    const ground = await openShop(shop);
    try {
      const sql = ruleSql(given, { dialect: dialectOf('duckdb'), relations: ground.relations, vocabulary, asOf });
      expect(sql).toMatch(/^-- [^\n]+\nWITH "condition_1" AS \(\n {2}-- [^\n]+\n {2}SELECT /);
      const { columns: [selected] } = await ground.engine.columns(sql);
      expect(selected.values).toHaveLength((await openRules(ground).evaluate(given)).entities);
    } finally {
      await ground.engine.close();
    }
  });

  it.each(kind.failing.map((fail) => [fail.says, fail] as const))('refuses with a clear sentence: %s', (_, { given: wrong, says }) => {
    expect(() => ruleWords(parseRule(wrong), vocabulary)).toThrow(says);
  });

  it('refuses keys it does not know, whatever they are', () => {
    for (const key of ['sql', 'kinds', 'toString', '__proto__ ']) expect(() => parseRule({ ...given, [key]: 1 })).toThrow(`has no '${key}'`);
  });

  it('is refused the same way in words, in SQL and when evaluated', async () => {
    const wrong = kind.failing.map((fail) => fail.given).find((each) => accepted(each)) as Condition | undefined;
    if (!wrong) return expect.fail(`${name} has no example that parses and only the data refuse`);
    const ground = await openShop(makeShop(3, 5, 5));
    try {
      const sentence = messageOf(() => kind.words(wrong, vocabulary));
      expect(messageOf(() => kind.sql(wrong, { dialect: dialectOf('duckdb'), relations: ground.relations, vocabulary, asOf }))).toBe(sentence);
      await expect(openRules(ground).members(wrong)).rejects.toThrow(sentence);
    } finally {
      await ground.engine.close();
    }
  });
});

it('every kind that a rule may have is in the catalogue', () => {
  expect(Object.keys(ruleKinds).sort()).toEqual([...conditionKinds].sort());
});

function accepted(given: object): boolean {
  try {
    parseRule(given);
    return true;
  } catch {
    return false;
  }
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
}
