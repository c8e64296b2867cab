import { useQuery } from '@tanstack/react-query';
import type { AnswerOf } from '../../../src/server/contract/contract.js';
import type { LiveSegmentRow } from '../../../src/server/contract/live.js';
import { useFormats } from '../kit/formats.js';
import { Ago } from '../kit/moments.js';
import { Section } from '../kit/Section.js';
import { Sparkline } from '../kit/Sparkline.js';
import { ProblemNote, Skeleton } from '../kit/states.js';
import { useWire } from '../wire/client.js';
import { usePaths } from '../wire/runs.js';
import { growthOf } from './growth.js';
import css from './live.module.css';

const HOUR = 3_600_000;
const DAYS = 7;

/** Who entered and left lately, and what became of the size. */
export function CameAndWent({ row }: { readonly row: LiveSegmentRow }) {
  const f = useFormats();
  const to = usePaths();
  const { data, error, refetch } = useChanges(row.segment);
  return (
    <Section id="changes" title="Who came and went" lead={`How many entered and left in the last ${DAYS} days, and who did last.`}>
      {error ? <ProblemNote error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton lines={4} /> : null}
      {data ? (
        <>
          <div className={css.growth}>
            <p>
              <strong>{f.count(data.entered)}</strong> entered and <strong>{f.count(data.left)}</strong> left since {f.moment(data.since)}
            </p>
            {data.hours.length > 0 ? <Growth data={data} /> : null}
          </div>
          <ul className={css.log}>
            {data.last.map((change) => (
              <li key={change.n}>
                <span>
                  <span className={css.move} data-direction={change.direction}>
                    <a href={to(`entities/${encodeURIComponent(change.entity)}`, { part: 'live' })}>{change.entity}</a> {change.direction}
                  </span>{' '}
                  <span className={css.soft}>{change.reason}</span>
                </span>
                <span className={css.soft}>
                  <Ago at={change.at} />
                </span>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </Section>
  );
}

function Growth({ data: { members, hours, since } }: { readonly data: Moved }) {
  const f = useFormats();
  const sizes = growthOf(members, hours);
  return <Sparkline values={sizes} label={`Members since ${f.moment(since)}: from ${sizes[0]} to ${members}`} width={260} height={44} />;
}

type Moved = AnswerOf<'GET /v1/live/segments/:segment/changes'>;

function useChanges(segment: string) {
  const { client, workspace } = useWire();
  return useQuery({
    queryKey: ['live', workspace, 'GET /v1/live/changes', segment],
    queryFn: ({ signal }) => client.ask('GET /v1/live/segments/:segment/changes', { params: { segment }, query: { since: Math.floor(Date.now() / HOUR) * HOUR - DAYS * 24 * HOUR }, signal }),
  });
}
