import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { News } from '../../../src/server/contract/live.js';
import { useWire } from './client.js';

/** How the line stands over which news come: `idle` while nobody looks at the page. */
export type Line = 'connecting' | 'open' | 'broken' | 'idle';

interface NewsOptions {
  /** How much of before to begin with. */
  readonly recent?: number;
  readonly enabled?: boolean;
  /** Where this changes, the line is opened anew, and what was before is told again. */
  readonly about?: string;
}

/** Milliseconds that news are gathered, and after which a line that broke is taken up again. */
const PACE = 200;
const AGAIN = 2000;

/**
 * Hears what happens on the live side as long as the page is looked at: a browser opens six connections to one server, for all of its tabs.
 * Every time the line opens, the first news is how it stands.
 */
export function useNews(onNews: (news: readonly News[]) => void, { recent = 0, enabled = true, about }: NewsOptions = {}): Line {
  const { client } = useWire();
  const [line, setLine] = useState<Line>('connecting');
  const heard = useEffectEvent(onNews);
  const seen = useSeen();
  useEffect(() => {
    if (!enabled || !seen) return setLine('idle');
    const stop = new AbortController();
    let gathered: News[] = [];
    let telling: ReturnType<typeof setTimeout> | undefined;
    const tell = () => {
      telling = undefined;
      const news = gathered;
      gathered = [];
      heard(news);
    };
    const follow = async (): Promise<void> => {
      setLine('connecting');
      try {
        for await (const news of client.follow('GET /v1/live/news', { query: { recent }, signal: stop.signal })) {
          if (news.kind === 'status') setLine('open');
          gathered.push(news);
          telling ??= setTimeout(tell, PACE);
        }
      } catch {
        // What broke is said by the line; it is taken up again below.
      }
      if (stop.signal.aborted) return;
      setLine('broken');
      setTimeout(() => !stop.signal.aborted && void follow(), AGAIN);
    };
    void follow();
    return () => {
      stop.abort();
      clearTimeout(telling);
    };
  }, [client, recent, enabled, about, seen]);
  return line;
}

function useSeen(): boolean {
  const [seen, setSeen] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const look = () => setSeen(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return seen;
}

/** Asks anew for everything that is shown of the live side: at once, and then twice a second at most, however much happens. */
export function useLiveRefresh(): () => void {
  const { workspace } = useWire();
  const queries = useQueryClient();
  const wait = useRef<ReturnType<typeof setTimeout>>(undefined);
  const again = useRef(false);
  useEffect(() => () => clearTimeout(wait.current), []);
  return useCallback(() => {
    const ask = () => {
      again.current = false;
      void queries.invalidateQueries({ predicate: ({ queryKey: [, of, route] }) => of === workspace && typeof route === 'string' && (route.startsWith('GET /v1/live') || route === 'GET /v1/entities/:entity') }, { cancelRefetch: false });
      wait.current = setTimeout(() => {
        wait.current = undefined;
        if (again.current) ask();
      }, 500);
    };
    if (wait.current === undefined) ask();
    else again.current = true;
  }, [queries, workspace]);
}

/** Keeps what is shown of the live side true: by the news where the reader may hear them, else by asking again every few seconds. */
export function useKeptLive(concerns: (news: News) => boolean, may: boolean): Line {
  const refresh = useLiveRefresh();
  const line = useNews((news) => news.some((one) => one.kind === 'status' || concerns(one)) && refresh(), { enabled: may });
  useEffect(() => {
    if (may) return;
    const timer = setInterval(refresh, 5000);
    return () => clearInterval(timer);
  }, [may, refresh]);
  return line;
}
