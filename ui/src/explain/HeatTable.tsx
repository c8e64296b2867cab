import { type KeyboardEvent, type SyntheticEvent, useRef, useState } from 'react';
import { useFormats } from '../kit/formats.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import css from './explain.module.css';
import { HeatCell } from './HeatCell.js';
import type { HeatRow } from './heat-rows.js';

interface HeatTableProps {
  readonly rows: readonly HeatRow[];
  /** Shows each value in its cell. */
  readonly numbers: boolean;
  /** Shows each feature's family. */
  readonly families: boolean;
}

/** The coloured table: one stop for the Tab key, arrows inside, and one read-out that goes with the pointer or the focus. */
export function HeatTable({ rows, numbers, families }: HeatTableProps) {
  const segments = useSegments();
  const frame = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<readonly [number, number]>([0, 0]);
  const [told, setTold] = useState<Told | undefined>();

  const tell = (event: SyntheticEvent) => setTold(toldAt(event.target, frame.current));
  const onFocus = (event: SyntheticEvent) => {
    const at = placeOf(event.target);
    if (at) setActive([at.row, at.column]);
    tell(event);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') return setTold(undefined);
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const row = Math.min(rows.length - 1, Math.max(0, active[0] + step[0]));
    const column = Math.min(segments.length - 1, Math.max(0, active[1] + step[1]));
    frame.current?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`)?.focus();
  };

  return (
    <div ref={frame} className={css.heatFrame} onPointerOver={tell} onPointerLeave={() => setTold(undefined)} onFocus={onFocus} onBlur={() => setTold(undefined)} onKeyDown={onKeyDown}>
      <table className={css.heatTable} data-numbers={numbers}>
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
                {families && row.family ? <span className={css.heatFamily}>{row.family}</span> : null}
              </th>
              {segments.map((s, j) => (
                <HeatCell key={s.index} value={row.values[s.index]} place={`${i}:${j}`} tabbable={active[0] === i && active[1] === j} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {told && rows[told.row] ? <ReadOut told={told} row={rows[told.row]} /> : null}
    </div>
  );
}

interface Place {
  readonly row: number;
  readonly column: number;
}

/** A cell, and where in the frame its read-out goes. */
interface Told extends Place {
  readonly left: number;
  readonly top: number;
  readonly below: boolean;
}

function ReadOut({ told, row }: { readonly told: Told; readonly row: HeatRow }) {
  const f = useFormats();
  const segment = useSegments()[told.column];
  const value = row.values[segment.index];
  const known = typeof value === 'number' && Number.isFinite(value);
  return (
    <div role="tooltip" className={css.heatTip} style={{ left: told.left, top: told.top }} data-below={told.below}>
      <strong>{row.title}</strong>
      <span>
        {segment.name}: {known ? `${f.fixed(Math.abs(value), 1)} standard deviations ${value >= 0 ? 'above' : 'below'} everyone’s mean` : 'not known'}
      </span>
    </div>
  );
}

function placeOf(target: EventTarget): Place | undefined {
  const cell = target instanceof Element ? target.closest('[data-cell]') : null;
  const [row, column] = (cell?.getAttribute('data-cell') ?? '').split(':').map(Number);
  return cell ? { row, column } : undefined;
}

const HALF_TIP = 130;

function toldAt(target: EventTarget, frame: HTMLElement | null): Told | undefined {
  const place = placeOf(target);
  if (!place || !frame || !(target instanceof Element)) return undefined;
  const cell = (target.closest('[data-cell]') ?? target).getBoundingClientRect();
  const box = frame.getBoundingClientRect();
  const below = place.row < 2;
  const left = Math.min(box.width - HALF_TIP, Math.max(HALF_TIP, cell.left - box.left + cell.width / 2));
  return { ...place, left, top: (below ? cell.bottom : cell.top) - box.top, below };
}

const STEPS: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
