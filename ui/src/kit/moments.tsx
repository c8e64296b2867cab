import { useSyncExternalStore } from 'react';
import { useFormats } from './formats.js';
import { spanOf } from './spans.js';

/** "5 min ago": how long ago something was, true to the second; the exact moment for whoever points at it. */
export function Ago({ at }: { readonly at: number }) {
  const f = useFormats();
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactly(at, f.locale)}>
      {now - at < 1500 ? 'just now' : spanOf(at - now, f.locale)}
    </time>
  );
}

/** "in 25 min": how long until something, counting down; the exact moment for whoever points at it. */
export function Until({ at }: { readonly at: number }) {
  const f = useFormats();
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactly(at, f.locale)}>
      {at - now < 1000 ? 'any moment' : spanOf(at - now, f.locale)}
    </time>
  );
}

/** A moment by the reader's own clock, to the second. */
export function exactly(at: number, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}

/** Milliseconds since 1970, anew every second; one clock for the whole page. */
export const useNow = (): number => useSyncExternalStore(listen, () => now);

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function listen(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const told of listeners) told();
    }, 1000);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(timer);
  };
}
