import { z } from 'zod';
import { ShoalError } from '../../../errors.js';
import { liveRuns } from '../../erasures.js';
import { jobKind } from '../kind.js';

/**
 * Takes those who were erased out of the folders of the runs that were made of the journal. Who they are is in the store until it is done, never in the record of the job. It waits for runs that are
 * being made, as all heavy work does: whoever was in what they read is in a folder by then.
 */
export const forgetKind = jobKind({
  name: 'forget',
  lane: 'heavy',
  input: z.strictObject({}),
  async prepare(_, place) {
    const open = (await place.store.erasures.open()).filter(({ erased }) => erased);
    const folders = (await liveRuns(place.store)).map(place.runFolder);
    return { erasures: open.map(({ seq }) => seq), names: open.flatMap(({ names }) => names), folders };
  },
  async work({ erasures, names, folders }, context) {
    const { forgetIn } = await import('../../../flow/forget.js');
    let runs = 0, rows = 0;
    for (const [i, folder] of folders.entries()) {
      context.progress({ stage: 'forget', done: i / folders.length });
      const gone = names.length === 0 ? 0 : await forgetIn(folder, names, context).catch((error: unknown) => {
        // A folder that somebody took away holds nobody.
        if (error instanceof ShoalError && error.code === 'explain/no-run') return 0;
        throw error;
      });
      if (gone > 0) runs += 1;
      rows += gone;
    }
    return { erasures, runs, rows };
  },
  async publish({ erasures, runs, rows }, { store }, { by }) {
    // What a run that was made meanwhile says of who moved.
    const done = (await store.erasures.open()).filter(({ seq }) => erasures.includes(seq));
    await store.erasures.forget(done.flatMap(({ names }) => names));
    await store.erasures.end(erasures, { runs, rows }, by);
    return { runs, rows };
  },
});
