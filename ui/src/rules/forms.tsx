import { Button } from '@mantine/core';
import { createContext, useContext } from 'react';
import type { ConditionKind, ConditionOf, RowsOf, RowTest, TimeWindow } from '../../../src/domain/rule.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { aboutFeature, testOf } from './choices.js';
import { countOps, featureWithOp, flagAnswer, flagOps, NUMBER_OPS, type Op, opsOf, scaleOf, withOp } from './comparing.js';
import { Choice, DayField, Line, NumberField, Pick, TextField, ValuesField, Word } from './fields.js';
import css from './rules.module.css';
import { Shape } from './Shape.js';
import { type ColumnWords, columnOf, featureOf, ninetyDays, type RuleWords, sourceOf, spoken } from './speech.js';
import { Threshold } from './Threshold.js';

const VocabularyContext = createContext<RuleWords | undefined>(undefined);
export const VocabularyProvider = VocabularyContext.Provider;

/** What the rules of the run in view can speak of. */
export function useVocabulary(): RuleWords {
  const vocabulary = useContext(VocabularyContext);
  if (!vocabulary) throw new Error('bug: asked outside of a rule');
  return vocabulary;
}

/** What the form of a condition is given. */
export interface FormProps<K extends ConditionKind> {
  readonly condition: ConditionOf<K>;
  onChange(condition: ConditionOf<K>): void;
}

export function FeatureForm({ condition, onChange }: FormProps<'feature'>) {
  const vocabulary = useVocabulary();
  const { currency } = useFormats();
  const feature = featureOf(vocabulary, condition.feature);
  const scale = scaleOf(feature?.kind);
  const unit = feature?.kind === 'money' ? currency : feature?.kind === 'share' ? '%' : feature?.kind === 'days' ? 'days' : feature?.kind === 'hour' ? 'o’clock' : feature?.unit;
  const flag = feature?.kind === 'flag';
  return (
    <>
      <Line>
        <Pick
          label="What is measured"
          value={condition.feature}
          options={vocabulary.features.map((f) => ({ value: f.name, label: f.title }))}
          onChange={(name) => {
            const next = featureOf(vocabulary, name);
            if (next) onChange(aboutFeature(next) as ConditionOf<'feature'>);
          }}
        />
        {flag ? (
          <Choice
            label="Answer"
            value={flagAnswer(condition.op, 'value' in condition ? condition.value : true)}
            options={flagOps}
            onChange={(answer) => onChange(answer === 'yes' || answer === 'no' ? { kind: 'feature', feature: condition.feature, op: '=', value: answer === 'yes' } : { kind: 'feature', feature: condition.feature, op: answer as 'known' })}
          />
        ) : (
          <Choice label="Comparison" value={condition.op} options={NUMBER_OPS} onChange={(op) => onChange(featureWithOp(condition, op as typeof condition.op, feature))} />
        )}
        {!flag && 'value' in condition ? <NumberField label="Value" value={Number(condition.value)} scale={scale} unit={unit} onChange={(value) => onChange({ ...condition, value })} /> : null}
        {condition.op === 'between' ? (
          <>
            <NumberField label="From" value={condition.from} scale={scale} max={condition.to} onChange={(from) => onChange({ ...condition, from })} />
            <Word>and</Word>
            <NumberField label="To" value={condition.to} scale={scale} min={condition.from} unit={unit} onChange={(to) => onChange({ ...condition, to })} />
          </>
        ) : null}
      </Line>
      {feature && !flag && vocabulary.run !== undefined ? <Threshold condition={condition} feature={feature} run={vocabulary.run} onChange={onChange} /> : null}
    </>
  );
}

