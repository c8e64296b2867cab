import type { z } from 'zod';
import type { ConditionOf } from '../../domain/rule.js';
import type { RowBits } from '../../domain/answer.js';
import { rowsWhere } from './bits.js';
import { comparisons } from './compare.js';
import type { RuleKind, Scan, Scope } from './condition.js';
import { atOf, liveRows } from './live-rows.js';
import { createVerdict, type LiveFacts, type LiveGround, type LiveLeaf } from './live.js';
import { deedWords } from './nouns.js';
import { readsOf } from './reads.js';
import { rowsSql } from './rows-sql.js';
import { spanMs, spanWords, writable } from './spans.js';
import { timedSource, type Vocabulary } from './vocabulary.js';

type Since = ConditionOf<'first'> | ConditionOf<'last'>;

/** The words, SQL and scan that time since the first and since the last row have in common. */
export function since<K extends 'first' | 'last'>(name: K, title: string, schema: z.ZodType<ConditionOf<K>>): Omit<RuleKind<K>, 'example' | 'failing'> {
  return {
    name, title, schema,
    words(condition: Since, vocabulary: Vocabulary) {
      const { one, tests } = deedWords(timedSource(vocabulary, condition.source), condition, vocabulary);
      const than = { '<': 'less than', '<=': 'at most', '>': 'more than', '>=': 'at least' }[condition.op];
      return `whose ${name} ${one}${tests} was ${than} ${spanWords(condition.value, condition.unit)} ago`;
    },
    sql(condition: Since, scope: Scope) {
      timedSource(scope.vocabulary, condition.source);
      const at = name === 'first' ? 'min("at")' : 'max("at")';
      // Longer ago is earlier.
      const compares = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }[condition.op];
      return `SELECT "entity" FROM ${rowsSql(condition, undefined, scope)}\nGROUP BY "entity"\nHAVING ${at} ${compares} ${scope.dialect.timestamp(limitOf(condition, scope.asOf))}`;
    },
    async bits(condition: Since, { rows, asOf, vocabulary, source }: Scan): Promise<RowBits> {
      timedSource(vocabulary, condition.source);
      const { start, at, passing } = await source(condition.source);
      const pass = await passing(condition.where);
      const until = asOf * 1000, limit = limitOf(condition, asOf) * 1000;
      const { holds } = comparisons[condition.op];
      const counts = (i: number) => at[i] <= until && (!pass || pass[i] === 1);
      return rowsWhere(rows, (row) => {
        const from = start[row], to = start[row + 1];
        let i = name === 'first' ? from : to - 1;
        if (name === 'first') while (i < to && !counts(i)) i++;
        else while (i >= from && !counts(i)) i--;
        return i >= from && i < to && holds(limit, at[i]);
      });
    },
    reads: (condition: Since) => readsOf(condition),
    live(condition: Since, ground: LiveGround): LiveLeaf {
      const rows = liveRows(condition, ground);
      const span = spanMs(condition.value, condition.unit);
      const { op } = condition;
      const { holds } = comparisons[op];
      const tell = createVerdict();
      // '<=' and '>' turn one millisecond after the others.
      const turn = span + (op === '<=' || op === '>' ? 1 : 0);
      const find = (facts: LiveFacts): number => {
        const list = facts.kept?.of(facts, rows);
        if (list) return list.length === 0 ? -1 : list.at(name === 'first' ? 0 : list.length - 1);
        if (name === 'first') {
          for (let row = 0; row < facts.rows; row++) if (rows.passes(facts, row)) return row;
        } else {
          for (let row = facts.rows - 1; row >= 0; row--) if (rows.passes(facts, row)) return row;
        }
        return -1;
      };
      return {
        events: rows.events, traits: [], segments: [], touches: rows.passes, over: `${spanWords(condition.value, condition.unit)} ${condition.value === 1 ? 'is' : 'are'} over`,
        // Whatever comes later, only this one can be the first, or the last.
        needs: (facts, row) => row === find(facts),
        verdict(facts, asOf) {
          const row = find(facts);
          if (row < 0) return tell(false, Infinity);
          const turns = atOf(facts, row) + turn;
          return tell(holds(asOf - atOf(facts, row), span), turns > asOf ? turns : Infinity);
        },
        evidence(facts, asOf) {
          const row = find(facts);
          return row < 0 ? { rows: [] } : { value: asOf - atOf(facts, row), rows: [row] };
        },
      };
    },
  };
}

/** The instant, in ms, that the first or last row is compared with. */
const limitOf = ({ value, unit }: Since, asOf: number) => writable(asOf - spanMs(value, unit));
