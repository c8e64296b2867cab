import { ActionIcon } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import css from './Dialog.module.css';
import { Icon } from './Icon.js';

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  onClose(): void;
  readonly children: ReactNode;
  /** Wider than a question: a form or a table. */
  readonly wide?: boolean;
}

/** A question or a form over the page: the browser's own dialog, which keeps the focus inside, closes with Escape and gives the focus back. */
export function Dialog({ title, open, onClose, children, wide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} className={css.dialog} data-wide={wide} aria-labelledby={id} onClose={onClose} onClick={(event) => event.target === dialog.current && onClose()}>
      {open ? (
        <div className={css.inside}>
          <header className={css.head}>
            <h2 id={id}>{title}</h2>
            <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={36} onClick={onClose} aria-label="Close">
              <Icon name="close" />
            </ActionIcon>
          </header>
          {children}
        </div>
      ) : null}
    </dialog>
  );
}

/** The buttons at the foot of a dialog. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className={css.actions}>{children}</div>;
}
