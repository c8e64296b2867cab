import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Webhook } from '../../../src/domain/webhook.js';
import { AskDialog } from '../kit/AskDialog.js';
import { Dialog, DialogActions } from '../kit/Dialog.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Ago } from '../kit/moments.js';
import { Stat } from '../kit/Section.js';
import { Loading, ProblemNote } from '../kit/states.js';
import { useToast } from '../kit/Toasts.js';
import { useLiveNames } from '../live/names.js';
import { useAsk, useTell } from '../wire/ask.js';
import { usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import { Deliveries } from './Deliveries.js';
import { Secret } from './NewWebhookDialog.js';
import css from './settings.module.css';

/** One webhook: how it does, what was sent to it, and everything that can be done with it. */
export function WebhookDetail({ id }: { readonly id: string }) {
  const to = usePaths();
  const { data, error, refetch } = useAsk('GET /v1/webhooks/:webhook', { params: { webhook: id } }, { every: 3000 });
  return (
    <section className={css.part} aria-label="Webhook">
      <p>
        <a href={to('settings', { part: 'webhooks' })}>All webhooks</a>
      </p>
      {error ? <ProblemNote error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Loading what="the webhook" /> : null}
      {data ? <Shown webhook={data} /> : null}
    </section>
  );
}

function Shown({ webhook }: { readonly webhook: Webhook }) {
  const f = useFormats();
  const names = useLiveNames();
  return (
    <>
      <div className={css.head}>
        <div className={css.words}>
          <h2>{webhook.name}</h2>
          <p className={css.soft}>{webhook.url}</p>
        </div>
        <Actions webhook={webhook} />
      </div>
      {webhook.enabled ? null : (
        <ProblemNote title="Nothing is sent to it." error={webhook.disabled ? `Since ${f.moment(webhook.disabled.at)}: ${webhook.disabled.reason}` : 'It was switched off.'} />
      )}
      <dl className={css.facts}>
        <Stat label="Told of" value={webhook.segments ? webhook.segments.map((one) => names.get(one)?.name ?? one).join(', ') : 'All live segments'} />
        <Stat label="Waiting" value={f.count(webhook.waiting)} />
        <Stat label="Given up" value={f.count(webhook.dead)} />
        <Stat label="Got through last" value={webhook.lastSuccessAt === undefined ? 'never' : <Ago at={webhook.lastSuccessAt} />} />
        <Stat label="Failed last" value={webhook.lastFailureAt === undefined ? 'never' : <Ago at={webhook.lastFailureAt} />} />
        <Stat label="Made" value={f.date(webhook.createdAt)} note={webhook.createdBy} />
      </dl>
      <Deliveries webhook={webhook} names={names} />
    </>
  );
}

function Actions({ webhook }: { readonly webhook: Webhook }) {
  const toast = useToast();
  const to = usePaths();
  const navigate = useNavigate();
  const admin = useMay('admin');
  const [asking, setAsking] = useState<'on' | 'secret' | 'address'>();
  const change = useTell('PATCH /v1/webhooks/:webhook');
  const test = useTell('POST /v1/webhooks/:webhook/test');
  const rotate = useTell('POST /v1/webhooks/:webhook/rotate');
  const { mutateAsync: drop } = useTell('DELETE /v1/webhooks/:webhook');
  const { mutateAsync: restore } = useTell('POST /v1/webhooks/:webhook/restore');
  const params = { webhook: webhook.id };
  const problem = (error: Error) => toast({ text: error.message, tone: 'problem' });
  const turn = (enabled: boolean, skip?: boolean) => {
    setAsking(undefined);
    change.mutate({ params, body: { enabled, skip } }, { onSuccess: () => toast({ text: enabled ? `“${webhook.name}” is told again.` : `“${webhook.name}” is not told any more.` }), onError: problem });
  };
  const remove = async () => {
    // First away from here: this page would ask for what is not there any more.
    await navigate({ href: to('settings', { part: 'webhooks' }) });
    try {
      await drop({ params });
      toast({ text: `Removed “${webhook.name}”.`, undo: () => restore({ params }) });
    } catch (error) {
      problem(error as Error);
    }
  };
  const tested = test.data;
  return (
    <div className={css.actions}>
      <Button.Group>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate({ params }, { onError: problem })} leftSection={<Icon name="send" size={16} />}>
          Send a test
        </Button>
        <Button variant="default" onClick={() => (webhook.enabled ? turn(false) : setAsking('on'))}>
          {webhook.enabled ? 'Switch off' : 'Switch on'}
        </Button>
        <Button variant="default" onClick={() => setAsking('address')}>
          Change address
        </Button>
        {admin ? (
          <Button variant="default" onClick={() => setAsking('secret')}>
            New secret
          </Button>
        ) : null}
        <Button variant="default" px={10} onClick={() => void remove()} aria-label={`Remove “${webhook.name}”`} title="Remove">
          <Icon name="trash" />
        </Button>
      </Button.Group>
      <p className={css.soft} role="status">
        {tested ? (tested.fault !== undefined ? `The test got no answer: ${faultWords(tested.fault)}.` : `The test was answered with ${tested.status} after ${Math.round(tested.ms)} ms.`) : ''}
      </p>
      <Dialog title={`Switch “${webhook.name}” on?`} open={asking === 'on'} onClose={() => setAsking(undefined)}>
        <p>It can be told what it missed in the meantime, in order, or only what happens from now on.</p>
        <DialogActions>
          <Button variant="default" onClick={() => turn(true, true)}>
            From now on
          </Button>
          <Button onClick={() => turn(true)}>Where it stopped</Button>
        </DialogActions>
      </Dialog>
      <AskDialog
        title="Change the address"
        open={asking === 'address'}
        onClose={() => setAsking(undefined)}
        field={{ label: 'Address', initial: webhook.url, required: true, most: 2000 }}
        act="Change it"
        onAct={(url) => change.mutateAsync({ params, body: { url } })}
      />
      <Dialog title={rotate.data ? 'The new secret' : 'A new secret?'} open={asking === 'secret'} onClose={() => (setAsking(undefined), rotate.reset())}>
        {rotate.data ? (
          <Secret of={webhook.name} secret={rotate.data.secret} onClose={() => (setAsking(undefined), rotate.reset())} />
        ) : (
          <>
            <p>For a day messages are signed with both, so that the other side can change over without missing any.</p>
            {rotate.error ? <ProblemNote error={rotate.error} /> : null}
            <DialogActions>
              <Button variant="default" onClick={() => setAsking(undefined)}>
                Cancel
              </Button>
              <Button loading={rotate.isPending} onClick={() => rotate.mutate({ params, body: {} })}>
                Make a new secret
              </Button>
            </DialogActions>
          </>
        )}
      </Dialog>
    </div>
  );
}

const FAULTS: Readonly<Record<string, string>> = { timeout: 'it took too long', private: 'the address is of a private network', certificate: 'its certificate is no good', unreachable: 'nobody listens there', 'unknown-host': 'there is no such host', 'bad-answer': 'what came is no answer' };

/** Why there was no answer. */
export const faultWords = (fault: string): string => FAULTS[fault] ?? fault;
