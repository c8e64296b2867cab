import type { z } from 'zod';
import type { RowBits } from '../../domain/answer.js';
import type { Condition, ConditionKind, ConditionOf } from '../../domain/rule.js';
import type { Dialect } from '../../engine/dialect.js';
import type { Ground, Relations } from './ground.js';
import type { LiveGround, LiveLeaf } from './live.js';
import type { Reading } from './reads.js';
import type { SourceRows } from './source-rows.js';
import type { Vocabulary } from './vocabulary.js';

/** What a condition is written over as SQL. */
export interface Scope {
  readonly dialect: Dialect;
  readonly relations: Relations;
  readonly vocabulary: Vocabulary;
  /** Ms since the epoch. */
  readonly asOf: number;
}

/** What a condition is evaluated over in memory. */
export interface Scan extends Ground {
  /** @throws `rules/unknown-source` */
  source(name: string): Promise<SourceRows>;
}

/** A kind of condition with every facet it has; what `sql` selects and what `bits` holds are the same entities. */
export interface RuleKind<K extends ConditionKind> {
  readonly name: K;
  /** For a menu: "How often they did something". */
  readonly title: string;
  readonly schema: z.ZodType<ConditionOf<K>>;
  /**
   * As it reads after the word for the entities: "with at least 3 orders in the last 30 days", "whose last visit was less than 7 days ago". Throws what is wrong with it in
   * this run. @throws `rules/unknown-…`, `rules/wrong-type`, `rules/no-times`, `rules/other-map`
   */
  words(condition: ConditionOf<K>, vocabulary: Vocabulary): string;
  /** A SELECT of the `entity` of everyone for whom it holds (others than everyone may be among them), each once. */
  sql(condition: ConditionOf<K>, scope: Scope): string;
  /** The rows for whom it holds. */
  bits(condition: ConditionOf<K>, scan: Scan): Promise<RowBits>;
  /** The same of one entity after the other, as events come and time passes, of a condition that `words` takes. @throws `rules/not-live` */
  live(condition: ConditionOf<K>, ground: LiveGround): LiveLeaf;
  /** The columns that it looks at, each with the type that it asks for, where it asks for one. */
  reads(condition: ConditionOf<K>): readonly Reading[];
  /** A condition over the shop of the tests, and how it reads there. */
  readonly example: { readonly given: ConditionOf<K>; readonly words: string };
  /** What it refuses, and a part of what it says to that. */
  readonly failing: readonly { readonly given: object; readonly says: string }[];
}

/** Keeps the kind in the type. */
export const defineKind = <const K extends ConditionKind>(kind: RuleKind<K>): RuleKind<K> => kind;

/** A kind with its own type forgotten: what code that takes any of them sees. */
export type AnyKind = {
  readonly name: ConditionKind;
  readonly title: string;
  readonly schema: z.ZodType;
  words(condition: Condition, vocabulary: Vocabulary): string;
  sql(condition: Condition, scope: Scope): string;
  bits(condition: Condition, scan: Scan): Promise<RowBits>;
  live(condition: Condition, ground: LiveGround): LiveLeaf;
  reads(condition: Condition): readonly Reading[];
  readonly example: { readonly given: Condition; readonly words: string };
  readonly failing: readonly { readonly given: object; readonly says: string }[];
};
