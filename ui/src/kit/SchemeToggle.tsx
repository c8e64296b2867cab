import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useEffect } from 'react';
import { Icon } from './Icon.js';
import type { Scheme } from './palette.js';

/** Light or dark, as shown now. */
export const useScheme = (): Scheme => useComputedColorScheme('light', { getInitialValueInEffect: false });

/** Switches between light and dark; the choice is kept by the browser. */
export function SchemeToggle() {
  const scheme = useScheme();
  const { setColorScheme } = useMantineColorScheme();
  const next = scheme === 'dark' ? 'light' : 'dark';
  return (
    <ActionIcon variant="subtle" color="gray" c="var(--ink-soft)" size={40} onClick={() => setColorScheme(next)} aria-label={`Switch to ${next} colours`}>
      <Icon name={scheme === 'dark' ? 'sun' : 'moon'} />
    </ActionIcon>
  );
}

/** Paper is white: prints in the light colours whatever the screen wears. */
export function useLightPrint(): void {
  useEffect(() => {
    const page = document.documentElement;
    const name = 'data-mantine-color-scheme';
    let worn: string | null = null;
    const before = () => {
      worn = page.getAttribute(name);
      page.setAttribute(name, 'light');
    };
    const after = () => worn && page.setAttribute(name, worn);
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    return () => {
      window.removeEventListener('beforeprint', before);
      window.removeEventListener('afterprint', after);
    };
  }, []);
}
