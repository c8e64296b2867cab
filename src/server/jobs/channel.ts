/** What is listened to: the latest of each, as it comes. Someone slow misses what is overtaken by newer news of the same, never the last of it. */
export interface Listening<T> extends AsyncIterable<T> {
  close(): void;
}

/** One-way news by topic, to any number of listeners. `key` says what a piece of news is about. */
export function channels<T>(key: (value: T) => string) {
  const listeners = new Map<string, Set<Listener<T>>>();
  return {
    emit(topic: string, value: T): void {
      for (const listener of listeners.get(topic) ?? []) listener.put(key(value), value);
    },
    /** Listens from this moment on, until it is closed or the signal aborts. */
    listen(topic: string, signal?: AbortSignal): Listening<T> {
      const all = listeners.get(topic) ?? new Set();
      listeners.set(topic, all);
      const listener = new Listener<T>(() => all.delete(listener));
      all.add(listener);
      if (signal?.aborted) listener.close();
      signal?.addEventListener('abort', () => listener.close(), { once: true });
      return listener;
    },
    close(): void {
      for (const all of listeners.values()) for (const listener of [...all]) listener.close();
    },
  };
}

class Listener<T> implements Listening<T> {
  private readonly news = new Map<string, T>();
  private closed = false;
  private wake = () => {};

  constructor(private readonly gone: () => void) {}

  put(key: string, value: T): void {
    this.news.set(key, value);
    this.wake();
  }

  close(): void {
    this.closed = true;
    this.gone();
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    try {
      for (;;) {
        const [first] = this.news;
        if (first) {
          this.news.delete(first[0]);
          yield first[1];
        } else if (this.closed) return;
        else await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      this.close();
    }
  }
}
