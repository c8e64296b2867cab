import { Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Report } from '../../../src/domain/report.js';
import { Distribution } from '../explain/Distribution.js';
import { Exportable } from '../kit/Exportable.js';
import { useFormats } from '../kit/formats.js';
import { useSegment, useSegments } from '../kit/segments.js';
import type { ExportTable } from '../kit/table-files.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import type { ShownRun } from '../wire/runs.js';
import css from './detail.module.css';
import explain from '../explain/explain.module.css';

/** How a feature is spread over a segment against everyone: any feature, the most telling ones first. */
export function Spreads({ profile, shown }: { readonly profile: Report['segments'][number]; readonly shown: ShownRun }) {
  const f = useFormats();
  const { report, run } = shown;
  const own = useSegment(profile.segment);
  const others = useSegments().filter((s) => s.index !== profile.segment);
  const options = useMemo(() => optionsOf(report, profile), [report, profile]);
  const [feature, setFeature] = useState(options[0]?.value ?? '');
  const known = report.distributions.find((d) => d.feature === feature);
  const { data, error, refetch } = useAsk('GET /v1/runs/:run/distributions/:feature', { params: { run: run.id, feature } }, { fixed: true, keep: true, enabled: feature !== '' });
  const spread = data?.feature === feature ? data : (known ?? data);
  const meta = report.features.find((x) => x.name === spread?.feature);
  const tallest = spread ? Math.max(1e-9, ...[spread.everyone, ...spread.segments].flat().filter(Number.isFinite)) : 1;
  return (
    <div className={css.spreads}>
      <Select label="Feature" className={css.chooser} data={options} value={feature} onChange={(value) => value && setFeature(value)} searchable allowDeselect={false} maxDropdownHeight={320} nothingFoundMessage="No such feature" comboboxProps={{ keepMounted: false }} />
      {error && !spread ? <ProblemNote error={error} onRetry={() => void refetch()} /> : null}
      {!spread && !error ? <Loading what="the distribution"><Skeleton height={200} /></Loading> : null}
      {spread ? (
        <>
          <Exportable title={`${own.name}: ${meta?.title ?? spread.feature}`} table={binsOf(spread, report)}>
            <div className={css.large}>
              <Distribution distribution={spread} feature={meta} segment={own} tallest={tallest} />
            </div>
          </Exportable>
          <h2 className={css.small}>The same in the other segments</h2>
          <div className={explain.multiples}>
            {others.map((segment) => (
              <Distribution key={segment.index} distribution={spread} feature={meta} segment={segment} tallest={tallest} />
            ))}
          </div>
          <p className={css.quiet}>
            Grey is everyone, colour the segment, the line its middle; {spread.log ? 'the scale is logarithmic; ' : ''}height is the share of {f.many}.
          </p>
        </>
      ) : null}
    </div>
  );
}

/** Every feature, those that set the segment apart first. */
function optionsOf(report: Report, profile: Report['segments'][number]): { value: string; label: string }[] {
  const rank = new Map(profile.traits.map((trait, i) => [trait.feature, i]));
  return report.features
    .map(({ name, title }) => ({ value: name, label: title, rank: rank.get(name) ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank))
    .map(({ value, label }) => ({ value, label }));
}

/** The share of everyone and of each segment that lies in each bin. */
function binsOf({ edges, everyone, segments }: Report['distributions'][number], report: Report): ExportTable {
  return { columns: ['from', 'to', 'everyone', ...segments.map((_, i) => report.segments[i]?.id ?? `segment ${i + 1}`)], rows: () => everyone.map((share, bin) => [edges[bin], edges[bin + 1], share, ...segments.map((shares) => shares[bin])]) };
}
