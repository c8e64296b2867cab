import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Loading, ProblemNote } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { isOver, useJob } from '../wire/jobs.js';
import { usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { useMay } from '../workspace/session.js';
import { TakesRole } from '../workspace/TakesRole.js';
import type { RunOptions } from './corrections.js';
import { FilesStep } from './FilesStep.js';
import { inspectedBy } from './inspected.js';
import { ReviewStep } from './ReviewStep.js';
import { Steps } from './Steps.js';
import { WorkingStep } from './WorkingStep.js';

/** From files to groups in three steps. Where one is, the address says: with no job at the files, with a job at what it is doing or has found. */
export function StartPage() {
  const { job: id } = useSearch({ from: '/w/$workspace/start' });
  const navigate = useNavigate({ from: '/w/$workspace/start' });
  const job = useJob(id);
  const [advanced, setAdvanced] = useState<RunOptions>({});
  const { error } = useAsk('GET /v1/jobs/:job', { params: { job: id ?? '' } }, { enabled: id !== undefined && job === undefined });
  const may = useMay('analyst');
  const to = usePaths();
  const goTo = (next: string | undefined) => void navigate({ search: next === undefined ? {} : { job: next } });

  if (!may)
    return (
      <Page title="Add your data">
        <TakesRole role="analyst">Your key shows what was found, and cannot add data.</TakesRole>
      </Page>
    );
  if (id === undefined)
    return (
      <Page title="Add your data" lead="Orders, visits, e-mails, a list of customers: whatever says what people did. One file is enough; several that belong together tell more.">
        <Steps at={0} />
        <FilesStep onInspect={goTo} />
        <p>
          Or let it come in as it happens: <a href={to('live/connect')}>connect a website, an app or a server</a>.
        </p>
      </Page>
    );
  if (!job)
    return (
      <Page title="Add your data">
        {error ? <ProblemNote error={error} /> : <Loading what="how far it is" />}
      </Page>
    );
  const inspected = inspectedBy(job);
  if (inspected)
    return (
      <Page title="Is this right?" lead="This is what your files were taken for. Change what is wrong by clicking on it; most of the time nothing is.">
        <Steps at={1} />
        <ReviewStep key={job.id} job={job} inspected={inspected} advanced={advanced} onAdvanced={setAdvanced} goTo={goTo} />
      </Page>
    );
  return (
    <Page title={job.kind === 'discover' ? 'Finding the groups' : 'Reading your files'}>
      <Steps at={job.kind === 'discover' ? 2 : 1} />
      <WorkingStep job={job} over={isOver(job)} goTo={goTo} />
    </Page>
  );
}
