import type { ComponentType } from 'react';
import type { Condition, ConditionKind, ConditionOf } from '../../../src/domain/rule.js';
import type { RuleVocabulary } from '../../../src/server/contract/segments.js';
import { AttributeForm, DrawnForm, FeatureForm, type FormProps, PerformedForm, SegmentForm, SequenceForm, SinceForm } from './forms.js';
import css from './rules.module.css';
import { featureOf, lackIn, lower, spoken, tested, titleOf } from './speech.js';

/** Everything the editor knows of a kind of condition. */
interface Kind<K extends ConditionKind> {
  readonly Form: ComponentType<FormProps<K>>;
  /** What it is about, in few words. */
  subject(condition: ConditionOf<K>, vocabulary: RuleVocabulary): string;
  /** What this run does not know of it, in a sentence: the server would refuse it. */
  unknown(condition: ConditionOf<K>, vocabulary: RuleVocabulary): string | undefined;
}

const KINDS: { readonly [K in ConditionKind]: Kind<K> } = {
  feature: {
    Form: FeatureForm,
    subject: ({ feature }, vocabulary) => featureOf(vocabulary, feature)?.title ?? feature,
    unknown: ({ feature }, vocabulary) => (featureOf(vocabulary, feature) ? undefined : `There is no feature '${feature}' in this run.`),
  },
  segment: {
    Form: SegmentForm,
    subject: ({ segment }, { segments }) => `In ${segments.find(({ id }) => id === segment)?.name ?? segment}`,
    unknown: ({ segment }, { segments }) => (segments.some(({ id }) => id === segment) ? undefined : `There is no segment '${segment}' in this run.`),
  },
  performed: {
    Form: PerformedForm,
    subject: ({ source, sum }, vocabulary) => (sum ? `${spoken(source)}: total of ${lower(titleOf(vocabulary, source, sum))}` : `${spoken(source)}: how many`),
    unknown: ({ source, where, distinct, sum }, vocabulary) => lackIn(vocabulary, source, [...tested(where), distinct, sum]),
  },
  sequence: {
    Form: SequenceForm,
    subject: ({ first, then, followed }) => (followed ? `${spoken(first.source)}, then ${lower(spoken(then.source))}` : `${spoken(first.source)}, but then no ${lower(spoken(then.source))}`),
    unknown: ({ first, then, per }, vocabulary) => lackIn(vocabulary, first.source, [...tested(first.where), per]) ?? lackIn(vocabulary, then.source, [...tested(then.where), per]),
  },
  first: { Form: SinceForm, subject: ({ source }) => `First of ${lower(spoken(source))}`, unknown: ({ source, where }, vocabulary) => lackIn(vocabulary, source, tested(where)) },
  last: { Form: SinceForm, subject: ({ source }) => `Last of ${lower(spoken(source))}`, unknown: ({ source, where }, vocabulary) => lackIn(vocabulary, source, tested(where)) },
  attribute: {
    Form: AttributeForm,
    subject: ({ source, column }, vocabulary) => titleOf(vocabulary, source, column),
    unknown: ({ source, column }, vocabulary) => lackIn(vocabulary, source, [column]),
  },
  // A rule that draws is answered by the run on whose map it does, whichever is in view.
  drawn: { Form: DrawnForm, subject: () => 'Inside a shape on the map', unknown: () => undefined },
};

/** The one switch on the kind of a condition. */
const kindOf = (condition: Condition) => KINDS[condition.kind] as unknown as Kind<ConditionKind>;

/** What a condition is about, in few words: a heading until the server has said it whole. */
export const subjectOf = (condition: Condition, vocabulary: RuleVocabulary): string => kindOf(condition).subject(condition, vocabulary);

/** Names of a rule that this run does not know: the server would refuse it. */
export const unknownIn = (condition: Condition, vocabulary: RuleVocabulary): string | undefined => kindOf(condition).unknown(condition, vocabulary);

/** The fields of a condition, whatever its kind. */
export function ConditionForm({ condition, onChange }: { readonly condition: Condition; onChange(condition: Condition): void }) {
  const { Form } = kindOf(condition);
  return (
    <div className={css.form}>
      <Form condition={condition} onChange={onChange} />
    </div>
  );
}
