import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { News } from '../../../src/server/contract/live.js';
import { CopyButton } from '../kit/CopyButton.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { Ago } from '../kit/moments.js';
import { Scroller } from '../kit/Section.js';
import { ProblemNote } from '../kit/states.js';
import { Token } from '../kit/Token.js';
import { useTell } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { useNews } from '../wire/live.js';
import { usePaths } from '../wire/runs.js';
import { useMay } from '../workspace/session.js';
import { TakesRole } from '../workspace/TakesRole.js';
import { idOf } from './feed.js';
import css from './live.module.css';
import { LivePage } from './LivePage.js';
import { snippetsFor } from './snippets.js';

/** From nothing to the first event: a key, a few lines to copy, and word that it came. */
export function ConnectPage() {
  const may = useMay('analyst');
  const [token, setToken] = useState<string>();
  return (
    <LivePage part="live/connect" title="Connect" lead="Whatever speaks the tracking API of Segment can send events here: websites, apps, servers, other programs.">
      {may ? (
        <ol className={css.steps}>
          <li>
            <h2>A write key</h2>
            <WriteKey token={token} onToken={setToken} />
          </li>
          <li>
            <h2>A few lines where things happen</h2>
            <Snippets token={token} />
          </li>
          <li>
            <h2>The first event</h2>
            <Listening />
          </li>
        </ol>
      ) : (
        <TakesRole role="analyst">Your key shows what was found, and cannot connect anything.</TakesRole>
      )}
    </LivePage>
  );
}

function WriteKey({ token, onToken }: { readonly token?: string; onToken(token: string): void }) {
  const admin = useMay('admin');
  const { workspace } = useWire();
  const create = useTell('POST /v1/keys');
  const [name, setName] = useState('Website');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ body: { name: name.trim(), only: ['POST /v1/batch'], workspace } }, { onSuccess: (made) => onToken(made.token) });
  };
  if (token)
    return (
      <>
        <p>This key can do nothing but write events into this workspace, so it may stand in a page. It is shown only now: keep it before you leave.</p>
        <Token text={token} />
        <div>
          <CopyButton text={token} label="Copy the key" />
        </div>
      </>
    );
  if (!admin) return <p>Ask an admin of this workspace for a key that can write events. The lines below have a place for it.</p>;
  return (
    <form className={css.keyForm} onSubmit={submit}>
      <TextInput label="Name" description="What is going to send" value={name} maxLength={120} required withAsterisk={false} onChange={(event) => setName(event.currentTarget.value)} />
      <Button type="submit" loading={create.isPending} disabled={!name.trim()} leftSection={<Icon name="key" size={16} />}>
        Make a write key
      </Button>
      {create.error ? <ProblemNote error={create.error} /> : null}
    </form>
  );
}

function Snippets({ token }: { readonly token?: string }) {
  const snippets = snippetsFor(window.location.origin, token ?? 'YOUR_WRITE_KEY');
  const [id, setId] = useState(snippets[0].id);
  const shown = snippets.find((snippet) => snippet.id === id) ?? snippets[0];
  return (
    <div className={css.snippet}>
      <SegmentedControl aria-label="From where" value={id} onChange={setId} data={snippets.map(({ id: value, title }) => ({ value, label: title }))} />
      <p className={css.soft}>{shown.note}</p>
      <Scroller label={`Lines for ${shown.title}`} className={css.codeBox}>
        <pre>{shown.text}</pre>
      </Scroller>
      <div>
        <CopyButton text={shown.text} label="Copy the lines" />
      </div>
      {window.location.hostname === '127.0.0.1' || window.location.hostname === 'localhost' ? <p className={css.soft}>This server listens to this machine only. To take events from elsewhere, start it with --host and a name that others can reach.</p> : null}
    </div>
  );
}

interface Heard {
  readonly at: number;
  readonly events: number;
  readonly name: string;
  readonly who: string;
  /** Why the last one was not taken. */
  readonly refused?: string;
}

function Listening() {
  const f = useFormats();
  const to = usePaths();
  const [heard, setHeard] = useState<Heard>();
  const [before, setBefore] = useState(0);
  const line = useNews((news) => {
    for (const one of news) if (one.kind === 'status') setBefore((known) => known || one.status.seq);
    setHeard((known) => news.reduce(hear, known));
  });
  if (heard && heard.events > 0)
    return (
      <div className={css.listening} data-heard="true" role="status">
        <Icon name="check" />
        <div>
          <p>
            <strong>
              First event came <Ago at={heard.at} />
            </strong>
          </p>
          <p>
            {heard.name} of <a href={to(`entities/${encodeURIComponent(heard.who)}`, { part: 'live' })}>{heard.who}</a>
            {heard.events > 1 ? `, and ${f.count(heard.events - 1)} more since` : ''}. <a href={to('live')}>Watch them arrive</a>, or <a href={to('live/segments/new')}>build a live segment</a>.
          </p>
        </div>
      </div>
    );
  return (
    <div className={css.listening} role="status" data-line={line}>
      <span className={css.pulse} aria-hidden="true" />
      <div>
        <p>
          <strong>{line === 'broken' ? 'The line to the server broke; trying again …' : 'Listening for events …'}</strong>
        </p>
        {heard?.refused ? (
          <p className={css.refused}>Something came, and was not taken: {heard.refused}</p>
        ) : (
          <p className={css.soft}>{before > 0 ? `${f.count(before)} came before this page was opened. The next one is told here.` : 'It is told here a moment after it has come.'}</p>
        )}
      </div>
    </div>
  );
}

function hear(known: Heard | undefined, one: News): Heard | undefined {
  if (one.kind === 'rejected') return { at: one.rejected.at, name: '', who: '', events: 0, ...known, refused: one.rejected.reason };
  if (one.kind !== 'event') return known;
  if (known && known.events > 0) return { ...known, events: known.events + 1 };
  return { at: one.event.received, name: one.event.name, who: idOf(one.event.identifiers), events: 1 };
}
