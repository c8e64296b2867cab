// docs/rules.md shows rules as words, JSON and SQL: each is what the library makes of the JSON.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DuckdbDialect } from '../src/engine/dialects/duckdb.js';
import { vocabularyFor } from '../src/segment/rules/live-vocabulary.js';
import { parseRule } from '../src/segment/rules/parse.js';
import { questions } from '../src/segment/rules/questions.test.fixture.js';
import { asOf, vocabulary } from '../src/segment/rules/shop.test.fixture.js';
import { ruleSql } from '../src/segment/rules/sql.js';
import { ruleWords } from '../src/segment/rules/words.js';

const page = readFileSync(new URL('../docs/rules.md', import.meta.url), 'utf8');
const file = (name: string) => `read_parquet('${name}.parquet')`;
const relations = { features: file('features'), membership: file('membership'), map: file('map'), sources: Object.fromEntries(vocabulary.sources.map(({ name }, i) => [name, file(`source-${i + 1}`)])) };

describe.each(Object.entries(questions))('the example of %s', (title, rule) => {
  it('stands in the documentation as the library writes it', () => {
    const [, json] = page.split(`### ${title[0].toUpperCase()}${title.slice(1)}\n`)[1]?.match(/```json\n([\s\S]*?)\n```/) ?? [];
    expect(parseRule(JSON.parse(json ?? 'null'))).toEqual(rule);
    expect(page).toContain(`### ${title[0].toUpperCase()}${title.slice(1)}\n\n${ruleWords(rule, vocabulary)}\n\n\`\`\`json\n${json}\n\`\`\`\n\n\`\`\`sql\n${ruleSql(rule, { dialect: new DuckdbDialect(), relations, vocabulary, asOf })}\n\`\`\`\n`);
  });
});

describe('the examples of live rules', () => {
  const live = page.slice(page.indexOf('## Live'), page.indexOf('## Examples'));
  const examples = [...live.matchAll(/\n\n(Customers .*)\n\n```json\n([\s\S]*?)\n```/g)];
  it.each(examples.map(([, words, json]) => [words, json]))('%s', (words, json) => {
    const rule = parseRule(JSON.parse(json));
    expect(ruleWords(rule, vocabularyFor(rule, undefined, { entityWord: { one: 'customer', many: 'customers' }, features: [], segments: [] }))).toBe(words);
  });
  it('are three', () => expect(examples.length).toBe(3));
});
