import { Button, MultiSelect, SegmentedControl } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { AnswerOf } from '../../../src/server/contract/contract.js';
import { Exportable } from '../kit/Exportable.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import type { ExportTable } from '../kit/table-files.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { type ShownRun, useAskedRun, usePaths } from '../wire/runs.js';
import { useSegmentRows } from '../wire/segments.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { OtherRun } from '../workspace/RunLine.js';
import detail from './detail.module.css';
import { OverlapMatrix, type Shows } from './OverlapMatrix.js';
import css from './overlap.module.css';

/** How far segments share people: every pair, as counts, as a share of the smaller one, or as Jaccard. */
export function OverlapPage() {
  const to = usePaths();
  return (
    <Page
      title="Who is in several segments"
      lead="Segments that were found never overlap: everybody is in one of them at most. Those made by hand cut across them. Press a cell to compare the two."
      above={
        <a href={to('segments')} className={detail.back}>
          <Icon name="left" size={15} /> All segments
        </a>
      }
    >
      <RunFrame>{(shown) => <Overlaps shown={shown} />}</RunFrame>
    </Page>
  );
}

function Overlaps({ shown }: { readonly shown: ShownRun }) {
  const f = useFormats();
  const to = usePaths();
  const navigate = useNavigate();
  const run = useAskedRun();
  const { segments: asked } = useSearch({ strict: false }) as { segments?: string };
  const { data: rows } = useSegmentRows();
  const { data, error, refetch } = useAsk('GET /v1/segments/overlap', { query: { run, segments: asked } }, { keep: true });
  const [shows, setShows] = useState<Shows>('entities');
  if (error) return <ProblemNote title="The overlaps did not come." error={error} onRetry={() => void refetch()} />;
  if (!data || !rows) return <Loading what="the overlaps"><Skeleton height={360} /></Loading>;
  const chosen = asked ? asked.split(',').filter((id) => rows.some((row) => row.id === id)) : [];
  // Found segments share nobody: unless asked for, only those made by hand have a row.
  const sides = data.ids.filter((id) => chosen.length > 0 || rows.find((row) => row.id === id)?.origin !== 'found');
  return (
    <div className={css.whole}>
      <OtherRun shown={shown} />
      <div className={css.tools}>
        <SegmentedControl value={shows} onChange={(value) => setShows(value as Shows)} aria-label="What the cells show" data={[{ value: 'entities', label: `Number of ${f.many}` }, { value: 'share', label: 'Share of the row' }, { value: 'jaccard', label: 'Jaccard' }]} />
        <MultiSelect
          className={css.chooser}
          aria-label="Segments to look at"
          placeholder={chosen.length === 0 ? 'All segments' : undefined}
          data={rows.map((row) => ({ value: row.id, label: row.name }))}
          value={chosen}
          onChange={(ids) => void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, segments: ids.length > 0 ? ids.join(',') : undefined }), replace: true, resetScroll: false })}
          searchable
          clearable
          maxDropdownHeight={320}
          comboboxProps={{ keepMounted: false }}
        />
      </div>
      {sides.length === 0 ? (
        <EmptyState title="Nobody is in two segments" action={<Button component="a" href={to('rules')}>Build a segment</Button>}>
          All {f.count(rows.length)} segments were found in the data, and those never overlap. Write one as a rule or draw one on the map, and see here whom it shares with them.
        </EmptyState>
      ) : (
        <Exportable title="Who is in several segments" table={pairsOf(data, sides)}>
          <OverlapMatrix overlap={data} rows={rows} shows={shows} sides={sides} link={(a, b) => to(`segments/${encodeURIComponent(a)}/versus/${encodeURIComponent(b)}`)} />
        </Exportable>
      )}
    </div>
  );
}

/** Every pair that is shown, with all that its cell can say. */
function pairsOf({ ids, names, sizes, both, jaccard }: AnswerOf<'GET /v1/segments/overlap'>, sides: readonly string[]): ExportTable {
  return {
    columns: ['segment', 'name', 'entities', 'other', 'other_name', 'other_entities', 'both', 'jaccard'],
    rows: () => sides.map((id) => ids.indexOf(id)).flatMap((i) => ids.flatMap((_, j) => (i === j ? [] : [[ids[i], names[i], sizes[i], ids[j], names[j], sizes[j], both[i][j], jaccard[i][j]]]))),
  };
}
