import { Removed } from '../kit/Removed.js';
import { useAsk, useTell } from '../wire/ask.js';

/** Webhooks that were removed and can be brought back: they go on where they stopped. */
export function RemovedWebhooks() {
  const { data } = useAsk('GET /v1/webhooks', { query: { removed: 'true' } });
  const { mutateAsync: restore } = useTell('POST /v1/webhooks/:webhook/restore');
  return <Removed called={['webhook', 'webhooks']} items={data?.items ?? []} onRestore={(webhook) => restore({ params: { webhook } })} />;
}
