import type { ReactNode } from 'react';
import type { Report, Run } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { Section } from '../kit/Section.js';
import { Inputs } from './Inputs.js';
import css from './run.module.css';

/** What is needed to make this report again, to the byte. */
export function Method({ run, totals }: { readonly run: Run; readonly totals: Report['totals'] }) {
  const f = useFormats();
  return (
    <Section id="method" title="Method and run" lead="The same files, the same seed and the same version give this report again, to the byte.">
      <dl className={css.facts}>
        <Fact label="Shoal">{run.version}</Fact>
        <Fact label="Run">
          <code>{run.id}</code>
        </Fact>
        <Fact label="Seed">{String(run.seed)}</Fact>
        <Fact label="As of">{run.asOf > 0 ? `${f.date(run.asOf)} (UTC): nothing later was used` : 'the data has no dates'}</Fact>
        <Fact label="Rows">{f.count(totals.rows)}</Fact>
      </dl>
      <Inputs inputs={run.inputs} />
      <ol className={css.steps}>
        <li>Files are read, typed and cleaned; every rejected row keeps its reason.</li>
        <li>Each {f.one} becomes a row of features. Long tails are tamed, scales are made equal, and features that say the same thing share one vote.</li>
        <li>k-means groups them, for several numbers of groups. Two gates, on data held back, decide how many there are, or whether there are any.</li>
        <li>Each segment is grouped again on resampled data to see how steady it is, described against everyone else, and given a short rule that is tested on {f.many} it has not seen.</li>
        <li>No p-value is given for a feature that helped to make the segments: it would only prove that cutting works.</li>
      </ol>
    </Section>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
