import { Button } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { LiveSegmentRow } from '../../../src/server/contract/live.js';
import { AskDialog } from '../kit/AskDialog.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { exactly, Until } from '../kit/moments.js';
import { sentence } from '../kit/prose.js';
import { Section, Stat } from '../kit/Section.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import table from '../kit/table.module.css';
import { useToast } from '../kit/Toasts.js';
import { useAsk, useTell } from '../wire/ask.js';
import { ProblemError, useWire } from '../wire/client.js';
import { useKeptLive } from '../wire/live.js';
import { usePaths } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { useMay } from '../workspace/session.js';
import { TakesRole } from '../workspace/TakesRole.js';
import { CameAndWent } from './CameAndWent.js';
import css from './live.module.css';
import { LineMark } from './LivePage.js';
import { LiveState } from './LiveState.js';

/** One live segment: what it says, who is in it now and until when, and who came and went. */
export function LiveSegmentPage() {
  const { segment = '' } = useParams({ strict: false });
  const f = useFormats();
  const to = usePaths();
  const may = useMay('analyst');
  const line = useKeptLive((news) => (news.kind === 'change' ? news.change.segment === segment : news.kind === 'segment' && news.segment.segment === segment), may);
  const { data, error, refetch } = useAsk('GET /v1/live/segments/:segment', { params: { segment } });
  const above = <a href={to('live/segments')}>Live segments</a>;
  if (error instanceof ProblemError && error.problem.status === 404)
    return (
      <Page title="Not there" above={above} ownTitle>
        <EmptyState title="There is no such live segment" action={<Button component="a" href={to('live/segments')}>All live segments</Button>}>
          {error.message}
        </EmptyState>
      </Page>
    );
  if (!data)
    return (
      <Page title="Live segment" above={above}>
        {error ? <ProblemNote error={error} onRetry={() => void refetch()} /> : <Loading what="the segment" />}
      </Page>
    );
  return (
    <Page title={data.name} lead={sentence(data.words)} above={above} actions={may ? <Actions row={data} /> : undefined}>
      <Standing row={data} />
      <dl className={css.figures}>
        <Stat label="Members now" value={<span data-members>{f.count(data.members)}</span>} note={may ? <LineMark line={line} /> : undefined} />
        <Stat label="State" value={<LiveState segment={data} />} />
        <Stat label="Version" value={data.version} note={<Versioned row={data} />} />
      </dl>
      {may ? (
        <>
          <Members row={data} />
          <CameAndWent row={data} />
        </>
      ) : (
        <TakesRole role="analyst">Your key shows how many are in it, and not who.</TakesRole>
      )}
      <Names row={data} />
    </Page>
  );
}

function Versioned({ row: { record } }: { readonly row: LiveSegmentRow }) {
  const f = useFormats();
  return record.rule ? <>{`${f.moment(record.rule.at)}, ${record.rule.actor}`}</> : null;
}

/** What is to be known while a version is worked out, and where one cannot be. */
function Standing({ row }: { readonly row: LiveSegmentRow }) {
  const f = useFormats();
  if (row.state === 'failed') return <ProblemNote title="This segment is not kept." error={row.problem ?? 'Its rule cannot be evaluated. Change it, or remove the segment.'} />;
  if (row.state !== 'backfilling') return null;
  const next = row.record.rule?.version ?? row.version;
  return (
    <p className={css.note} role="status">
      Version {next} is being worked out from the whole history{row.progress === undefined ? '' : ` (${f.percent(row.progress)})`}.{' '}
      {next > row.version ? `Version ${row.version} serves until it is ready; then only those who really come or go are told.` : 'Nobody is in it until then.'}
    </p>
  );
}

