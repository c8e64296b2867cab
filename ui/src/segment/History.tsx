import { ActionIcon, Button, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { SegmentDetail } from '../../../src/server/contract/segments.js';
import { Bar } from '../kit/Bar.js';
import { ExportMenu } from '../kit/ExportMenu.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { segmentColour } from '../kit/palette.js';
import type { ExportTable } from '../kit/table-files.js';
import { useToast } from '../kit/Toasts.js';
import { useTell } from '../wire/ask.js';
import { useMay } from '../workspace/session.js';
import css from './detail.module.css';

/** What became of a segment: its sizes, who came and went and why, its names, and what people noted. */
export function History({ segment }: { readonly segment: SegmentDetail }) {
  return (
    <div className={css.history}>
      <Part title="Notes">
        <Notes segment={segment} />
      </Part>
      <Part title="Size, run by run" table={segment.trend.length > 0 ? sizesOf(segment) : undefined}>
        <Sizes segment={segment} />
      </Part>
      <Part title="Who came and who left" table={segment.movements.length > 0 ? movementsOf(segment) : undefined}>
        <Movements segment={segment} />
      </Part>
      <Part title="Names">
        <Names segment={segment} />
      </Part>
      {segment.versions.length > 1 ? (
        <Part title="Rules it had">
          <ul className={css.log}>
            {segment.versions.map((version) => (
              <Entry key={version.version} at={version.at} by={version.actor}>
                {version.words}
              </Entry>
            ))}
          </ul>
        </Part>
      ) : null}
      {segment.decisions.length > 0 ? (
        <Part title="Decisions">
          <ul className={css.log}>
            {segment.decisions.map((decision) => (
              <Entry key={decision.id} at={decision.at} by={decision.actor}>
                {decision.text}
                {decision.reason ? <span className={css.because}> Because {decision.reason}</span> : null}
              </Entry>
            ))}
          </ul>
        </Part>
      ) : null}
    </div>
  );
}

function Part({ title, table, children }: { readonly title: string; readonly table?: ExportTable; readonly children: ReactNode }) {
  return (
    <section className={css.part}>
      <div className={css.titled}>
        <h2 className={css.small}>{title}</h2>
        {table ? <ExportMenu title={title} table={table} /> : null}
      </div>
      {children}
    </section>
  );
}

function Entry({ at, by, children, action }: { readonly at: number; readonly by: string; readonly children: ReactNode; readonly action?: ReactNode }) {
  const f = useFormats();
  return (
    <li>
      <div>
        <p>{children}</p>
        <p className={css.quiet}>
          {f.date(at)}, {by}
        </p>
      </div>
      {action}
    </li>
  );
}

function Notes({ segment }: { readonly segment: SegmentDetail }) {
  const add = useTell('POST /v1/segments/:segment/notes');
  const remove = useTell('DELETE /v1/segments/:segment/notes/:note');
  const restore = useTell('POST /v1/segments/:segment/notes/:note/restore');
  const toast = useToast();
  const mayWrite = useMay('analyst');
  const [text, setText] = useState('');
  const params = { segment: segment.id };
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) add.mutate({ params, body: { text: text.trim() } }, { onSuccess: () => setText('') });
  };
  const drop = (note: SegmentDetail['notes'][number]) =>
    remove.mutate({ params: { ...params, note: note.id } }, {
      onSuccess: () => toast({ text: 'Note removed.', undo: () => restore.mutateAsync({ params: { ...params, note: note.id } }) }),
      onError: (error) => toast({ text: error.message, tone: 'problem' }),
    });
  return (
    <>
      {mayWrite ? (
        <form className={css.noteForm} onSubmit={save}>
          <Textarea aria-label="A note on this segment" placeholder="What should the next reader know?" value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={4000} autosize minRows={2} error={add.error?.message} />
          <Button type="submit" variant="default" loading={add.isPending} disabled={!text.trim()}>
            Add note
          </Button>
        </form>
      ) : null}
      {segment.notes.length === 0 ? (
        <p className={css.quiet}>No notes yet.</p>
      ) : (
        <ul className={css.log}>
          {segment.notes.map((note) => (
            <Entry
              key={note.id}
              at={note.at}
              by={note.actor}
              action={
                mayWrite ? (
                  <ActionIcon variant="subtle" color="gray" c="var(--ink-faint)" size={32} onClick={() => drop(note)} aria-label="Remove this note">
                    <Icon name="trash" size={16} />
                  </ActionIcon>
                ) : null
              }
            >
              {note.text}
            </Entry>
          ))}
        </ul>
      )}
    </>
  );
}

