import type { RowBits } from '../../domain/answer.js';
import type { Condition, Rule } from '../../domain/rule.js';
import { checkAborted, type Context } from '../../context.js';
import { dialectOf } from '../../engine/dialects/catalog.js';
import { fingerprint } from '../../util/fingerprint.js';
import { createLru } from '../../util/lru.js';
import { rowsIn } from './bits.js';
import { kindOf } from './catalog.js';
import type { Ground } from './ground.js';
import type { Vocabulary } from './vocabulary.js';
import { combine, influences, type Influence } from './losses.js';
import { openSources } from './source-rows.js';
import { ruleSql } from './sql.js';
import { leavesOf, ruleOutline, ruleWords, type Leaf, type OutlineLine } from './words.js';

/** One condition of a rule and what it does to it. */
export interface ConditionAnswer extends Influence, Pick<Leaf, 'path'> {
  readonly words: string;
}

/** How far a rule and a found segment share members. */
export interface SegmentOverlap {
  readonly segment: number;
  readonly id: string;
  readonly name: string;
  readonly both: number;
  /** Of the rule's members, and of the segment's. */
  readonly share: number;
  readonly shareOfSegment: number;
  readonly jaccard: number;
}

/** All about a rule in one run: every number and every list is of the same rows. */
export interface RuleAnswer {
  readonly run: string;
  readonly of: number;
  readonly entities: number;
  readonly share: number;
  /** Of what everyone is worth together, the part of those in the rule; absent where the run knows no worth. */
  readonly revenueShare?: number;
  readonly conditions: readonly ConditionAnswer[];
  readonly overlap: readonly SegmentOverlap[];
  /** Some of them, the same for the same rule, and nearly the same for a nearly equal one: those whose rows hash lowest. */
  readonly sample: Int32Array;
  readonly bits: RowBits;
  readonly words: string;
  readonly outline: readonly OutlineLine[];
  readonly sql: string;
}

/** Rules over one run, with what was found out lately kept at hand. */
export interface RuleBook {
  /** The rows in a rule: what every count and list is made of. Kept, so not to be changed. @throws as `ruleWords` */
  members(rule: Rule, context?: Pick<Context, 'signal'>): Promise<RowBits>;
  /** All about a rule; `sample` of them at most (by default 20). @throws as `ruleWords`, `run/aborted` */
  evaluate(rule: Rule, options?: { readonly sample?: number }, context?: Pick<Context, 'signal'>): Promise<RuleAnswer>;
  /** The same run under other names of segments; what was read and answered stays. */
  renamed(vocabulary: Vocabulary): RuleBook;
  /** The rule as a sentence, as a list and as SQL, without asking the data. @throws as `ruleWords` */
  written(rule: Rule): Pick<RuleAnswer, 'words' | 'outline' | 'sql'>;
}

export interface RuleBookOptions {
  /** Bytes of source columns kept at most, beside the times of each source; 256 MB by default. */
  readonly columns?: number;
  /** Bytes of answered conditions kept at most; 64 MB by default. */
  readonly conditions?: number;
}

