import { useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Report } from '../../../src/domain/report.js';
import type { Person } from '../../../src/server/contract/entities.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { segmentColour } from '../kit/palette.js';
import { Parts } from '../kit/Parts.js';
import { sentence } from '../kit/prose.js';
import { Empty } from '../kit/Section.js';
import { SegmentMark } from '../kit/SegmentMark.js';
import { useSegments } from '../kit/segments.js';
import { EmptyState, Loading, ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk } from '../wire/ask.js';
import { ProblemError } from '../wire/client.js';
import { type ShownRun, useAskedRun, usePaths, useShownRun } from '../wire/runs.js';
import { Page } from '../workspace/Page.js';
import { RunFrame } from '../workspace/RunFrame.js';
import { OtherRun } from '../workspace/RunLine.js';
import { useMay } from '../workspace/session.js';
import { TakesRole } from '../workspace/TakesRole.js';
import { LivePart } from '../live/LivePart.js';
import { LiveNow } from '../live/LiveNow.js';
import { type PersonNews, usePersonNews } from '../live/use-person-news.js';
import { PersonWorth } from '../value/PersonWorth.js';
import { Card } from './Card.js';
import { EntitySearch } from './EntitySearch.js';
import { FeatureRows, Measured, StripKey, striking } from './Measured.js';
import css from './person.module.css';
import { Place } from './Place.js';
import { Timeline } from './Timeline.js';
import { LAST } from './timeline-question.js';
import { Moves, Why } from './Why.js';

/** One entity: where it belongs, why, what it did, who is like it, and what is true of it at this moment. */
export function EntityPage() {
  const { entity = '' } = useParams({ strict: false });
  const { none } = useShownRun();
  // Somebody may be known live before there is any run.
  return none ? <OneOf key={entity} id={entity} /> : <RunFrame>{(shown) => <OneOf key={entity} id={entity} shown={shown} />}</RunFrame>;
}

function OneOf({ id, shown }: { readonly id: string; readonly shown?: ShownRun }) {
  const may = useMay('analyst');
  const f = useFormats();
  const to = usePaths();
  const { data, error, refetch } = useAsk('GET /v1/entities/:entity', { params: { entity: id }, query: { run: useAskedRun() } }, { enabled: may });
  const news = usePersonNews(id, data?.live, may);
  const above = <a href={to('entities')}>Look someone up</a>;
  if (!may)
    return (
      <Page title="Look someone up">
        <TakesRole role="analyst">Your key shows groups only, not the {f.many} in them.</TakesRole>
      </Page>
    );
  if (error instanceof ProblemError && error.problem.status === 404)
    return (
      <Page title={short(id)} above={above}>
        <EmptyState title={`There is no such ${f.one}${shown ? ' in this run' : ''}`} action={<EntitySearch />}>
          {error.message}
        </EmptyState>
      </Page>
    );
  if (error)
    return (
      <Page title={short(id)} above={above}>
        <ProblemNote error={error} onRetry={() => void refetch()} />
      </Page>
    );
  if (!data)
    return (
      <Page title={short(id)} above={above}>
        <Loading what={`this ${f.one}`}>
          <Skeleton lines={2} />
          <Skeleton height={260} />
        </Loading>
      </Page>
    );
  if (data.run === undefined || !shown)
    return data.live ? (
      <Page title={short(data.live.id)} above={above} lead={`Known live only: no run has looked at this ${f.one} yet.`}>
        <LivePart live={data.live} news={news} ahead={[]} />
      </Page>
    ) : null;
  return <Story person={data} shown={shown} above={above} news={news} />;
}

const PARTS = ['story', 'measured', 'timeline', 'live'] as const;
type Part = (typeof PARTS)[number];

