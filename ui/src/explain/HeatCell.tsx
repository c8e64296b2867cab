import type { CSSProperties } from 'react';
import { useFormats } from '../kit/formats.js';
import css from './explain.module.css';
import { FULL, heatColour, heatInk } from './heat-colour.js';

interface HeatCellProps {
  readonly value: number | undefined;
  /** "row:column", by which the table finds the cell again. */
  readonly place: string;
  readonly tabbable: boolean;
}

/** One coloured value: blue below everyone's mean, orange above. */
export function HeatCell({ value, place, tabbable }: HeatCellProps) {
  const f = useFormats();
  const known = typeof value === 'number' && Number.isFinite(value);
  const style = known ? { background: heatColour(value), '--on-light': heatInk(value, 'light'), '--on-dark': heatInk(value, 'dark') } : undefined;
  return (
    <td data-cell={place} tabIndex={tabbable ? 0 : -1} className={css.heatCell} style={style as CSSProperties}>
      <span>
        {known && value > 0 ? '+' : ''}
        {f.fixed(value, 1)}
      </span>
    </td>
  );
}

/** What the colours mean. */
export function HeatScale() {
  return (
    <div className={css.heatScale} role="img" aria-label={`Colour scale: blue is below everyone’s mean, orange above, full colour at ${FULL} standard deviations`}>
      <span>−{FULL}</span>
      <svg className={css.heatGradient} viewBox="0 0 140 12" aria-hidden="true">
        <linearGradient id="heat-scale">
          <stop offset="0" style={{ stopColor: 'rgb(var(--low-rgb))' }} />
          <stop offset="0.5" style={{ stopColor: 'rgb(var(--low-rgb))', stopOpacity: 0 }} />
          <stop offset="0.5" style={{ stopColor: 'rgb(var(--high-rgb))', stopOpacity: 0 }} />
          <stop offset="1" style={{ stopColor: 'rgb(var(--high-rgb))' }} />
        </linearGradient>
        <rect width="140" height="12" rx="3" style={{ fill: 'var(--paper)' }} />
        <rect width="140" height="12" rx="3" style={{ fill: 'url(#heat-scale)' }} />
      </svg>
      <span>+{FULL}</span>
    </div>
  );
}
