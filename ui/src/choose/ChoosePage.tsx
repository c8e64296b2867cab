import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Report } from '../../../src/domain/report.js';
import { Stability } from '../segment/Stability.js';
import { useFormats } from '../kit/formats.js';
import { Section } from '../kit/Section.js';
import { SegmentLink } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import { type ShownRun, usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { Choose } from './Choose.js';
import css from './choose.module.css';
import { Criteria } from './Criteria.js';
import { Levels } from './Levels.js';
import { provenIn } from './tested.js';
import { WhatIfPart } from './WhatIfPart.js';

/** How the number of segments was chosen, what another number would give, and how they lie within one another. */
export function ChoosePage() {
  return (
    <Page title="How many groups" lead="How the number was decided, with everything that was looked at; what another number would give; and how groups lie within groups.">
      <RunFrame>{(shown) => <Decided shown={shown} />}</RunFrame>
    </Page>
  );
}

function Decided({ shown }: { readonly shown: ShownRun }) {
  const { report } = shown;
  const navigate = useNavigate();
  const { k, cut } = useSearch({ strict: false }) as { k?: string; cut?: string };
  const say = (change: { k?: string; cut?: string }) => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...change }), replace: true, resetScroll: false });
  return (
    <div className={css.page}>
      {provenIn(report.choice) === 1 ? <StillUseful report={report} /> : null}
      <Choose choice={report.choice} />
      <Criteria choice={report.choice} />
      <WhatIfPart shown={shown} k={numberIn(k)} onK={(next) => say({ k: String(next) })} />
      <Levels shown={shown} cut={numberIn(cut)} onCut={(next) => say({ cut: String(next) })} />
      <Steady report={report} />
    </div>
  );
}

const numberIn = (written: string | undefined): number | undefined => (written && /^\d{1,2}$/.test(written) ? Number(written) : undefined);

/** Where no groups could be proven: what helps all the same. */
function StillUseful({ report }: { readonly report: Report }) {
  const f = useFormats();
  const to = usePaths();
  return (
    <aside className={css.useful} aria-label="What helps all the same">
      <h2 className={css.gateTitle}>There is no proven structure, and that is an answer</h2>
      <p>No gap could be shown between groups of {f.many}: as far as the tests can see, they are one crowd that thins out towards its edges, and whoever cuts it chooses the borders. What helps all the same:</p>
      <ul>
        <li>
          <strong>The slices</strong> that are shown: a convenience for planning, with borders that could as well lie elsewhere. <a href={to('segments')}>See them</a>
        </li>
        {report.tiers.length > 0 ? (
          <li>
            <strong>Value tiers</strong> by how recently, how often and for how much they bought: {report.tiers.map((tier) => tier.name).join(', ')}.
          </li>
        ) : null}
        <li>
          <strong>Rules</strong> of your own, counted as you write them. <a href={to('rules')}>Build a segment</a>
        </li>
      </ul>
    </aside>
  );
}

/** How far all of it, and each segment, comes out again. */
function Steady({ report }: { readonly report: Report }) {
  const f = useFormats();
  const keys = useSegments();
  const { steadiness } = report;
  return (
    <Section
      id="steadiness"
      image
      table={{ columns: ['segment', 'name', 'stability'], rows: () => report.segments.map((s) => [s.id, keys.find((key) => key.index === s.segment)?.name ?? s.name, s.stability?.jaccard]) }}
      title="Does it come out again?"
      lead={
        steadiness
          ? `Found again from other starts to ${f.percent(steadiness.seeds.mean)} (at worst ${f.percent(steadiness.seeds.least)}), and on halves of the rows to ${f.percent(steadiness.subsamples.mean)} (at worst ${f.percent(steadiness.subsamples.least)}): adjusted Rand index, 100 % is the same. Below, each segment when the sample is redrawn.`
          : 'Each segment when the sample is redrawn.'
      }
    >
      <ul className={css.steady}>
        {report.segments.map((segment) => {
          const key = keys.find((s) => s.index === segment.segment);
          return (
            <li key={segment.segment}>
              {key ? <SegmentLink segment={key} /> : null}
              <Stability stability={segment.stability} />
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
