import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { News } from '../../../src/server/contract/live.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Until } from '../kit/moments.js';
import { Stat } from '../kit/Section.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { useNews } from '../wire/live.js';
import { usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import { TakesRole } from '../workspace/TakesRole.js';
import { type Line, takeIn, type Wanted, wantedOf } from './feed.js';
import { FeedLines } from './FeedLines.js';
import css from './live.module.css';
import { LineMark, LivePage } from './LivePage.js';
import { useLiveNames } from './names.js';

/** Events as they arrive, what was not taken and why, and who enters and leaves because of them. */
export function EventsPage() {
  const may = useMay('analyst');
  return (
    <LivePage part="live" title="Live events" lead="What arrives, as it arrives: what was taken, what was not and why, and who enters or leaves a live segment because of it.">
      <Figures />
      {may ? <Debugger /> : <TakesRole role="analyst">Your key shows figures, but not what single people do.</TakesRole>}
    </LivePage>
  );
}

/** How much comes, and whether the journal and the answers keep up. */
function Figures() {
  const f = useFormats();
  const { data, error, refetch, dataUpdatedAt } = useAsk('GET /v1/live', {}, { every: 2000 });
  const rate = useRate(data?.seq, dataUpdatedAt);
  if (error) return <ProblemNote title="The live side does not answer." error={error} onRetry={() => void refetch()} />;
  if (!data)
    return (
      <Loading what="how it stands">
        <Skeleton height={64} />
      </Loading>
    );
  const behind = data.seq - data.applied;
  return (
    <dl className={css.figures}>
      <Stat label="Arriving" value={rate === undefined ? '–' : `${f.number(rate)} per second`} note={`${f.count(data.seq)} in the journal`} />
      <Stat label="Journal" value={data.waiting > 0 ? `${f.count(data.waiting)} wait for the disk` : 'Nothing waits'} note={behind > 0 ? `answers are ${f.count(behind)} behind` : 'answers are up to date'} />
      <Stat label="People" value={f.count(data.entities)} note={`${f.count(data.segments)} live ${data.segments === 1 ? 'segment' : 'segments'}`} />
      <Stat label="Came or went" value={f.count(data.changes)} note={data.due === undefined ? 'nobody is due to by time alone' : <>next by time alone: <Until at={data.due} /></>} />
      <Stat label="Came twice" value={f.count(data.duplicates)} note="counted once, since the server started" />
    </dl>
  );
}

/** Per second, over the last few answers. */
function useRate(seq: number | undefined, at: number): number | undefined {
  const [answers, setAnswers] = useState<readonly (readonly [at: number, seq: number])[]>([]);
  useEffect(() => {
    if (seq !== undefined) setAnswers((before) => [...before.slice(-4), [at, seq]]);
  }, [seq, at]);
  const [first, last] = [answers[0], answers.at(-1)];
  return first && last && last[0] > first[0] ? ((last[1] - first[1]) * 1000) / (last[0] - first[0]) : undefined;
}

const KINDS = [{ value: 'all', label: 'Everything' }, { value: 'event', label: 'Events that were taken' }, { value: 'change', label: 'Who came and went' }, { value: 'untaken', label: 'Not taken, or come before' }];
/** Kept while the feed is paused. */
const HELD = 2000;

function Debugger() {
  const f = useFormats();
  const to = usePaths();
  const names = useLiveNames();
  const [feed, setFeed] = useState<readonly Line[]>([]);
  const [paused, setPaused] = useState(false);
  const [held, setHeld] = useState<readonly News[]>([]);
  const [wanted, setWanted] = useState<Wanted>({ kind: 'all', text: '' });
  const begun = useRef(false);
  const line = useNews((news) => {
    begun.current = true;
    if (paused) setHeld((before) => [...before, ...news].slice(-HELD));
    else setFeed((before) => takeIn(before, news));
  }, { recent: 100 });
  const resume = () => {
    setFeed((before) => takeIn(before, held));
    setHeld([]);
    setPaused(false);
  };
  const shown = wantedOf(feed, wanted);
  const waiting = held.filter(({ kind }) => kind !== 'status' && kind !== 'segment').length;
  return (
    <section className={css.debugger} aria-label="Events">
      <div className={css.tools}>
        <TextInput className={css.find} aria-label="Find by name or person" placeholder="Name or person" leftSection={<Icon name="search" size={16} />} value={wanted.text} maxLength={200} onChange={(event) => setWanted({ ...wanted, text: event.currentTarget.value })} />
        <NativeSelect aria-label="What is shown" data={KINDS} value={wanted.kind} onChange={(event) => setWanted({ ...wanted, kind: event.currentTarget.value as Wanted['kind'] })} />
        <Button variant="default" onClick={paused ? resume : () => setPaused(true)} leftSection={<Icon name={paused ? 'play' : 'pause'} size={16} />}>
          {paused ? 'Go on' : 'Pause'}
        </Button>
        {paused ? (
          <span className={css.line} role="status">
            Paused{waiting > 0 ? `, ${f.count(waiting)} more` : ''}
          </span>
        ) : (
          <LineMark line={line} />
        )}
      </div>
      {feed.length === 0 && line === 'open' && begun.current ? (
        <EmptyState title="Nothing has arrived yet" action={<Button component="a" href={to('live/connect')}>Connect something</Button>}>
          Point an SDK, another program or a single line of curl at this server; what it sends stands here a moment later.
        </EmptyState>
      ) : null}
      {feed.length === 0 && line !== 'open' ? (
        <Loading what="what arrived last">
          <Skeleton lines={8} />
        </Loading>
      ) : null}
      {feed.length > 0 && shown.length === 0 ? <p className={css.soft}>Nothing of the last {f.count(feed.length)} is that. What comes is looked through too.</p> : null}
      <FeedLines lines={shown} names={names} />
    </section>
  );
}
