import type { Event } from '../../domain/event.js';
import type { Intake } from './tracking.js';

/** Takes events as the journal does, without a disk: every message id once in a workspace. */
export function memoryIntake() {
  const taken = new Map<string, Event>();
  const events: (Event & { readonly workspace: string })[] = [];
  let hold: Promise<void> | undefined, fault: Error | undefined;
  const intake: Intake & {
    readonly events: readonly (Event & { readonly workspace: string })[];
    /** Nothing is answered until the function it gives is called. */
    pause(): () => void;
    /** What comes from now on is refused with this; undefined: taken again. */
    fail(error: Error | undefined): void;
  } = {
    events,
    pause() {
      let go!: () => void;
      hold = new Promise((resolve) => (go = resolve));
      return () => ((hold = undefined), go());
    },
    fail: (error) => void (fault = error),
    async accept(workspace, given) {
      await hold;
      if (fault) throw fault;
      return given.map((event) => {
        const key = `${workspace} ${event.id}`;
        if (taken.has(key)) return 'duplicate';
        taken.set(key, event);
        events.push({ ...event, workspace });
        return 'accepted';
      });
    },
  };
  return intake;
}

export type MemoryIntake = ReturnType<typeof memoryIntake>;