function Sizes({ segment }: { readonly segment: SegmentDetail }) {
  const f = useFormats();
  const largest = Math.max(1, ...segment.trend.map((t) => t.entities));
  if (segment.trend.length === 0) return <p className={css.quiet}>It was not in any finished run yet.</p>;
  return (
    <table className={css.sizes}>
      <tbody>
        {[...segment.trend].reverse().map((t) => (
          <tr key={t.run}>
            <th scope="row">{f.date(t.at)}</th>
            <td>
              <Bar share={t.entities / largest} height={8} colour={segmentColour(segment.segment ?? -1)} />
            </td>
            <td>{f.count(t.entities)}</td>
            <td>{f.percent(t.share)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Movements({ segment }: { readonly segment: SegmentDetail }) {
  const f = useFormats();
  if (segment.movements.length === 0) return <p className={css.quiet}>There is no run before to compare with.</p>;
  return (
    <ul className={css.log}>
      {segment.movements.map((move) => (
        <li key={move.run}>
          <div>
            <p>
              <strong>{f.count(move.entered)}</strong> came, <strong>{f.count(move.left)}</strong> left
            </p>
            {move.reasons.length > 0 ? (
              <ul className={css.reasons}>
                {move.reasons.slice(0, 5).map((reason) => (
                  <li key={reason.reason}>
                    {reason.reason} <span>{f.count(reason.entities)}</span>
                  </li>
                ))}
              </ul>
            ) : null}
            <p className={css.quiet}>{f.date(move.at)}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Names({ segment }: { readonly segment: SegmentDetail }) {
  const rename = useTell('PATCH /v1/segments/:segment');
  const toast = useToast();
  const mayRename = useMay('analyst');
  const params = { segment: segment.id };
  const use = (name: string) =>
    rename.mutate({ params, body: { name } }, {
      onSuccess: () => toast({ text: `Renamed to “${name}”.`, undo: () => rename.mutateAsync({ params, body: { name: segment.name, why: 'undone' } }) }),
      onError: (error) => toast({ text: error.message, tone: 'problem' }),
    });
  return (
    <ul className={css.log}>
      {[...segment.names].sort((a, b) => b.at - a.at).map((named, i) => (
        <Entry
          key={`${named.at} ${named.name}`}
          at={named.at}
          by={named.by === 'run' ? 'from the data' : named.actor}
          action={
            i > 0 && mayRename && named.name !== segment.name ? (
              <Button variant="subtle" size="compact-sm" onClick={() => use(named.name)}>
                Use again
              </Button>
            ) : null
          }
        >
          <strong>{named.name}</strong>
          {named.reason ? ` – ${named.reason}` : ''}
        </Entry>
      ))}
    </ul>
  );
}

const day = (at: number) => new Date(at).toISOString();

function sizesOf({ trend }: SegmentDetail): ExportTable {
  return { columns: ['run', 'as_of', 'entities', 'share', 'revenue_share'], rows: () => trend.map((t) => [t.run, day(t.at), t.entities, t.share, t.revenueShare]) };
}

/** How many came and left, run by run; a line for each reason that is told. */
function movementsOf({ movements }: SegmentDetail): ExportTable {
  return {
    columns: ['run', 'as_of', 'came', 'left', 'reason', 'of_that_reason'],
    rows: () => movements.flatMap(({ run, at, entered, left, reasons }) => (reasons.length > 0 ? reasons : [{ reason: null, entities: null }]).map(({ reason, entities }) => [run, day(at), entered, left, reason, entities])),
  };
}
