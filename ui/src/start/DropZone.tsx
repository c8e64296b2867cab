import { Button } from '@mantine/core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Icon } from '../kit/Icon.js';
import { filesIn } from './pasted.js';
import css from './start.module.css';

const ACCEPT = '.csv,.tsv,.txt,.json,.ndjson,.jsonl,.parquet,.gz';

/** Takes files wherever on the page they are dropped, pasted text that is a table, or files that are picked. */
export function DropZone({ onFiles }: { onFiles(files: readonly File[]): void }) {
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = useEffectEvent((data: DataTransfer | null) => {
    const files = data ? filesIn(data) : [];
    if (files.length > 0) onFiles(files);
    return files.length > 0;
  });
  useEffect(() => {
    let depth = 0;
    const lists = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const enter = (event: DragEvent) => lists(event) && setOver(++depth > 0);
    const leave = (event: DragEvent) => lists(event) && setOver((depth = Math.max(0, depth - 1)) > 0);
    const hover = (event: DragEvent) => lists(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!lists(event)) return;
      event.preventDefault();
      take(event.dataTransfer);
    };
    const paste = (event: ClipboardEvent) => {
      if ((event.target as Element).closest?.('input, textarea, dialog')) return;
      if (take(event.clipboardData)) event.preventDefault();
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', hover);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', hover);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, []);
  return (
    <div className={css.drop} data-over={over}>
      <Icon name="upload" size={28} />
      <p className={css.dropTitle}>{over ? 'Let go to add them' : 'Drop files anywhere on this page'}</p>
      <p className={css.soft}>CSV, Excel saved as CSV, JSON or Parquet, zipped with gzip or not. Or paste a table.</p>
      <Button variant="default" onClick={() => picker.current?.click()}>
        Choose files
      </Button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={ACCEPT}
        aria-label="Files to add"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
