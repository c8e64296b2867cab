import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Report } from '../../../src/domain/report.js';
import type { SegmentDetail } from '../../../src/server/contract/segments.js';
import { Bar } from '../kit/Bar.js';
import { Exportable } from '../kit/Exportable.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { sentence } from '../kit/prose.js';
import { Stat } from '../kit/Section.js';
import { useToast } from '../kit/Toasts.js';
import { useAsk, useTell } from '../wire/ask.js';
import { type ShownRun, usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import css from './detail.module.css';
import card from './segment.module.css';
import { SegmentStory } from './SegmentCard.js';
import { scaleOf } from './SegmentCards.js';

interface AboutProps {
  readonly segment: SegmentDetail;
  /** What the run says of it; absent for segments made by hand. */
  readonly profile?: Report['segments'][number];
  readonly shown: ShownRun;
}

/** Who is in a segment and what to do: the report's own words for a found one, the rule and whom it overlaps for one made by hand. */
export function About({ segment, profile, shown }: AboutProps) {
  const to = usePaths();
  const mayLook = useMay('analyst');
  const { report } = shown;
  if (!profile) return <ByHand segment={segment} />;
  return (
    <Exportable title={segment.name}>
      <div className={`${card.card} ${css.card}`}>
        <SegmentStory
          segment={profile}
          features={report.features}
          rhythm={report.rhythm?.[profile.segment]}
          worth={report.worth}
          reach={scaleOf(report)}
          entityLink={mayLook ? (entity) => to(`entities/${encodeURIComponent(entity)}`) : undefined}
        />
      </div>
    </Exportable>
  );
}

function ByHand({ segment }: { readonly segment: SegmentDetail }) {
  const f = useFormats();
  const to = usePaths();
  const words = segment.versions[0]?.words;
  return (
    <div className={`${card.card} ${css.card}`}>
      <dl className={card.numbers}>
        <Stat label={f.many} value={f.count(segment.entities)} note={`${f.percent(segment.share)} of all`} />
        {segment.revenue === undefined ? null : <Stat label="Revenue" value={f.compactMoney(segment.revenue)} note={`${f.percent(segment.revenueShare)} of all`} />}
        {segment.revenue === undefined || segment.entities === 0 ? null : <Stat label={`Per ${f.one}`} value={f.money(segment.revenue / segment.entities)} />}
      </dl>
      {words ? (
        <section>
          <h2 className={css.small}>The rule</h2>
          <p className={css.words}>{sentence(words)}</p>
          <p>
            <a href={to('rules', { segment: segment.id })}>Look at the rule, or change it</a>
          </p>
        </section>
      ) : null}
      <Shared segment={segment} />
      <Remove segment={segment} />
    </div>
  );
}

/** Takes a segment made by hand away, at once and with a way back. */
function Remove({ segment }: { readonly segment: SegmentDetail }) {
  const to = usePaths();
  const navigate = useNavigate();
  const toast = useToast();
  const remove = useTell('DELETE /v1/segments/:segment');
  const restore = useTell('POST /v1/segments/:segment/restore');
  const call = { params: { segment: segment.id } };
  if (!useMay('analyst')) return null;
  const take = () =>
    remove.mutate(call, {
      onSuccess: () => {
        toast({ text: `Removed “${segment.name}”.`, undo: () => restore.mutateAsync(call) });
        void navigate({ href: to('segments') });
      },
      onError: (error) => toast({ text: error.message, tone: 'problem' }),
    });
  return (
    <div data-export="skip">
      <Button variant="default" leftSection={<Icon name="trash" size={16} />} loading={remove.isPending} onClick={take}>
        Remove this segment
      </Button>
    </div>
  );
}

/** With whom a segment made by hand shares members. */
function Shared({ segment }: { readonly segment: SegmentDetail }) {
  const f = useFormats();
  const to = usePaths();
  const { data } = useAsk('GET /v1/segments/overlap', { query: {} });
  const at = data?.ids.indexOf(segment.id) ?? -1;
  if (!data || at < 0) return null;
  const others = data.ids.map((id, i) => ({ id, name: data.names[i], both: data.both[at][i] })).filter((other) => other.id !== segment.id && other.both > 0).sort((a, b) => b.both - a.both).slice(0, 8);
  return (
    <section>
      <h2 className={css.small}>Where its members are otherwise</h2>
      {others.length === 0 ? (
        <p className={css.quiet}>In no other segment.</p>
      ) : (
        <ul className={css.shared}>
          {others.map((other) => (
            <li key={other.id}>
              <a href={to(`segments/${encodeURIComponent(other.id)}`)}>{other.name}</a>
              <Bar share={other.both / Math.max(1, segment.entities)} height={8} colour="var(--neutral-bar)" />
              <span>
                {f.percent(other.both / Math.max(1, segment.entities))} <small>{f.count(other.both)}</small>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
