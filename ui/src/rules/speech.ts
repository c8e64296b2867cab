import type { RowTest, TimeWindow } from '../../../src/domain/rule.js';
import type { RuleVocabulary } from '../../../src/server/contract/segments.js';
import { capital } from '../kit/prose.js';

export type FeatureWords = RuleVocabulary['features'][number];
export type SourceWords = RuleVocabulary['sources'][number];
export type ColumnWords = SourceWords['columns'][number];

/** 'support_tickets' → 'Support tickets'. */
export const spoken = (name: string): string => capital(name.replace(/[_-]+/g, ' ').trim() || name);

export const featureOf = (vocabulary: RuleVocabulary, name: string): FeatureWords | undefined => vocabulary.features.find((feature) => feature.name === name);
export const sourceOf = (vocabulary: RuleVocabulary, name: string): SourceWords | undefined => vocabulary.sources.find((source) => source.name === name);
export const columnOf = (vocabulary: RuleVocabulary, source: string, name: string): ColumnWords | undefined => sourceOf(vocabulary, source)?.columns.find((column) => column.name === name);

export const titleOf = (vocabulary: RuleVocabulary, source: string, column: string): string => columnOf(vocabulary, source, column)?.title ?? spoken(column);

/** 'Orders' inside of a sentence: 'orders'. */
export const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** What a source lacks, in a sentence; undefined where it has every column. */
export function lackIn(vocabulary: RuleVocabulary, name: string, columns: readonly (string | undefined)[]): string | undefined {
  const source = sourceOf(vocabulary, name);
  if (!source) return `There is no source '${name}' in this run.`;
  const missing = columns.find((column) => column !== undefined && !source.columns.some((known) => known.name === column));
  return missing === undefined ? undefined : `'${name}' has no column '${missing}'.`;
}

/** The columns that tests of rows speak of. */
export const tested = (where: readonly RowTest[] = []): string[] => where.map((test) => test.column);

export const ninetyDays: TimeWindow = { last: 90, unit: 'days' };
