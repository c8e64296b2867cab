import { Button } from '@mantine/core';
import { useFormats } from '../kit/formats.js';
import { useToast } from '../kit/Toasts.js';
import { useAsk, useTell } from '../wire/ask.js';
import { useMay } from '../workspace/session.js';
import css from './runs.module.css';

/** What was removed and can still be brought back. */
export function RemovedRuns() {
  const f = useFormats();
  const toast = useToast();
  const may = useMay('operator');
  const { data = [] } = useAsk('GET /v1/runs', { query: { removed: 'true' } });
  const restore = useTell('POST /v1/runs/:run/restore');
  const removed = data.filter((run) => run.removedAt !== undefined);
  if (removed.length === 0) return null;
  return (
    <details className={css.removed}>
      <summary>
        Removed: {f.count(removed.length)} {removed.length === 1 ? 'run' : 'runs'}
      </summary>
      <ul>
        {removed.map((run) => (
          <li key={run.id}>
            <span>
              {run.title} <span className={css.soft}>removed {f.moment(run.removedAt)}; kept for seven days</span>
            </span>
            {may ? (
              <Button variant="default" size="compact-sm" onClick={() => restore.mutate({ params: { run: run.id } }, { onError: (error) => toast({ text: error.message, tone: 'problem' }) })}>
                Bring back
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  );
}
