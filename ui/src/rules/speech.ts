import type { Condition, RowTest, TimeWindow } from '../../../src/domain/rule.js';
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

/** What a condition is about, in few words: a heading until the server has said it whole. */
export function subjectOf(condition: Condition, vocabulary: RuleVocabulary): string {
  const columnTitle = (source: string, name: string) => columnOf(vocabulary, source, name)?.title ?? spoken(name);
  switch (condition.kind) {
    case 'feature': return featureOf(vocabulary, condition.feature)?.title ?? condition.feature;
    case 'segment': return `In ${vocabulary.segments.find((segment) => segment.id === condition.segment)?.name ?? condition.segment}`;
    case 'performed': return condition.sum ? `${spoken(condition.source)}: total of ${lower(columnTitle(condition.source, condition.sum))}` : `${spoken(condition.source)}: how many`;
    case 'sequence': return condition.followed ? `${spoken(condition.first.source)}, then ${lower(spoken(condition.then.source))}` : `${spoken(condition.first.source)}, but then no ${lower(spoken(condition.then.source))}`;
    case 'first': return `First of ${lower(spoken(condition.source))}`;
    case 'last': return `Last of ${lower(spoken(condition.source))}`;
    case 'attribute': return columnTitle(condition.source, condition.column);
    case 'drawn': return 'Inside a shape on the map';
  }
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Names of a rule that this run does not know: the server would refuse it. */
export function unknownIn(condition: Condition, vocabulary: RuleVocabulary): string | undefined {
  const inSource = (name: string, columns: readonly (string | undefined)[]): string | undefined => {
    const source = sourceOf(vocabulary, name);
    if (!source) return `There is no source '${name}' in this run.`;
    const missing = columns.find((column) => column !== undefined && !source.columns.some((known) => known.name === column));
    return missing === undefined ? undefined : `'${name}' has no column '${missing}'.`;
  };
  const tested = (where: readonly RowTest[] = []) => where.map((test) => test.column);
  switch (condition.kind) {
    case 'feature': return featureOf(vocabulary, condition.feature) ? undefined : `There is no feature '${condition.feature}' in this run.`;
    case 'segment': return vocabulary.segments.some((segment) => segment.id === condition.segment) ? undefined : `There is no segment '${condition.segment}' in this run.`;
    case 'performed': return inSource(condition.source, [...tested(condition.where), condition.distinct, condition.sum]);
    case 'first':
    case 'last': return inSource(condition.source, tested(condition.where));
    case 'sequence': return inSource(condition.first.source, [...tested(condition.first.where), condition.per]) ?? inSource(condition.then.source, [...tested(condition.then.where), condition.per]);
    case 'attribute': return inSource(condition.source, [condition.column]);
    case 'drawn': return condition.run === vocabulary.run ? undefined : 'This shape was drawn on the map of another run, which has other coordinates.';
  }
}

export const ninetyDays: TimeWindow = { last: 90, unit: 'days' };
