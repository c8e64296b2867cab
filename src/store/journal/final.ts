import { ShoalError } from '../../errors.js';

/** Lets work through until some of it fails, and nothing after. `told`: the failure as an error of ours. */
export function untilFailure(place: string, told: (cause: unknown) => ShoalError) {
  let failure: unknown;
  const check = () => {
    if (failure) throw new ShoalError('store/unavailable', { place, reason: 'a call failed before, so what is on the disk is known only after a new start. Start again.' }, { cause: failure });
  };
  const fail = (cause: unknown): never => {
    failure = cause;
    throw told(cause);
  };
  return {
    failed: () => failure !== undefined,
    now<T>(work: () => T): T {
      check();
      try {
        return work();
      } catch (cause) {
        return fail(cause);
      }
    },
    async soon<T>(work: () => Promise<T>): Promise<T> {
      check();
      return work().catch(fail);
    },
  };
}
