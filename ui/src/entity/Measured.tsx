import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { EntityFeature } from '../../../src/domain/answer.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { prose, sentence } from '../kit/prose.js';
import type { ExportTable } from '../kit/table-files.js';
import css from './person.module.css';

interface MeasuredProps {
  readonly features: readonly EntityFeature[];
  /** Which features say related things, by name. */
  readonly family: ReadonlyMap<string, string>;
  /** They are in a segment. */
  readonly own: boolean;
}

/** Everything that is known of somebody, by family, and where it stands among everyone and in the own segment. */
export function Measured({ features, family, own }: MeasuredProps) {
  const [text, setText] = useState('');
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = features.filter((feature) => words.every((word) => `${feature.title} ${family.get(feature.feature) ?? ''}`.toLocaleLowerCase().includes(word)));
  const families = [...new Set(found.map((feature) => family.get(feature.feature) ?? ''))];
  return (
    <div className={css.measured}>
      <div className={css.measuredTools}>
        <TextInput type="search" size="sm" aria-label="Find something measured" placeholder="Find something measured" leftSection={<Icon name="search" size={16} />} value={text} onChange={(event) => setText(event.currentTarget.value)} className={css.find} />
        <StripKey own={own} />
        <ExportMenu title="Everything measured" table={tableOf(features, family)} />
      </div>
      {found.length === 0 ? <p className={css.hint}>Nothing measured is called that.</p> : null}
      <div className={css.families}>
        {families.map((name) => (
          <section key={name} className={css.family} aria-label={name || 'Other'}>
            <h3>{sentence(name.replaceAll('_', ' ') || 'other')}</h3>
            <FeatureRows features={found.filter((feature) => (family.get(feature.feature) ?? '') === name)} />
          </section>
        ))}
      </div>
    </div>
  );
}

/** How the strip is read. */
export function StripKey({ own }: { readonly own: boolean }) {
  const f = useFormats();
  return (
    <p className={css.stripKey}>
      <span>
        <span className={css.dot} data-kind="all" /> among all {f.many}
      </span>
      {own ? (
        <span>
          <span className={css.dot} data-kind="own" /> in the own segment
        </span>
      ) : null}
    </p>
  );
}

export function FeatureRows({ features }: { readonly features: readonly EntityFeature[] }) {
  const f = useFormats();
  return (
    <ul className={css.features}>
      {features.map((feature) => {
        const { percentile, percentileInSegment } = feature;
        const known = feature.value !== null;
        return (
          <li key={feature.feature} data-known={known}>
            <span className={css.featureTitle}>{feature.title}</span>
            <span className={css.featureValue}>{known ? prose(feature.text) : 'not known'}</span>
            {feature.kind === 'flag' ? null : known && percentile !== null ? (
              <span className={css.strip} role="img" aria-label={`higher than ${f.percent(percentile)} of all ${f.many}${percentileInSegment === null ? '' : `, ${f.percent(percentileInSegment)} of the own segment`}`} title={`Higher than ${f.percent(percentile)} of all ${f.many}${percentileInSegment === null ? '' : `, and than ${f.percent(percentileInSegment)} of the own segment`}`}>
                {percentileInSegment === null ? null : <span className={css.dot} data-kind="own" style={{ left: `${percentileInSegment * 100}%` }} />}
                <span className={css.dot} data-kind="all" style={{ left: `${percentile * 100}%` }} />
              </span>
            ) : (
              <span className={css.strip} data-empty="true" aria-hidden="true" />
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What sets somebody apart from everyone: the values nearest to the ends, one of each family. */
export function striking(features: readonly EntityFeature[], family: ReadonlyMap<string, string>, most: number): EntityFeature[] {
  const off = (feature: EntityFeature) => Math.abs((feature.percentile ?? 0.5) - 0.5);
  const seen = new Set<string>();
  return [...features]
    .filter((feature) => feature.value !== null && feature.percentile !== null)
    .sort((a, b) => off(b) - off(a) || Number(b.usedToSegment) - Number(a.usedToSegment))
    .filter((feature) => {
      const name = family.get(feature.feature) ?? feature.feature;
      if (seen.has(name)) return false;
      seen.add(name);
      return true;
    })
    .slice(0, most);
}

function tableOf(features: readonly EntityFeature[], family: ReadonlyMap<string, string>): ExportTable {
  return {
    columns: ['feature', 'title', 'family', 'value', 'text', 'percentile', 'percentile_in_segment', 'made_segments'],
    rows: () => features.map((x) => [x.feature, x.title, family.get(x.feature), x.value, x.text, x.percentile, x.percentileInSegment, x.usedToSegment]),
  };
}
