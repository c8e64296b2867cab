import { setImmediate } from 'node:timers/promises';

/** Lets whatever else is waiting have its turn. */
export const pause = (): Promise<void> => setImmediate();
