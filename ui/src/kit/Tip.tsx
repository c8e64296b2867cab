import { Tooltip } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';

/** A short text on hover, focus and touch. */
export function Tip({ label, children }: { readonly label: ReactNode; readonly children: ReactElement }) {
  return (
    <Tooltip label={label} multiline maw={280} withArrow openDelay={120} events={{ hover: true, focus: true, touch: true }} color="var(--ink)" c="var(--paper)" fz={13}>
      {children}
    </Tooltip>
  );
}
