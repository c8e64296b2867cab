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
  owed: true,
  input: z.strictObject({}),
  async prepare(_, place) {
    const open = (await place.store.erasures.open()).filter(({ erased }) => erased);
    // Of each run those who were in the journal when it was read; who came under their names since is somebody else.
    const folders = (await liveRuns(place.store)).map(({ id, record }) => ({ folder: place.runFolder(id), names: open.filter((erasure) => erasure.record > record).flatMap(({ names }) => names) }));
    return { erasures: open.map(({ seq }) => seq), folders: folders.filter(({ names }) => names.length > 0) };
  },
  async work({ erasures, folders }, context) {
    const { forgetIn } = await import('../../../flow/forget.js');
    let runs = 0, rows = 0;
    for (const [i, { folder, names }] of folders.entries()) {
      context.progress({ stage: 'forget', done: i / folders.length });
      const gone = await forgetIn(folder, names, context).catch((error: unknown) => {
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
    await store.erasures.forget();
    await store.erasures.end(erasures, { runs, rows }, by);
    return { runs, rows };
  },
});
