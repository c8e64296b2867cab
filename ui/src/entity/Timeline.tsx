import { Button } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { TimelineEvent } from '../../../src/domain/answer.js';
import type { SourceKind } from '../../../src/domain/source.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Icon, type IconName } from '../kit/Icon.js';
import { prose } from '../kit/prose.js';
import { Empty } from '../kit/Section.js';
import { Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useWire } from '../wire/client.js';
import { useAskedRun } from '../wire/runs.js';
import css from './timeline.module.css';
import { daysOf, hasClock } from './timeline.js';
import { timelineQuestion } from './timeline-question.js';

const SIZE = 60;

/** What happened to one entity, newest first, by day; of all sources or of one. */
export function Timeline({ entity, first }: { readonly entity: string; /** Only so many, without tools. */ readonly first?: number }) {
  const f = useFormats();
  const wire = useWire();
  const [only, setOnly] = useState<string>();
  const run = useAskedRun();
  const size = first ?? SIZE;
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({ ...timelineQuestion(wire, { entity, run, size, only }), placeholderData: keepPreviousData });
  /** Everything, also what the page has not asked for yet. */
  const all = async () => {
    const events: TimelineEvent[] = [];
    for (;;) {
      const part = await wire.client.ask('GET /v1/entities/:entity/timeline', { params: { entity }, query: { run, offset: events.length, limit: 500, ...(only !== undefined && { source: only }) } });
      events.push(...part.events);
      if (part.events.length === 0 || events.length >= part.total) return events;
    }
  };
  const events = useMemo(() => data?.pages.flatMap((page) => page.events) ?? [], [data]);
  if (error) return <ProblemNote title="What happened did not come." error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading what="what happened"><Skeleton lines={first ? 4 : 10} /></Loading>;
  const { total, sources } = data.pages[0];
  if (total === 0 && only === undefined) return <Empty>No source says when something happened to this {f.one}.</Empty>;
  return (
    <div className={css.timeline}>
      {first === undefined ? (
        <div className={css.tools}>
          {sources.length > 1 ? (
            <div className={css.filter} role="group" aria-label="Sources">
              <button type="button" aria-pressed={only === undefined} onClick={() => setOnly(undefined)}>
                All
              </button>
              {sources.map(({ name, kind }) => (
                <button key={name} type="button" aria-pressed={only === name} onClick={() => setOnly(name)}>
                  <Icon name={iconOf(name, kind)} size={16} />
                  <span>{name}</span>
                </button>
              ))}
            </div>
          ) : null}
          <ExportMenu title="What happened" table={{ columns: ['at', 'source', 'what', 'amount'], rows: async () => (await all()).map((event) => [new Date(event.at).toISOString(), event.source, event.words, event.amount]) }} />
        </div>
      ) : null}
      <ol className={css.days}>
        {daysOf(events).map((day) => (
          <li key={day.at}>
            <h3>{f.date(day.at)}</h3>
            <ol className={css.events}>
              {day.events.map((event, i) => (
                <Event key={i} event={event} clock={hasClock(events)} />
              ))}
            </ol>
          </li>
        ))}
      </ol>
      {total === 0 ? <p className={css.hint}>Nothing of “{only}” happened to this {f.one}.</p> : null}
      {first === undefined ? (
        <p className={css.foot}>
          <span role="status">
            {f.count(events.length)} of {f.count(total)} events
          </span>
          {hasNextPage ? (
            <Button variant="default" size="compact-md" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Load more
            </Button>
          ) : null}
        </p>
      ) : null}
    </div>
  );
}

const ICONS: Record<SourceKind, IconName> = { transactions: 'basket', events: 'target', entities: 'person', lookup: 'tag', text: 'note' };
const iconOf = (source: string, kind: SourceKind): IconName => (/mail|letter|message|sms/i.test(source) ? 'send' : ICONS[kind]);

function Event({ event, clock }: { readonly event: TimelineEvent; readonly clock: boolean }) {
  const { locale } = useFormats();
  const time = clock ? new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' }).format(event.at) : undefined;
  return (
    <li className={css.event}>
      <span className={css.icon}>
        <Icon name={iconOf(event.source, event.kind)} size={16} />
      </span>
      <span className={css.words}>{prose(event.words)}</span>
      {event.amountText ? <span className={css.amount}>{event.amountText}</span> : null}
      <span className={css.when}>
        {time ? <time dateTime={new Date(event.at).toISOString()}>{time}</time> : null}
        <span>{event.source}</span>
      </span>
    </li>
  );
}