function Actions({ row }: { readonly row: LiveSegmentRow }) {
  const to = usePaths();
  const toast = useToast();
  const navigate = useNavigate();
  const [naming, setNaming] = useState(false);
  const change = useTell('PATCH /v1/live/segments/:segment');
  const { mutateAsync: drop } = useTell('DELETE /v1/live/segments/:segment');
  const { mutateAsync: restore } = useTell('POST /v1/live/segments/:segment/restore');
  const params = { segment: row.segment };
  const call = (name: string) => change.mutateAsync({ params, body: { name } });
  const remove = async () => {
    // First away from here: this page would ask for what is not there any more.
    await navigate({ href: to('live/segments') });
    try {
      await drop({ params });
      toast({ text: `Removed “${row.name}”.`, undo: () => restore({ params }) });
    } catch (error) {
      toast({ text: (error as Error).message, tone: 'problem' });
    }
  };
  return (
    <>
      <Button component="a" variant="default" href={to(`live/segments/${encodeURIComponent(row.segment)}/edit`)} leftSection={<Icon name="filter" size={16} />}>
        Change the rule
      </Button>
      <Button variant="default" onClick={() => setNaming(true)} leftSection={<Icon name="pencil" size={16} />}>
        Rename
      </Button>
      <Button variant="subtle" color="gray" c="var(--ink-soft)" px={10} onClick={() => void remove()} aria-label={`Remove “${row.name}”`} title="Remove">
        <Icon name="trash" />
      </Button>
      <AskDialog
        title="Rename this segment"
        open={naming}
        onClose={() => setNaming(false)}
        field={{ label: 'Name', initial: row.name, required: true, most: 120 }}
        act="Rename"
        onAct={async (name) => {
          await call(name);
          toast({ text: `Now called “${name}”.`, undo: () => call(row.name) });
        }}
      />
    </>
  );
}

const SIZE = 25;

/** Who is in it, with the count of the same moment. */
function Members({ row }: { readonly row: LiveSegmentRow }) {
  const f = useFormats();
  const to = usePaths();
  const { client } = useWire();
  const [offset, setOffset] = useState(0);
  const { data, error, refetch } = useAsk('GET /v1/live/segments/:segment/members', { params: { segment: row.segment }, query: { offset, limit: SIZE } }, { keep: true });
  const everyone = async () => {
    const rows: (readonly [string, string, string | undefined])[] = [];
    for (;;) {
      const { items } = await client.ask('GET /v1/live/segments/:segment/members', { params: { segment: row.segment }, query: { offset: rows.length, limit: 500 } });
      rows.push(...items.map(({ entity, since, until }) => [entity, new Date(since).toISOString(), until === undefined ? undefined : new Date(until).toISOString()] as const));
      if (items.length < 500) return rows;
    }
  };
  const last = data ? Math.min(data.total, offset + data.items.length) : 0;
  return (
    <Section id="members" title="Who is in it now" table={data && data.total > 0 ? { columns: ['entity', 'since', 'until'], rows: everyone } : undefined}>
      {error ? <ProblemNote error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton lines={6} /> : null}
      {data?.total === 0 ? <p className={css.soft}>Nobody, at the moment. Whoever comes to fulfil it stands here a moment later.</p> : null}
      {data && data.total > 0 ? (
        <>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col">Since</th>
                <th scope="col">Leaves, if nothing more happens</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map(({ entity, since, until }) => (
                <tr key={entity}>
                  <th scope="row">
                    <a href={to(`entities/${encodeURIComponent(entity)}`, { part: 'live' })}>{entity}</a>
                  </th>
                  <td data-label="Since">{f.moment(since)}</td>
                  <td data-label="Leaves">{until === undefined ? 'not by time alone' : <Until at={until} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className={css.pages}>
            <p>
              {f.count(offset + 1)}–{f.count(last)} of <span data-total>{f.count(data.total)}</span>, as of {exactly(data.asOf, f.locale)}
            </p>
            <Button.Group>
              <Button variant="default" size="compact-md" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - SIZE))}>
                Before
              </Button>
              <Button variant="default" size="compact-md" disabled={last >= data.total} onClick={() => setOffset(offset + SIZE)}>
                Next
              </Button>
            </Button.Group>
          </div>
        </>
      ) : null}
    </Section>
  );
}

function Names({ row: { record } }: { readonly row: LiveSegmentRow }) {
  const f = useFormats();
  if (record.names.length < 2) return null;
  return (
    <Section id="names" title="Names it had">
      <ul className={css.log}>
        {[...record.names].reverse().map((one, i) => (
          <li key={i}>
            <span>{one.name}</span>
            <span className={css.soft}>
              {f.moment(one.at)}, {one.actor}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
