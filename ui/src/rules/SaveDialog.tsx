import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Dialog, DialogActions } from '../kit/Dialog.js';
import { useFormats } from '../kit/formats.js';
import { ProblemNote } from '../kit/states.js';

interface SaveDialogProps {
  readonly open: boolean;
  /** 'new': a segment of its own; 'change': another version of the one that is edited. */
  readonly as: 'new' | 'change';
  readonly name: string;
  readonly entities?: number;
  readonly busy: boolean;
  readonly error: Error | null;
  onSave(name: string, why: string | undefined): void;
  onClose(): void;
}

/** Name and reason of what is about to be kept. */
export function SaveDialog({ open, as, name: given, entities, busy, error, onSave, onClose }: SaveDialogProps) {
  const f = useFormats();
  const [name, setName] = useState(given);
  const [why, setWhy] = useState('');
  const [opened, setOpened] = useState(open);
  if (opened !== open) {
    setOpened(open);
    if (open) {
      setName(given);
      setWhy('');
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onSave(name.trim(), why.trim() || undefined);
  };
  return (
    <Dialog title={as === 'new' ? 'Save as a segment' : `Save the changes to “${given}”`} open={open} onClose={onClose}>
      <form onSubmit={submit} style={{ display: 'grid', gap: 16 }}>
        <TextInput label="Name" required data-autofocus autoFocus maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput label="Why" description="Kept with the segment, for whoever looks at it next" maxLength={500} value={why} onChange={(event) => setWhy(event.currentTarget.value)} />
        {entities === undefined ? null : (
          <p>
            {f.count(entities)} {entities === 1 ? f.one : f.many} now. The rule is asked again on every later run.
          </p>
        )}
        {error ? <ProblemNote error={error} /> : null}
        <DialogActions>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!name.trim()}>
            {as === 'new' ? 'Save segment' : 'Save changes'}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
