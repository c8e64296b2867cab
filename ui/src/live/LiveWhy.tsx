import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import type { LiveSegment, LiveWhy as Answer } from '../../../src/domain/live.js';
import { type Formats, useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Ago, Until } from '../kit/moments.js';
import { sentence } from '../kit/prose.js';
import { ProblemNote, Skeleton } from '../kit/states.js';
import { lengthOf } from '../kit/spans.js';
import { useAsk } from '../wire/ask.js';
import css from './live.module.css';
import { conditionAt } from './condition-at.js';

interface LiveWhyProps {
  readonly entity: string;
  readonly row: Pick<LiveSegment, 'segment' | 'name' | 'rule'>;
  readonly member: boolean;
}

/** Why somebody is in a live segment, or why not: opened by a button, and kept true while it is open. */
export function LiveWhy({ entity, row, member }: LiveWhyProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <div>
        <Button variant="subtle" size="compact-sm" px={4} aria-expanded={open} aria-controls={open ? id : undefined} aria-label={`${member ? 'Why in' : 'Why not in'} ${row.name}`} onClick={() => setOpen(!open)} rightSection={<Icon name={open ? 'up' : 'down'} size={14} />}>
          {member ? 'Why' : 'Why not'}
        </Button>
      </div>
      {open ? (
        <div id={id} className={css.why}>
          <Conditions entity={entity} row={row} />
        </div>
      ) : null}
    </>
  );
}

function Conditions({ entity, row }: Pick<LiveWhyProps, 'entity' | 'row'>) {
  const f = useFormats();
  const { data, error, refetch } = useAsk('GET /v1/live/entities/:entity/why/:segment', { params: { entity, segment: row.segment } });
  if (error) return <ProblemNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton lines={3} />;
  return (
    <>
      {data.conditions.length === 1 ? null : <p>{sentence(data.words)}</p>}
      {data.changesAt === undefined ? null : (
        <p>
          {data.member ? 'They leave' : 'They enter'} <strong><Until at={data.changesAt} /></strong>, if nothing more happens: {f.moment(data.changesAt)}.
        </p>
      )}
      {data.place ? (
        <Place place={data.place} />
      ) : (
        <ul className={css.conditions}>
          {data.conditions.map((condition, i) => (
            <Condition key={i} condition={condition} row={row} />
          ))}
        </ul>
      )}
    </>
  );
}

/** Where somebody is among found segments, and what speaks for this one and against it. */
function Place({ place: { in: held, nearest, next, strength, at, until, against, features } }: { readonly place: NonNullable<Answer['place']> }) {
  const f = useFormats();
  const most = Math.max(...features.map(({ weight }) => Math.abs(weight)));
  return (
    <>
      <p>
        {nearest === undefined ? 'They are near no segment.' : <>Nearest to <strong>{nearest.name}</strong>{next === undefined ? '' : `, then to ${next.name}`}: {f.percent(strength)} from border to core.</>}{' '}
        {held !== undefined && nearest !== undefined && held.segment !== nearest.segment ? `They stay in ${held.name} until another is nearer by more than a little, so that nobody goes to and fro on a border.` : ''}
      </p>
      {at === undefined ? null : (
        <p className={css.soft}>
          Worked out <Ago at={at} />
          {until === undefined ? '' : <>; looked at again <Until at={until} /> if nothing comes</>}.
        </p>
      )}
      {features.length === 0 || against === undefined ? null : (
        <>
          <p>What speaks for it or for {against.name}:</p>
          <ul className={css.weights}>
            {features.map(({ name, title, kind, unit, value, weight }) => (
              <li key={name}>
                <span>
                  {sentence(title)} <span className={css.soft}>{value === undefined ? 'unknown' : kind === 'flag' ? measured(value > 0, kind, f) : f.value(value, kind, unit)}</span>
                </span>
                <span className={css.bar} data-for={weight > 0} title={`${f.percent(Math.abs(weight))} of what tells them apart`}>
                  <span style={{ inlineSize: `${(100 * Math.abs(weight)) / most}%` }} />
                </span>
                <span className={css.soft}>{weight > 0 ? 'for it' : 'against it'}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Condition({ condition, row }: { readonly condition: Answer['conditions'][number]; readonly row: LiveWhyProps['row'] }) {
  const f = useFormats();
  const { locale } = f;
  const { path, words, holds, changesAt, value, events } = condition;
  const depth = Math.max(0, path.filter((step) => typeof step === 'number').length - 1);
  return (
    <li style={{ marginInlineStart: depth * 20 }} data-holds={holds}>
      <Icon name={holds ? 'check' : 'close'} size={16} />
      <div>
        <p>
          {sentence(words)} <span className={css.soft}>{holds ? 'holds' : 'does not hold'}</span>
        </p>
        {value !== undefined ? <p className={css.soft}>Measured: {measured(value, conditionAt(row.rule, path)?.kind, f)}</p> : null}
        {changesAt !== undefined ? (
          <p className={css.soft}>
            That changes <Until at={changesAt} /> by time alone.
          </p>
        ) : null}
        {events.length > 0 ? (
          <ul className={css.deciding}>
            {events.map((event) => (
              <li key={event.seq}>
                {event.name} <span className={css.soft} title={new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(event.at)}><Ago at={event.at} />, record {event.seq}</span>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </li>
  );
}

function measured(value: string | number | boolean, kind: string | undefined, f: Formats): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  return kind === 'first' || kind === 'last' ? `${lengthOf(value, f.locale)} ago` : f.number(value);
}
