import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { LiveSegment } from '../../../src/domain/live.js';
import type { LiveSegmentRow } from '../../../src/server/contract/live.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { sentence } from '../kit/prose.js';
import { Section } from '../kit/Section.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import table from '../kit/table.module.css';
import { useAsk } from '../wire/ask.js';
import { useKeptLive } from '../wire/live.js';
import { usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import css from './live.module.css';
import { LineMark, LivePage } from './LivePage.js';
import { LiveState } from './LiveState.js';
import { RemovedLive } from './RemovedLive.js';

/** Segments that follow what happens, with how many are in each now. */
export function LiveSegmentsPage() {
  const to = usePaths();
  const may = useMay('analyst');
  const line = useKeptLive(({ kind }) => kind === 'change' || kind === 'segment', may);
  return (
    <LivePage
      part="live/segments"
      title="Live segments"
      lead="Each is true to the moment: people enter with the event that makes it so, and leave at the instant a time is over."
      actions={
        may ? (
          <Button component="a" href={to('live/segments/new')} leftSection={<Icon name="plus" size={16} />}>
            New live segment
          </Button>
        ) : undefined
      }
    >
      <Listed line={may ? <LineMark line={line} /> : null} />
      <Found />
      <RemovedLive />
    </LivePage>
  );
}

function Listed({ line }: { readonly line: ReactNode }) {
  const f = useFormats();
  const to = usePaths();
  const may = useMay('analyst');
  const { data, error, refetch } = useAsk('GET /v1/live/segments');
  if (error) return <ProblemNote title="The live segments did not come." error={error} onRetry={() => void refetch()} />;
  if (!data)
    return (
      <Loading what="the live segments">
        <Skeleton lines={6} />
      </Loading>
    );
  if (data.length === 0)
    return (
      <EmptyState title="There is no live segment yet" action={may ? <Button component="a" href={to('live/segments/new')}>Make one</Button> : undefined}>
        A rule over events, such as a cart that was left for half an hour, kept true from then on.
      </EmptyState>
    );
  return (
    <section aria-label="Live segments" className={css.debugger}>
      <div className={css.tools}>
        <p className={css.soft}>
          {f.count(data.length)} {data.length === 1 ? 'segment' : 'segments'}
        </p>
        <ExportMenu title="Live segments" table={{ columns: ['id', 'name', 'members', 'state', 'version', 'words'], rows: () => data.map((row) => [row.segment, row.name, row.members, row.state, row.version, row.words]) }} />
        {line}
      </div>
      <Segments rows={data} page="live/segments" />
    </section>
  );
}

/** The segments of the model in use that are kept live, with how many are in each now. */
function Found() {
  const { data = [], error, refetch } = useAsk('GET /v1/live/found');
  if (error) return <ProblemNote title="The found segments did not come." error={error} onRetry={() => void refetch()} />;
  if (data.length === 0) return null;
  return (
    <Section id="found" title="Found by the model in use" lead="Everybody of whom events come is placed among these as well, with each event and as time passes." table={{ columns: ['id', 'name', 'members', 'state'], rows: () => data.map((row) => [row.segment, row.name, row.members, row.state]) }}>
      <Segments rows={[...data].sort((a, b) => b.members - a.members || a.name.localeCompare(b.name))} page="segments" />
    </Section>
  );
}

interface SegmentsProps {
  readonly rows: readonly (LiveSegment | LiveSegmentRow)[];
  /** Under which each has its own page. */
  readonly page: string;
}

function Segments({ rows, page }: SegmentsProps) {
  const f = useFormats();
  const to = usePaths();
  const made = rows.some((row) => 'record' in row);
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">Segment</th>
          <th scope="col">Members</th>
          <th scope="col">State</th>
          {made ? <th scope="col">Made</th> : null}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.segment}>
            <th scope="row">
              <a href={to(`${page}/${encodeURIComponent(row.segment)}`)}>{row.name}</a>
              {'record' in row ? <p className={table.soft}>{sentence(row.words)}</p> : null}
            </th>
            <td data-label="Members" className={table.number}>
              <strong>{f.count(row.members)}</strong>
            </td>
            <td data-label="State">
              <LiveState segment={row} />
            </td>
            {'record' in row ? (
              <td data-label="Made">
                <span>
                  {f.date(row.record.createdAt)}, {row.record.createdBy}
                </span>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