function Story({ person, shown, above, news }: { readonly person: Person; readonly shown: ShownRun; readonly above: ReactNode; readonly news: PersonNews }) {
  const { report } = shown;
  const f = useFormats();
  const to = usePaths();
  const { part: asked } = useSearch({ strict: false });
  const part: Part = PARTS.find((p) => p === asked) ?? 'story';
  const family = new Map(report.features.map((feature) => [feature.name, feature.family]));
  const missing = person.features.filter((feature) => feature.value === null).length;
  const here = (p: Part) => to(`entities/${encodeURIComponent(person.entity)}`, p === 'story' ? {} : { part: p });
  return (
    <Page title={short(person.entity)} above={above} lead={<Belongs person={person} report={report} />} actions={<span className={css.narrow}><EntitySearch /></span>}>
      <OtherRun shown={shown} />
      <Parts
        label={`About this ${f.one}`}
        current={part}
        link={here}
        parts={[{ id: 'story', title: 'Story' }, { id: 'measured', title: 'Everything measured', count: f.count(person.features.length - missing) }, { id: 'timeline', title: 'What happened' }, ...(person.live ? [{ id: 'live' as const, title: 'Live', count: f.count(person.live.memberships.length) }] : [])]}
      />
      {part === 'live' && person.live ? <LivePart live={person.live} news={news} ahead={shown.isChampion ? report.features.filter((feature) => feature.family === 'prediction') : []} /> : null}
      {part === 'live' && !person.live ? <Empty>No event of this {f.one} has come in live.</Empty> : null}
      {part === 'measured' ? <Measured features={person.features} family={family} own={person.segment >= 0} /> : null}
      {part === 'timeline' ? <Timeline entity={person.entity} /> : null}
      {part === 'story' ? (
        <div className={css.story}>
          <div className={css.main}>
            <Card title={person.segment < 0 ? 'Why in no segment' : 'Why they are in it'}>
              <Why explanation={person.explanation} />
            </Card>
            <Card title="What would move them">
              <Moves moves={person.explanation.moves} />
            </Card>
            <Card title={`What sets them apart from other ${f.many}`} more={<a href={here('measured')}>Everything measured</a>}>
              <StripKey own={person.segment >= 0} />
              <FeatureRows features={striking(person.features, family, 8)} />
              {missing > 0 ? (
                <p className={css.hint}>
                  {f.count(missing)} of {f.count(person.features.length)} things are not known of them; what made the segments stood in with what is usual.
                </p>
              ) : null}
            </Card>
            <Card title="What happened last" more={<a href={here('timeline')}>All of it</a>}>
              <Timeline entity={person.entity} first={LAST} />
            </Card>
          </div>
          <div className={css.side}>
            <Place map={report.map} place={person.place} label="Place on the map of everyone" />
            {person.live ? <LiveNow live={person.live} href={here('live')} /> : null}
            <PersonWorth worth={report.worth} features={person.features} />
            <Memberships person={person} />
            <Alternatives person={person} />
            <Ruled person={person} />
            <Past person={person} report={report} />
            <Similar person={person} />
          </div>
        </div>
      ) : null}
    </Page>
  );
}

const short = (id: string): string => (id.length > 120 ? `${id.slice(0, 120)}…` : id);

/** Segment, how firmly, tier: one line. */
function Belongs({ person, report }: { readonly person: Person; readonly report: Report }) {
  const f = useFormats();
  const segments = useSegments();
  const key = segments.find((s) => s.index === person.segment);
  const tier = report.tiers[person.tier];
  return (
    <span className={css.belongs}>
      {person.segment < 0 ? (
        <span>In no segment: too unlike all of them. Nearest is “{person.explanation.segmentName}”.</span>
      ) : (
        <>
          <a href={key?.href} className={css.segment}>
            <SegmentMark index={person.segment} size={24} />
            <span>{person.segmentName ?? key?.name}</span>
          </a>
          <span className={css.firm}>
            <Bar share={person.strength} height={6} colour={segmentColour(person.segment)} />
            <span>{firmness(person.strength)}, {f.percent(person.strength)} from border to core</span>
          </span>
        </>
      )}
      {tier ? <span className={css.tier}>{tier.name}</span> : null}
    </span>
  );
}

