import { Button, Select } from '@mantine/core';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { type ExportFile, ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { countInside, eachInside, type Polygon } from '../kit/lasso.js';
import { pointsOf } from '../kit/points.js';
import { Scatter } from '../kit/Scatter.js';
import { useScheme } from '../kit/SchemeToggle.js';
import { useSegments } from '../kit/segments.js';
import { binTable, segmentTable, tonesOf } from '../kit/tones.js';
import { type FeatureBins, FeatureLegend } from './FeatureLegend.js';
import { Legend } from './Legend.js';
import css from './map.module.css';
import { RegionCard } from './RegionCard.js';

/** Everybody on a plane: coordinates and segments (−1 = none), by row. */
export interface MapData {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly segment: ArrayLike<number>;
  /** What the axes are. */
  readonly method: string;
}

/** People chosen on the map. */
export interface Region {
  readonly points: Polygon;
  /** Segments that were shown, where some were not; −1 = in no segment. */
  readonly shown?: readonly number[];
  readonly count: number;
}

interface MapViewProps {
  readonly map: MapData;
  /** What the points can be coloured by. */
  readonly features: readonly { readonly name: string; readonly title: string }[];
  /** The chosen one (undefined: by segment), and its bins once they are there. */
  readonly feature?: string;
  readonly bins?: FeatureBins;
  /** Why there are no bins. */
  readonly problem?: string;
  onFeature(name: string | undefined): void;
  readonly hidden: ReadonlySet<number>;
  onHide(hidden: ReadonlySet<number>): void;
  /** What the map is of: a line at the foot of its image. */
  readonly source?: string;
  /** Everybody on it, as files. */
  readonly files?: readonly ExportFile[];
  readonly tip: (row: number) => ReactNode;
  readonly onPick?: (row: number) => void;
  /** Makes a segment of a region; absent where the reader may not. @throws what the region's card shows as a sentence */
  readonly onMake?: (name: string, region: Region) => Promise<void>;
}

const BY_SEGMENT = '';

/** The map with its tools: colour by segment or feature, hide segments, choose a region by hand or keys and make a segment of it. */
export function MapView({ map, features, feature, bins, problem, onFeature, hidden, onHide, source, files, tip, onPick, onMake }: MapViewProps) {
  const f = useFormats();
  const scheme = useScheme();
  const segments = useSegments();
  const plane = useRef<HTMLDivElement>(null);
  const [drawing, setDrawing] = useState(false);
  const [region, setRegion] = useState<Polygon>();
  const [settled, setSettled] = useState<Polygon>();

  const points = useMemo(() => pointsOf(map.x, map.y), [map]);
  const counts = useMemo(() => countsOf(map.segment), [map]);
  const most = useMemo(() => Math.max(0, ...counts.keys()), [counts]);
  const byFeature = feature !== undefined && bins !== undefined;
  const tone = useMemo(
    () => (byFeature ? tonesOf(points, bins.bins, 255, map.segment, hidden) : tonesOf(points, map.segment)),
    // By segment, hiding changes only the colours.
    [points, map, byFeature, bins, byFeature ? hidden : undefined],
  );
  const colours = useMemo(() => (byFeature ? binTable(bins.legend.length, scheme) : segmentTable(most + 1, hidden, scheme)), [byFeature, bins, most, hidden, scheme]);
  const shows = useCallback((at: number) => colours[tone[at]] !== 0, [colours, tone]);
  const inside = useMemo(() => (region ? countInside(points, region, shows) : 0), [points, region, shows]);
  const parts = useMemo(() => (settled ? partsOf(points, settled, shows, map.segment) : undefined), [points, settled, shows, map]);

  const groupName = useCallback((group: number) => (group < 0 ? 'In no segment' : segments.find((s) => s.index === group)?.name ?? `Segment ${group + 1}`), [segments]);
  const shown = [...counts].reduce((sum, [segment, n]) => sum + (hidden.has(segment) ? 0 : n), 0);
  const draw = (drawn: Polygon | undefined, done: boolean) => {
    setRegion(drawn);
    setSettled(done ? drawn : undefined);
  };
  const clear = () => draw(undefined, true);
  const startOrStop = () => {
    setDrawing(!drawing);
    if (drawing) clear();
    else plane.current?.scrollIntoView({ block: 'nearest' });
  };

  return (
    <div className={css.map}>
      <div ref={plane} className={css.plane}>
        <Scatter
          className={css.scatter}
          points={points}
          tone={tone}
          colours={colours}
          group={map.segment}
          hidden={hidden}
          groupName={groupName}
          tip={tip}
          onPick={drawing ? undefined : onPick}
          onDraw={drawing ? draw : undefined}
          region={region}
          label={`Map of ${f.count(points.n)} ${f.many} in ${segments.length} segments. ${drawing ? 'Arrow keys move a rectangle, with Shift they change its size; Escape clears it.' : `Arrow keys move the map, plus and minus zoom, 0 shows everything, Enter names the ${f.one} in the middle and, pressed again, opens the page about them.`}`}
        />
        <div className={css.foot}>
          <p className={css.note}>
            <span aria-live="polite">{shown === points.n ? `All ${f.count(points.n)} ${f.many}` : `${f.count(shown)} of ${f.count(points.n)} ${f.many}`}.</span> {map.method ? `The axes: ${map.method}. ` : ''}
            <span className={css.help}>Near each other means alike. Drag to move; click the map, then turn the wheel to zoom.</span>
          </p>
          <ExportMenu title="map" files={files} chart={{ element: plane, title: `Map of the ${f.many}${bins && feature ? `: ${bins.title}` : ''}`, source }} />
        </div>
      </div>
      <div className={css.side}>
        <Select
          label="Colour by"
          data={[{ value: BY_SEGMENT, label: 'Segment' }, ...features.map(({ name, title }) => ({ value: name, label: title }))]}
          value={feature ?? BY_SEGMENT}
          onChange={(value) => onFeature(value === BY_SEGMENT || value === null ? undefined : value)}
          searchable
          allowDeselect={false}
          maxDropdownHeight={320}
          nothingFoundMessage="No such feature"
          comboboxProps={{ keepMounted: false }}
          error={problem}
        />
        {feature === undefined ? null : bins ? <FeatureLegend feature={bins} /> : problem ? null : <p className={css.note} role="status">Fetching values…</p>}
        <section aria-label="Choose a region">
          <Button fullWidth variant={drawing ? 'filled' : 'default'} aria-pressed={drawing} onClick={startOrStop}>
            {drawing ? 'Stop choosing' : `Choose ${f.many} on the map`}
          </Button>
          {drawing && !region ? <p className={css.note}>Draw round a part of the map. By keyboard: focus the map; arrows bring up a rectangle and move it, Shift and arrows change its size.</p> : null}
          {region ? (
            <RegionCard count={inside} of={points.n} parts={parts} onClear={clear} onMake={onMake && settled ? (name) => onMake(name, { points: settled, count: inside, ...shownOf(counts, hidden) }) : undefined} />
          ) : null}
        </section>
        <Legend hidden={hidden} onChange={onHide} counts={counts} />
      </div>
    </div>
  );
}

function countsOf(segment: ArrayLike<number>): ReadonlyMap<number, number> {
  const counts: number[] = [];
  for (let i = 0; i < segment.length; i++) counts[segment[i] + 1] = (counts[segment[i] + 1] ?? 0) + 1;
  return new Map(counts.flatMap((n, i) => (n ? [[i - 1, n] as const] : [])));
}

/** How many of each segment lie inside, most first. */
function partsOf(points: ReturnType<typeof pointsOf>, region: Polygon, shows: (at: number) => boolean, segment: ArrayLike<number>): [number, number][] {
  const inside: number[] = [];
  eachInside(points, region, (at) => {
    if (shows(at)) inside.push(points.order[at]);
  });
  return [...countsOf(inside.map((row) => segment[row]))].sort((a, b) => b[1] - a[1]);
}

function shownOf(counts: ReadonlyMap<number, number>, hidden: ReadonlySet<number>): Pick<Region, 'shown'> {
  return hidden.size === 0 ? {} : { shown: [...counts.keys()].filter((segment) => !hidden.has(segment)) };
}
