import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Hidden } from './Hidden.js';
import { Icon } from './Icon.js';
import css from './states.module.css';

/** Grey shapes where something is about to be: `lines` of text, or a block `height` pixels high. */
export function Skeleton({ lines, height }: { readonly lines?: number; readonly height?: number }) {
  if (height !== undefined) return <span className={css.block} style={{ height }} aria-hidden="true" />;
  return (
    <span className={css.lines} aria-hidden="true">
      {Array.from({ length: lines ?? 1 }, (_, i) => (
        <span key={i} className={css.line} style={{ width: `${[92, 100, 76, 88][i % 4]}%` }} />
      ))}
    </span>
  );
}

/** A page or part that is on its way; said to screen readers, drawn as grey shapes. */
export function Loading({ what = 'the page', children }: { readonly what?: string; readonly children?: ReactNode }) {
  return (
    <div className={css.loading} role="status">
      <Hidden>Loading {what} …</Hidden>
      {children ?? (
        <>
          <Skeleton lines={2} />
          <Skeleton height={180} />
          <Skeleton lines={4} />
        </>
      )}
    </div>
  );
}

/** What went wrong, in the server's own sentence, beside the thing that caused it. */
export function ProblemNote({ error, onRetry, title }: { readonly error: Error | string; readonly title?: string; onRetry?(): void }) {
  const sentence = typeof error === 'string' ? error : error.message;
  return (
    <div className={css.problem} role="alert">
      <Icon name="warning" />
      <div>
        {title ? <strong>{title}</strong> : null}
        <p>{sentence}</p>
      </div>
      {onRetry ? (
        <Button variant="default" size="compact-md" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

/** What stands where there is nothing yet: why, and the way on. */
export function EmptyState({ title, children, action }: { readonly title: string; readonly children?: ReactNode; readonly action?: ReactNode }) {
  return (
    <div className={css.empty}>
      <h2>{title}</h2>
      {children ? <p>{children}</p> : null}
      {action ? <div className={css.action}>{action}</div> : null}
    </div>
  );
}
