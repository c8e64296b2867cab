import type { ApiKey } from '../../domain/api-key.js';
import type { HomeStore } from '../../store/store.js';

/** The keys that programs and pages send events with, looked up in memory. */
export interface WriteKeys {
  /** The key, at once where it was seen lately. Undefined where there is none that is good. */
  find(secret: string): ApiKey | undefined | Promise<ApiKey | undefined>;
  /** Forgets all, so that a key that was taken back is no good from now on. */
  forget(): void;
}

/** Milliseconds that a key is believed without asking the store again. */
const lasting = 60_000;
/** Milliseconds that a secret counts as unknown: a new key works soon. */
const unknown = 2000;
const most = 2000;

/** Remembers keys that were asked for lately, and secrets that are none. */
export function openWriteKeys(keys: Pick<HomeStore['keys'], 'find'>, clock: () => number): WriteKeys {
  const seen = new Map<string, { readonly key: ApiKey | undefined; readonly until: number }>();
  let era = 0;
  return {
    find(secret) {
      const found = seen.get(secret);
      if (found && clock() < found.until) return found.key;
      return ask(secret);
    },
    forget() {
      era++;
      seen.clear();
    },
  };

  async function ask(secret: string): Promise<ApiKey | undefined> {
    const asked = era;
    const key = /^[\x21-\x7e]{1,200}$/.test(secret) ? await keys.find(secret) : undefined;
    if (asked !== era) return ask(secret);
    seen.delete(secret);
    if (seen.size >= most) seen.delete(seen.keys().next().value!);
    const now = clock();
    seen.set(secret, { key, until: Math.min(now + (key ? lasting : unknown), key?.expiresAt ?? Infinity) });
    return key;
  }
}
