import { Skeleton } from '../kit/states.js';
import { useFormats } from '../kit/formats.js';
import { useAsk } from '../wire/ask.js';
import { type PublishedRun, usePaths } from '../wire/runs.js';
import css from './runs.module.css';

/** What will be different when another run is put in use. */
export function ChangePreview({ from, to: next }: { readonly from: PublishedRun; readonly to: PublishedRun }) {
  const f = useFormats();
  const to = usePaths();
  const { data, isPending } = useAsk('GET /v1/runs/:run/compare/:other', { params: { run: from.id, other: next.id } }, { fixed: true });
  const segments = (n: number) => `${f.count(n)} ${n === 1 ? 'segment' : 'segments'}`;
  return (
    <div className={css.preview}>
      <p>
        Segments, lists and exports will follow “{next.title}” of {f.moment(next.endedAt ?? next.begunAt)} instead of “{from.title}” of {f.moment(from.endedAt ?? from.begunAt)}.
      </p>
      <ul>
        <li>
          {from.summary.segments === next.summary.segments ? `Still ${segments(next.summary.segments)}.` : `${segments(next.summary.segments)} instead of ${f.count(from.summary.segments)}.`}
        </li>
        {next.summary.asOf > 0 && from.summary.asOf > 0 && next.summary.asOf !== from.summary.asOf ? (
          <li>
            As of {f.date(next.summary.asOf)} instead of {f.date(from.summary.asOf)}.
          </li>
        ) : null}
        {isPending ? (
          <li>
            <Skeleton lines={1} />
          </li>
        ) : null}
        {data ? (
          <li>
            {f.percent(data.agreement.unchanged.value)} of those in both stay in the matching segment. <a href={to(`runs/${encodeURIComponent(from.id)}/versus/${encodeURIComponent(next.id)}`)}>Who goes where</a>
          </li>
        ) : null}
      </ul>
    </div>
  );
}
