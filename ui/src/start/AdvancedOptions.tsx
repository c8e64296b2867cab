import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import type { RunOptions } from './corrections.js';
import css from './start.module.css';

interface AdvancedOptionsProps {
  readonly value: RunOptions;
  onChange(value: RunOptions): void;
  /** What the entities are called. */
  readonly many: string;
}

const WAYS: readonly (readonly [value: string, label: string])[] = [
  ['', 'As Shoal thinks best (k-means, as many groups as are proven)'],
  ['auto', 'Try several ways and take the one that fits'],
  ['gaussian-mixture', 'Groups may overlap (Gaussian mixture)'],
  ['hdbscan', 'Only dense groups; others belong to none (HDBSCAN)'],
  ['agglomerative', 'Groups within groups (agglomerative)'],
  ['k-prototypes', 'Numbers and categories alike (k-prototypes)'],
];

/** What hardly anyone needs: folded away, with defaults that are right. */
export function AdvancedOptions({ value, onChange, many }: AdvancedOptionsProps) {
  const set = (part: RunOptions) => onChange({ ...value, ...part });
  return (
    <details className={css.advanced}>
      <summary>More choices</summary>
      <div className={css.fields}>
        <TextInput label="Title" description="What this look at your data is called" value={value.title ?? ''} onChange={(event) => set({ title: event.currentTarget.value })} maxLength={120} />
        <TextInput label="Currency" description="A sign or code, such as € or GBP" value={value.currency ?? ''} onChange={(event) => set({ currency: event.currentTarget.value })} maxLength={8} />
        <TextInput
          type="date"
          label="Look from this day"
          description="What came later is left out; the last day of the data where empty"
          value={typeof value.asOf === 'string' ? value.asOf : ''}
          onChange={(event) => set({ asOf: event.currentTarget.value })}
        />
        <TextInput
          type="number"
          min={2}
          max={50}
          label="Number of groups"
          description="Leave it empty: then the data decides. With a number you get as many, proven or not."
          value={value.k === undefined ? '' : String(value.k)}
          onChange={(event) => set({ k: event.currentTarget.value === '' ? undefined : Number(event.currentTarget.value) })}
        />
        <NativeSelect label={`How ${many} are grouped`} value={value.algorithm ?? ''} onChange={(event) => set({ algorithm: event.currentTarget.value || undefined })} data={WAYS.map(([v, label]) => ({ value: v, label }))} />
        <Checkbox
          label="Say what they will be worth"
          description={`Needs a log of purchases, or how long ${many} have been there and who has left`}
          checked={value.value !== false}
          onChange={(event) => set({ value: event.currentTarget.checked ? undefined : false })}
        />
      </div>
    </details>
  );
}
