import { breath, type Context } from '../../context.js';
import { compare } from './compare.js';
import { entity } from './entity.js';
import type { Held } from './held.js';
import { packTimelines } from './packed-timelines.js';
import { orderOf } from './standing.js';
import { timeline } from './timeline.js';

/**
 * Does what the first questions would wait for: opens the engine, sorts what values are placed among, and asks once about an entity and about two segments,
 * and reads the timelines of a small run. In short pieces, so
 * that other questions go between. What does not fit into the cache is made again when it is asked for. @throws `run/aborted`
 */
export async function ready(held: Held, context: Pick<Context, 'signal'>): Promise<void> {
  const somebody = held.ids.text(0);
  await timeline(held, somebody);
  for (const { name } of held.features) {
    await breath(context);
    orderOf(held, name);
  }
  await breath(context);
  entity(held, somebody);
  if (held.k >= 2) {
    await breath(context);
    compare(held, { kind: 'segment', segment: 0 }, { kind: 'segment', segment: 1 });
  }
  await packTimelines(held, context);
}
