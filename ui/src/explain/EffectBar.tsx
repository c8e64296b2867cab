import css from './explain.module.css';

interface EffectBarProps {
  readonly effect: number;
  readonly interval: readonly [number, number];
  readonly reach: number;
  readonly colour: string;
}

/** A bar to the left (lower) or right (higher) of the middle, with its 95 % interval. The numbers stand beside it as text. */
export function EffectBar({ effect, interval, reach, colour }: EffectBarProps) {
  const place = (d: number) => 50 + (Math.max(-reach, Math.min(reach, Number.isFinite(d) ? d : 0)) / reach) * 48;
  const [from, to] = [Math.min(50, place(effect)), Math.max(50, place(effect))];
  const [low, high] = [place(interval[0]), place(interval[1])];
  return (
    <svg className={css.effect} width="100%" height="18" aria-hidden="true">
      <line x1="50%" x2="50%" y1="0" y2="18" stroke="var(--line-strong)" />
      <rect x={`${from}%`} width={`${Math.max(0.5, to - from)}%`} y="4" height="10" rx="2" style={{ fill: colour }} />
      <g stroke="var(--paper)" strokeWidth="4.5">
        <line x1={`${low}%`} x2={`${high}%`} y1="9" y2="9" />
      </g>
      <g stroke="var(--ink)" strokeWidth="1.5">
        <line x1={`${low}%`} x2={`${high}%`} y1="9" y2="9" />
        <line x1={`${low}%`} x2={`${low}%`} y1="5.5" y2="12.5" />
        <line x1={`${high}%`} x2={`${high}%`} y1="5.5" y2="12.5" />
      </g>
    </svg>
  );
}
