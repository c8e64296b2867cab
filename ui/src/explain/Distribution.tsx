import type { Feature } from '../../../src/domain/feature.js';
import type { Distribution as Spread } from '../../../src/domain/report.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import type { SegmentKey } from '../kit/segments.js';
import css from './explain.module.css';

interface DistributionProps {
  readonly distribution: Spread;
  readonly feature?: Feature;
  readonly segment: SegmentKey;
  /** Share at the top of the scale. */
  readonly tallest: number;
}

const HEIGHT = 96;

/** Everyone in grey, one segment in its colour, over the same bins. */
export function Distribution({ distribution, feature, segment, tallest }: DistributionProps) {
  const f = useFormats();
  const { edges, everyone, log } = distribution;
  const own = distribution.segments[segment.index] ?? [];
  const show = (x: number | undefined) => (feature ? f.value(x, feature.kind, feature.unit) : f.number(x));
  const flag = feature?.kind === 'flag' && everyone.length === 2;
  const [all, here] = flag ? [undefined, undefined] : [middleOf(edges, everyone, log), middleOf(edges, own, log)];
  const words = flag ? `Yes for ${f.percent(own[1])}` : `Half below ${show(here?.value)}`;
  const others = flag ? `everyone ${f.percent(everyone[1])}` : `everyone ${show(all?.value)}`;
  return (
    <figure className={css.multiple}>
      <figcaption>
        <SegmentMark index={segment.index} size={20} />
        <span className={css.multipleName}>{segment.name}</span>
      </figcaption>
      <svg viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" className={css.histogram} role="img" aria-label={`${segment.name}. ${words}; ${others}.`}>
        <Bars shares={everyone} tallest={tallest} fill="var(--neutral-bar)" opacity={0.5} />
        <Bars shares={own} tallest={tallest} fill={segmentColour(segment.index)} opacity={0.78} />
        {here ? <line x1={here.place * 100} x2={here.place * 100} y1="0" y2={HEIGHT} stroke="var(--ink)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" /> : null}
      </svg>
      <p className={css.axis} aria-hidden="true">
        <span>{flag ? 'no' : show(edges[0])}</span>
        <span>{flag ? 'yes' : show(edges.at(-1))}</span>
      </p>
      <p className={css.quiet}>
        <strong>{words}</strong>; {others}
      </p>
    </figure>
  );
}

function Bars({ shares, tallest, fill, opacity }: { readonly shares: readonly number[]; readonly tallest: number; readonly fill: string; readonly opacity: number }) {
  const n = shares.length;
  if (n === 0) return null;
  const steps = shares.map((share, i) => {
    const y = (HEIGHT * (1 - Math.min(1, Math.max(0, share / tallest || 0)))).toFixed(2);
    return `L${((i / n) * 100).toFixed(2)} ${y}L${(((i + 1) / n) * 100).toFixed(2)} ${y}`;
  });
  return <path d={`M0 ${HEIGHT}${steps.join('')}L100 ${HEIGHT}Z`} style={{ fill, fillOpacity: opacity }} />;
}

/** The median read off the bins, and its place on the scale (0–1). */
function middleOf(edges: readonly number[], shares: readonly number[], log: boolean): { value: number; place: number } | undefined {
  const total = shares.reduce((a, b) => a + b, 0);
  if (!(total > 0)) return undefined;
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    if (sum + shares[i] >= total / 2) {
      const part = shares[i] > 0 ? (total / 2 - sum) / shares[i] : 0;
      const [low, high] = [edges[i], edges[i + 1]];
      const value = log && low > 0 ? low * (high / low) ** part : low + (high - low) * part;
      return { value, place: (i + part) / shares.length };
    }
    sum += shares[i];
  }
  return undefined;
}
