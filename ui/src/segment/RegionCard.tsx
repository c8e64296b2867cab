import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import { segmentColour } from '../kit/palette.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import css from './map.module.css';

interface RegionCardProps {
  readonly count: number;
  readonly of: number;
  /** Segment and how many of it, most first; once the region is drawn. */
  readonly parts?: readonly (readonly [number, number])[];
  onClear(): void;
  /** @throws an Error whose message is shown */
  readonly onMake?: (name: string) => Promise<void>;
}

const FEW = 5;

/** Who lies in the region that was drawn, and the way to keep them as a segment. */
export function RegionCard({ count, of, parts, onClear, onMake }: RegionCardProps) {
  const f = useFormats();
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (!onMake || !name.trim()) return setProblem('Give it a name first.');
    setBusy(true);
    setProblem(undefined);
    await onMake(name.trim()).catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
    setBusy(false);
  };
  return (
    <div className={css.region}>
      <p className={css.regionCount} aria-live="polite">
        <strong>{f.count(count)}</strong> {count === 1 ? f.one : f.many} inside <span>{f.percent(count / (of || 1))}</span>
      </p>
      {parts && parts.length > 0 ? (
        <ul className={css.parts}>
          {parts.slice(0, FEW).map(([segment, n]) => (
            <li key={segment}>
              <SegmentMark index={segment} size={18} alone />
              <Bar share={n / count} height={8} colour={segmentColour(segment)} />
              <span>{f.percent(n / count)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {parts ? (
        <form onSubmit={make} className={css.make}>
          {onMake && count > 0 ? <TextInput label="Name of the new segment" value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={120} error={problem} /> : null}
          <div>
            {onMake && count > 0 ? (
              <Button type="submit" loading={busy}>
                Make a segment
              </Button>
            ) : null}
            <Button variant="subtle" onClick={onClear}>
              Clear
            </Button>
          </div>
        </form>
      ) : null}
    </div>
  );
}
