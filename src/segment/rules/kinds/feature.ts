import type { Feature } from '../../../domain/feature.js';
import { article, oneOf, reading } from '../../../domain/reading.js';
import { conditionSchemas, type ConditionOf } from '../../../domain/rule.js';
import { ShoalError } from '../../../errors.js';
import { firstInstant } from '../../../util/first-instant.js';
import { countWord } from '../../../util/words.js';
import { rowsWhere } from '../bits.js';
import { comparisons, type Comparison } from '../compare.js';
import { defineKind } from '../condition.js';
import { exactValue } from '../exactly.js';
import { numberSql } from '../row-test.js';
import { featureNamed, type Vocabulary } from '../vocabulary.js';

type FeatureCondition = ConditionOf<'feature'>;

export const feature = defineKind({
  name: 'feature',
  title: 'What is measured about them',
  schema: conditionSchemas.feature,
  words(condition, vocabulary) {
    const measured = checked(condition, vocabulary);
    switch (condition.op) {
      case 'missing': case 'known': return `whose ${plainName(measured)} is ${condition.op === 'missing' ? 'unknown' : 'known'}`;
      case 'between': {
        const value = (x: number) => exactValue(x, measured, vocabulary.currency);
        return about(measured, `between ${value(condition.from)} and ${value(condition.to)}`);
      }
      default: return comparisonWords(measured, condition.op, Number(condition.value), vocabulary.currency);
    }
  },
  sql(condition, { dialect: d, relations, vocabulary }) {
    const column = d.quote(checked(condition, vocabulary).name);
    return `SELECT "entity" FROM ${relations.features} WHERE ${where()}`;

    function where(): string {
      switch (condition.op) {
        case 'missing': return `${column} IS NULL`;
        case 'known': return `${column} IS NOT NULL`;
        case 'between': return `${d.double(column)} BETWEEN ${numberSql(d, condition.from)} AND ${numberSql(d, condition.to)}`;
        default: return `${d.double(column)} ${comparisons[condition.op].sql} ${numberSql(d, Number(condition.value))}`;
      }
    }
  },
  async bits(condition, { rows, vocabulary, feature: column }) {
    const values = await column(checked(condition, vocabulary).name);
    switch (condition.op) {
      case 'missing': return rowsWhere(rows, (row) => Number.isNaN(values[row]));
      case 'known': return rowsWhere(rows, (row) => !Number.isNaN(values[row]));
      case 'between': return rowsWhere(rows, (row) => values[row] >= condition.from && values[row] <= condition.to);
      default: {
        const { holds } = comparisons[condition.op];
        const value = Number(condition.value);
        return rowsWhere(rows, (row) => holds(values[row], value) && !Number.isNaN(values[row]));
      }
    }
  },
  reads: () => [],
  live(condition, { vocabulary }) {
    const { name } = checked(condition, vocabulary);
    const holds = (value: number): boolean => {
      switch (condition.op) {
        case 'missing': return Number.isNaN(value);
        case 'known': return !Number.isNaN(value);
        case 'between': return value >= condition.from && value <= condition.to;
        default: return comparisons[condition.op].holds(value, Number(condition.value)) && !Number.isNaN(value);
      }
    };
    return {
      events: 'any', traits: [], segments: [], touches: () => true,
      verdict(facts, asOf) {
        const { value, until, from = asOf } = facts.feature(name, asOf);
        const at = (when: number) => holds(when === asOf ? value : facts.feature(name, when).value);
        const before = at(from);
        if (until === Infinity || at(until) === before) return { holds: before, until };
        const moves = firstInstant(from, until, (when) => at(when) !== before);
        return asOf < moves ? { holds: before, until: moves } : { holds: !before, until };
      },
      evidence(facts, asOf) {
        const { value } = facts.feature(name, asOf);
        return { ...(!Number.isNaN(value) && { value }), rows: [] };
      },
    };
  },
  example: { given: { kind: 'feature', feature: 'spend', op: '>', value: 500.5 }, words: 'with spend over £500.5' },
  failing: [
    { given: { kind: 'feature', feature: 'spent', op: '>', value: 1 }, says: "no feature 'spent'. Did you mean 'spend'?" },
    { given: { kind: 'feature', feature: 'spend', op: '>', value: true }, says: "'spend' is a number. Compare it with a number." },
    { given: { kind: 'feature', feature: 'contract_monthly', op: '>', value: true }, says: "'contract_monthly' is yes or no. Compare it with true or false by = or !=." },
    { given: { kind: 'feature', feature: 'contract_monthly', op: 'between', from: 0, to: 1 }, says: "'contract_monthly' is yes or no" },
    { given: { kind: 'feature', feature: 'spend', op: '>', value: '5' }, says: 'value must be a number' },
    { given: { kind: 'feature', feature: 'spend', op: 'in', values: [1] }, says: 'op must be one of' },
    { given: { kind: 'feature', feature: 'spend', op: '>', value: Number.NaN }, says: 'value must be a number' },
  ],
});

