import { Button } from '@mantine/core';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import css from './segment.module.css';

interface LegendProps {
  readonly hidden: ReadonlySet<number>;
  onChange(hidden: ReadonlySet<number>): void;
}

/** The segments as switches: press to hide or show one. */
export function Legend({ hidden, onChange }: LegendProps) {
  const segments = useSegments();
  const toggle = (index: number) => {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    onChange(next);
  };
  const only = (index: number) => onChange(new Set(segments.map((s) => s.index).filter((i) => i !== index)));
  return (
    <div className={css.legend} role="group" aria-label="Segments on the map">
      {segments.map((s) => (
        <button key={s.index} type="button" className={css.legendItem} aria-pressed={!hidden.has(s.index)} onClick={() => toggle(s.index)} onDoubleClick={() => only(s.index)}>
          <SegmentMark index={s.index} size={18} />
          <span>{s.name}</span>
        </button>
      ))}
      {hidden.size > 0 ? (
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(new Set())}>
          Show all
        </Button>
      ) : null}
    </div>
  );
}
