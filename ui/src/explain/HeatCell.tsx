import { Tip } from '../kit/Tip.js';
import { useFormats } from '../kit/formats.js';
import type { SegmentKey } from '../kit/segments.js';
import css from './explain.module.css';

/** Values of this size and more are drawn in full colour. */
const FULL = 2.5;

interface HeatCellProps {
  readonly value: number | undefined;
  readonly title: string;
  readonly segment: SegmentKey;
  readonly place: string;
  readonly tabbable: boolean;
  onFocus(): void;
}

/** One coloured value: blue below everyone's mean, orange above. */
export function HeatCell({ value, title, segment, place, tabbable, onFocus }: HeatCellProps) {
  const f = useFormats();
  const known = typeof value === 'number' && Number.isFinite(value);
  const text = known ? `${value > 0 ? '+' : ''}${f.fixed(value, 1)}` : '–';
  return (
    <Tip label={`${title}, ${segment.name}: ${known ? `${text} standard deviations ${value >= 0 ? 'above' : 'below'} everyone’s mean` : 'not known'}`}>
      <td data-cell={place} tabIndex={tabbable ? 0 : -1} onFocus={onFocus} className={css.heatCell} style={{ background: known ? heatColour(value) : undefined }} data-strong={known && Math.abs(value) > FULL * 0.62}>
        <span>{text}</span>
      </td>
    </Tip>
  );
}

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
