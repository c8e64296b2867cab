import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import type { Change } from '../../../src/domain/live.js';
import { CopyButton } from '../kit/CopyButton.js';
import { useFormats } from '../kit/formats.js';
import { Icon, type IconName } from '../kit/Icon.js';
import { exactly } from '../kit/moments.js';
import { sentence } from '../kit/prose.js';
import { Scroller } from '../kit/Section.js';
import { usePaths } from '../wire/runs.js';
import { idOf, type Line, type SeenEvent } from './feed.js';
import css from './live.module.css';
import type { NamedLive } from './names.js';

interface FeedLinesProps {
  readonly lines: readonly Line[];
  readonly names: ReadonlyMap<string, NamedLive>;
  /** The page is about one person: their name is not said on every line. */
  readonly ofOne?: boolean;
  /** Lines shown at first. */
  readonly first?: number;
}

/** What happened, a line for each thing, newest first. */
export function FeedLines({ lines, names, ofOne = false, first = 100 }: FeedLinesProps) {
  const f = useFormats();
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, first);
  return (
    <>
      <ol className={css.feed}>
        {shown.map((line) => (
          <FeedLine key={line.key} line={line} names={names} ofOne={ofOne} />
        ))}
      </ol>
      {lines.length > shown.length ? (
        <Button variant="default" onClick={() => setAll(true)}>
          Show {f.count(lines.length - shown.length)} older
        </Button>
      ) : null}
    </>
  );
}

const ICONS: Readonly<Record<string, IconName>> = { track: 'target', page: 'file', screen: 'file', identify: 'person', group: 'groups', alias: 'link', duplicate: 'copy', rejected: 'warning', change: 'swap' };

function FeedLine({ line, names, ofOne }: { readonly line: Line } & Pick<FeedLinesProps, 'names' | 'ofOne'>) {
  const { locale } = useFormats();
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const icon = ICONS[line.kind === 'event' ? line.event.kind : line.kind] ?? 'target';
  return (
    <li className={css.feedLine} data-kind={line.kind}>
      <time dateTime={new Date(line.at).toISOString()} title={exactly(line.at, locale)}>
        {clock.format(line.at)}
      </time>
      <Icon name={icon} size={16} />
      {line.kind === 'event' ? <Taken event={line.event} changes={line.changes} names={names} ofOne={ofOne} /> : null}
      {line.kind === 'duplicate' ? (
        <div className={css.what}>
          <p>
            <strong>{line.event.name}</strong> <Who id={idOf(line.event.identifiers)} hide={ofOne} />
          </p>
          <p className={css.soft}>Had come before under the same message id: not counted again.</p>
        </div>
      ) : null}
      {line.kind === 'rejected' ? (
        <div className={css.what}>
          <p>
            <strong>Not taken</strong> {line.rejected.name ? <span>{line.rejected.name}</span> : null}
          </p>
          <p>{sentence(line.rejected.reason)}</p>
          <p className={css.soft}>
            {line.rejected.route}
            {line.rejected.index > 0 || line.rejected.route.endsWith('batch') ? `, message ${line.rejected.index + 1}` : ''}
          </p>
        </div>
      ) : null}
      {line.kind === 'change' ? (
        <div className={css.what}>
          <p>
            <Who id={line.change.entity} hide={ofOne} /> <Came change={line.change} names={names} />
          </p>
          <p className={css.soft}>{sentence(line.change.reason)}</p>
        </div>
      ) : null}
    </li>
  );
}

function Taken({ event, changes, names, ofOne }: { readonly event: SeenEvent; readonly changes: readonly Change[] } & Pick<FeedLinesProps, 'names' | 'ofOne'>) {
  const { locale } = useFormats();
  const [open, setOpen] = useState(false);
  const id = useId();
  const others = event.identifiers.slice(1);
  const raw = open ? JSON.stringify({ ...event.payload, messageId: event.id }, undefined, 2) : '';
  return (
    <div className={css.what}>
      <p>
        <strong>{event.name}</strong> {event.name === event.kind ? null : <span className={css.soft}>{event.kind}</span>} <Who id={idOf(event.identifiers)} hide={ofOne} />
        <button type="button" className={css.raw} aria-expanded={open} aria-controls={open ? id : undefined} aria-label={`Payload of ${event.name}, record ${event.seq}`} onClick={() => setOpen(!open)}>
          Payload
          <Icon name={open ? 'up' : 'down'} size={14} />
        </button>
      </p>
      {event.received - event.at > 1000 ? <p className={css.soft}>happened {exactly(event.at, locale)}</p> : null}
      {changes.length > 0 ? (
        <ul className={css.came}>
          {changes.map((change) => (
            <li key={change.n}>
              <Came change={change} names={names} /> <span className={css.soft}>{change.reason}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {open ? (
        <div id={id} className={css.payload}>
          <p className={css.soft}>
            Record {event.seq}
            {others.length > 0 ? `; also known as ${others.map(({ type, value }) => `${type}:${value}`).join(', ')}` : ''}
          </p>
          <Scroller label={`Payload of ${event.name}`}>
            <pre>{raw}</pre>
          </Scroller>
          <CopyButton text={raw} />
        </div>
      ) : null}
    </div>
  );
}

function Who({ id, hide = false }: { readonly id: string; readonly hide?: boolean }) {
  const to = usePaths();
  if (hide || id === '') return null;
  return <a href={to(`entities/${encodeURIComponent(id)}`, { part: 'live' })}>{id.length > 60 ? `${id.slice(0, 60)}…` : id}</a>;
}

/** "entered Left a cart". */
export function Came({ change, names }: { readonly change: Change } & Pick<FeedLinesProps, 'names'>) {
  const to = usePaths();
  const known = names.get(change.segment);
  return (
    <span className={css.move} data-direction={change.direction}>
      {change.direction} {known?.path === undefined ? (known?.name ?? change.segment) : <a href={to(known.path)}>{known.name}</a>}
    </span>
  );
}
