import { Removed } from '../kit/Removed.js';
import { useAsk, useTell } from '../wire/ask.js';
import { useMay } from '../workspace/session.js';

/** Runs that were removed and can still be brought back. */
export function RemovedRuns() {
  const may = useMay('operator');
  const { data = [] } = useAsk('GET /v1/runs', { query: { removed: 'true' } });
  const { mutateAsync: restore } = useTell('POST /v1/runs/:run/restore');
  return <Removed called={['run', 'runs']} items={data.map(({ id, title, removedAt }) => ({ id, name: title, removedAt }))} kept="seven days" onRestore={may ? (run) => restore({ params: { run } }) : undefined} />;
}
