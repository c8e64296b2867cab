import { Button } from '@mantine/core';
import { type ReactNode, useCallback, useMemo } from 'react';
import { FormatsProvider } from '../kit/formats.js';
import { SourceLine } from '../kit/Section.js';
import { SegmentsProvider } from '../kit/segments.js';
import { EmptyState, Loading, ProblemNote } from '../kit/states.js';
import { type ShownRun, usePaths, useShownRun } from '../wire/runs.js';
import { useRefresh } from '../wire/ask.js';
import { useSegmentRows } from '../wire/segments.js';
import { useSource } from '../wire/source.js';

interface RunFrameProps {
  readonly children: (shown: ShownRun) => ReactNode;
  /** Stands in while the run comes; grey shapes by default. */
  readonly loading?: ReactNode;
}

/**
 * Everything about the run in view: waits for its report, says why where there is none, and gives everything inside its words
 * (currency, what one entity is called, the segments' names, colours and links).
 */
export function RunFrame({ children, loading }: RunFrameProps) {
  const { shown, error, none, unknown } = useShownRun();
  const to = usePaths();
  const refresh = useRefresh();
  const { data: rows } = useSegmentRows();
  // A name that somebody gave a segment goes before the one that the run made up.
  const segments = useMemo(() => shown?.report.segments.map((s) => ({ ...s, name: rows?.find((row) => row.id === s.id)?.name ?? s.name })) ?? [], [shown?.report, rows]);
  const run = shown?.isChampion ? undefined : shown?.run.id;
  const link = useCallback((id: string) => to(`segments/${encodeURIComponent(id)}`, { run }), [to, run]);
  if (error) return <ProblemNote error={error} onRetry={() => void refresh()} />;
  if (none) return <NoRuns />;
  if (unknown !== undefined)
    return (
      <EmptyState title="This run is not here" action={<Button component="a" href={to('runs')}>See all runs</Button>}>
        The address names the run “{unknown}”, which was removed or belongs to another workspace.
      </EmptyState>
    );
  if (!shown) return loading ?? <Loading what="the run" />;
  const { report } = shown;
  return (
    <FormatsProvider locale={navigator.language} currency={report.currency} one={report.entityWord.one} many={report.entityWord.many}>
      <SegmentsProvider segments={segments} link={link}>
        <Sourced shown={shown}>{children(shown)}</Sourced>
      </SegmentsProvider>
    </FormatsProvider>
  );
}

function Sourced({ shown, children }: { readonly shown: ShownRun; readonly children: ReactNode }) {
  return <SourceLine value={useSource(shown)}>{children}</SourceLine>;
}

/** Nothing was looked at yet in this workspace. */
export function NoRuns() {
  const to = usePaths();
  return (
    <EmptyState title="Nothing has been looked at yet" action={<Button component="a" href={to('start')}>Add your data</Button>}>
      Give Shoal a file with your orders, visits or customers. It finds the groups in it and says in plain words who they are.
    </EmptyState>
  );
}
