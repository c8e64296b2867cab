import { useFormats } from '../kit/formats.js';
import css from './explain.module.css';

/** Values of this size and more are drawn in full colour. */
const FULL = 2.5;

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
  return (
    <td data-cell={place} tabIndex={tabbable ? 0 : -1} className={css.heatCell} style={{ background: known ? heatColour(value) : undefined }} data-strong={known && Math.abs(value) > FULL * 0.62}>
      <span>{signed(value, f.fixed)}</span>
    </td>
  );
}

/** "+1.2", "−0.4", "–" where unknown. */
export const signed = (value: number | undefined, fixed: (x: number | undefined, digits: number) => string): string =>
  `${typeof value === 'number' && value > 0 ? '+' : ''}${fixed(value, 1)}`;

function heatColour(value: number): string {
  const strength = Math.min(1, Math.abs(value) / FULL) ** 0.85;
  return `rgb(var(${value < 0 ? '--low-rgb' : '--high-rgb'}) / ${(strength * 100).toFixed(0)}%)`;
}

/** What the colours mean. */
export function HeatScale() {
  return (
    <div className={css.heatScale} role="img" aria-label={`Colour scale: blue is below everyone’s mean, orange above, full colour at ${FULL} standard deviations`}>
      <span>−{FULL}</span>
      <span className={css.heatGradient} />
      <span>+{FULL}</span>
    </div>
  );
}
