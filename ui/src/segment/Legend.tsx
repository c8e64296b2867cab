import { Button } from '@mantine/core';
import { useFormats } from '../kit/formats.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import css from './segment.module.css';

interface LegendProps {
  readonly hidden: ReadonlySet<number>;
  onChange(hidden: ReadonlySet<number>): void;
  /** Points of each segment, by its index: shown where given, one segment a line. */
  readonly counts?: ReadonlyMap<number, number>;
}

/** The segments as switches: press to hide or show one. */
export function Legend({ hidden, onChange, counts }: LegendProps) {
  const f = useFormats();
  const segments = useSegments();
  const nobody = counts?.get(-1);
  const listed = [...segments.map(({ index, name }) => ({ index, name })), ...(nobody ? [{ index: -1, name: 'In no segment' }] : [])];
  const toggle = (index: number) => {
    const next = new Set(hidden);
    if (!next.delete(index)) next.add(index);
    onChange(next);
  };
  const only = (index: number) => onChange(new Set(listed.map((s) => s.index).filter((i) => i !== index)));
  return (
    <div className={css.legend} data-list={counts !== undefined} role="group" aria-label="Segments on the map">
      {listed.map(({ index, name }) => (
        <button key={index} type="button" className={css.legendItem} aria-pressed={!hidden.has(index)} onClick={() => toggle(index)} onDoubleClick={() => only(index)}>
          <SegmentMark index={index} size={18} />
          <span>{name}</span>
          {counts ? <small>{f.count(counts.get(index) ?? 0)}</small> : null}
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
