import type { Timeline, TimelineAsk } from '../../domain/answer.js';
import { rowOf } from './entity.js';
import { eventOf, eventsOf, toldSources } from './events.js';
import type { Held } from './held.js';
import { packedEvents } from './packed-timelines.js';

/** What happened to one entity, newest first. Lines of an order, or purchases of one instant, are one event. Nothing later than the run's instant. @throws `explain/unknown-entity` */
export async function timeline(held: Held, id: string, { source: only, before, offset = 0, limit = 50 }: TimelineAsk = {}): Promise<Timeline> {
  const row = rowOf(held, id);
  const told = toldSources(held);
  const until = typeof before === 'number' && Number.isFinite(before) ? Math.ceil(before) : Infinity;
  const [from, many] = [Math.max(0, Math.trunc(offset) || 0), Math.min(500, Math.max(0, Math.trunc(limit) || 0))];
  const about = { entity: id, sources: told.map(({ name, kind }) => ({ name, kind })) };
  const packed = packedEvents(held, row);
  if (packed) {
    const events = packed.filter(({ at, source }) => at < until && (only === undefined || source === only));
    return { ...about, total: events.length, events: events.slice(from, from + many) };
  }
  const asked = told.filter(({ name }) => only === undefined || name === only);
  if (asked.length === 0) return { ...about, total: 0, events: [] };
  const all = eventsOf(held, asked, `"row" = ${row}`, until);
  const engine = await held.engine();
  const rows = await engine.rows(`SELECT *, count(*) OVER () AS total FROM (${all}) ORDER BY "at" DESC, source, key LIMIT ${many} OFFSET ${from}`, 'timeline');
  const [counted] = rows.length > 0 ? rows : await engine.rows(`SELECT count(*) AS total FROM (${all})`, 'timeline');
  return { ...about, total: Number(counted['total']), events: rows.map((event) => eventOf(held, event)) };
}
