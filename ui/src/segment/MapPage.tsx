import { useDebouncedValue } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import { FORMATS } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useSegment } from '../kit/segments.js';
import { useToast } from '../kit/Toasts.js';
import { useAsk, useTell } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { useColours, useMap } from '../wire/maps.js';
import { type ShownRun, usePaths } from '../wire/runs.js';
import { useSource } from '../wire/source.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { OtherRun } from '../workspace/RunLine.js';
import { useMay } from '../workspace/session.js';
import { drawnRule } from './drawn-rule.js';
import { MapView, type Region } from './MapView.js';

/** Everyone on a plane: coloured, filtered, chosen from. */
export function MapPage() {
  return (
    <RunFrame loading={<Frame><Loading what="the map" /></Frame>}>
      {(shown) => (
        <Frame>
          <OtherRun shown={shown} />
          <RunMap shown={shown} />
        </Frame>
      )}
    </RunFrame>
  );
}

function Frame({ children }: { readonly children: ReactNode }) {
  const f = useFormats();
  return (
    <Page title="Map" lead={`Each dot is one ${f.one}; near each other means alike. A plane shows only part of how they differ, so groups that touch here can be apart in other respects.`}>
      {children}
    </Page>
  );
}

function RunMap({ shown }: { readonly shown: ShownRun }) {
  const { run, report } = shown;
  const { colour, hide } = useSearch({ strict: false }) as { colour?: string; hide?: string };
  const navigate = useNavigate();
  const { client, workspace } = useWire();
  const to = usePaths();
  const toast = useToast();
  const source = useSource(shown);
  const make = useTell('POST /v1/segments');
  const remove = useTell('DELETE /v1/segments/:segment');
  const mayList = useMay('analyst');
  const map = useMap(run.id);
  const colours = useColours(run.id, colour);
  const hidden = useMemo(() => new Set((hide ?? '').split('~').filter(Boolean).map(Number)), [hide]);
  const features = useMemo(() => report.features.map(({ name, title }) => ({ name, title })), [report]);

  const search = (change: { colour?: string | undefined; hide?: string | undefined }) =>
    void navigate({ to: '.', search: (before: Record<string, unknown>) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const makeSegment = async (name: string, region: Region) => {
    const made = await make.mutateAsync({ body: { name, rule: drawnRule(run.id, region, report.segments) } });
    toast({
      text: `“${made.name}” is a segment now.`,
      undo: () => remove.mutateAsync({ params: { segment: made.id } }),
      action: { label: 'See it', run: () => void navigate({ to: '/w/$workspace/segments/$segment', params: { workspace, segment: made.id } }) },
    });
  };

  if (map.error) return <ProblemNote title="The map did not come." error={map.error} onRetry={() => void map.refetch()} />;
  if (!map.data) return <Loading what="the map"><Skeleton height={520} /></Loading>;
  return (
    <MapView
      map={map.data}
      features={features}
      feature={colour}
      bins={colours.data}
      problem={colours.error?.message}
      onFeature={(name) => search({ colour: name })}
      hidden={hidden}
      onHide={(next) => search({ hide: next.size > 0 ? [...next].join('~') : undefined })}
      source={source}
      files={mayList ? FORMATS.map((format) => ({ format, href: client.address('GET /v1/exports/entities', { query: { run: run.id, format } }) })) : undefined}
      tip={(row) => <PointTip run={run.id} row={row} segment={map.data.segment[row]} named={mayList} />}
      onPick={mayList ? (row) => void openRow(row) : undefined}
      onMake={mayList ? makeSegment : undefined}
    />
  );

  async function openRow(row: number): Promise<void> {
    const { rows } = await client.ask('GET /v1/entities', { query: { run: run.id, offset: row, limit: 1 } });
    if (rows[0]) await navigate({ href: to(`entities/${encodeURIComponent(rows[0].entity)}`) });
  }
}

const SETTLED_MS = 120;

/** Who is under the pointer: the id once the pointer rests, the segment at once. */
function PointTip({ run, row, segment, named }: { readonly run: string; readonly row: number; readonly segment: number; readonly named: boolean }) {
  const [settled] = useDebouncedValue(row, SETTLED_MS);
  const { data } = useAsk('GET /v1/entities', { query: { run, offset: settled, limit: 1 } }, { fixed: true, enabled: named && settled === row });
  const key = useSegment(segment);
  const entity = settled === row ? data?.rows[0]?.entity : undefined;
  return (
    <>
      {named ? <strong>{entity ?? '…'}</strong> : null}
      <span>{segment < 0 ? 'In no segment' : key.name}</span>
    </>
  );
}
