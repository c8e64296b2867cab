import type { ComponentType } from 'react';
import type { Condition, ConditionKind, ConditionOf } from '../../../src/domain/rule.js';
import { AttributeForm, DrawnForm, FeatureForm, type FormProps, PerformedForm, SegmentForm, SequenceForm, SinceForm } from './forms.js';
import css from './rules.module.css';
import { featureOf, lackIn, lower, placeOf, type RuleWords, rowsWords, tested, titleOf } from './speech.js';

/** Everything the editor knows of a kind of condition. */
interface Kind<K extends ConditionKind> {
  readonly Form: ComponentType<FormProps<K>>;
  /** What it is about, in few words. */
  subject(condition: ConditionOf<K>, vocabulary: RuleWords): string;
  /** What this run does not know of it, in a sentence: the server would refuse it. */
  unknown(condition: ConditionOf<K>, vocabulary: RuleWords): string | undefined;
}

const KINDS: { readonly [K in ConditionKind]: Kind<K> } = {
  feature: {
    Form: FeatureForm,
    subject: ({ feature }, vocabulary) => featureOf(vocabulary, feature)?.title ?? feature,
    unknown: ({ feature }, vocabulary) => (featureOf(vocabulary, feature) ? undefined : `There is no feature '${feature}' ${placeOf(vocabulary)}.`),
  },
  segment: {
    Form: SegmentForm,
    subject: ({ segment }, { segments }) => `In ${segments.find(({ id }) => id === segment)?.name ?? segment}`,
    unknown: ({ segment }, vocabulary) => (vocabulary.segments.some(({ id }) => id === segment) ? undefined : `There is no segment '${segment}' ${placeOf(vocabulary)}.`),
  },
  performed: {
    Form: PerformedForm,
    subject: (rows, vocabulary) => (rows.sum ? `${rowsWords(rows)}: total of ${lower(titleOf(vocabulary, rows.source, rows.sum))}` : `${rowsWords(rows)}: how many`),
    unknown: ({ source, where, distinct, sum }, vocabulary) => lackIn(vocabulary, source, [...tested(where), distinct, sum]),
  },
  sequence: {
    Form: SequenceForm,
    subject: ({ first, then, followed }) => `${rowsWords(first)}, ${followed ? 'then' : 'but then no'} ${rowsWords(then, true)}`,
    unknown: ({ first, then, per }, vocabulary) => lackIn(vocabulary, first.source, [...tested(first.where), per]) ?? lackIn(vocabulary, then.source, [...tested(then.where), per]),
  },
  first: { Form: SinceForm, subject: ({ source, where }) => `First of ${rowsWords({ source, where }, true)}`, unknown: ({ source, where }, vocabulary) => lackIn(vocabulary, source, tested(where)) },
  last: { Form: SinceForm, subject: ({ source, where }) => `Last of ${rowsWords({ source, where }, true)}`, unknown: ({ source, where }, vocabulary) => lackIn(vocabulary, source, tested(where)) },
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
export const subjectOf = (condition: Condition, vocabulary: RuleWords): string => kindOf(condition).subject(condition, vocabulary);

/** Names of a rule that this run does not know: the server would refuse it. */
export const unknownIn = (condition: Condition, vocabulary: RuleWords): string | undefined => kindOf(condition).unknown(condition, vocabulary);

/** The fields of a condition, whatever its kind. */
export function ConditionForm({ condition, onChange }: { readonly condition: Condition; onChange(condition: Condition): void }) {
  const { Form } = kindOf(condition);
  return (
    <div className={css.form}>
      <Form condition={condition} onChange={onChange} />
    </div>
  );
}
