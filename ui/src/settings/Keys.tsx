import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ApiKey } from '../../../src/domain/api-key.js';
import { AskDialog } from '../kit/AskDialog.js';
import { useFormats } from '../kit/formats.js';
import { Hidden } from '../kit/Hidden.js';
import { Icon } from '../kit/Icon.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import table from '../kit/table.module.css';
import { useToast } from '../kit/Toasts.js';
import { useAsk, useTell } from '../wire/ask.js';
import { useSession } from '../workspace/session.js';
import { NewKeyDialog } from './NewKeyDialog.js';
import { mayWords } from './key-words.js';
import css from './settings.module.css';

/** Keys with which people and programs come in. */
export function Keys() {
  const [making, setMaking] = useState(false);
  const keys = useAsk('GET /v1/keys');
  const standing = keys.data?.filter((key) => key.revokedAt === undefined) ?? [];
  const revoked = keys.data?.filter((key) => key.revokedAt !== undefined) ?? [];
  return (
    <section className={css.part} aria-label="Access keys">
      <div className={css.head}>
        <p>A key lets a person or a program in. Give each its own, with no more rights than it needs; then any one can be revoked without troubling the others.</p>
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
          New key
        </Button>
      </div>
      {keys.error ? <ProblemNote error={keys.error} onRetry={() => void keys.refetch()} /> : null}
      {keys.isPending ? (
        <Loading what="the keys">
          <Skeleton lines={3} />
        </Loading>
      ) : null}
      {standing.length > 0 ? <KeyTable keys={standing} /> : null}
      {revoked.length > 0 ? (
        <details className={css.more}>
          <summary>Revoked keys</summary>
          <KeyTable keys={revoked} />
        </details>
      ) : null}
      <NewKeyDialog open={making} onClose={() => setMaking(false)} />
    </section>
  );
}

function KeyTable({ keys }: { readonly keys: readonly ApiKey[] }) {
  const f = useFormats();
  const { workspaces } = useSession();
  const nameOf = (id: string | undefined) => (id === undefined ? 'all workspaces' : (workspaces.find((w) => w.id === id)?.name ?? id));
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Key</th>
          <th scope="col">May</th>
          <th scope="col">In</th>
          <th scope="col">Last used</th>
          <th scope="col">Ends</th>
          <th scope="col">
            <Hidden>What to do with it</Hidden>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <tr key={key.id}>
            <th scope="row">
              {key.name} <code className={css.hint}>{key.hint}…</code>
            </th>
            <td data-label="May">{mayWords(key)}</td>
            <td data-label="In">{nameOf(key.workspace)}</td>
            <td data-label="Last used">{key.lastUsedAt === undefined ? 'never' : f.moment(key.lastUsedAt)}</td>
            <td data-label="Ends">{key.revokedAt !== undefined ? `revoked ${f.date(key.revokedAt)}` : key.expiresAt === undefined ? 'never' : f.date(key.expiresAt)}</td>
            <td className={css.right}>{key.revokedAt === undefined ? <Revoke apiKey={key} /> : (key.restorableUntil ?? 0) > Date.now() ? <BringBack apiKey={key} /> : null}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Revoke({ apiKey }: { readonly apiKey: ApiKey }) {
  const [asking, setAsking] = useState(false);
  const toast = useToast();
  const revoke = useTell('DELETE /v1/keys/:key');
  const restore = useTell('POST /v1/keys/:key/restore');
  return (
    <>
      <Button variant="default" size="compact-md" onClick={() => setAsking(true)} aria-label={`Revoke ${apiKey.name}`}>
        Revoke
      </Button>
      <AskDialog
        title={`Revoke “${apiKey.name}”?`}
        open={asking}
        onClose={() => setAsking(false)}
        field={{ label: 'Why', description: 'Kept in the audit log; may be empty' }}
        act="Revoke it"
        onAct={async (why) => {
          await revoke.mutateAsync({ params: { key: apiKey.id }, query: { why: why || undefined } });
          toast({ text: `“${apiKey.name}” no longer opens anything.`, undo: () => restore.mutateAsync({ params: { key: apiKey.id } }) });
        }}
      >
        <p>Whoever uses it is shut out at once. It can be brought back for a quarter of an hour; after that only a new one helps.</p>
      </AskDialog>
    </>
  );
}

/** Takes a revocation back, as long as that can be done. */
function BringBack({ apiKey }: { readonly apiKey: ApiKey }) {
  const toast = useToast();
  const restore = useTell('POST /v1/keys/:key/restore');
  const act = () =>
    restore.mutate({ params: { key: apiKey.id } }, {
      onSuccess: () => toast({ text: `“${apiKey.name}” opens what it opened before.` }),
      onError: (error) => toast({ text: error.message, tone: 'problem' }),
    });
  return (
    <Button variant="default" size="compact-md" loading={restore.isPending} onClick={act} aria-label={`Bring back ${apiKey.name}`}>
      Bring back
    </Button>
  );
}