export function PerformedForm({ condition, onChange }: FormProps<'performed'>) {
  const vocabulary = useVocabulary();
  const { currency } = useFormats();
  const source = sourceOf(vocabulary, condition.source);
  const measure = condition.sum !== undefined ? `sum ${condition.sum}` : condition.distinct !== undefined ? `distinct ${condition.distinct}` : 'rows';
  const setMeasure = (next: string) => {
    const { sum: _, distinct: __, ...rest } = condition;
    const column = next.slice(next.indexOf(' ') + 1);
    const value = Number.isInteger(rest.value) && rest.value >= 0 ? rest.value : 1;
    onChange(next.startsWith('sum ') ? { ...rest, sum: column } : next.startsWith('distinct ') ? { ...rest, value, distinct: column } : { ...rest, value });
  };
  const counted = condition.sum === undefined;
  return (
    <>
      <Line>
        <SourcePick value={condition.source} timed onChange={(name) => onChange({ kind: 'performed', source: name, op: condition.op, value: counted ? condition.value : 1, ...(condition.window && { window: condition.window }) })} />
        <Choice label="What is counted" value={measure} options={measuresOf(source?.columns ?? [], condition)} onChange={setMeasure} />
        <Choice label="Comparison" value={condition.op} options={countOps} onChange={(op) => onChange({ ...condition, op: op as typeof condition.op })} />
        <NumberField label="Value" value={condition.value} whole={counted} min={counted ? 0 : undefined} unit={counted ? (condition.value === 1 ? 'time' : 'times') : condition.sum === 'amount' ? currency : undefined} onChange={(value) => onChange({ ...condition, value })} />
      </Line>
      <WindowFields window={condition.window} onChange={(window) => onChange(withWindow(condition, window))} />
      <Where source={condition.source} where={condition.where} onChange={(where) => onChange(withWhere(condition, where))} />
      {condition.op === '=' && condition.value === 0 ? <p className={css.hint}>Nobody counts as unknown here: who has no such row has 0.</p> : null}
    </>
  );
}

function measuresOf(columns: readonly ColumnWords[], { distinct, sum }: ConditionOf<'performed'>): Record<string, string> {
  const offered = columns.flatMap((column): [string, string][] =>
    column.type === 'number' ? [[`sum ${column.name}`, `total of ${column.title.toLocaleLowerCase()}`]] : column.type === 'text' ? [[`distinct ${column.name}`, column.name === 'order_id' ? 'how many orders' : `how many different: ${column.title.toLocaleLowerCase()}`]] : []);
  const kept: [string, string][] = [...(distinct ? [[`distinct ${distinct}`, `how many different: ${distinct}`] as [string, string]] : []), ...(sum ? [[`sum ${sum}`, `total of ${sum}`] as [string, string]] : [])];
  return Object.fromEntries([['rows', 'how many rows'], ...kept, ...offered]);
}

export function SequenceForm({ condition, onChange }: FormProps<'sequence'>) {
  const vocabulary = useVocabulary();
  const { first, then } = condition;
  const shared = (sourceOf(vocabulary, first.source)?.columns ?? []).filter((column) => column.type === 'text' && columnOf(vocabulary, then.source, column.name));
  const per = { '': 'the same person', ...Object.fromEntries(shared.map((column) => [column.name, `the same ${column.title.toLocaleLowerCase()}`])), ...(condition.per && { [condition.per]: `the same ${columnOf(vocabulary, first.source, condition.per)?.title.toLocaleLowerCase() ?? condition.per}` }) };
  return (
    <>
      <Rows label="First" rows={first} onChange={(rows) => onChange({ ...condition, first: rows })} />
      <Line>
        <Choice label="What follows" value={condition.followed ? 'then' : 'not'} options={{ then: 'and then', not: 'but then no' }} onChange={(value) => onChange({ ...condition, followed: value === 'then' })} />
        <Word>within</Word>
        <Length label="Within" length={condition.within.length} unit={condition.within.unit} onChange={(length, unit) => onChange({ ...condition, within: { length, unit } })} />
      </Line>
      <Rows label={condition.followed ? 'Then' : 'Then no'} rows={then} onChange={(rows) => onChange({ ...condition, then: rows })} />
      <Line>
        <Word>both for</Word>
        <Choice
          label="Both for the same"
          value={condition.per ?? ''}
          options={per}
          onChange={(name) => {
            const { per: _, ...rest } = condition;
            onChange(name ? { ...rest, per: name } : rest);
          }}
        />
      </Line>
      <WindowFields label="The first of them" window={condition.window} onChange={(window) => onChange(withWindow(condition, window))} />
    </>
  );
}

