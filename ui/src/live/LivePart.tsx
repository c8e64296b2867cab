import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Feature } from '../../../src/domain/feature.js';
import type { LiveEntity, LiveMembership, LiveSegment } from '../../../src/domain/live.js';
import { Card } from '../entity/Card.js';
import person from '../entity/person.module.css';
import { AskDialog } from '../kit/AskDialog.js';
import facts from '../kit/facts.module.css';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Ago, Until } from '../kit/moments.js';
import { sentence } from '../kit/prose.js';
import { ProblemNote, Skeleton } from '../kit/states.js';
import { useToast } from '../kit/Toasts.js';
import { useAsk, useTell } from '../wire/ask.js';
import { ProblemError } from '../wire/client.js';
import { usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import { FeedLines } from './FeedLines.js';
import css from './live.module.css';
import { LineMark } from './LivePage.js';
import { LiveWhy } from './LiveWhy.js';
import { useLiveNames } from './names.js';
import type { PersonNews } from './use-person-news.js';

interface LivePartProps {
  readonly live: LiveEntity;
  readonly news: PersonNews;
  /** What the model in use predicts of anybody. */
  readonly ahead: readonly Feature[];
}

/** What is true of somebody at this moment: their live segments, since when, until when and why; what they just did, and what comes next; who they are known as. */
export function LivePart({ live, news, ahead }: LivePartProps) {
  const f = useFormats();
  const names = useLiveNames();
  return (
    <div className={person.story}>
      <div className={person.main}>
        <Card title="Live segments" more={<LineMark line={news.line} />}>
          <Memberships live={live} />
        </Card>
        <Card title="What happened just now">
          {news.feed.length === 0 ? <p className={css.soft}>Nothing of the last 500 events of the workspace was theirs. What comes stands here at once.</p> : null}
          <FeedLines lines={news.feed} names={names} ofOne first={20} />
        </Card>
      </div>
      <div className={person.side}>
        <Card title="Known as">
          <ul className={css.short}>
            {live.identifiers.map(({ type, value }) => (
              <li key={`${type} ${value}`}>
                <span className={css.value}>{value}</span>
                <span className={css.soft}>{type}</span>
              </li>
            ))}
          </ul>
          <p className={css.soft}>
            {f.count(live.events)} {live.events === 1 ? 'event' : 'events'}
            {live.firstAt === undefined ? '' : `, the first ${f.moment(live.firstAt)}`}
            {live.lastAt === undefined ? null : (
              <>
                , the last <Ago at={live.lastAt} />
              </>
            )}
          </p>
        </Card>
        <Ahead live={live} features={ahead} />
        <Traits live={live} />
        <Merges live={live} />
        <Erase live={live} />
      </div>
    </div>
  );
}

function Memberships({ live }: { readonly live: LiveEntity }) {
  const { data, error, refetch } = useAsk('GET /v1/live/segments');
  const to = usePaths();
  const { data: found } = useAsk('GET /v1/live/found');
  if (error) return <ProblemNote error={error} onRetry={() => void refetch()} />;
  if (!data || !found) return <Skeleton lines={3} />;
  if (data.length === 0 && found.length === 0)
    return (
      <p className={css.soft}>
        There is no live segment yet. <a href={to('live/segments/new')}>Make one</a>
      </p>
    );
  const inside = new Map(live.memberships.map((one) => [one.segment, one]));
  const first = (a: LiveSegment, b: LiveSegment) => Number(inside.has(b.segment)) - Number(inside.has(a.segment)) || a.name.localeCompare(b.name);
  return (
    <ul className={css.memberships}>
      {[...found].sort(first).map((row) => (
        <Membership key={row.segment} found entity={live.id} row={row} one={inside.get(row.segment)} />
      ))}
      {[...data].sort(first).map((row) => (
        <Membership key={row.segment} entity={live.id} row={row} one={inside.get(row.segment)} />
      ))}
    </ul>
  );
}

interface MembershipProps {
  readonly entity: string;
  readonly row: LiveSegment;
  /** Where they are in it. */
  readonly one: LiveMembership | undefined;
  /** The model in use found it. */
  readonly found?: boolean;
}

function Membership({ entity, row, one, found = false }: MembershipProps) {
  const f = useFormats();
  const to = usePaths();
  const why = found ? `Found by the model in use${one?.strength === undefined ? '' : `; ${f.percent(one.strength)} from border to core`}` : sentence(one?.reason ?? '');
  return (
    <li data-member={one !== undefined}>
      <Icon name={one ? 'check' : 'minus'} size={16} />
      <div className={css.what}>
        <p>
          <a href={to(`${found ? 'segments' : 'live/segments'}/${encodeURIComponent(row.segment)}`)}>{row.name}</a>
          <span className={css.soft}>{one ? 'in' : 'not in'}</span>
        </p>
        {one ? (
          <>
            <p>
              since <Ago at={one.since} />
              {one.until !== undefined ? <>; leaves <Until at={one.until} /> if nothing more happens</> : found ? null : ', and not left by time alone'}
            </p>
            <p className={css.soft}>{why}</p>
          </>
        ) : null}
        <LiveWhy entity={entity} row={row} member={one !== undefined} />
      </div>
    </li>
  );
}

/** What is predicted of them from everything that came up to now. */
function Ahead({ live, features }: { readonly live: LiveEntity; readonly features: readonly Feature[] }) {
  const f = useFormats();
  const told = features.filter(({ name }) => live.features[name] !== undefined);
  if (told.length === 0) return null;
  return (
    <Card title="What comes next">
      <dl className={`${facts.facts} ${css.chances}`}>
        {told.map(({ name, title, kind, unit }) => (
          <div key={name}>
            <dt>{sentence(title)}</dt>
            <dd>{f.value(live.features[name], kind, unit)}</dd>
          </div>
        ))}
      </dl>
      <p className={css.soft}>
        As of <Ago at={live.asOf} />, from what came up to then.
      </p>
    </Card>
  );
}

function Traits({ live }: { readonly live: LiveEntity }) {
  const traits = Object.entries(live.traits);
  if (traits.length === 0) return null;
  return (
    <Card title="Traits">
      <dl className={facts.facts}>
        {traits.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** Which ids were found to be the same person, and the way to part them. */
function Merges({ live }: { readonly live: LiveEntity }) {
  const f = useFormats();
  const toast = useToast();
  const may = useMay('operator');
  const { data = [] } = useAsk('GET /v1/live/merges', { query: { entity: live.id } }, { keep: true });
  const undo = useTell('POST /v1/live/merges/:record/undo');
  if (data.length === 0) return null;
  return (
    <Card title="Found to be one">
      <ul className={css.short}>
        {data.map((merge) => (
          <li key={merge.seq}>
            <span>
              <span className={css.value}>{merge.one.value}</span> and <span className={css.value}>{merge.other.value}</span>
              <span className={css.soft}> {f.moment(merge.at)}</span>
            </span>
            {merge.undone ? <span className={css.soft}>parted</span> : null}
            {may && !merge.undone ? (
              <Button
                variant="default"
                size="compact-sm"
                loading={undo.isPending}
                aria-label={`Part them: ${merge.one.value} and ${merge.other.value}`}
                onClick={() => undo.mutate({ params: { record: merge.seq } }, { onSuccess: () => toast({ text: 'Parted. Each has again what came under their own ids.' }), onError: (error) => toast({ text: error.message, tone: 'problem' }) })}
              >
                Part them
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Forgetting somebody for good, after being asked twice. */
function Erase({ live }: { readonly live: LiveEntity }) {
  const f = useFormats();
  const may = useMay('operator');
  const to = usePaths();
  const toast = useToast();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const { mutateAsync: erase } = useTell('DELETE /v1/entities/:entity');
  if (!may) return null;
  const forget = async () => {
    // First away from here: this page would ask for somebody whom nobody knows any more.
    await navigate({ href: to('entities') });
    try {
      const { identifiers, events } = await erase({ params: { entity: live.id } });
      toast({ text: `Erased: ${f.count(events)} ${events === 1 ? 'event' : 'events'} under ${f.count(identifiers)} ${identifiers === 1 ? 'id' : 'ids'} can no longer be read.` });
    } catch (error) {
      const refused = error instanceof ProblemError && error.problem.status < 500;
      toast({ text: `${refused ? 'Nothing was erased.' : 'Not confirmed, so look again whether they are still there.'} ${(error as Error).message}`, tone: 'problem' });
    }
  };
  return (
    <Card title="Erase">
      <p className={css.soft}>Destroys the keys of everything that was sent about them: in the journal, its copies and its backups nobody can read it any more.</p>
      <div>
        <Button variant="default" size="compact-md" leftSection={<Icon name="trash" size={15} />} onClick={() => setAsking(true)}>
          Erase them
        </Button>
      </div>
      <AskDialog
        title="Erase for good?"
        open={asking}
        onClose={() => setAsking(false)}
        field={{ label: `Type ${live.id} to say that you mean it`, required: true, most: 1000 }}
        act="Erase for good"
        onAct={async (typed) => {
          if (typed !== live.id) throw new Error(`That is not ${live.id}. Nothing was erased.`);
          await forget();
        }}
      >
        <p>
          {f.count(live.events)} {live.events === 1 ? 'event' : 'events'} under {f.count(live.identifiers.length)} {live.identifiers.length === 1 ? 'id' : 'ids'}, {live.memberships.length === 0 ? 'no membership' : `${f.count(live.memberships.length)} ${live.memberships.length === 1 ? 'membership' : 'memberships'}`}. This cannot be undone. Files
          that were uploaded, and runs over them, are not touched.
        </p>
      </AskDialog>
    </Card>
  );
}
