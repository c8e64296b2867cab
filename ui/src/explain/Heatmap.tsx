import { Button, SegmentedControl, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Feature } from '../../../src/domain/feature.js';
import type { Report } from '../../../src/domain/report.js';
import { Empty, Scroller, Section } from '../kit/Section.js';
import { useSegments } from '../kit/segments.js';
import css from './explain.module.css';
import { HeatScale } from './HeatCell.js';
import { HeatTable } from './HeatTable.js';
import { heatRows } from './heat-rows.js';

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
      image
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
            <HeatTable rows={shown} numbers={numbers} families={order === 'family'} />
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
