import { Removed } from '../kit/Removed.js';
import { useAsk, useTell } from '../wire/ask.js';
import { useMay } from '../workspace/session.js';

/** Live segments that were removed and can be brought back: who is in them is worked out from the history again. */
export function RemovedLive() {
  const may = useMay('analyst');
  const { data = [] } = useAsk('GET /v1/live/removed');
  const { mutateAsync: restore } = useTell('POST /v1/live/segments/:segment/restore');
  return <Removed called={['live segment', 'live segments']} items={data} onRestore={may ? (segment) => restore({ params: { segment } }) : undefined} />;
}
