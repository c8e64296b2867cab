import { useMemo } from 'react';
import type { LevelsAnswer } from '../../../src/domain/answer.js';
import type { Report } from '../../../src/domain/report.js';
import { Dendrogram } from '../choose/Dendrogram.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
import { prose } from '../kit/prose.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { usePaths } from '../wire/runs.js';
import css from './detail.module.css';

type Profile = Report['segments'][number];

/** Smaller groups inside a segment, as the branch of the run's dendrogram that holds them. */
export function Inside({ profile, run }: { readonly profile: Profile; readonly run: string }) {
  const f = useFormats();
  const to = usePaths();
  const { data, error, refetch } = useAsk('GET /v1/runs/:run/levels', { params: { run }, query: {} }, { fixed: true });
  const inside = useMemo(() => data && groupsIn(data, profile.segment), [data, profile]);
  if (error) return <ProblemNote title="The groups inside did not come." error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="the groups inside"><Skeleton height={220} /></Loading>;
  const leaves = data.levels.at(-1) ?? [];
  if (!inside || inside.size < 2)
    return (
      <EmptyState title={inside?.size === 1 ? 'All of one piece' : 'No groups of its own'} action={<a href={to('choose')}>See the whole tree</a>}>
        {inside?.size === 1
          ? `Parted ${f.count(leaves.length)} times, the ${f.many} of this segment stay together: there are no smaller groups inside it to tell apart.`
          : `In the tree of groups within groups the ${f.many} are parted along other lines here, so no smaller group lies in this segment.`}
      </EmptyState>
    );
  const held = [...inside].reduce((sum, leaf) => sum + (data.homes?.[leaf].share ?? 0) * leaves[leaf].entities, 0);
  return (
    <div className={css.inside}>
      <p className={css.lead}>
        {f.count(inside.size)} smaller groups that lie mostly in this segment, named by what sets them apart from their neighbours. They are finer than what could be proven: good for ideas, not to be taken for groups of their own. Together they hold {f.percent(Math.min(1, held / profile.entities))} of the segment.
      </p>
      <Dendrogram tree={data.tree} leaves={leaves} within={inside} colour={() => segmentColour(profile.segment)} />
      <ul className={css.micro}>
        {[...inside].map((leaf) => leaves[leaf]).sort((a, b) => b.entities - a.entities).map((group) => (
          <li key={group.segment}>
            <strong>{group.name}</strong>
            <span>{prose(group.narrative)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Finest groups of the tree that have most of their members in the segment. */
function groupsIn({ homes = [] }: LevelsAnswer, segment: number): ReadonlySet<number> {
  return new Set(homes.flatMap((home, leaf) => (home.segment === segment && home.share > 0.5 ? [leaf] : [])));
}
