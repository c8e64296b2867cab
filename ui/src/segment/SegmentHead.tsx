import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { SegmentDetail } from '../../../src/server/contract/segments.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { useToast } from '../kit/Toasts.js';
import { useTell } from '../wire/ask.js';
import { usePaths } from '../wire/runs.js';
import { useSegmentRows } from '../wire/segments.js';
import { useMay } from '../workspace/session.js';
import css from './detail.module.css';
import { OriginMark, originWords } from './OriginMark.js';

/** A segment's name, changed in place, where it comes from, and what can be done with it. */
export function SegmentHead({ segment }: { readonly segment: SegmentDetail }) {
  const f = useFormats();
  const [editing, setEditing] = useState(false);
  const mayRename = useMay('analyst');
  return (
    <header className={css.head}>
      <OriginMark row={segment} size={36} />
      <div className={css.headWords}>
        {editing ? (
          <NameForm segment={segment} onDone={() => setEditing(false)} />
        ) : (
          <h1 tabIndex={-1} className={css.title}>
            {segment.name}
            {mayRename ? (
              <ActionIcon variant="subtle" color="gray" c="var(--ink-faint)" size={34} onClick={() => setEditing(true)} aria-label="Rename" title="Rename">
                <Icon name="pencil" size={17} />
              </ActionIcon>
            ) : null}
          </h1>
        )}
        <p className={css.facts}>
          {f.count(segment.entities)} {f.many}, {f.percent(segment.share)} of all; {originWords(segment.origin)}
          {segment.asOf > 0 ? `, as of ${f.date(segment.asOf)}` : ''}
        </p>
      </div>
      <CompareWith segment={segment} />
    </header>
  );
}

function NameForm({ segment, onDone }: { readonly segment: SegmentDetail; onDone(): void }) {
  const rename = useTell('PATCH /v1/segments/:segment');
  const toast = useToast();
  const [name, setName] = useState(segment.name);
  const params = { segment: segment.id };
  const save = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted || wanted === segment.name) return onDone();
    rename.mutate({ params, body: { name: wanted } }, {
      onSuccess: () => {
        onDone();
        toast({ text: `Renamed to “${wanted}”.`, undo: () => rename.mutateAsync({ params, body: { name: segment.name, why: 'undone' } }) });
      },
    });
  };
  return (
    <form className={css.nameForm} onSubmit={save} onKeyDown={(event) => event.key === 'Escape' && onDone()}>
      <TextInput aria-label="Name of the segment" value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={120} error={rename.error?.message} autoFocus size="md" />
      <Button type="submit" loading={rename.isPending}>
        Save
      </Button>
      <Button variant="subtle" onClick={onDone}>
        Cancel
      </Button>
    </form>
  );
}

function CompareWith({ segment }: { readonly segment: SegmentDetail }) {
  const navigate = useNavigate();
  const to = usePaths();
  const { data = [] } = useSegmentRows();
  const others = data.filter((row) => row.id !== segment.id);
  if (others.length === 0) return null;
  return (
    <Select
      className={css.compare}
      aria-label="Compare with another segment"
      placeholder="Compare with …"
      leftSection={<Icon name="compare" size={16} />}
      data={others.map((row) => ({ value: row.id, label: row.name }))}
      value={null}
      onChange={(other) => other && void navigate({ href: to(`segments/${encodeURIComponent(segment.id)}/versus/${encodeURIComponent(other)}`) })}
      searchable
      maxDropdownHeight={320}
      comboboxProps={{ keepMounted: false }}
    />
  );
}
