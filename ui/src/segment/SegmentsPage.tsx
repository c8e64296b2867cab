import { Button, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import type { SegmentRow } from '../../../src/server/contract/segments.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import type { ExportTable } from '../kit/table-files.js';
import { Icon } from '../kit/Icon.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useWire } from '../wire/client.js';
import { type ShownRun, useAskedRun, usePaths } from '../wire/runs.js';
import { useSegmentRows, versusQuestion } from '../wire/segments.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { OtherRun } from '../workspace/RunLine.js';
import css from './list.module.css';
import { matching, type Order, orderOf, orderText, sortSegments } from './order.js';
import { SegmentList } from './SegmentList.js';

/** Every segment: those found by the run in use and those made by hand. */
export function SegmentsPage() {
  const to = usePaths();
  return (
    <Page
      title="Segments"
      lead="The groups that were found, and those that people wrote as rules or drew on the map. "
      actions={
        <>
          <Button component="a" href={to('overlap')} variant="default">
            Overlap
          </Button>
          <Button component="a" href={to('rules')} leftSection={<Icon name="plus" size={16} />}>
            Build a segment
          </Button>
        </>
      }
    >
      <RunFrame>{(shown) => <Listed shown={shown} />}</RunFrame>
    </Page>
  );
}

/** Where there is no room for headings to press. */
const ORDERS = [
  { value: 'number', label: 'By number' }, { value: 'name', label: 'By name' }, { value: '-size', label: 'Largest first' }, { value: '-value', label: 'Most revenue first' },
  { value: '-change', label: 'Most grown first' }, { value: '-stability', label: 'Steadiest first' }, { value: '-fresh', label: 'Newest data first' },
];

function Listed({ shown }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const to = usePaths();
  const navigate = useNavigate();
  const { sort } = useSearch({ strict: false }) as { sort?: string };
  const { data, error, refetch } = useSegmentRows();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const order = orderOf(sort);
  const sortBy = (next: Order) => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, sort: orderText(next) }), replace: true, resetScroll: false });
  const rows = useMemo(() => sortSegments(matching(data ?? [], text), order), [data, text, sort]);
  const [first, second] = [...chosen];
  const [queries, wire, run] = [useQueryClient(), useWire(), useAskedRun()];
  useEffect(() => {
    // Whoever chose two will compare them: it takes the server a moment.
    if (chosen.size === 2) void queries.prefetchQuery(versusQuestion(wire, first, second, run));
  }, [chosen, queries, wire, run]);
  if (error) return <ProblemNote title="The segments did not come." error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="the segments"><Skeleton height={380} /></Loading>;
  return (
    <div className={css.whole}>
      <OtherRun shown={shown} />
      <div className={css.tools}>
        <TextInput aria-label="Find a segment" placeholder="Find a segment" leftSection={<Icon name="search" size={16} />} value={text} onChange={(event) => setText(event.currentTarget.value)} className={css.search} />
        <Select className={css.sortSelect} aria-label="Order of the segments" data={ORDERS} value={orderText(order)} onChange={(value) => sortBy(orderOf(value ?? undefined))} allowDeselect={false} comboboxProps={{ keepMounted: false }} />
        <p className={css.count} aria-live="polite">
          {rows.length === data.length ? `${f.count(data.length)} segments` : `${f.count(rows.length)} of ${f.count(data.length)} segments`}
        </p>
        <ExportMenu title="Segments" table={tableOf(rows)} />
        <div className={css.picked}>
          {chosen.size === 0 ? <span className={css.sub}>Choose two to compare them.</span> : null}
          {chosen.size === 2 ? (
            <Button component="a" href={to(`segments/${encodeURIComponent(first)}/versus/${encodeURIComponent(second)}`)} leftSection={<Icon name="compare" size={16} />}>
              Compare the two
            </Button>
          ) : null}
          {chosen.size === 1 ? <span className={css.sub}>One more to compare.</span> : null}
          {chosen.size > 1 ? (
            <Button component="a" variant="default" href={to('overlap', { segments: [...chosen].join(',') })}>
              Overlap of {chosen.size}
            </Button>
          ) : null}
          {chosen.size > 0 ? (
            <Button variant="subtle" onClick={() => setChosen(new Set())}>
              Clear
            </Button>
          ) : null}
        </div>
      </div>
      {rows.length === 0 ? (
        <EmptyState title="No segment is called that" action={<Button variant="default" onClick={() => setText('')}>Show all</Button>}>
          Names, goals and origins were searched for “{text}”.
        </EmptyState>
      ) : (
        <SegmentList
          rows={rows}
          order={order}
          onOrder={sortBy}
          link={(id) => to(`segments/${encodeURIComponent(id)}`)}
          chosen={chosen}
          onChoose={setChosen}
        />
      )}
    </div>
  );
}

/** The list with every number, in the order in which it is shown. */
function tableOf(segments: readonly SegmentRow[]): ExportTable {
  return {
    columns: ['id', 'name', 'origin', 'entities', 'share', 'revenue', 'revenue_share', 'stability', 'entered', 'left', 'goal', 'as_of', 'run'],
    rows: () => segments.map((s) => [s.id, s.name, s.origin, s.entities, s.share, s.revenue, s.revenueShare, s.stability, s.entered, s.left, s.goal, s.asOf > 0 ? new Date(s.asOf).toISOString() : null, s.run]),
  };
}
