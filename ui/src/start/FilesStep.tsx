import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { ProblemNote, Skeleton } from '../kit/states.js';
import { useAsk, useTell } from '../wire/ask.js';
import { useWire } from '../wire/client.js';
import { pathIn } from '../wire/runs.js';
import { useMay, useSession } from '../workspace/session.js';
import { DropZone } from './DropZone.js';
import { FileList } from './FileList.js';
import { PostgresDialog } from './PostgresDialog.js';
import css from './start.module.css';
import { useUploads } from './use-uploads.js';

/** Files come in, and those to look at are chosen. */
export function FilesStep({ onInspect }: { onInspect(job: string): void }) {
  const f = useFormats();
  const uploads = useUploads();
  const files = useAsk('GET /v1/files');
  const inspect = useTell('POST /v1/inspect');
  const operator = useMay('operator');
  const [connecting, setConnecting] = useState(false);
  const [imported, setImported] = useState<readonly string[]>([]);
  const [said, setSaid] = useState<ReadonlyMap<string, boolean>>(new Map());

  const fresh = new Set([...imported, ...uploads.list.flatMap((u) => u.stored?.id ?? [])]);
  const all = files.data ?? [];
  // What came in now is meant; where nothing did, everything that is there, but for the demo company.
  const meant = (id: string, origin: string) => said.get(id) ?? (fresh.size > 0 ? fresh.has(id) : origin !== 'demo' || all.every((file) => file.origin === 'demo'));
  const chosen = all.filter((file) => meant(file.id, file.origin));
  const underWay = uploads.list.some((u) => !u.stored && !u.problem);
  const choose = (id: string, yes: boolean) => setSaid((before) => new Map(before).set(id, yes));

  return (
    <div className={css.column}>
      <OwnPlace when={all.length > 0 && all.every((file) => file.origin === 'demo')} />
      <DropZone onFiles={uploads.add} />
      {operator ? (
        <p className={css.aside}>
          Or take it from a database:
          <Button variant="default" leftSection={<Icon name="data" size={16} />} onClick={() => setConnecting(true)}>
            Connect PostgreSQL
          </Button>
        </p>
      ) : null}
      {files.error ? <ProblemNote error={files.error} onRetry={() => void files.refetch()} /> : null}
      {files.isPending ? <Skeleton height={120} /> : <FileList files={all} uploads={uploads} chosen={new Set(chosen.map((file) => file.id))} onChoose={choose} />}
      {inspect.error ? <ProblemNote error={inspect.error} /> : null}
      {all.length > 0 ? (
        <div className={css.forward}>
          <Button
            size="md"
            disabled={chosen.length === 0 || underWay}
            loading={inspect.isPending}
            onClick={() => inspect.mutate({ body: { files: chosen.map((file) => file.id) } }, { onSuccess: (job) => onInspect(job.id) })}
          >
            {chosen.length === 0 ? 'Choose at least one file' : `Look at ${chosen.length === 1 ? 'this file' : `these ${f.count(chosen.length)} files`}`}
          </Button>
          <p className={css.soft}>Nothing leaves this machine.</p>
        </div>
      ) : null}
      <PostgresDialog open={connecting} onClose={() => setConnecting(false)} onImported={(ids) => setImported((before) => [...before, ...ids])} />
      <KeepPage when={underWay} />
    </div>
  );
}

/** In the demo company's workspace: one's own data is better kept apart. */
function OwnPlace({ when }: { readonly when: boolean }) {
  const { workspaces } = useSession();
  const { workspace } = useWire();
  const own = workspaces.find((w) => w.id !== workspace);
  if (!when || !own) return null;
  return (
    <p className={css.hint}>
      <span>This workspace holds the demo company. Your own data is better kept apart from it:</span>
      <a href={pathIn(own.id, 'start')}>add it to “{own.name}”</a>
    </p>
  );
}

/** Asks before the page is closed while files are on their way. */
function KeepPage({ when }: { readonly when: boolean }) {
  useEffect(() => {
    if (!when) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [when]);
  return null;
}
