import { conditionSchemas, type ConditionOf } from '../../../domain/rule.js';
import { ShoalError } from '../../../errors.js';
import { rowsWhere } from '../bits.js';
import { defineKind } from '../condition.js';
import { compileTest, isWords } from '../row-test.js';
import { columnNamed, sourceNamed, type ColumnWords, type Vocabulary } from '../vocabulary.js';
import { fitting } from '../live-rows.js';
import { wanted } from '../reads.js';

export const attribute = defineKind({
  name: 'attribute',
  title: 'What is written about them',
  schema: conditionSchemas.attribute,
  words: (condition, vocabulary) => `whose ${isWords(condition, checked(condition, vocabulary), vocabulary.currency)}`,
  sql(condition, { dialect: d, relations, vocabulary }) {
    const column = checked(condition, vocabulary);
    const from = relations.sources[condition.source];
    const name = d.quote(column.name);
    if (condition.op === 'missing') return `SELECT "entity" FROM ${relations.features}\nWHERE "entity" NOT IN (SELECT "entity" FROM ${from} WHERE ${name} IS NOT NULL)`;
    return `SELECT DISTINCT "entity" FROM ${from} WHERE ${compileTest(condition, column).sql(d, name)}`;
  },
  async bits(condition, { rows, vocabulary, source }) {
    const { name: column } = checked(condition, vocabulary);
    const { start, passing } = await source(condition.source);
    const missing = condition.op === 'missing';
    const { kind: _, source: __, ...test } = condition;
    const pass = await passing([missing ? { column, op: 'known' } : test]);
    return rowsWhere(rows, (row) => {
      for (let i = start[row]; i < start[row + 1]; i++) if (pass![i]) return !missing;
      return missing;
    });
  },
  reads: (condition) => [{ source: condition.source, column: condition.column, ...wanted(condition) }],
  live(condition, { vocabulary }) {
    const { name, type } = checked(condition, vocabulary);
    const { number, text, missing } = compileTest(condition, vocabulary.sources.find((source) => source.name === condition.source)!.columns.find((column) => column.name === name)!);
    return {
      events: [], traits: [name], segments: [], touches: () => false,
      verdict(facts) {
        const value = fitting(facts.trait(name), type);
        return { holds: value === undefined ? missing : typeof value === 'string' ? text(value) : number(value), until: Infinity };
      },
      evidence: (facts) => ({ value: facts.trait(name), rows: [] }),
    };
  },
  example: { given: { kind: 'attribute', source: 'people', column: 'country', op: 'in', values: ['UK', 'IE'] }, words: 'whose country is ‘UK’ or ‘IE’' },
  failing: [
    { given: { kind: 'attribute', source: 'people', column: 'contry', op: '=', value: 'UK' }, says: "'people' has no column 'contry'. Did you mean 'country'?" },
    { given: { kind: 'attribute', source: 'people', column: 'age', op: '>', value: 'old' }, says: "'age' is a number" },
    { given: { kind: 'attribute', source: 'people', column: 'age', op: 'between', from: '2024-01-01', to: '2024-02-01' }, says: "'age' is a number" },
    { given: { kind: 'attribute', source: 'people', column: 'joined', op: '<', value: 'yesterday' }, says: "'joined' is a time" },
    { given: { kind: 'attribute', source: 'people', column: 'country', op: '<', value: 'UK' }, says: "'country' is text" },
    { given: { kind: 'attribute', source: 'orders', column: 'product', op: '=', value: 'Mug' }, says: "rows of 'orders' are things that happened" },
    { given: { kind: 'attribute', source: 'people', column: 'age', op: 'between', from: 5, to: 3 }, says: 'to must not be below from' },
    { given: { kind: 'attribute', source: 'people', column: 'country', op: 'in', values: [] }, says: 'values is empty' },
  ],
});

function checked({ source: name, column }: ConditionOf<'attribute'>, vocabulary: Vocabulary): ColumnWords {
  const source = sourceNamed(vocabulary, name);
  if (source.kind !== 'entities') throw new ShoalError('rules/not-attributes', { source: name });
  return columnNamed(source, column);
}