function Rows({ label, rows, onChange }: { readonly label: string; readonly rows: RowsOf; onChange(rows: RowsOf): void }) {
  return (
    <fieldset className={css.rows}>
      <legend>{label}</legend>
      <SourcePick value={rows.source} timed onChange={(source) => onChange({ source })} />
      <Where source={rows.source} where={rows.where} onChange={(where) => onChange(withWhere(rows, where))} />
    </fieldset>
  );
}

export function SinceForm({ condition, onChange }: { readonly condition: ConditionOf<'first' | 'last'>; onChange(condition: never): void }) {
  const change = onChange as (condition: ConditionOf<'first' | 'last'>) => void;
  return (
    <>
      <Line>
        <Choice label="Which" value={condition.kind} options={{ first: 'the first', last: 'the last' }} onChange={(kind) => change({ ...condition, kind } as typeof condition)} />
        <Word>of</Word>
        <SourcePick value={condition.source} timed onChange={(source) => change({ kind: condition.kind, source, op: condition.op, value: condition.value, unit: condition.unit })} />
        <Word>was</Word>
        <Choice label="Comparison" value={condition.op} options={{ '>': 'more than', '>=': 'at least', '<': 'less than', '<=': 'at most' }} onChange={(op) => change({ ...condition, op: op as '<' })} />
        <NumberField label="How long ago" value={condition.value} min={0} onChange={(value) => change({ ...condition, value })} />
        <Choice label="Unit" value={condition.unit} options={units} onChange={(unit) => change({ ...condition, unit: unit as 'days' })} />
        <Word>ago</Word>
      </Line>
      <Where source={condition.source} where={condition.where} onChange={(where) => change(withWhere(condition, where))} />
    </>
  );
}

export function AttributeForm({ condition, onChange }: FormProps<'attribute'>) {
  const vocabulary = useVocabulary();
  const { kind, source, ...test } = condition;
  const known = vocabulary.sources.filter((s) => s.kind === 'entities');
  return (
    <Line>
      {known.length > 1 ? <SourcePick value={source} onChange={(name) => {
        const column = sourceOf(vocabulary, name)?.columns[0];
        if (column) onChange({ kind, source: name, ...testOf(column) });
      }} /> : null}
      <Test source={source} test={test} onChange={(next) => onChange({ kind, source, ...next })} />
    </Line>
  );
}

export function SegmentForm({ condition, onChange }: FormProps<'segment'>) {
  const vocabulary = useVocabulary();
  const { strength, ...rest } = condition;
  return (
    <Line>
      <Pick label="Segment" value={condition.segment} options={vocabulary.segments.map(({ id, name }) => ({ value: id, label: name }))} onChange={(segment) => onChange({ ...condition, segment })} />
      <Choice label="How firmly" value={strength === undefined ? 'any' : 'some'} options={{ any: 'however firmly', some: 'at least so firmly' }} onChange={(how) => onChange(how === 'any' ? rest : { ...rest, strength: 0.5 })} />
      {strength === undefined ? null : <NumberField label="Strength" value={strength} scale={100} min={0} max={1} unit="% of the way from the border to the core" onChange={(value) => onChange({ ...rest, strength: value })} />}
    </Line>
  );
}

export function DrawnForm({ condition }: FormProps<'drawn'>) {
  const { run } = useVocabulary();
  return (
    <div className={css.drawn}>
      <Shape points={condition.points} run={condition.run} />
      <p className={css.hint}>
        {condition.run === run
          ? 'Everyone inside this shape on the map. Draw another one on the map to change it.'
          : 'This shape is on the map of another run, and those inside it are counted there. Draw another one on the map to change it.'}
      </p>
    </div>
  );
}

