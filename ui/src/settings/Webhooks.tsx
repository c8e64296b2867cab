import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Webhook } from '../../../src/domain/webhook.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import table from '../kit/table.module.css';
import { useAsk } from '../wire/ask.js';
import { usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import { NewWebhookDialog } from './NewWebhookDialog.js';
import { RemovedWebhooks } from './RemovedWebhooks.js';
import css from './settings.module.css';

/** Addresses that are told who enters and leaves live segments. */
export function Webhooks() {
  const admin = useMay('admin');
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = useAsk('GET /v1/webhooks', {}, { every: 5000 });
  const make = (
    <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
      New webhook
    </Button>
  );
  return (
    <section className={css.part} aria-label="Webhooks">
      <div className={css.head}>
        <p>A webhook tells another program, signed and in order, the moment somebody enters or leaves a live segment. What does not get through is tried again, and kept when it is given up.</p>
        {admin && data && data.items.length > 0 ? make : null}
      </div>
      {data?.problem ? <ProblemNote title="Nothing can be sent at the moment." error={data.problem} /> : null}
      {error ? <ProblemNote error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? (
        <Loading what="the webhooks">
          <Skeleton lines={3} />
        </Loading>
      ) : null}
      {data?.items.length === 0 ? (
        <EmptyState title="No program is told yet" action={admin ? make : undefined}>
          A CRM, an e-mail tool, a service of your own: whatever takes a POST over https.{admin ? '' : ' Making one takes the role of an admin.'}
        </EmptyState>
      ) : null}
      {data && data.items.length > 0 ? (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Webhook</th>
              <th scope="col">State</th>
              <th scope="col">Waiting</th>
              <th scope="col">Given up</th>
              <th scope="col">Got through last</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((webhook) => (
              <WebhookRow key={webhook.id} webhook={webhook} />
            ))}
          </tbody>
        </table>
      ) : null}
      <RemovedWebhooks />
      <NewWebhookDialog open={making} onClose={() => setMaking(false)} />
    </section>
  );
}

function WebhookRow({ webhook }: { readonly webhook: Webhook }) {
  const f = useFormats();
  const to = usePaths();
  return (
    <tr>
      <th scope="row">
        <a href={to('settings', { part: 'webhooks', webhook: webhook.id })}>{webhook.name}</a>
        <p className={table.soft}>{webhook.url}</p>
      </th>
      <td data-label="State">{webhook.enabled ? 'On' : 'Off'}</td>
      <td data-label="Waiting" className={table.number}>
        {f.count(webhook.waiting)}
      </td>
      <td data-label="Given up" className={table.number}>
        {f.count(webhook.dead)}
      </td>
      <td data-label="Got through last">{webhook.lastSuccessAt === undefined ? 'never' : f.moment(webhook.lastSuccessAt)}</td>
    </tr>
  );
}
