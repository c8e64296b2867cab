import { Button } from '@mantine/core';
import { Loading, ProblemNote } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { isPublished, usePaths, useRuns } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { NoRuns } from '../workspace/RunFrame.js';
import { InUse } from './InUse.js';
import { Moves } from './Moves.js';
import { RemovedRuns } from './RemovedRuns.js';
import { RunTable } from './RunTable.js';

/** Every look at the data, which one is in use, and the way back. */
export function RunsPage() {
  const to = usePaths();
  const runs = useRuns();
  const aliases = useAsk('GET /v1/aliases');
  const error = runs.error ?? aliases.error;
  const shown = runs.data?.filter((run) => run.removedAt === undefined) ?? [];
  const published = shown.filter(isPublished);
  return (
    <Page
      title="Runs and models"
      lead="Each time Shoal looks at your data, that is a run. One of them is in use: segments, lists and exports follow it. Nothing changes until you say so, and you can always go back."
      actions={
        published.length > 1 ? (
          <Button component="a" variant="default" href={to(`runs/${encodeURIComponent(published[0].id)}/versus/${encodeURIComponent(published[1].id)}`)}>
            Compare two runs
          </Button>
        ) : null
      }
    >
      {error ? <ProblemNote error={error} onRetry={() => void runs.refetch()} /> : null}
      {runs.isPending || aliases.isPending ? <Loading what="the runs" /> : null}
      {runs.data && aliases.data ? (
        shown.length === 0 ? (
          <NoRuns />
        ) : (
          <>
            <InUse runs={published} aliases={aliases.data} />
            <RunTable runs={shown} champion={published.find((run) => run.id === aliases.data.champion)} />
            <Moves aliases={aliases.data} runs={shown} />
          </>
        )
      ) : null}
      {runs.data ? <RemovedRuns /> : null}
    </Page>
  );
}

