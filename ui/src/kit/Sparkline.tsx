interface SparklineProps {
  readonly values: readonly number[];
  /** What it shows, in words: a drawing says nothing to a screen reader. */
  readonly label: string;
  readonly colour?: string;
  readonly width?: number;
  readonly height?: number;
}

/** A line of a few values, the last one stressed. One value alone is a dot. */
export function Sparkline({ values, label, colour = 'var(--ink-soft)', width = 84, height = 26 }: SparklineProps) {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const pad = 4;
  const x = (i: number) => (known.length === 1 ? width - pad : pad + (i / (known.length - 1)) * (width - 2 * pad));
  const y = (value: number) => (high === low ? height / 2 : height - pad - ((value - low) / (high - low)) * (height - 2 * pad));
  const path = known.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ display: 'block', overflow: 'visible' }}>
      {known.length > 1 ? <path d={path} style={{ fill: 'none', stroke: colour, strokeWidth: 1.75, strokeLinejoin: 'round' }} /> : null}
      <circle cx={x(known.length - 1)} cy={y(known[known.length - 1])} r="3" style={{ fill: colour }} />
    </svg>
  );
}