const firmness = (strength: number): string => (strength >= 0.66 ? 'at the core' : strength >= 0.33 ? 'firmly in' : strength >= 0.1 ? 'loosely in' : 'on the border');

/** Where segments overlap: how much of each they are. */
function Memberships({ person }: { readonly person: Person }) {
  const f = useFormats();
  const shares = person.explanation.memberships ?? [];
  if (shares.length < 2) return null;
  return (
    <Card title="How much of each segment">
      <ul className={css.pairs}>
        {shares.map((share) => (
          <li key={share.segment}>
            <span className={css.named}>
              <SegmentMark index={share.segment} size={20} /> {share.segmentName}
            </span>
            <span>{f.percent(share.share)}</span>
            <Bar share={share.share} height={4} colour={segmentColour(share.segment)} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Alternatives({ person }: { readonly person: Person }) {
  const f = useFormats();
  const segments = useSegments();
  if (person.alternatives.length === 0) return null;
  return (
    <Card title={person.segment < 0 ? 'Nearest segments' : 'Nearest other segments'}>
      <ul className={css.pairs}>
        {person.alternatives.slice(0, 4).map((other) => (
          <li key={other.segment}>
            <a className={css.named} href={segments.find((s) => s.index === other.segment)?.href}>
              <SegmentMark index={other.segment} size={20} /> <span>{other.segmentName}</span>
            </a>
            <span>{f.fixed(other.times, 1)} × as far</span>
          </li>
        ))}
      </ul>
      <p className={css.hint}>Distance to the middle of each, against the distance to {person.segment < 0 ? 'the nearest one’s' : 'their own one’s'}.</p>
    </Card>
  );
}

function Ruled({ person }: { readonly person: Person }) {
  const to = usePaths();
  if (person.ruled.length === 0) return null;
  return (
    <Card title="Segments made by hand">
      <ul className={css.ruled}>
        {[...person.ruled].sort((a, b) => Number(b.member) - Number(a.member)).map((segment) => (
          <li key={segment.id} data-member={segment.member}>
            <Icon name={segment.member ? 'check' : 'minus'} size={16} />
            <a href={to(`segments/${encodeURIComponent(segment.id)}`)}>{segment.name}</a>
            <span>{segment.member ? 'in' : 'not in'}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Past({ person, report }: { readonly person: Person; readonly report: Report }) {
  const f = useFormats();
  const names = new Map(report.segments.map((segment) => [segment.id, segment.name]));
  const name = (id: string | undefined) => (id === undefined ? 'no segment' : (names.get(id) ?? sentence(id.replaceAll('-', ' '))));
  if (person.history.length === 0) return null;
  return (
    <Card title="Where they were before">
      <ol className={css.past}>
        {[...person.history].reverse().map((step, i) => (
          <li key={i}>
            <span className={css.pastWhen}>{f.date(step.at)}</span>
            <span>
              {step.from === undefined ? 'came into' : `from ${name(step.from)} to`} <strong>{name(step.to)}</strong>
            </span>
            {step.reason ? <span className={css.hint}>{sentence(step.reason)}</span> : null}
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Similar({ person }: { readonly person: Person }) {
  const f = useFormats();
  const to = usePaths();
  if (person.similar.length === 0) return null;
  return (
    <Card title={`Similar ${f.many}`}>
      <ul className={css.similar}>
        {person.similar.slice(0, 8).map((other) => (
          <li key={other.row}>
            {other.segment < 0 ? null : <SegmentMark index={other.segment} size={20} />}
            <a href={to(`entities/${encodeURIComponent(other.entity)}`)}>{other.entity}</a>
          </li>
        ))}
      </ul>
    </Card>
  );
}
