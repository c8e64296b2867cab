import { Button, SegmentedControl } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Delivery, Webhook } from '../../../src/domain/webhook.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Until } from '../kit/moments.js';
import { ProblemNote, Skeleton } from '../kit/states.js';
import table from '../kit/table.module.css';
import { useToast } from '../kit/Toasts.js';
import type { NamedLive } from '../live/names.js';
import { useAsk, useTell } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { usePaths } from '../wire/runs.js';
import css from './settings.module.css';
import { faultWords } from './WebhookDetail.js';

const STATES = [{ value: '', label: 'All' }, { value: 'waiting', label: 'Waiting' }, { value: 'delivered', label: 'Delivered' }, { value: 'dead', label: 'Given up' }];

interface DeliveriesProps {
  readonly webhook: Webhook;
  /** Of live segments, by id. */
  readonly names: ReadonlyMap<string, NamedLive>;
}

/** What was sent to a webhook, newest first, with every try; what was given up can be sent again. */
export function Deliveries({ webhook, names }: DeliveriesProps) {
  const f = useFormats();
  const toast = useToast();
  const { client, workspace } = useWire();
  const [state, setState] = useState('');
  const replay = useTell('POST /v1/webhooks/:webhook/replay');
  const params = { webhook: webhook.id };
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['live', workspace, 'GET /v1/webhooks/:webhook/deliveries', webhook.id, state],
    queryFn: ({ pageParam, signal }) => client.ask('GET /v1/webhooks/:webhook/deliveries', { params, query: { limit: 25, ...(state !== '' && { state: state as Delivery['state'] }), ...(pageParam && { after: pageParam }) }, signal }),
    initialPageParam: '',
    placeholderData: keepPreviousData,
    getNextPageParam: (last) => last.next,
    refetchInterval: 3000,
  });
  const items = data?.pages.flatMap((page) => page.items);
  const again = (body: { readonly ids: number[] } | { readonly state: 'dead' }) =>
    replay.mutate({ params, body }, {
      onSuccess: ({ deliveries }) => toast({ text: deliveries === 1 ? 'It is sent again.' : `${f.count(deliveries)} are sent again.` }),
      onError: (e) => toast({ text: e.message, tone: 'problem' }),
    });
  return (
    <section className={css.part} aria-label="Deliveries">
      <div className={css.head}>
        <SegmentedControl aria-label="Which deliveries" size="sm" value={state} onChange={setState} data={STATES} />
        {webhook.dead > 0 ? (
          <Button variant="default" loading={replay.isPending} onClick={() => again({ state: 'dead' })}>
            Send all {f.count(webhook.dead)} given up again
          </Button>
        ) : null}
      </div>
      {error ? <ProblemNote error={error} onRetry={() => void refetch()} /> : null}
      {!items && !error ? <Skeleton lines={4} /> : null}
      {items?.length === 0 ? <p className={css.soft}>{state === '' ? 'Nothing was sent yet: nobody has entered or left since it was made.' : 'None.'}</p> : null}
      {items && items.length > 0 ? (
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Change</th>
              <th scope="col">At</th>
              <th scope="col">State</th>
              <th scope="col">Tries</th>
            </tr>
          </thead>
          <tbody>
            {items.map((delivery) => (
              <DeliveryRow key={delivery.id} webhook={webhook} delivery={delivery} name={names.get(delivery.segment)?.name ?? delivery.segment} onAgain={() => again({ ids: [delivery.id] })} />
            ))}
          </tbody>
        </table>
      ) : null}
      {hasNextPage ? (
        <div>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Older ones
          </Button>
        </div>
      ) : null}
    </section>
  );
}

interface DeliveryRowProps {
  readonly webhook: Webhook;
  readonly delivery: Delivery;
  /** Of its segment. */
  readonly name: string;
  onAgain(): void;
}

function DeliveryRow({ webhook, delivery, name, onAgain }: DeliveryRowProps) {
  const f = useFormats();
  const to = usePaths();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <tr>
      <th scope="row">
        <a href={to(`entities/${encodeURIComponent(delivery.entity)}`, { part: 'live' })}>{delivery.entity}</a> {delivery.type === 'segment.member.entered' ? 'entered' : 'left'} {name}
        <p className={table.soft}>{delivery.message}</p>
      </th>
      <td data-label="At">{f.moment(delivery.at)}</td>
      <td data-label="State">
        <span>
          {delivery.state === 'delivered' ? `Delivered ${f.moment(delivery.settledAt)}` : null}
          {delivery.state === 'dead' ? `Given up: ${delivery.reason ?? 'no answer'}` : null}
          {delivery.state === 'waiting' && delivery.next !== undefined ? <>Waiting; next try <Until at={delivery.next} /></> : null}
          {delivery.state === 'waiting' && delivery.next === undefined ? 'Waits for an earlier one of the same person' : null}
          {delivery.state === 'waiting' ? null : (
            <>
              {' '}
              <Button variant="subtle" size="compact-sm" onClick={onAgain} aria-label={`Send again: ${delivery.message}`}>
                Send again
              </Button>
            </>
          )}
        </span>
      </td>
      <td data-label="Tries">
        <span>
          {delivery.attempts > 0 ? (
            <button type="button" className={css.tries} aria-expanded={open} aria-controls={open ? id : undefined} aria-label={`${f.count(delivery.attempts)} tries of ${delivery.message}`} onClick={() => setOpen(!open)}>
              {f.count(delivery.attempts)} <Icon name={open ? 'up' : 'down'} size={14} />
            </button>
          ) : (
            '0'
          )}
          {open ? <Tries id={id} webhook={webhook.id} delivery={delivery.id} /> : null}
        </span>
      </td>
    </tr>
  );
}

function Tries({ id, webhook, delivery }: { readonly id: string; readonly webhook: string; readonly delivery: number }) {
  const f = useFormats();
  const { data, error } = useAsk('GET /v1/webhooks/:webhook/deliveries/:delivery', { params: { webhook, delivery } });
  if (error) return <ProblemNote error={error} />;
  return (
    <ol id={id} className={css.soft}>
      {data?.log.map((one, i) => (
        <li key={i}>
          {f.moment(one.at)}: {one.status ?? faultWords(one.fault ?? 'no answer')}, {Math.round(one.ms)} ms
        </li>
      ))}
    </ol>
  );
}