/** Opens a run for rules. Nothing is read before a rule needs it. */
export function openRules(ground: Ground, { columns = 256e6, conditions = 64e6 }: RuleBookOptions = {}): RuleBook {
  const scan = { ...ground, source: openSources(ground, columns) };
  const answered = createLru<RowBits>(conditions, (bits) => bits.byteLength);
  let whole: Promise<Whole> | undefined;

  /** The rows of each condition of the rule; what was asked before is at hand. */
  async function answersOf(rule: Rule, context?: Pick<Context, 'signal'>): Promise<(condition: Condition) => RowBits> {
    const found = new Map<Condition, RowBits>();
    for (const { condition } of leavesOf(rule)) {
      if (context) checkAborted(context);
      found.set(condition, await answered.get(fingerprint(JSON.stringify(condition)), () => kindOf(condition).bits(condition, scan)));
    }
    return (condition) => found.get(condition)!;
  }

  function bookOf(vocabulary: Vocabulary): RuleBook {
    const { rows } = ground;
    const scope = { dialect: dialectOf(ground.engine.dialect), relations: ground.printed ?? ground.relations, vocabulary, asOf: ground.asOf };
    const written = (rule: Rule) => ({ words: ruleWords(rule, vocabulary), outline: ruleOutline(rule, vocabulary), sql: ruleSql(rule, scope) });
    return {
      written,
      renamed: bookOf,
      async members(rule, context) {
        if (context) checkAborted(context);
        // For all who ask the same meanwhile: one of them may go.
        return answered.get(`rule ${fingerprint(JSON.stringify(rule))}`, async () => {
          ruleWords(rule, vocabulary);
          return combine(rule, rows, await answersOf(rule));
        });
      },
      async evaluate(rule, { sample = 20 } = {}, context) {
        // Names and types are checked before anything is read.
        const texts = written(rule);
        const of = await answersOf(rule, context);
        const bits = combine(rule, rows, of);
        const influence = influences(rule, rows, of);
        const members = rowsIn(bits);
        whole ??= wholeOf(ground).catch((error) => {
          whole = undefined;
          throw error;
        });
        const all = await whole;
        return {
          run: vocabulary.run, of: rows, entities: members.length, share: rows ? members.length / rows : 0, revenueShare: worthOf(all, members),
          conditions: leavesOf(rule).map(({ path, condition }, i) => ({ path, words: kindOf(condition).words(condition, vocabulary), ...influence[i] })),
          overlap: overlapOf(vocabulary, all, members), sample: sampleOf(members, sample), bits, ...texts,
        };
      },
    };
  }
  return bookOf(ground.vocabulary);
}

/** How many are in each segment and what everyone is worth: the same for every rule. */
async function wholeOf({ rows, value, vocabulary, membership, feature }: Ground) {
  const { segment } = await membership();
  const sizes = countLabels(segment, vocabulary.segments.length, rows, (i) => i);
  const values = value === undefined ? undefined : await feature(value);
  return { segment, sizes, values, worth: values && values.reduce((sum, worth) => sum + (worth === worth ? worth : 0), 0) };
}
type Whole = Awaited<ReturnType<typeof wholeOf>>;

function worthOf({ values, worth }: Whole, members: Int32Array): number | undefined {
  if (!values || !(worth! > 0)) return undefined;
  let sum = 0;
  for (const row of members) if (values[row] === values[row]) sum += values[row];
  return sum / worth!;
}

function overlapOf({ segments }: Vocabulary, { segment: labels, sizes }: Whole, members: Int32Array): SegmentOverlap[] {
  const inside = countLabels(labels, segments.length, members.length, (i) => members[i]);
  return segments.map(({ segment, id, name }) => {
    const both = inside[segment], size = sizes[segment];
    const either = members.length + size - both;
    return { segment, id, name, both, share: members.length ? both / members.length : 0, shareOfSegment: size ? both / size : 0, jaccard: either ? both / either : 0 };
  });
}

function countLabels(labels: ArrayLike<number>, k: number, n: number, row: (i: number) => number): Int32Array {
  const counts = new Int32Array(k);
  for (let i = 0; i < n; i++) if (labels[row(i)] >= 0) counts[labels[row(i)]]++;
  return counts;
}

/** The `n` rows whose hashes are lowest, by row. */
function sampleOf(members: Int32Array, n: number): Int32Array {
  if (n <= 0) return new Int32Array(0);
  if (members.length <= n) return members;
  const hash = (row: number) => {
    let h = Math.imul(row ^ (row >>> 16), 0x45d9f3b);
    h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
    return (h ^ (h >>> 16)) >>> 0;
  };
  const chosen: { row: number; rank: number }[] = [];
  for (const row of members) {
    const rank = hash(row);
    if (chosen.length === n && rank >= chosen[n - 1].rank) continue;
    let at = chosen.length;
    while (at > 0 && chosen[at - 1].rank > rank) at--;
    chosen.splice(at, 0, { row, rank });
    chosen.length = Math.min(chosen.length, n);
  }
  return Int32Array.from(chosen, ({ row }) => row).sort();
}