const units = { minutes: 'minutes', hours: 'hours', days: 'days' };

function Length({ label, length, unit, onChange }: { readonly label: string; readonly length: number; readonly unit: 'minutes' | 'hours' | 'days'; onChange(length: number, unit: 'minutes' | 'hours' | 'days'): void }) {
  return (
    <>
      <NumberField label={label} value={length} whole min={1} max={1_000_000} onChange={(next) => onChange(next, unit)} />
      <Choice label={`${label}: unit`} value={unit} options={units} onChange={(next) => onChange(length, next as 'days')} />
    </>
  );
}

function SourcePick({ value, timed = false, onChange }: { readonly value: string; readonly timed?: boolean; onChange(source: string): void }) {
  const { sources } = useVocabulary();
  const offered = sources.filter((source) => (timed ? source.timed : source.kind === 'entities'));
  return <Pick label="Source" value={value} options={offered.map(({ name }) => ({ value: name, label: spoken(name) }))} onChange={onChange} />;
}

/** Ever, in the last days, in the current session, or between two days. */
function WindowFields({ window, onChange, label = 'Time' }: { readonly window?: TimeWindow; readonly label?: string; onChange(window: TimeWindow | undefined): void }) {
  const { asOf } = useVocabulary();
  const day = (daysAgo: number) => new Date(asOf - daysAgo * 86_400_000).toISOString().slice(0, 10);
  const kind = window === undefined ? 'ever' : 'last' in window ? 'last' : 'session' in window ? 'session' : 'between';
  const put = (from: string | undefined, to: string | undefined) => {
    if ((from === undefined && to === undefined) || (from !== undefined && to !== undefined && from >= to)) return;
    onChange({ ...(from && { from }), ...(to && { to }) } as TimeWindow);
  };
  return (
    <Line label={label}>
      <Choice label={label} value={kind} options={{ ever: 'ever', last: 'in the last', session: 'in the session ended by a pause of', between: 'from … to …' }} onChange={(next) => onChange(next === 'ever' ? undefined : next === 'last' ? ninetyDays : next === 'session' ? { session: 30, unit: 'minutes' } : { from: day(90), to: day(0) })} />
      {window && 'last' in window ? <Length label="In the last" length={window.last} unit={window.unit} onChange={(last, unit) => onChange({ last, unit })} /> : null}
      {window && 'session' in window ? <Length label="Pause" length={window.session} unit={window.unit} onChange={(session, unit) => onChange({ session, unit })} /> : null}
      {window && !('last' in window) && !('session' in window) ? (
        <>
          <DayField label="From" value={window.from} onChange={(from) => put(from, window.to)} />
          <Word>to before</Word>
          <DayField label="To before" value={window.to} onChange={(to) => put(window.from, to)} />
        </>
      ) : null}
    </Line>
  );
}

/** Which rows of a source are meant. */
function Where({ source, where = [], onChange }: { readonly source: string; readonly where?: readonly RowTest[]; onChange(where: readonly RowTest[]): void }) {
  const columns = sourceOf(useVocabulary(), source)?.columns ?? [];
  return (
    <div className={css.where}>
      {where.map((test, i) => (
        <Line key={i} label={`Test ${i + 1}`}>
          <Word>{i === 0 ? 'where' : 'and'}</Word>
          <Test source={source} test={test} onChange={(next) => onChange(where.map((t, j) => (j === i ? next : t)))} />
          <button type="button" className={css.small} aria-label={`Remove test ${i + 1}`} onClick={() => onChange(where.filter((_, j) => j !== i))}>
            <Icon name="close" size={15} />
          </button>
        </Line>
      ))}
      {columns.length > 0 && where.length < 10 ? (
        <Button variant="subtle" size="compact-sm" leftSection={<Icon name="plus" size={14} />} onClick={() => onChange([...where, testOf(columns.find((column) => !where.some((test) => test.column === column.name)) ?? columns[0])])}>
          {where.length === 0 ? 'Only where …' : 'And where …'}
        </Button>
      ) : null}
    </div>
  );
}

