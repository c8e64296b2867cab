import { statSync } from 'node:fs';
import { join } from 'node:path';
import { breath, type Context } from '../../context.js';
import type { TimelineEvent } from '../../domain/answer.js';
import { eventOf, eventsOf, toldSources } from './events.js';
import type { Held } from './held.js';

/** Everyone's events as JSON, one list after another, and where each begins (and the last ends). */
interface Packed {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

/** Under what they are kept. */
const cacheKey = 'timelines';
/** Bytes of the files of all sources: some 800,000 lines. Of more, a timeline is read when it is asked for. */
const mostPacked = 16e6;
/** Entities whose events are read at once. */
const block = 500;

/** Reads all timelines of a run that is small enough, in pieces between other questions: what asks for one later need not read the files. @throws `run/aborted` */
export async function packTimelines(held: Held, context: Pick<Context, 'signal'>): Promise<void> {
  const told = toldSources(held);
  if (told.length === 0 || told.reduce((sum, { file }) => sum + statSync(join(held.folder, file)).size, 0) > mostPacked) return;
  const engine = await held.engine();
  const starts = new Uint32Array(held.rows + 1);
  const parts: Buffer[] = [];
  let at = 0;
  for (let from = 0; from < held.rows; from += block) {
    await breath(context);
    const to = Math.min(held.rows, from + block);
    const rows = await engine.rows(`${eventsOf(held, told, `"row" BETWEEN ${from} AND ${to - 1}`)} ORDER BY "row", "at" DESC, source, key`, 'timelines');
    for (let row = from, i = 0; row < to; row++) {
      const events: TimelineEvent[] = [];
      for (; i < rows.length && rows[i]['row'] === row; i++) events.push(eventOf(held, rows[i]));
      const part = Buffer.from(events.length > 0 ? JSON.stringify(events) : '');
      parts.push(part);
      starts[row] = at;
      at += part.length;
    }
  }
  starts[held.rows] = at;
  held.cache.get(cacheKey, (): Packed => ({ bytes: Buffer.concat(parts), starts }), ({ bytes }) => bytes.byteLength + starts.byteLength);
}

/** All events of one entity, newest first; undefined where timelines were not packed. */
export function packedEvents({ cache }: Held, row: number): TimelineEvent[] | undefined {
  const packed = cache.find<Packed>(cacheKey);
  if (!packed) return undefined;
  const { bytes, starts } = packed;
  const own = Buffer.from(bytes.buffer, bytes.byteOffset + starts[row], starts[row + 1] - starts[row]);
  return own.length > 0 ? JSON.parse(own.toString()) : [];
}
