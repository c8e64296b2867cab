import { Button, Checkbox, MultiSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { CopyButton } from '../kit/CopyButton.js';
import { Dialog, DialogActions } from '../kit/Dialog.js';
import { ProblemNote } from '../kit/states.js';
import { Token } from '../kit/Token.js';
import { useAsk, useTell } from '../wire/ask.js';
import css from './settings.module.css';

/** Makes a webhook, and shows its secret once. */
export function NewWebhookDialog({ open, onClose }: { readonly open: boolean; onClose(): void }) {
  return (
    <Dialog title="New webhook" open={open} onClose={onClose} wide>
      <NewWebhook onClose={onClose} />
    </Dialog>
  );
}

function NewWebhook({ onClose }: { onClose(): void }) {
  const { data: segments = [] } = useAsk('GET /v1/live/segments');
  const create = useTell('POST /v1/webhooks');
  const [name, setName] = useState('');
  const [url, setUrl] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [past, setPast] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ body: { name: name.trim(), url: url.trim(), from: past ? 'start' : 'now', ...(chosen.length > 0 && { segments: chosen }) } });
  };
  if (create.data) return <Secret of={create.data.webhook.name} secret={create.data.secret} onClose={onClose} />;
  return (
    <form className={css.part} onSubmit={submit}>
      <TextInput label="Name" description="Which program it is" placeholder="CRM" value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={120} required withAsterisk={false} autoFocus />
      <TextInput label="Address" description="Where to POST; https, and not of a private network" placeholder="https://crm.example.org/shoal" type="url" value={url} onChange={(event) => setUrl(event.currentTarget.value)} maxLength={2000} required withAsterisk={false} />
      <MultiSelect label="Segments" description="All of them where none is chosen" data={segments.map(({ segment, name: label }) => ({ value: segment, label }))} value={chosen} onChange={setChosen} searchable comboboxProps={{ keepMounted: false, withinPortal: false }} />
      <Checkbox label="Begin with every change there ever was" checked={past} onChange={(event) => setPast(event.currentTarget.checked)} />
      {create.error ? <ProblemNote error={create.error} /> : null}
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={create.isPending} disabled={!name.trim() || !url.trim()}>
          Make the webhook
        </Button>
      </DialogActions>
    </form>
  );
}

/** A secret, this once. */
export function Secret({ of, secret, onClose }: { readonly of: string; readonly secret: string; onClose(): void }) {
  return (
    <div className={css.part}>
      <p>With this secret “{of}” checks that messages are from here. It is shown only now: put it where it is needed before you close this.</p>
      <Token text={secret} />
      <DialogActions>
        <CopyButton text={secret} label="Copy the secret" />
        <Button onClick={onClose}>Done</Button>
      </DialogActions>
    </div>
  );
}
