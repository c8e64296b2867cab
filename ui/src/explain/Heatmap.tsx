import { Button, SegmentedControl, Switch } from '@mantine/core';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { Feature } from '../../../src/domain/feature.js';
import type { Report } from '../../../src/domain/report.js';
import { Empty, Scroller, Section } from '../kit/Section.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import css from './explain.module.css';
import { HeatCell, HeatScale } from './HeatCell.js';
import { type HeatRow, heatRows } from './heat-rows.js';

interface HeatmapProps {
  readonly heatmap: Report['heatmap'];
  readonly features: readonly Feature[];
}

const FEW = 18;

/** Features × segments, strongest separators first: a table whose cells are coloured, so that it reads without colour too. */
export function Heatmap({ heatmap, features }: HeatmapProps) {
  const segments = useSegments();
  const [order, setOrder] = useState('separation');
  const [numbers, setNumbers] = useState(false);
  const [all, setAll] = useState(false);
  const rows = useMemo(() => heatRows(heatmap, features, segments, order === 'family'), [heatmap, features, segments, order]);
  const strongest = useMemo(() => rows.filter((row) => row.rank < FEW), [rows]);
  const shown = all ? rows : strongest;
  return (
    <Section
      id="heatmap"
      title="What sets them apart"
      lead="Each row is a feature, each column a segment: how far the segment’s mean lies from everyone’s, in standard deviations. Point at a cell, or move through the cells with the arrow keys, to read it."
    >
      {rows.length === 0 ? (
        <Empty>No features were made, so there is nothing to compare.</Empty>
      ) : (
        <div className={css.heat}>
          <div className={css.heatTools}>
            <HeatScale />
            <SegmentedControl size="xs" value={order} onChange={setOrder} aria-label="Order of the features" data={[{ value: 'separation', label: 'Strongest first' }, { value: 'family', label: 'By family' }]} />
            <Switch size="sm" label="Numbers" checked={numbers} onChange={(event) => setNumbers(event.currentTarget.checked)} />
          </div>
          <Scroller label="Features by segments">
            <HeatTable rows={shown} numbers={numbers} />
          </Scroller>
          {rows.length > FEW ? (
            <Button variant="subtle" size="compact-sm" className={css.more} onClick={() => setAll(!all)} aria-expanded={all}>
              {all ? `Show the strongest ${FEW}` : `Show all ${rows.length} features`}
            </Button>
          ) : null}
        </div>
      )}
    </Section>
  );
}

function HeatTable({ rows, numbers }: { readonly rows: readonly HeatRow[]; readonly numbers: boolean }) {
  const segments = useSegments();
  const table = useRef<HTMLTableElement>(null);
  const [active, setActive] = useState<readonly [number, number]>([0, 0]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const row = Math.min(rows.length - 1, Math.max(0, active[0] + step[0]));
    const column = Math.min(segments.length - 1, Math.max(0, active[1] + step[1]));
    setActive([row, column]);
    table.current?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`)?.focus();
  };
  return (
    <table ref={table} className={css.heatTable} data-numbers={numbers} onKeyDown={onKeyDown}>
      <caption className={css.hiddenCaption}>Standardised mean of each feature in each segment</caption>
      <thead>
        <tr>
          <th scope="col">Feature</th>
          {segments.map((s) => (
            <th key={s.index} scope="col">
              <span className={css.heatHead}>
                <SegmentMark index={s.index} alone size={24} />
                {segments.length <= 8 ? (
                  <span className={css.heatName} aria-hidden="true">
                    {s.name}
                  </span>
                ) : null}
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, i) => (
          <tr key={row.name}>
            <th scope="row">
              <span className={css.heatTitle}>{row.title}</span>
              {row.family ? <span className={css.heatFamily}>{row.family}</span> : null}
            </th>
            {segments.map((s, j) => (
              <HeatCell
                key={s.index}
                value={row.values[s.index]}
                title={row.title}
                segment={s}
                place={`${i}:${j}`}
                tabbable={active[0] === i && active[1] === j}
                onFocus={() => setActive([i, j])}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const STEPS: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
