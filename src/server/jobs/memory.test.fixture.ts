import { randomUUID } from 'node:crypto';
import type { JobRecord } from '../../domain/job-record.js';
import { ShoalError } from '../../errors.js';
import type { Store } from '../../store/store.js';

const now = () => Math.round(performance.timeOrigin + performance.now());

/** Records of jobs in memory, as a store keeps them. */
export function memoryJobs(): Store['jobs'] {
  const all = new Map<string, JobRecord>();
  const get = async (id: string) => all.get(id) ?? Promise.reject(new ShoalError('store/not-found', { kind: 'job', id }));
  const change = async (id: string, changes: Partial<JobRecord>) => {
    const changed = { ...(await get(id)), ...changes };
    all.set(id, changed);
    return changed;
  };
  return {
    get,
    async queue({ kind, input }, { actor }) {
      const id = `job_${randomUUID()}`;
      all.set(id, { id, kind, input, state: 'queued', attempt: 0, queuedAt: now(), queuedBy: actor });
      return get(id);
    },
    start: async (id) => change(id, { state: 'running', attempt: (await get(id)).attempt + 1, startedAt: now(), endedAt: undefined }),
    progress: async (id, progress) => void (await change(id, { progress })),
    finish: (id, result) => change(id, { state: 'done', result, endedAt: now() }),
    fail: (id, error) => change(id, { state: 'failed', error, endedAt: now() }),
    cancel: (id) => change(id, { state: 'cancelled', endedAt: now() }),
    interrupt: async () => Promise.all([...all.values()].filter(({ state }) => state === 'running').map(({ id }) => change(id, { state: 'interrupted', endedAt: now() }))),
    resume: (id) => change(id, { state: 'queued', endedAt: undefined }),
    list: async ({ state, kind, limit = 100 } = {}) => ({ items: [...all.values()].reverse().filter((job) => (!state || job.state === state) && (!kind || job.kind === kind)).slice(0, limit) }),
  };
}
