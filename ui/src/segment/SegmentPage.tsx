import { useParams, useSearch } from '@tanstack/react-router';
import type { SegmentDetail } from '../../../src/server/contract/segments.js';
import { EntityList } from '../entity/EntityList.js';
import { Icon } from '../kit/Icon.js';
import { Parts } from '../kit/Parts.js';
import { EmptyState, Loading, ProblemNote } from '../kit/states.js';
import { ProblemError } from '../wire/client.js';
import { type ShownRun, usePaths } from '../wire/runs.js';
import { useSegmentDetail } from '../wire/segments.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { OtherRun } from '../workspace/RunLine.js';
import { useMay } from '../workspace/session.js';
import { About } from './About.js';
import css from './detail.module.css';
import { History } from './History.js';
import { Inside } from './Inside.js';
import { SegmentHead } from './SegmentHead.js';
import { Spreads } from './Spreads.js';

const PARTS = [
  { id: 'about', title: 'About' },
  { id: 'spread', title: 'Distributions' },
  { id: 'inside', title: 'Groups inside' },
  { id: 'members', title: 'Members' },
  { id: 'history', title: 'History and notes' },
] as const;

type Part = (typeof PARTS)[number]['id'];

/** One segment: who they are, how they are spread, what is inside, who is in it, what became of it. */
export function SegmentPage() {
  const { segment: id = '' } = useParams({ strict: false });
  const { data, error, refetch } = useSegmentDetail(id);
  const to = usePaths();
  return (
    <Page
      title={data?.name ?? 'Segment'}
      ownTitle
      above={
        <a href={to('segments')} className={css.back}>
          <Icon name="left" size={15} /> All segments
        </a>
      }
    >
      {error instanceof ProblemError && error.problem.status === 404 ? (
        <EmptyState title="There is no such segment" action={<a href={to('segments')}>See all segments</a>}>
          {error.message}
        </EmptyState>
      ) : error ? (
        <ProblemNote title="The segment did not come." error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <RunFrame>{(shown) => <Whole segment={data} shown={shown} />}</RunFrame>
      ) : (
        <Loading what="the segment" />
      )}
    </Page>
  );
}

function Whole({ segment, shown }: { readonly segment: SegmentDetail; readonly shown: ShownRun }) {
  const to = usePaths();
  const mayList = useMay('analyst');
  const { part } = useSearch({ strict: false }) as { part?: string };
  const profile = shown.report.segments.find((s) => s.id === segment.id);
  const parts = PARTS.filter(({ id }) => (id === 'members' ? mayList : id === 'spread' || id === 'inside' ? profile !== undefined : true));
  const current: Part = parts.find(({ id }) => id === part)?.id ?? 'about';
  const path = `segments/${encodeURIComponent(segment.id)}`;
  return (
    <>
      <OtherRun shown={shown} />
      <SegmentHead segment={segment} />
      <Parts parts={parts} current={current} link={(id) => to(path, { part: id === 'about' ? undefined : id })} label="Parts of this segment" />
      {current === 'about' ? <About segment={segment} profile={profile} shown={shown} /> : null}
      {current === 'spread' && profile ? <Spreads profile={profile} shown={shown} /> : null}
      {current === 'inside' && profile ? <Inside profile={profile} run={shown.run.id} /> : null}
      {current === 'members' ? <EntityList key={segment.id} segment={segment.id} name={segment.name} features={shown.report.features} /> : null}
      {current === 'history' ? <History segment={segment} /> : null}
    </>
  );
}
