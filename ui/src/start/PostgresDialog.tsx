import { Button, PasswordInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { Bar } from '../kit/Bar.js';
import { Dialog, DialogActions } from '../kit/Dialog.js';
import { useFormats } from '../kit/formats.js';
import { ProblemNote } from '../kit/states.js';
import { useAsk, useTell } from '../wire/ask.js';
import { isOver, useJob } from '../wire/jobs.js';
import { doneShare, stageWords } from '../workspace/job-words.js';
import css from './start.module.css';

interface PostgresDialogProps {
  readonly open: boolean;
  onClose(): void;
  /** Ids of the files that were made. */
  onImported(files: readonly string[]): void;
}

const MOST = 20;

/** From an address to tables to files. The address, with its password, lives in this form and nowhere else. */
export function PostgresDialog({ open, onClose, onImported }: PostgresDialogProps) {
  return (
    <Dialog title="Connect PostgreSQL" open={open} onClose={onClose} wide>
      <Connect onClose={onClose} onImported={onImported} />
    </Dialog>
  );
}

function Connect({ onClose, onImported }: Omit<PostgresDialogProps, 'open'>) {
  const f = useFormats();
  const [url, setUrl] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const tables = useTell('POST /v1/postgres/tables');
  const begin = useTell('POST /v1/postgres/import');
  const job = useJob(begin.data?.id);
  const files = useAsk('GET /v1/files');

  const made = job?.state === 'done' && files.data && !files.isFetching ? files.data.filter((file) => file.origin === 'postgres' && file.added >= job.created).map((file) => file.id) : undefined;
  useEffect(() => {
    if (!made) return;
    onImported(made);
    onClose();
  }, [made?.join(' ')]);

  const connect = (event: FormEvent) => {
    event.preventDefault();
    setChosen(new Set());
    tables.mutate({ body: { url: url.trim() } });
  };
  const copy = () => begin.mutate({ body: { url: url.trim(), tables: (tables.data ?? []).filter((t) => chosen.has(nameOf(t))).map(({ schema, table }) => ({ schema, table })) } });

  if (begin.data && job && !isOver(job))
    return (
      <div className={css.column} role="status">
        <p>Copying {chosen.size === 1 ? 'the table' : `${f.count(chosen.size)} tables`}. You can close this; it goes on.</p>
        <Bar share={doneShare(job) ?? job.progress?.done ?? 0} height={8} />
        <p className={css.soft}>{job.progress?.note ?? stageWords(job)}</p>
      </div>
    );
  return (
    <form className={css.column} onSubmit={connect}>
      <PasswordInput
        label="Address of the database"
        description="It is used now and forgotten: neither it nor its password is kept. A user that may only read is enough."
        placeholder="postgres://user:password@host:5432/database"
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
      />
      {tables.error ? <ProblemNote error={tables.error} /> : null}
      {tables.data ? (
        tables.data.length === 0 ? (
          <p>This database has no tables that this user may read.</p>
        ) : (
          <fieldset className={css.tables}>
            <legend>Tables to copy (at most {MOST})</legend>
            {tables.data.map((t) => {
              const name = nameOf(t);
              return (
                <label key={name}>
                  <input
                    type="checkbox"
                    checked={chosen.has(name)}
                    disabled={!chosen.has(name) && chosen.size >= MOST}
                    onChange={(event) => setChosen(new Set(event.currentTarget.checked ? [...chosen, name] : [...chosen].filter((n) => n !== name)))}
                  />
                  <span>{t.schema === 'public' ? t.table : name}</span>
                  <span className={css.soft}>about {f.count(t.rows)} rows</span>
                </label>
              );
            })}
          </fieldset>
        )
      ) : null}
      {begin.error ? <ProblemNote error={begin.error} /> : null}
      {job?.state === 'failed' ? <ProblemNote error={job.problem?.sentence ?? 'The tables could not be copied.'} /> : null}
      <DialogActions>
        <Button type="submit" variant={tables.data ? 'default' : 'filled'} loading={tables.isPending} disabled={!url.trim()}>
          {tables.data ? 'Connect again' : 'Connect'}
        </Button>
        {tables.data && tables.data.length > 0 ? (
          <Button type="button" disabled={chosen.size === 0} loading={begin.isPending} onClick={copy}>
            {chosen.size > 1 ? `Copy ${f.count(chosen.size)} tables` : 'Copy the table'}
          </Button>
        ) : null}
      </DialogActions>
    </form>
  );
}

const nameOf = ({ schema, table }: { readonly schema: string; readonly table: string }): string => `${schema}.${table}`;
