import type { WhatIf } from '../../../src/domain/answer.js';
import type { Report } from '../../../src/domain/report.js';
import { Exportable } from '../kit/Exportable.js';
import { useFormats } from '../kit/formats.js';
import { Section, Stat } from '../kit/Section.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import type { ExportTable } from '../kit/table-files.js';
import { useAsk } from '../wire/ask.js';
import type { ShownRun } from '../wire/runs.js';
import css from './choose.module.css';
import { Flows } from './Flows.js';
import { provenIn } from './tested.js';

interface WhatIfPartProps {
  readonly shown: ShownRun;
  readonly k?: number;
  onK(k: number): void;
}

const LEAST = 2;
const MOST = 12;
const within = (k: number) => Math.min(MOST, Math.max(LEAST, k));

/** Another number of groups: who they would be, how far they agree with today's, and who would go where. */
export function WhatIfPart({ shown, k, onK }: WhatIfPartProps) {
  const f = useFormats();
  const { run, report } = shown;
  const today = report.segments.length;
  const { data, error, refetch, isPlaceholderData } = useAsk('GET /v1/runs/:run/what-if', { params: { run: run.id }, query: k === undefined ? {} : { k: within(k) } }, { fixed: true, keep: true });
  // Where nobody says which, the run says: it keeps the answer for one number.
  const asked = k === undefined ? data?.k : within(k);
  return (
    <Section id="what-if" title={`What if there were ${asked === undefined ? 'another number' : f.count(asked)}?`} lead={`Everybody parted into another number of groups, and what becomes of today’s ${f.count(today)}. Nothing is changed by looking.`}>
      <div className={css.ks} role="group" aria-label="Number of groups">
        {Array.from({ length: MOST - LEAST + 1 }, (_, i) => i + LEAST).map((n) => (
          <button key={n} type="button" aria-pressed={n === asked} data-today={n === today} onClick={() => onK(n)}>
            {n}
            {n === today ? <span>today</span> : null}
          </button>
        ))}
      </div>
      {error ? (
        <ProblemNote title="That could not be worked out." error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <div aria-busy={isPlaceholderData} className={css.whatIf} data-waiting={isPlaceholderData}>
          <Exportable title={`What if there were ${data.k}?`} table={flowsOf(data, report)} head={<Verdict whatIf={data} report={report} />}>
            <Flows whatIf={data} />
          </Exportable>
        </div>
      ) : (
        <Loading what="the other partition">
          <p className={css.note}>Parting everybody again; with a million people that takes some seconds.</p>
          <Skeleton height={340} />
        </Loading>
      )}
    </Section>
  );
}

function Verdict({ whatIf, report }: { readonly whatIf: WhatIf; readonly report: Report }) {
  const f = useFormats();
  const { strengthThreshold } = report.choice;
  const strength = whatIf.predictionStrength;
  const passes = strength !== undefined && strength >= strengthThreshold;
  return (
    <div className={css.verdict}>
      <dl className={css.figures} aria-live="polite">
        <Stat label="Agreement with today’s" value={f.fixed(whatIf.agreement, 2)} note="adjusted Rand index, 1 is the same" />
        {strength === undefined ? null : <Stat label="Found again" value={f.percent(strength)} note={passes ? `at least ${f.percent(strengthThreshold)} asked for: passed` : `${f.percent(strengthThreshold)} is asked for: not passed`} />}
        <Stat label="Silhouette" value={f.fixed(whatIf.silhouette, 2)} note="on a sample; higher is better" />
      </dl>
      <p className={css.note}>{sentenceOn(whatIf, report, passes)}</p>
    </div>
  );
}

function sentenceOn({ k }: WhatIf, { choice, segments }: Report, passes: boolean): string {
  const proven = provenIn(choice);
  if (proven === 1) return 'No number of groups could be proven here: take this for a slicing, whichever number you like.';
  if (k === proven) return k === segments.length ? 'That is the number in use, and the one that is proven.' : 'That is the number that is proven.';
  if (k > proven) return passes ? 'It comes out again on held-back data; whether there are gaps between all of these groups was not shown.' : 'So many groups do not come out again on held-back data: some of their borders are made by cutting.';
  return 'Fewer groups are simpler, but people who were shown to be apart would be put together.';
}

/** Who goes from where to where. */
function flowsOf({ flows, segments }: WhatIf, report: Report): ExportTable {
  const today = (segment: number) => report.segments.find((s) => s.segment === segment)?.name ?? null;
  return { columns: ['from', 'from_name', 'to', 'to_name', 'entities'], rows: () => flows.map(({ from, to, entities }) => [from, today(from), to, segments[to]?.name, entities]) };
}
