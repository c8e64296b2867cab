import { ActionIcon } from '@mantine/core';
import type { StoredFile } from '../../../src/domain/file.js';
import { Bar } from '../kit/Bar.js';
import { useFormats } from '../kit/formats.js';
import { Icon } from '../kit/Icon.js';
import { useToast } from '../kit/Toasts.js';
import { useTell } from '../wire/ask.js';
import css from './start.module.css';
import type { Upload, Uploads } from './use-uploads.js';

interface FileListProps {
  readonly files: readonly StoredFile[];
  readonly uploads: Uploads;
  readonly chosen: ReadonlySet<string>;
  onChoose(id: string, yes: boolean): void;
}

/** Files on their way, then those that are there, each to be taken along or removed. */
export function FileList({ files, uploads, chosen, onChoose }: FileListProps) {
  const waiting = uploads.list.filter((u) => !u.stored || u.problem);
  if (files.length === 0 && waiting.length === 0) return null;
  return (
    <section aria-labelledby="files-here">
      <h2 id="files-here" className={css.small}>
        Files in this workspace
      </h2>
      <ul className={css.files}>
        {waiting.map((u) => (
          <Waiting key={u.id} upload={u} drop={uploads.drop} />
        ))}
        {files.map((file) => (
          <Stored key={file.id} file={file} chosen={chosen.has(file.id)} onChoose={onChoose} />
        ))}
      </ul>
    </section>
  );
}

function Waiting({ upload, drop }: { readonly upload: Upload; drop(id: number): void }) {
  const f = useFormats();
  return (
    <li className={css.file} data-problem={upload.problem !== undefined}>
      <Icon name={upload.problem ? 'warning' : 'upload'} />
      <div className={css.fileWords}>
        <strong>{upload.name}</strong>
        {upload.problem ? (
          <p role="alert">{upload.problem}</p>
        ) : (
          <>
            <Bar share={upload.share} height={6} />
            <span className={css.soft} role="status">
              {upload.share < 1 ? `${f.percent(upload.share)} of ${f.bytes(upload.bytes)}` : 'Checking it …'}
            </span>
          </>
        )}
      </div>
      <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={36} onClick={() => drop(upload.id)} aria-label={upload.problem ? `Take ${upload.name} off the list` : `Stop sending ${upload.name}`}>
        <Icon name="close" size={16} />
      </ActionIcon>
    </li>
  );
}

const ORIGINS: Record<StoredFile['origin'], string> = { upload: '', postgres: 'from PostgreSQL', demo: 'of the demo company' };

function Stored({ file, chosen, onChoose }: { readonly file: StoredFile; readonly chosen: boolean; onChoose(id: string, yes: boolean): void }) {
  const f = useFormats();
  const toast = useToast();
  const remove = useTell('DELETE /v1/files/:file');
  const restore = useTell('POST /v1/files/:file/restore');
  const params = { file: file.id };
  const onRemove = () =>
    remove.mutate(
      { params },
      {
        onSuccess: () => toast({ text: `Removed “${file.name}”. Groups found in it stay.`, undo: () => restore.mutateAsync({ params }) }),
        onError: (error) => toast({ text: error.message, tone: 'problem' }),
      },
    );
  return (
    <li className={css.file} data-chosen={chosen}>
      <label className={css.fileChoice}>
        <input type="checkbox" checked={chosen} onChange={(event) => onChoose(file.id, event.currentTarget.checked)} />
        <span className={css.fileWords}>
          <strong>{file.name}</strong>
          <span className={css.soft}>
            {[f.bytes(file.bytes), `added ${f.moment(file.added)}`, file.from ?? ORIGINS[file.origin]].filter(Boolean).join(' · ')}
          </span>
        </span>
      </label>
      <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={36} loading={remove.isPending} onClick={onRemove} aria-label={`Remove ${file.name}`}>
        <Icon name="trash" size={17} />
      </ActionIcon>
    </li>
  );
}
