import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog, DialogActions } from './Dialog.js';
import { ProblemNote } from './states.js';

interface AskDialogProps {
  readonly title: string;
  readonly open: boolean;
  onClose(): void;
  /** What will be different afterwards. */
  readonly children?: ReactNode;
  /** Label of the field, and what it holds at first; absent where there is nothing to be written. */
  readonly field?: { readonly label: string; readonly description?: string; readonly initial?: string; readonly required?: boolean; readonly placeholder?: string; readonly most?: number };
  /** Verb and object: "Use this run". */
  readonly act: string;
  /** Rejects with the sentence that is then shown. */
  onAct(text: string): Promise<unknown>;
}

/** A question before something is done: what it changes, a name or a reason, and the button that does it. */
export function AskDialog({ title, open, onClose, ...rest }: AskDialogProps) {
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      <Question onClose={onClose} {...rest} />
    </Dialog>
  );
}

function Question({ children, field, act, onAct, onClose }: Omit<AskDialogProps, 'title' | 'open'>) {
  const [text, setText] = useState(field?.initial ?? '');
  const [error, setError] = useState<Error>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await onAct(text.trim());
      onClose();
    } catch (e) {
      setError(e as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} style={{ display: 'grid', gap: 16 }}>
      {children}
      {field ? <TextInput label={field.label} description={field.description} placeholder={field.placeholder} value={text} onChange={(event) => setText(event.currentTarget.value)} maxLength={field.most ?? 500} required={field.required} withAsterisk={false} data-autofocus autoFocus /> : null}
      {error ? <ProblemNote error={error} /> : null}
      <DialogActions>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={busy} disabled={field?.required && !text.trim()}>
          {act}
        </Button>
      </DialogActions>
    </form>
  );
}
