import type { RowsOf, RowTest, TimeWindow } from '../../../src/domain/rule.js';
import type { RuleVocabulary } from '../../../src/server/contract/segments.js';
import { capital } from '../kit/prose.js';

/** What rules can speak of: in a run, or, without one, live. */
export type RuleWords = Omit<RuleVocabulary, 'run'> & { readonly run?: string };

export type FeatureWords = RuleVocabulary['features'][number];
export type SourceWords = RuleVocabulary['sources'][number];
export type ColumnWords = SourceWords['columns'][number];

/** 'support_tickets' → 'Support tickets'. */
export const spoken = (name: string): string => capital(name.replace(/[_-]+/g, ' ').trim() || name);

export const featureOf = (vocabulary: RuleWords, name: string): FeatureWords | undefined => vocabulary.features.find((feature) => feature.name === name);
export const sourceOf = (vocabulary: RuleWords, name: string): SourceWords | undefined => vocabulary.sources.find((source) => source.name === name);
export const columnOf = (vocabulary: RuleWords, source: string, name: string): ColumnWords | undefined => sourceOf(vocabulary, source)?.columns.find((column) => column.name === name);

export const titleOf = (vocabulary: RuleWords, source: string, column: string): string => columnOf(vocabulary, source, column)?.title ?? spoken(column);

/** 'Orders' inside of a sentence: 'orders'. */
export const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Where something is looked for: 'in this run'. */
export const placeOf = ({ run }: RuleWords): string => (run === undefined ? 'in what was seen so far' : 'in this run');

/** What a source lacks, in a sentence; undefined where it has every column. */
export function lackIn(vocabulary: RuleWords, name: string, columns: readonly (string | undefined)[]): string | undefined {
  const source = sourceOf(vocabulary, name);
  if (!source) return `There is no source '${name}' ${placeOf(vocabulary)}.`;
  const missing = columns.find((column) => column !== undefined && !source.columns.some((known) => known.name === column));
  return missing === undefined ? undefined : `'${name}' has no column '${missing}'.`;
}

/** Which rows are meant, in few words: 'Orders', or the one event that is asked for. Its name is the sender's, and stays as it is inside of a sentence. */
export function rowsWords({ source, where = [] }: Pick<RowsOf, 'source' | 'where'>, inside = false): string {
  const event = where.find((test) => test.column === 'event' && test.op === '=');
  if (event && 'value' in event) return `“${event.value}”`;
  return inside ? lower(spoken(source)) : spoken(source);
}

/** The columns that tests of rows speak of. */
export const tested = (where: readonly RowTest[] = []): string[] => where.map((test) => test.column);

export const ninetyDays: TimeWindow = { last: 90, unit: 'days' };
