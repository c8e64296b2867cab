import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Report } from '../../../src/domain/report.js';
import { Bar } from '../kit/Bar.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Empty, Scroller } from '../kit/Section.js';
import type { ExportTable } from '../kit/table-files.js';
import { prose, sentence } from '../kit/prose.js';
import css from './data.module.css';

type ReportFeature = Report['features'][number];

const ROLES: Record<ReportFeature['role'], string> = {
  behaviour: 'makes segments', attribute: 'makes segments', label: 'describes only (outcome)', sensitive: 'describes only (protected)', profile: 'describes only',
};
const TRANSFORMS = { none: 'as it is', log1p: 'logarithm', sqrt: 'square root' } as const;
const FEW = 12;

/** Every feature that was made, how it was encoded, and how much it had to say. */
export function Features({ features, notes }: { readonly features: readonly ReportFeature[]; readonly notes: readonly string[] }) {
  const f = useFormats();
  const [word, setWord] = useState('');
  const [all, setAll] = useState(false);
  const found = features.filter((feature) => `${feature.title} ${feature.name} ${feature.family}`.toLowerCase().includes(word.trim().toLowerCase()));
  const shown = all || word ? found : found.slice(0, FEW);
  return (
    <div className={css.features}>
      <div className={css.titled}>
        <h3>
          What was made of it: {f.count(features.length)} {features.length === 1 ? 'feature' : 'features'}
        </h3>
        {features.length > 0 ? <ExportMenu title="Features" table={tableOf(features)} /> : null}
      </div>
      {notes.length > 0 ? (
        <details className={css.folded}>
          <summary>
            {f.count(notes.length)} {notes.length === 1 ? 'thing' : 'things'} decided on the way
          </summary>
          <div>
            <ul className={css.findings}>
              {notes.map((note, i) => (
                <li key={i}>{prose(note)}</li>
              ))}
            </ul>
          </div>
        </details>
      ) : null}
      {features.length === 0 ? <Empty>No features were made.</Empty> : null}
      {features.length > FEW ? (
        <TextInput className={css.search} label="Find a feature" type="search" value={word} onChange={(event) => setWord(event.currentTarget.value)} />
      ) : null}
      {found.length > 0 ? <FeatureTable features={shown} /> : null}
      <p className={css.soft} role="status">
        {word ? `${f.count(found.length)} of ${f.count(features.length)} features` : ''}
      </p>
      {found.length > FEW && !word ? (
        <Button variant="subtle" size="compact-sm" className={css.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? 'Show fewer' : `Show all ${features.length} features`}
        </Button>
      ) : null}
    </div>
  );
}

function FeatureTable({ features }: { readonly features: readonly ReportFeature[] }) {
  const f = useFormats();
  return (
    <Scroller label="Features">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Family</th>
            <th scope="col">Part played</th>
            <th scope="col">Vote</th>
            <th scope="col">Encoded as</th>
          </tr>
        </thead>
        <tbody>
          {features.map((feature) => (
            <tr key={feature.name}>
              <th scope="row">
                {feature.title}
                <code>{feature.name}</code>
              </th>
              <td>{feature.family}</td>
              <td>{ROLES[feature.role] ?? feature.role}</td>
              <td className={css.vote}>
                {feature.encoding ? (
                  <>
                    <Bar share={feature.encoding.weight} height={6} colour="var(--ink-faint)" />
                    {f.percent(feature.encoding.weight)}
                  </>
                ) : (
                  'none'
                )}
              </td>
              <td className={css.why}>
                {feature.encoding ? (
                  <>
                    <strong>{TRANSFORMS[feature.encoding.transform] ?? feature.encoding.transform}</strong>, {f.value(feature.encoding.low, feature.kind, feature.unit)} to {f.value(feature.encoding.high, feature.kind, feature.unit)}. {sentence(feature.encoding.reason)}
                  </>
                ) : (
                  'Not encoded: it took no part in making the segments.'
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  );
}

function tableOf(features: readonly ReportFeature[]): ExportTable {
  return {
    columns: ['feature', 'title', 'family', 'kind', 'unit', 'role', 'vote', 'transform', 'low', 'high', 'why'],
    rows: () => features.map(({ name, title, family, kind, unit, role, encoding }) => [name, title, family, kind, unit, role, encoding?.weight, encoding?.transform, encoding?.low, encoding?.high, encoding?.reason]),
  };
}