/** A column, a comparison and what it is compared with. */
function Test({ source, test, onChange }: { readonly source: string; readonly test: RowTest; onChange(test: RowTest): void }) {
  const vocabulary = useVocabulary();
  const columns = sourceOf(vocabulary, source)?.columns ?? [];
  const column: ColumnWords = columnOf(vocabulary, source, test.column) ?? { name: test.column, title: test.column, type: guess(test) };
  const flag = column.type === 'flag';
  return (
    <>
      <Pick label="Column" value={test.column} options={columns.map(({ name, title }) => ({ value: name, label: title }))} onChange={(name) => {
        const next = columns.find((c) => c.name === name);
        if (next) onChange(testOf(next));
      }} />
      <Choice
        label="Comparison"
        value={flag ? flagAnswer(test.op, 'value' in test ? test.value : true) : test.op}
        options={opsOf(column.type, test.op)}
        onChange={(op) => onChange(op === 'yes' || op === 'no' ? { column: test.column, op: '=', value: op === 'yes' } : withOp(test, op as Op, column))}
      />
      {flag ? null : <Value test={test} column={column} onChange={onChange} />}
    </>
  );
}

function Value({ test, column, onChange }: { readonly test: RowTest; readonly column: ColumnWords; onChange(test: RowTest): void }) {
  const { currency } = useFormats();
  const unit = column.name === 'amount' || column.name === 'price' ? currency : undefined;
  if (test.op === 'in' || test.op === 'not in') {
    const number = test.values.every((value) => typeof value === 'number');
    const put = (typed: readonly string[]) => {
      const values = number && column.type === 'number' ? typed.map(Number).filter(Number.isFinite) : [...typed];
      if (values.length > 0) onChange({ ...test, values });
    };
    return <ValuesField label="Values" values={test.values} suggestions={column.values} onChange={put} />;
  }
  if (test.op === 'between') {
    const { from, to } = test;
    if (typeof from === 'string' || typeof to === 'string')
      return (
        <>
          <DayField label="From" value={String(from)} onChange={(day) => day !== undefined && day <= String(to) && onChange({ ...test, from: day })} />
          <Word>and</Word>
          <DayField label="To" value={String(to)} onChange={(day) => day !== undefined && day >= String(from) && onChange({ ...test, to: day })} />
        </>
      );
    return (
      <>
        <NumberField label="From" value={from} max={to} onChange={(next) => onChange({ ...test, from: next })} />
        <Word>and</Word>
        <NumberField label="To" value={to} min={from} unit={unit} onChange={(next) => onChange({ ...test, to: next })} />
      </>
    );
  }
  if (!('value' in test)) return null;
  if (column.type === 'time') return <DayField label="Day" value={String(test.value)} onChange={(day) => day !== undefined && onChange({ ...test, value: day } as RowTest)} />;
  if (typeof test.value === 'number') return <NumberField label="Value" value={test.value} unit={unit} onChange={(value) => onChange({ ...test, value } as RowTest)} />;
  return <TextField label="Value" value={String(test.value)} required={test.op === 'contains' || test.op === 'not contains'} suggestions={column.values} onChange={(value) => onChange({ ...test, value } as RowTest)} />;
}

/** What a column that this run does not know is taken for. */
function guess(test: RowTest): ColumnWords['type'] {
  const value = 'value' in test ? test.value : 'from' in test ? test.from : undefined;
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'flag' : 'text';
}

function withWindow<T extends { readonly window?: TimeWindow }>({ window: _, ...rest }: T, window: TimeWindow | undefined): T {
  return (window ? { ...rest, window } : rest) as T;
}

function withWhere<T extends { readonly where?: RowTest[] }>({ where: _, ...rest }: T, where: readonly RowTest[]): T {
  return (where.length > 0 ? { ...rest, where } : rest) as T;
}
