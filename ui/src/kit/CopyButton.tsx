import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Icon } from './Icon.js';

/** Copies a text, and says that it did. */
export function CopyButton({ text, label = 'Copy' }: { readonly text: string; readonly label?: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => navigator.clipboard.writeText(text).then(() => setState('done'), () => setState('failed'));
  return (
    <Button variant="default" leftSection={<Icon name={state === 'done' ? 'check' : 'copy'} size={16} />} onClick={() => void copy()} aria-live="polite">
      {state === 'done' ? 'Copied' : state === 'failed' ? 'Select it and copy it yourself' : label}
    </Button>
  );
}
