import { useMemo } from 'react';
import type { LevelsAnswer } from '../../../src/domain/answer.js';
import { Exportable } from '../kit/Exportable.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
import { Section } from '../kit/Section.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import type { ExportTable } from '../kit/table-files.js';
import { useAsk } from '../wire/ask.js';
import type { ShownRun } from '../wire/runs.js';
import css from './choose.module.css';
import { Dendrogram } from './Dendrogram.js';

interface LevelsProps {
  readonly shown: ShownRun;
  readonly cut?: number;
  onCut(k: number): void;
}

/** Groups within groups, with a cut that can be moved. */
export function Levels({ shown, cut, onCut }: LevelsProps) {
  const f = useFormats();
  const { run, report } = shown;
  const { data, error, refetch } = useAsk('GET /v1/runs/:run/levels', { params: { run: run.id }, query: {} }, { fixed: true });
  const colour = useMemo(() => colourOf(data?.homes), [data]);
  const leaves = data?.levels.at(-1) ?? [];
  return (
    <Section
      id="levels"
      title="Groups within groups"
      lead={`One tree of all ${f.many}: the further left two branches meet, the less alike they are. Move the cut to see how many groups that makes. Long branches without a fork are the numbers worth trying. Colours are those of today’s segments, where most of a group is in one.${data?.agreement === undefined ? '' : ` The tree is drawn from a summary of the rows; it agrees to ${f.percent(data.agreement)} with the exact one on a sample.`}`}
    >
      {error ? (
        <ProblemNote title="The tree did not come." error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Loading what="the tree">
          <p className={css.note}>Growing the tree; the first time that takes some seconds.</p>
          <Skeleton height={420} />
        </Loading>
      ) : leaves.length < 2 ? (
        <p className={css.note}>There is no tree: it takes at least two groups.</p>
      ) : (
        <Exportable title="Groups within groups" table={groupsOf(data)}>
          <Dendrogram tree={data.tree} leaves={leaves} colour={colour} cut={Math.min(leaves.length, cut ?? data.levels[0]?.length ?? report.segments.length)} onCut={onCut} />
        </Exportable>
      )}
    </Section>
  );
}

/** The colour of today’s segment that most of a leaf is in; grey where no segment has more than half of it: colours must not promise what is not so. */
function colourOf(homes: LevelsAnswer['homes']): (leaf: number) => string {
  return (leaf) => {
    const home = homes?.[leaf];
    return home && home.share > 0.5 && home.segment >= 0 ? segmentColour(home.segment) : 'var(--ink-faint)';
  };
}

/** Every group of every level. */
function groupsOf({ levels }: LevelsAnswer): ExportTable {
  return { columns: ['groups', 'group', 'name', 'entities', 'share'], rows: () => levels.flatMap((groups) => groups.map((group, i) => [groups.length, i, group.name, group.entities, group.share])) };
}
