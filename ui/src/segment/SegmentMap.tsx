import { useCallback, useMemo, useState } from 'react';
import type { Report } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { pointsOf } from '../kit/points.js';
import { Scatter } from '../kit/Scatter.js';
import { useScheme } from '../kit/SchemeToggle.js';
import { Empty, Section } from '../kit/Section.js';
import { useSegments } from '../kit/segments.js';
import { segmentTable, tonesOf } from '../kit/tones.js';
import { Legend } from './Legend.js';
import css from './segment.module.css';

/** Everyone on a plane, coloured by segment, with a legend that filters. */
export function SegmentMap({ map }: { readonly map: Report['map'] }) {
  const f = useFormats();
  const segments = useSegments();
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const groupName = useCallback((group: number) => segments.find((s) => s.index === group)?.name ?? 'No segment', [segments]);
  const scheme = useScheme();
  const points = useMemo(() => pointsOf(map.x, map.y), [map]);
  const tone = useMemo(() => tonesOf(points, map.segment), [points, map]);
  const colours = useMemo(() => segmentTable(Math.max(0, ...map.segment) + 1, hidden, scheme), [map, hidden, scheme]);
  const shown = map.segment.reduce((n, g) => n + (hidden.has(g) ? 0 : 1), 0);
  return (
    <Section
      id="map"
      image
      title={`Map of the ${f.many}`}
      lead={`Each dot is one ${f.one}; near each other means alike. A plane shows only part of how they differ, so groups that touch here can be apart in other respects.`}
    >
      {map.x.length === 0 ? (
        <Empty>There is no map: it takes at least two features and a few {f.many}.</Empty>
      ) : (
        <figure className={css.map}>
          <Scatter
            points={points}
            tone={tone}
            colours={colours}
            group={map.segment}
            hidden={hidden}
            groupName={groupName}
            tip={(i) => (
              <>
                <strong>{map.entity[i] ?? ''}</strong>
                <span>{groupName(map.segment[i])}</span>
              </>
            )}
            label={`Map of ${f.count(map.x.length)} ${f.many} in ${segments.length} segments. Arrow keys move it, plus and minus zoom, 0 shows everything.`}
          />
          <Legend hidden={hidden} onChange={setHidden} />
          <figcaption className={css.mapNote}>
            {map.method ? `The axes: ${map.method}. ` : ''}
            <span aria-live="polite">
              {f.count(shown)} of {f.count(map.x.length)} sampled {f.many} shown.
            </span>{' '}
            <span className={css.mapHelp} data-export="skip">Drag to move. Click the map, then turn the wheel to zoom; or use the buttons. Double-click a name to see it alone.</span>
          </figcaption>
        </figure>
      )}
    </Section>
  );
}
