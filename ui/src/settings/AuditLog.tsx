import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { AuditEntry } from '../../../src/domain/audit-entry.js';
import { ExportMenu, FORMATS } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Empty } from '../kit/Section.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { actionWords } from './audit-words.js';
import css from './settings.module.css';

const ABOUT: readonly (readonly [action: string, label: string])[] = [['', 'Everything'], ['run', 'Runs'], ['alias', 'What is in use'], ['segment', 'Segments'], ['note', 'Notes'], ['decision', 'Decisions'], ['file', 'Files'], ['key', 'Keys'], ['workspace', 'Workspaces'], ['job', 'Jobs']];

/** Who changed what, when and why; and whether the record is whole. */
export function AuditLog() {
  const { client, workspace } = useWire();
  const [about, setAbout] = useState('');
  const [who, setWho] = useState('');
  const actor = useDeferredValue(who.trim());
  const query = { ...(about && { action: about }), ...(actor && { actor }) };
  const log = useInfiniteQuery({
    queryKey: ['live', workspace, 'audit', query],
    queryFn: ({ pageParam, signal }) => client.ask('GET /v1/audit', { query: { ...query, limit: 100, after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const entries = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={css.part} aria-label="What was changed">
      <div className={css.head}>
        <p>Every change with who, when and why. Each entry holds a fingerprint of the one before, so that none can be edited or dropped unnoticed.</p>
        <Verify />
      </div>
      <div className={css.filters}>
        <NativeSelect label="About" value={about} onChange={(event) => setAbout(event.currentTarget.value)} data={ABOUT.map(([value, label]) => ({ value, label }))} />
        <TextInput label="By" placeholder="Anyone" value={who} onChange={(event) => setWho(event.currentTarget.value)} type="search" />
        <ExportMenu title="What was changed" files={FORMATS.map((format) => ({ format, href: client.address('GET /v1/exports/audit', { query: { ...query, format } }) }))} />
      </div>
      {log.error ? <ProblemNote error={log.error} onRetry={() => void log.refetch()} /> : null}
      {log.isPending ? (
        <Loading what="the log">
          <Skeleton lines={6} />
        </Loading>
      ) : null}
      {log.data && entries.length === 0 ? <Empty>Nothing of that kind was changed.</Empty> : null}
      <ol className={css.log}>
        {entries.map((entry) => (
          <Entry key={entry.seq} entry={entry} />
        ))}
      </ol>
      {log.hasNextPage ? (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Show earlier ones
        </Button>
      ) : null}
    </section>
  );
}

function Entry({ entry }: { readonly entry: AuditEntry }) {
  const f = useFormats();
  return (
    <li>
      <time dateTime={new Date(entry.at).toISOString()}>{f.moment(entry.at)}</time>
      <details>
        <summary>
          <strong>{entry.actor}</strong> {actionWords(entry)}
          {entry.reason ? <span className={css.reason}>“{entry.reason}”</span> : null}
        </summary>
        <dl className={css.detail}>
          <Value label="What" value={`${entry.action} ${entry.subject.id}`} />
          {entry.before === undefined ? null : <Value label="Before" value={entry.before} />}
          {entry.after === undefined ? null : <Value label="After" value={entry.after} />}
          <Value label="Fingerprint" value={entry.hash} />
        </dl>
      </details>
    </li>
  );
}

function Value({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>
        <code>{typeof value === 'string' ? value : JSON.stringify(value, null, 1)}</code>
      </dd>
    </>
  );
}

/** Goes through the whole chain and says whether it holds. */
function Verify() {
  const f = useFormats();
  const [asked, setAsked] = useState(false);
  const check = useAsk('GET /v1/audit/verify', {}, { enabled: asked });
  const fault = check.data?.fault;
  return (
    <div className={css.verify}>
      <Button variant="default" leftSection={<Icon name="link" size={16} />} loading={check.isFetching} onClick={() => (asked ? void check.refetch() : setAsked(true))}>
        Check that it is whole
      </Button>
      <p role="status" data-fault={fault !== undefined}>
        {check.data && !check.isFetching ? (
          fault ? (
            <>
              <Icon name="warning" size={16} /> Entry {f.count(fault.seq)} is not as it was written: {fault.problem}
            </>
          ) : (
            <>
              <Icon name="check" size={16} /> All {f.count(check.data.entries)} entries are as they were written.
            </>
          )
        ) : null}
      </p>
      {check.error ? <ProblemNote error={check.error} /> : null}
    </div>
  );
}
