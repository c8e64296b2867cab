import { useQuery } from '@tanstack/react-query';
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

/** Changes of the workspace that are looked through. */
const LAST = 1000;
const SHOWN = 12;

/** Who entered and left lately, and what became of the size. */
export function CameAndWent({ row }: { readonly row: LiveSegmentRow }) {
  const f = useFormats();
  const to = usePaths();
  const { data, error, refetch } = useLastChanges(row.segment);
  const entered = data?.filter(({ direction }) => direction === 'entered').length ?? 0;
  return (
    <Section id="changes" title="Who came and went" lead={`Of the last ${f.count(LAST)} changes of this workspace.`}>
      {error ? <ProblemNote error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton lines={4} /> : null}
      {data?.length === 0 ? <p className={css.soft}>None of them were of this segment.</p> : null}
      {data && data.length > 0 ? (
        <>
          <div className={css.growth}>
            <p>
              <strong>{f.count(entered)}</strong> entered and <strong>{f.count(data.length - entered)}</strong> left since {f.moment(data[0].at)}
            </p>
            <Sparkline values={growthOf(row.members, data)} label={`Members since ${f.moment(data[0].at)}: from ${growthOf(row.members, data)[0]} to ${row.members}`} width={260} height={44} />
          </div>
          <ul className={css.log}>
            {[...data].reverse().slice(0, SHOWN).map((change) => (
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

/** Changes of a segment among the last of the workspace, oldest first. */
function useLastChanges(segment: string) {
  const { client, workspace } = useWire();
  return useQuery({
    queryKey: ['live', workspace, 'GET /v1/live/changes', segment],
    queryFn: async ({ signal }) => {
      const { changes } = await client.ask('GET /v1/live', { signal });
      const { items } = await client.ask('GET /v1/live/changes', { query: { after: Math.max(0, changes - LAST), limit: LAST }, signal });
      return items.filter((change) => change.segment === segment);
    },
  });
}
