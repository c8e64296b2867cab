import { Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Feature } from '../../../src/domain/feature.js';
import type { Distribution, Report } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { Section } from '../kit/Section.js';
import { useSegments } from '../kit/segments.js';
import { Distribution as Chart } from './Distribution.js';
import css from './explain.module.css';
import { heatRows } from './heat-rows.js';

interface DistributionsProps {
  readonly distributions: readonly Distribution[];
  readonly features: readonly Feature[];
  readonly heatmap: Report['heatmap'];
}

/** One feature at a time: everyone, and every segment over everyone. */
export function Distributions({ distributions, features, heatmap }: DistributionsProps) {
  const f = useFormats();
  const segments = useSegments();
  const options = useMemo(() => optionsFor(distributions, heatRows(heatmap, features, segments, false).map((r) => r.name), features), [distributions, heatmap, features, segments]);
  const [chosen, setChosen] = useState(() => Number(options[0]?.value ?? 0));
  const shown = distributions[chosen];
  if (!shown) return null;
  const feature = features.find((x) => x.name === shown.feature);
  const tallest = Math.max(1e-9, ...[shown.everyone, ...shown.segments].flat().filter(Number.isFinite));
  return (
    <Section id="distributions" image title="Distributions" lead="How one feature is spread: grey is everyone, colour is the segment, the line its middle. All share one scale, so they can be compared.">
      <Select
        className={css.chooser}
        label="Feature"
        data={options}
        value={String(chosen)}
        onChange={(value) => value !== null && setChosen(Number(value))}
        searchable
        allowDeselect={false}
        maxDropdownHeight={320}
        nothingFoundMessage="No such feature"
        comboboxProps={{ keepMounted: false }}
      />
      <div className={css.multiples}>
        {segments.map((segment) => (
          <Chart key={segment.index} distribution={shown} feature={feature} segment={segment} tallest={tallest} />
        ))}
      </div>
      <p className={css.quiet}>
        {feature?.title ?? shown.feature}
        {shown.log ? ', on a logarithmic scale' : ''}; height is the share of {f.many}.
      </p>
    </Section>
  );
}

/** One choice per distribution, the feature that parts the segments most first; values are positions, since names may repeat or be odd. */
function optionsFor(distributions: readonly Distribution[], order: readonly string[], features: readonly Feature[]): { value: string; label: string }[] {
  const rank = new Map(order.map((name, i) => [name, i]));
  const titles = new Map(features.map((x) => [x.name, x.title]));
  return distributions
    .map((d, i) => ({ value: String(i), label: titles.get(d.feature) ?? d.feature, rank: rank.get(d.feature) ?? Infinity }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value, label }) => ({ value, label }));
}
