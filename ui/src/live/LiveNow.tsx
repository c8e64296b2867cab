import type { LiveEntity } from '../../../src/domain/live.js';
import { Until } from '../kit/moments.js';
import { Card } from '../entity/Card.js';
import { usePaths } from '../wire/runs.js';
import css from './live.module.css';

/** Which live segments somebody is in now, in few words. */
export function LiveNow({ live, href }: { readonly live: LiveEntity; readonly href: string }) {
  const to = usePaths();
  return (
    <Card title="Live segments, now" more={<a href={href}>All of it</a>}>
      {live.memberships.length === 0 ? <p className={css.soft}>In none of them.</p> : null}
      <ul className={css.short}>
        {live.memberships.map((one) => (
          <li key={one.segment}>
            <a href={to(`${one.strength === undefined ? 'live/segments' : 'segments'}/${encodeURIComponent(one.segment)}`)}>{one.name}</a>
            {one.until === undefined ? null : (
              <span className={css.soft}>
                leaves <Until at={one.until} />
              </span>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
