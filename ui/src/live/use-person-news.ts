import { useRef, useState } from 'react';
import type { LiveEntity } from '../../../src/domain/live.js';
import type { News } from '../../../src/server/contract/live.js';
import { type Line as Connection, useLiveRefresh, useNews } from '../wire/live.js';
import { idOf, type Line, takeIn } from './feed.js';

/** What was heard of somebody. */
export interface PersonNews {
  /** Of the last events of the workspace, those of this person, and what comes. */
  readonly feed: readonly Line[];
  readonly line: Connection;
}

/** Hears what happens to somebody, and asks anew for what is known of them when it does. `live` is absent as long as nobody of that id is known. */
export function usePersonNews(id: string, live: LiveEntity | undefined, enabled: boolean): PersonNews {
  const [feed, setFeed] = useState<readonly Line[]>([]);
  const refresh = useLiveRefresh();
  const known = useRef(0);
  const names = new Set(live?.identifiers.map(({ type, value }) => `${type}:${value}`));
  const isOf = (news: News): boolean => {
    if (news.kind === 'change') return news.change.entity === (live?.id ?? id);
    if (news.kind !== 'event' && news.kind !== 'duplicate') return false;
    return news.event.identifiers.some(({ type, value }) => names.has(`${type}:${value}`) || value === id) || idOf(news.event.identifiers) === id;
  };
  const line = useNews((news) => {
    const own = news.filter(isOf);
    setFeed((before) => takeIn(before, own));
    // What was before the page was opened is in its first answer; that the segments changed concerns everybody.
    const newest = Math.max(known.current, ...own.map((one) => (one.kind === 'event' ? one.event.seq : one.kind === 'change' ? one.change.seq : 0)));
    const fresh = newest > (live?.seq ?? 0) || own.some(({ kind }) => kind === 'change') || news.some(({ kind }) => kind === 'segment');
    known.current = newest;
    if (fresh) refresh();
  }, { recent: 500, enabled, about: [...names].join(' ') });
  return { feed, line };
}
