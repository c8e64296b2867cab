import { ActionIcon, Button } from '@mantine/core';
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { Icon } from './Icon.js';
import css from './Toasts.module.css';

/** A word about what just happened. */
export interface Toast {
  readonly text: string;
  readonly tone?: 'done' | 'problem';
  /** Takes it back: shown as a button. */
  readonly undo?: () => Promise<unknown>;
  /** Leads on to something. */
  readonly action?: { readonly label: string; run(): void };
}

interface Shown extends Toast {
  readonly id: number;
}

const ToastContext = createContext<(toast: Toast) => void>(() => {});

/** Says something for a while: `toast({ text: 'Removed “orders.csv”.', undo })`. */
export const useToast = (): ((toast: Toast) => void) => useContext(ToastContext);

/** Holds what is said at the foot of the page, read out by screen readers; with Undo it stays longer, and while it is pointed at or focused it stays. */
export function Toasts({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  const [held, setHeld] = useState(false);
  const say = useCallback((toast: Toast) => setShown((before) => [...before.slice(-2), { ...toast, id: (before.at(-1)?.id ?? 0) + 1 }]), []);
  const drop = useCallback((id: number) => setShown((before) => before.filter((t) => t.id !== id)), []);
  return (
    <ToastContext value={say}>
      {children}
      <section className={css.toasts} aria-label="Messages" aria-live="polite" onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
        {shown.map((toast) => (
          <ToastCard key={toast.id} toast={toast} held={held} say={say} drop={drop} />
        ))}
      </section>
    </ToastContext>
  );
}

interface ToastCardProps {
  readonly toast: Shown;
  readonly held: boolean;
  say(toast: Toast): void;
  drop(id: number): void;
}

function ToastCard({ toast, held, say, drop }: ToastCardProps) {
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (held || busy) return;
    const timer = setTimeout(() => drop(toast.id), toast.undo ? 12_000 : 6_000);
    return () => clearTimeout(timer);
  }, [held, busy, toast, drop]);
  const undo = async () => {
    setBusy(true);
    await toast.undo?.().catch((error: Error) => say({ text: error.message, tone: 'problem' }));
    drop(toast.id);
  };
  return (
    <div className={css.toast} data-tone={toast.tone ?? 'done'}>
      <Icon name={toast.tone === 'problem' ? 'warning' : 'check'} />
      <p>{toast.text}</p>
      {toast.undo ? (
        <Button variant="subtle" size="compact-sm" loading={busy} leftSection={<Icon name="undo" size={15} />} onClick={() => void undo()}>
          Undo
        </Button>
      ) : null}
      {toast.action ? (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            drop(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </Button>
      ) : null}
      <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={30} onClick={() => drop(toast.id)} aria-label="Dismiss">
        <Icon name="close" size={15} />
      </ActionIcon>
    </div>
  );
}
