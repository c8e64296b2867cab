import { Autocomplete, Select, TagsInput } from '@mantine/core';
import { type ReactNode, useEffect, useId, useState } from 'react';
import '@mantine/core/styles/Pill.css';
import '@mantine/core/styles/PillsInput.css';
import { useFormats } from '../kit/formats.js';
import type { Words } from './comparing.js';
import css from './fields.module.css';
import { readNumber, writeNumber } from './numbers.js';

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: Words;
  onChange(value: string): void;
}

/** One of a few: the browser's own list. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <select className={css.choice} aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {Object.entries(options).map(([key, words]) => (
        <option key={key} value={key}>
          {words}
        </option>
      ))}
    </select>
  );
}

interface PickProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  onChange(value: string): void;
}

/** One of many: found by typing. What this run does not know stays readable. */
export function Pick({ label, value, options, onChange }: PickProps) {
  const known = options.some((option) => option.value === value);
  const data = known ? [...options] : [{ value, label: `${value} (unknown)` }, ...options];
  const longest = Math.min(34, Math.max(8, data.find((option) => option.value === value)?.label.length ?? 8));
  return (
    <Select
      className={css.pick}
      style={{ width: `calc(${longest}ch + 52px)` }}
      size="sm"
      aria-label={label}
      data={data}
      value={value}
      onChange={(next) => next !== null && onChange(next)}
      error={known ? undefined : true}
      searchable
      allowDeselect={false}
      maxDropdownHeight={300}
      limit={200}
      nothingFoundMessage="Nothing is called that"
      comboboxProps={{ keepMounted: false, width: 'max-content', position: 'bottom-start' }}
    />
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  onChange(value: number): void;
  /** What is written is so many times the value: 100 for per cent. */
  readonly scale?: number;
  /** Behind the number: '%', 'days'. */
  readonly unit?: ReactNode;
  readonly whole?: boolean;
  readonly min?: number;
  readonly max?: number;
}

/** A number as the reader's locale writes it. What is not one is said beside it, and the last good number stays in force. */
export function NumberField({ label, value, onChange, scale = 1, unit, whole = false, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY }: NumberFieldProps) {
  const { locale } = useFormats();
  const write = (x: number) => writeNumber(Number((x * scale).toPrecision(12)), locale);
  const [text, setText] = useState(() => write(value));
  const [of, setOf] = useState(value);
  const id = useId();
  if (!Object.is(of, value)) {
    setOf(value);
    if (readNumber(text, locale) / scale !== value) setText(write(value));
  }
  const read = (typed: string) => Number((readNumber(typed, locale) / scale).toPrecision(12));
  const faultOf = (x: number): string | undefined => {
    if (Number.isNaN(x)) return 'Type a number';
    if (whole && !Number.isInteger(x)) return 'Whole numbers only';
    if (x < min) return `At least ${write(min)}`;
    if (x > max) return `At most ${write(max)}`;
  };
  const fault = faultOf(read(text));
  const put = (x: number) => {
    const bounded = Math.min(max, Math.max(min, x));
    setText(write(bounded));
    setOf(bounded);
    onChange(bounded);
  };
  return (
    <span className={css.number}>
      <input
        className={css.input}
        style={{ width: `calc(${Math.min(14, Math.max(3, text.length))}ch + 28px)` }}
        inputMode="decimal"
        autoComplete="off"
        aria-label={label}
        aria-invalid={fault !== undefined}
        aria-describedby={fault ? id : undefined}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const x = read(event.target.value);
          if (faultOf(x) !== undefined) return;
          setOf(x);
          onChange(x);
        }}
        onKeyDown={(event) => {
          if ((event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || fault !== undefined || event.altKey) return;
          event.preventDefault();
          const size = (event.shiftKey ? 10 : 1) / scale;
          put(Number((read(text) + (event.key === 'ArrowUp' ? size : -size)).toPrecision(12)));
        }}
        onBlur={() => fault !== undefined && setText(write(value))}
      />
      {unit ? <span className={css.unit}>{unit}</span> : null}
      {fault ? (
        <span id={id} className={css.fault} role="alert">
          {fault}
        </span>
      ) : null}
    </span>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly suggestions?: readonly string[];
  /** Empty text is no answer. */
  readonly required?: boolean;
  onChange(value: string): void;
}

/** A text, with the values that there are to choose from. */
export function TextField({ label, value, suggestions = [], required = false, onChange }: TextFieldProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return (
    <Autocomplete
      className={css.text}
      size="sm"
      aria-label={label}
      data={[...new Set(suggestions)].filter((s) => s !== '')}
      value={text}
      maxLength={200}
      limit={50}
      maxDropdownHeight={260}
      error={required && text === '' ? 'Type a text' : undefined}
      comboboxProps={{ keepMounted: false }}
      onChange={(typed) => {
        setText(typed);
        if (!required || typed !== '') onChange(typed);
      }}
      onBlur={() => required && text === '' && setText(value)}
    />
  );
}

interface ValuesFieldProps {
  readonly label: string;
  readonly values: readonly (string | number)[];
  readonly suggestions?: readonly string[];
  onChange(values: string[]): void;
}

/** Several texts. */
export function ValuesField({ label, values, suggestions = [], onChange }: ValuesFieldProps) {
  const [shown, setShown] = useState(() => values.map(String));
  const joined = JSON.stringify(values.map(String));
  useEffect(() => setShown(JSON.parse(joined) as string[]), [joined]);
  return (
    <TagsInput
      className={css.values}
      size="sm"
      aria-label={label}
      data={[...new Set(suggestions)].filter((s) => s !== '')}
      value={shown}
      maxTags={200}
      limit={50}
      maxDropdownHeight={260}
      placeholder={shown.length === 0 ? 'Choose or type' : undefined}
      error={shown.length === 0 ? 'Choose at least one' : undefined}
      acceptValueOnBlur
      comboboxProps={{ keepMounted: false }}
      onChange={(next) => {
        const kept = next.map((value) => value.slice(0, 200));
        setShown(kept);
        if (kept.length > 0) onChange(kept);
      }}
    />
  );
}

/** A day. */
export function DayField({ label, value, onChange }: { readonly label: string; readonly value: string | undefined; onChange(value: string | undefined): void }) {
  return <input type="date" className={css.input} aria-label={label} value={value?.slice(0, 10) ?? ''} max="9999-12-31" onChange={(event) => onChange(event.target.value || undefined)} />;
}

/** Words between fields. */
export const Word = ({ children }: { readonly children: ReactNode }) => <span className={css.word}>{children}</span>;

/** A line of fields that reads as a sentence. */
export const Line = ({ children, label }: { readonly children: ReactNode; readonly label?: string }) => (
  <div className={css.line} role={label ? 'group' : undefined} aria-label={label}>
    {children}
  </div>
);
