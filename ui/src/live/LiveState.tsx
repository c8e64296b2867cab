import type { LiveSegment } from '../../../src/domain/live.js';
import { useFormats } from '../kit/formats.js';
import css from './live.module.css';

/** Whether a segment is true to the moment, is being worked out, or cannot be. */
export function LiveState({ segment }: { readonly segment: Pick<LiveSegment, 'state' | 'progress' | 'problem'> }) {
  const f = useFormats();
  const words = segment.state === 'live' ? 'Live' : segment.state === 'failed' ? `Failed${segment.problem ? `: ${segment.problem}` : ''}` : `Backfilling${segment.progress === undefined ? '' : ` ${f.percent(segment.progress)}`}`;
  return (
    <span className={css.state} data-state={segment.state}>
      {words}
    </span>
  );
}