/** The feature. @throws `rules/unknown-feature`, `rules/wrong-type` */
function checked(condition: FeatureCondition, vocabulary: Vocabulary): Feature {
  const found = featureNamed(vocabulary, condition.feature);
  const flag = found.kind === 'flag';
  const wrong = condition.op === 'between' ? flag : 'value' in condition && (flag ? condition.op !== '=' && condition.op !== '!=' : typeof condition.value === 'boolean');
  if (wrong) throw new ShoalError('rules/wrong-type', { name: found.name, ...(flag ? { type: 'yes or no', wanted: 'true or false by = or !=' } : { type: 'a number', wanted: 'a number' }) });
  return found;
}

function comparisonWords(measured: Feature, op: Comparison, value: number, currency?: string): string {
  const read = reading(measured);
  if (read.form === 'flag') {
    const yes = (value === 1) === (op === '=');
    return `whose ${read.what} is ${read.is ? `${yes ? '' : 'not '}${read.is}` : yes ? 'yes' : 'no'}`;
  }
  if (read.form === 'things' && value === 0 && (op === '=' || op === '<=')) return `with no ${read.things}`;
  if (read.form === 'things' && value === 1 && op === '>=') return `with at least one ${oneOf(read.things)}`;
  const words = measured.kind === 'days' ? { '<': 'less than ', '<=': 'at most ', '>': 'more than ', '>=': 'at least ', '=': 'exactly ', '!=': 'not exactly ' }[op]
    : measured.kind === 'hour' ? { '<': 'before ', '<=': 'up to ', '>': 'after ', '>=': 'from ', '=': 'at ', '!=': 'not at ' }[op] : comparisons[op].words();
  return about(measured, `${words}${read.form === 'things' && Number.isInteger(value) ? countWord(value) : exactValue(value, measured, currency)}`);
}

/** "with spend over £500", "whose last order was at least 90 days ago", "with at least three orders", "with at least 30 % of orders at night". */
function about(measured: Feature, amount: string): string {
  const read = reading(measured);
  switch (read.form) {
    case 'since': return `whose ${read.event} was ${amount} ago`;
    case 'span': return `with ${amount} ${read.rest}`;
    case 'share': return `with ${amount} ${read.of}`;
    case 'things': return `with ${amount} ${read.things}`;
    case 'times': return `with ${read.what} ${amount} times`;
    case 'flag': return `whose ${read.what} is ${amount}`;
    case 'plain': return read.long ? `whose ${read.name} is ${amount}` : `with ${/\b(spend|revenue)$/.test(read.name) ? '' : article(read.name)}${read.name} ${amount}`;
  }
}

function plainName(measured: Feature): string {
  const read = reading(measured);
  switch (read.form) {
    case 'since': return `time since the ${read.event}`;
    case 'span': return `days ${read.rest}`;
    case 'share': return `share ${read.of}`;
    case 'things': return `number of ${read.things}`;
    case 'times': case 'flag': return read.what;
    case 'plain': return read.name;
  }
}
