import { useMemo } from 'react';
import type { LevelsAnswer } from '../../../src/domain/answer.js';
import type { Report } from '../../../src/domain/report.js';
import { Dendrogram } from '../choose/Dendrogram.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
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
  const branch = useMemo(() => data && branchOf(data, profile), [data, profile]);
  if (error) return <ProblemNote title="The groups inside did not come." error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="the groups inside"><Skeleton height={220} /></Loading>;
  const leaves = data.levels.at(-1) ?? [];
  if (!branch || branch.size < 2)
    return (
      <EmptyState title="No branch of its own" action={<a href={to('choose')}>See the whole tree</a>}>
        In the tree of groups within groups, this segment is not one branch: the tree parts the {f.many} along other lines here, so there are no groups that lie inside it alone.
      </EmptyState>
    );
  const inside = [...branch].reduce((sum, leaf) => sum + leaves[leaf].entities, 0);
  return (
    <div className={css.inside}>
      <p className={css.lead}>
        {f.count(branch.size)} smaller groups, named by what sets them apart inside the segment. They are finer than what could be proven: good for ideas, not to be taken for groups of their own. The branch holds {f.count(inside)} {f.many}; the segment itself has {f.count(profile.entities)}.
      </p>
      <Dendrogram tree={data.tree} leaves={leaves} within={branch} colour={() => segmentColour(profile.segment)} />
      <ul className={css.micro}>
        {[...branch].map((leaf) => leaves[leaf]).sort((a, b) => b.entities - a.entities).map((group) => (
          <li key={group.segment}>
            <strong>{group.name}</strong>
            <span>{group.narrative}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Finest groups below the broad one that is this segment: the one of its name, or the one nearest in size where they differ by less than a tenth. */
function branchOf({ levels }: LevelsAnswer, profile: Profile): ReadonlySet<number> | undefined {
  const [broad, fine] = [levels[0] ?? [], levels.at(-1) ?? []];
  if (levels.length < 2) return undefined;
  const near = [...broad].sort((a, b) => Math.abs(a.entities - profile.entities) - Math.abs(b.entities - profile.entities))[0];
  const own = broad.find((group) => group.name === profile.name) ?? (near && Math.abs(near.entities / profile.entities - 1) < 0.1 ? near : undefined);
  return own && new Set(fine.filter((group) => group.parent === own.segment).map((group) => group.segment));
}
