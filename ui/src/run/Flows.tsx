import { useMemo, useRef, useState } from 'react';
import type { Comparison } from '../../../src/domain/comparison.js';
import type { Report } from '../../../src/domain/report.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour, segmentInk } from '../kit/palette.js';
import { Empty } from '../kit/Section.js';
import kit from '../kit/kit.module.css';
import { flowsOf, layOut, type Place } from './flow-layout.js';
import css from './runs.module.css';

interface FlowsProps {
  readonly comparison: Comparison;
  readonly a: Report['segments'];
  readonly b: Report['segments'];
  /** What the flows are of: a line at the foot of their image. */
  readonly source: string;
}

/** Who goes where from one run to the other: ribbons as wide as there are entities; the same as a list for those who do not see them. */
export function Flows({ comparison, a, b, source }: FlowsProps) {
  const f = useFormats();
  const chart = useRef<HTMLDivElement>(null);
  const [on, setOn] = useState<number>();
  const { left, right, ribbons } = useMemo(() => layOut(flowsOf(comparison)), [comparison]);
  const nameIn = (segments: Report['segments']) => (index: number) => (index < 0 ? 'in no segment' : (segments.find((s) => s.segment === index)?.name ?? `Segment ${index + 1}`));
  const [nameA, nameB] = [nameIn(a), nameIn(b)];
  const height = Math.max(300, 46 * Math.max(left.length, right.length));
  return (
    <section aria-labelledby="flows">
      <div className={css.titled}>
        <h2 id="flows" className={css.caption}>
          Who goes where
        </h2>
        {ribbons.length === 0 ? null : (
          <ExportMenu
            title="Who goes where"
            chart={{ element: chart, title: 'Who goes where', source }}
            table={{ columns: ['from', 'from_name', 'to', 'to_name', 'entities'], rows: () => ribbons.map((r) => [r.a, nameA(r.a), r.b, nameB(r.b), r.entities]) }}
          />
        )}
      </div>
      {ribbons.length === 0 ? (
        <Empty>No {f.one} is in both runs, so there is nothing to compare one by one.</Empty>
      ) : (
        <>
          <div ref={chart} className={css.flows} style={{ height }} aria-hidden="true">
            <Ends side="left" places={left} name={nameA} height={height} />
            <svg viewBox="0 0 100 100" preserveAspectRatio="none">
              {ribbons.map((r, i) => (
                <path
                  key={i}
                  className={css.ribbon}
                  data-on={on === i}
                  onPointerEnter={() => setOn(i)}
                  onPointerLeave={() => setOn(undefined)}
                  fill={segmentColour(r.a)}
                  d={ribbon(r.fromTop * 100, r.toTop * 100, Math.max(0.15, r.height * 100))}
                >
                  <title>{`${nameA(r.a)} → ${nameB(r.b)}: ${f.count(r.entities)}`}</title>
                </path>
              ))}
            </svg>
            <Ends side="right" places={right} name={nameB} height={height} />
          </div>
          <p className={css.flowNote} role="status">
            {on === undefined || !ribbons[on] ? 'Point at a ribbon to see how many it stands for.' : `${nameA(ribbons[on].a)} → ${nameB(ribbons[on].b)}: ${f.count(ribbons[on].entities)} ${f.many}`}
          </p>
          <ol className={css.flowList}>
            {[...ribbons].sort((x, y) => y.entities - x.entities).map((r) => (
              <li key={`${r.a} ${r.b}`}>
                <span>
                  {nameA(r.a)} → {nameB(r.b)}
                </span>
                <span>{f.count(r.entities)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

interface EndsProps {
  readonly side: 'left' | 'right';
  readonly places: readonly Place[];
  readonly height: number;
  name(segment: number): string;
}

function Ends({ side, places, name, height }: EndsProps) {
  const tops = useMemo(() => spread(places.map((p) => (p.top + p.height / 2) * height), 34, height), [places, height]);
  return (
    <div className={css.ends} data-side={side}>
      {places.map((p, i) => (
        <span key={p.segment} className={css.end} style={{ top: tops[i] - 17, height: 34 }}>
          <span className={kit.mark} style={{ background: segmentColour(p.segment), color: segmentInk(p.segment), minWidth: 20, height: 20, fontSize: 11 }}>
            {p.segment < 0 ? '–' : p.segment + 1}
          </span>
          <span>{name(p.segment)}</span>
        </span>
      ))}
    </div>
  );
}

/** Middles of labels moved apart by at least `least`, in order, within 0 … `end`. */
function spread(middles: readonly number[], least: number, end: number): number[] {
  const placed: number[] = [];
  for (const middle of middles) placed.push(Math.max(middle, (placed.at(-1) ?? -least / 2) + least));
  for (let i = placed.length - 1, limit = end - least / 2; i >= 0; i--, limit -= least) placed[i] = Math.min(placed[i], limit, (placed[i + 1] ?? Number.POSITIVE_INFINITY) - least);
  return placed;
}

const ribbon = (from: number, to: number, h: number): string => `M0 ${from}C50 ${from} 50 ${to} 100 ${to}V${to + h}C50 ${to + h} 50 ${from + h} 0 ${from + h}Z`;
