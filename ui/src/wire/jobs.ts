import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useMemo } from 'react';
import type { Job } from '../../../src/domain/job.js';
import { keyOf, useAsk, useRefresh } from './ask.js';
import { useWire } from './client.js';

/** States that nothing follows unless the job is resumed (the same question as `ended` of domain/job, which is code). */
export const isOver = (job: Job): boolean => job.state !== 'queued' && job.state !== 'running';

/** Jobs of the workspace, newest first. */
export const useJobs = () => useAsk('GET /v1/jobs');

/** A job, kept up to date as long as it runs. */
export const useJob = (job: string | undefined) => {
  const { data: jobs } = useJobs();
  const known = jobs?.find((j) => j.id === job);
  const asked = useAsk('GET /v1/jobs/:job', { params: { job: job ?? '' } }, { enabled: job !== undefined && jobs !== undefined && known === undefined });
  return known ?? asked.data;
};

/** Follows every job that is not over and keeps the list of jobs current; `onEnd` hears of each that ends. Once, in the frame of the page. */
export function useFollowedJobs(onEnd: (job: Job) => void): void {
  const { client, workspace } = useWire();
  const queries = useQueryClient();
  const refresh = useRefresh();
  const { data: jobs = [] } = useJobs();
  const ended = useEffectEvent(onEnd);
  const active = useMemo(() => jobs.filter((job) => !isOver(job)).map((job) => job.id).slice(-MOST), [jobs]).join(' ');
  useEffect(() => {
    if (!active) return;
    const stop = new AbortController();
    for (const id of active.split(' ')) void follow(id);
    return () => stop.abort();

    async function follow(id: string): Promise<void> {
      try {
        for await (const job of client.follow('GET /v1/jobs/:job/events', { params: { job: id }, signal: stop.signal })) {
          queries.setQueryData<Job[]>(keyOf(workspace, 'GET /v1/jobs'), (before = []) => before.map((j) => (j.id === job.id ? job : j)));
          if (!isOver(job)) continue;
          ended(job);
          await refresh();
        }
      } catch {
        // The line broke: the list is asked for again, and what still runs is followed again.
        if (!stop.signal.aborted) setTimeout(() => void refresh(), 2000);
      }
    }
  }, [active, client, workspace]);
}

/** A browser opens six connections to one server; some are left for questions. The oldest run first. */
const MOST = 3;
