import { Button } from '@mantine/core';
import { useState } from 'react';
import { useFormats } from './formats.js';
import css from './kit.module.css';
import { useToast } from './Toasts.js';

interface RemovedProps {
  /** 'run', 'runs'. */
  readonly called: readonly [one: string, many: string];
  readonly items: readonly { readonly id: string; readonly name: string; readonly removedAt?: number }[];
  /** How long they are kept: 'seven days'; without it, for good. */
  readonly kept?: string;
  /** Brings one back; without it, whoever is here may not. */
  readonly onRestore?: (id: string) => Promise<unknown>;
}

/** What was removed and can be brought back, the newest first: nothing is shown where there is none. */
export function Removed({ called: [one, many], items, kept, onRestore }: RemovedProps) {
  const f = useFormats();
  const toast = useToast();
  const [busy, setBusy] = useState<string>();
  const removed = items.filter(({ removedAt }) => removedAt !== undefined).sort((a, b) => b.removedAt! - a.removedAt!);
  if (removed.length === 0) return null;
  const bringBack = (id: string, restore: NonNullable<RemovedProps['onRestore']>) => {
    setBusy(id);
    restore(id).catch((error: Error) => toast({ text: error.message, tone: 'problem' })).finally(() => setBusy(undefined));
  };
  return (
    <details className={css.removed}>
      <summary>
        Removed: {f.count(removed.length)} {removed.length === 1 ? one : many}
      </summary>
      <ul>
        {removed.map(({ id, name, removedAt }) => (
          <li key={id}>
            <span>
              {name}{' '}
              <span className={css.removedWhen}>
                removed {f.moment(removedAt!)}
                {kept === undefined ? '' : `; kept for ${kept}`}
              </span>
            </span>
            {onRestore ? (
              <Button variant="default" size="compact-sm" loading={busy === id} aria-label={`Bring back ${name}`} onClick={() => bringBack(id, onRestore)}>
                Bring back
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  );
}
