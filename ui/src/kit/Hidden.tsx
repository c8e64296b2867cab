import type { ReactNode } from 'react';
import css from './kit.module.css';

/** What is said to screen readers only. */
export function Hidden({ children }: { readonly children: ReactNode }) {
  return <span className={css.hidden}>{children}</span>;
}
