import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Job } from '../../../src/domain/job.js';
import { Bar } from '../kit/Bar.js';
import { Icon } from '../kit/Icon.js';
import { capital } from '../kit/prose.js';
import { ProblemNote } from '../kit/states.js';
import { useTell } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { useRuns } from '../wire/runs.js';
import { doneShare, duration, stagesOf, timeLeft } from '../workspace/job-words.js';
import css from './start.module.css';

interface WorkingStepProps {
  readonly job: Job;
  readonly over: boolean;
  goTo(job: string | undefined): void;
}

/** What is being done, stage by stage, how long it has taken and will take; leads on by itself when it is done. */
export function WorkingStep({ job, over, goTo }: WorkingStepProps) {
  const { workspace } = useWire();
  const navigate = useNavigate();
  const { data: runs } = useRuns();
  const found = job.state === 'done' ? runs?.find((run) => run.id === job.result?.['run']) : undefined;
  useEffect(() => {
    if (found) void navigate({ to: '/w/$workspace', params: { workspace }, search: found.aliases.includes('champion') ? {} : { run: found.id }, replace: true });
  }, [found, workspace, navigate]);
  if (over && job.state !== 'done') return <Stopped job={job} goTo={goTo} />;
  return <UnderWay job={job} />;
}

function UnderWay({ job }: { readonly job: Job }) {
  const cancel = useTell('DELETE /v1/jobs/:job');
  const stages = stagesOf(job);
  const at = stages.findIndex((s) => s.state === 'now');
  return (
    <div className={css.working}>
      <div className={css.clock}>
        <Bar share={doneShare(job) ?? Math.max(0, at) / Math.max(1, stages.length)} height={10} />
        <p role="status">
          <strong>{job.state === 'queued' ? 'Waits for its turn' : timeLeft(job) ? capital(timeLeft(job)!) : 'Working'}</strong>
          <Elapsed since={job.started} />
        </p>
      </div>
      <ol className={css.stages} aria-label="What is being done">
        {stages.map((stage) => (
          <li key={stage.words} data-state={stage.state} aria-current={stage.state === 'now' ? 'step' : undefined}>
            <span className={css.stageMark}>{stage.state === 'done' ? <Icon name="check" size={15} /> : null}</span>
            {stage.words}
          </li>
        ))}
      </ol>
      {cancel.error ? <ProblemNote error={cancel.error} /> : null}
      <div className={css.forward}>
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate({ params: { job: job.id } })}>
          Stop
        </Button>
        <p className={css.soft}>You can leave this page or close the browser: it goes on.</p>
      </div>
    </div>
  );
}

/** Failed, stopped or interrupted: why, and the ways on. */
function Stopped({ job, goTo }: Omit<WorkingStepProps, 'over'>) {
  const resume = useTell('POST /v1/jobs/:job/resume');
  const words = {
    failed: { title: 'That did not work.', text: job.problem?.sentence ?? 'No reason was given.' },
    interrupted: { title: 'It was interrupted.', text: 'Shoal was stopped while it worked on this. Nothing is lost: run it again, and it does the same.' },
    cancelled: { title: 'Stopped.', text: 'Nothing was kept. Your files are still here.' },
  }[job.state as 'failed' | 'interrupted' | 'cancelled'];
  return (
    <div className={css.column}>
      <ProblemNote title={words.title} error={words.text} />
      {resume.error ? <ProblemNote error={resume.error} /> : null}
      <div className={css.forward}>
        <Button loading={resume.isPending} variant={job.state === 'failed' ? 'default' : 'filled'} onClick={() => resume.mutate({ params: { job: job.id } })}>
          Run it again
        </Button>
        <Button variant={job.state === 'failed' ? 'filled' : 'default'} onClick={() => goTo(undefined)}>
          Back to the files
        </Button>
      </div>
    </div>
  );
}

function Elapsed({ since }: { readonly since?: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return since === undefined ? null : <span className={css.soft}> {duration(Math.max(0, now - since))} so far</span>;
}
