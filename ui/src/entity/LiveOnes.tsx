import { Button, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import css from './entity.module.css';

/** Finding somebody by a whole id, where events have come but no run has looked at anybody yet. */
export function LiveOnes({ entities }: { readonly entities: number }) {
  const f = useFormats();
  const to = usePaths();
  const navigate = useNavigate();
  const [id, setId] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (id.trim()) void navigate({ href: to(`entities/${encodeURIComponent(id.trim())}`) });
  };
  return (
    <Page title="Look someone up" lead={`${f.count(entities)} ${entities === 1 ? f.one : f.many} are known by events that came in live; no run has looked at them yet.`}>
      <form className={css.byId} onSubmit={submit}>
        <TextInput label="Id" description="As it was sent: a user id, anonymous:…, email:…" value={id} maxLength={1000} onChange={(event) => setId(event.currentTarget.value)} autoFocus />
        <Button type="submit" disabled={!id.trim()} leftSection={<Icon name="search" size={16} />}>
          Look up
        </Button>
      </form>
      <p>
        <a href={to('live')}>Watch events arrive</a>, or <a href={to('start')}>add data</a> to find the groups in it.
      </p>
    </Page>
  );
}
