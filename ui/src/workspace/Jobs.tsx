import { ActionIcon, Popover } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Job } from '../../../src/domain/job.js';
import { Bar } from '../kit/Bar.js';
import { Icon } from '../kit/Icon.js';
import { useToast } from '../kit/Toasts.js';
import { useTell } from '../wire/ask.js';
import { isOver, useFollowedJobs, useJobs } from '../wire/jobs.js';
import { useWire } from '../wire/client.js';
import { usePaths } from '../wire/runs.js';
import css from './jobs.module.css';
import { doneShare, jobTitle, stageWords, timeLeft } from './job-words.js';
import { useMay } from './session.js';

/** What the server is busy with: how many things, how far, and a way to stop them. Says so when one ends. */
export function Jobs() {
  const [open, setOpen] = useState(false);
  const { data: jobs = [] } = useJobs();
  const active = jobs.filter((job) => !isOver(job));
  useAnnouncedEnds();
  const first = active.at(-1);
  if (!first) return null;
  return (
    <Popover opened={open} onChange={setOpen} position="top-start" width={320} withinPortal shadow="md">
      <Popover.Target>
        <button type="button" className={css.indicator} onClick={() => setOpen(!open)} aria-expanded={open}>
          <span className={css.pulse} aria-hidden="true" />
          <span className={css.words}>
            <strong>{active.length === 1 ? jobTitle(first) : `${active.length} things at work`}</strong>
            <span>{stageWords(first)}</span>
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={css.list} aria-label="At work">
        {active.map((job) => (
          <ActiveJob key={job.id} job={job} />
        ))}
      </Popover.Dropdown>
    </Popover>
  );
}

/** That something is at work, where there is room for no more: beside the menu of a narrow screen. */
export function JobsDot() {
  const { data: jobs = [] } = useJobs();
  const active = jobs.filter((job) => !isOver(job));
  return active.length > 0 ? <span className={css.dot} role="img" aria-label={active.length === 1 ? `At work: ${jobTitle(active[0])}` : `${active.length} things at work`} /> : null;
}

function ActiveJob({ job }: { readonly job: Job }) {
  const cancel = useTell('DELETE /v1/jobs/:job');
  const toast = useToast();
  const may = useMay('analyst');
  const to = usePaths();
  return (
    <div className={css.job}>
      <div className={css.jobHead}>
        <strong>
          <a href={to('start', { job: job.id })}>{jobTitle(job)}</a>
        </strong>
        {may ? (
          <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={30} loading={cancel.isPending} aria-label={`Stop: ${jobTitle(job)}`} onClick={() => cancel.mutate({ params: { job: job.id } }, { onError: (error) => toast({ text: error.message, tone: 'problem' }) })}>
            <Icon name="close" size={16} />
          </ActionIcon>
        ) : null}
      </div>
      <Bar share={doneShare(job) ?? 0} height={6} />
      <span className={css.soft}>
        {stageWords(job)}
        {timeLeft(job) ? `, ${timeLeft(job)}` : ''}
      </span>
    </div>
  );
}

/** Says that a job ended, and leads to what it gave. */
function useAnnouncedEnds(): void {
  const toast = useToast();
  const navigate = useNavigate();
  const { workspace } = useWire();
  const resume = useTell('POST /v1/jobs/:job/resume');
  useFollowedJobs((job) => {
    if (window.location.pathname.endsWith('/start')) return; // Start tells it on the page
    const run = job.result?.['run'];
    if (job.state === 'done' && typeof run === 'string')
      toast({ text: `${jobTitle(job)}: done.`, action: { label: 'See the groups', run: () => void navigate({ to: '/w/$workspace', params: { workspace }, search: { run } }) } });
    else if (job.state === 'done') toast({ text: `${jobTitle(job)}: done.` });
    else if (job.state === 'failed') toast({ text: job.problem?.sentence ?? `${jobTitle(job)}: failed.`, tone: 'problem' });
    else if (job.state === 'interrupted') toast({ text: `${jobTitle(job)}: interrupted.`, tone: 'problem', action: { label: 'Run again', run: () => resume.mutate({ params: { job: job.id } }) } });
  });
}
