import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import type { LiveWhy as Answer } from '../../../src/domain/live.js';
import type { LiveSegmentRow } from '../../../src/server/contract/live.js';
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
  readonly row: LiveSegmentRow;
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
      <ul className={css.conditions}>
        {data.conditions.map((condition, i) => (
          <Condition key={i} condition={condition} row={row} />
        ))}
      </ul>
    </>
  );
}

function Condition({ condition, row }: { readonly condition: Answer['conditions'][number]; readonly row: LiveSegmentRow }) {
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
