import type { Change } from '../../../src/domain/live.js';
import type { Identifier } from '../../../src/domain/event.js';
import type { News } from '../../../src/server/contract/live.js';

type Of<K extends News['kind']> = Extract<News, { kind: K }>;
export type SeenEvent = Of<'event'>['event'];

/** A line of the feed; `key` is the same however often it is told. */
export type Line = { readonly key: string; readonly at: number } & (
  | { readonly kind: 'event'; readonly event: SeenEvent; /** Who entered or left because of it. */ readonly changes: readonly Change[] }
  | { readonly kind: 'duplicate'; readonly event: Of<'duplicate'>['event'] }
  | { readonly kind: 'rejected'; readonly rejected: Of<'rejected'>['rejected'] }
  | { readonly kind: 'change'; readonly change: Change }
);

/** Lines that a feed holds at most: older ones are let go. */
export const MOST = 500;

/** The feed, newest first, with the news taken in: nothing stands in it twice, and a change that an event brought stands with the event. */
export function takeIn(feed: readonly Line[], news: readonly News[]): readonly Line[] {
  const known = new Map(feed.map((line) => [line.key, line]));
  const fresh: string[] = [];
  const put = (line: Line) => {
    if (!known.has(line.key)) fresh.push(line.key);
    known.set(line.key, line);
  };
  for (const one of news) {
    if (one.kind === 'event') {
      const { event } = one;
      if (known.has(`event ${event.seq}`)) continue;
      const changes = [...known.values()].flatMap((line) => (line.kind === 'change' && isBroughtBy(line.change, event) ? [line.change] : []));
      for (const { n } of changes) known.delete(`change ${n}`);
      put({ key: `event ${event.seq}`, at: event.received, kind: 'event', event, changes });
    } else if (one.kind === 'change') {
      const { change } = one;
      const line = known.get(`event ${change.seq}`);
      if (line?.kind === 'event' && isBroughtBy(change, line.event)) {
        if (!line.changes.some(({ n }) => n === change.n)) known.set(line.key, { ...line, changes: [...line.changes, change] });
      } else put({ key: `change ${change.n}`, at: change.at, kind: 'change', change });
    } else if (one.kind === 'duplicate') put({ key: `duplicate ${one.event.id} ${one.event.received}`, at: one.event.received, kind: 'duplicate', event: one.event });
    else if (one.kind === 'rejected') put({ key: `rejected ${one.rejected.at} ${one.rejected.route} ${one.rejected.index}`, at: one.rejected.at, kind: 'rejected', rejected: one.rejected });
  }
  const lines = [...fresh.reverse(), ...feed.map(({ key }) => key)].flatMap((key) => known.get(key) ?? []);
  return lines.slice(0, MOST);
}

/** Whether a change followed from an event, and not from time that passed after it. */
const isBroughtBy = (change: Change, { seq, received }: SeenEvent): boolean => change.seq === seq && change.at <= received;

/** What is looked for: kinds of lines, and a part of a name or an identifier. */
export interface Wanted {
  readonly kind: 'all' | 'event' | 'change' | 'untaken';
  readonly text: string;
}

/** The lines that are wanted. */
export function wantedOf(feed: readonly Line[], { kind, text }: Wanted): readonly Line[] {
  const sought = text.trim().toLocaleLowerCase();
  return feed.filter((line) => isOfKind(line, kind) && (sought === '' || textsOf(line).some((one) => one.toLocaleLowerCase().includes(sought))));
}

function isOfKind(line: Line, kind: Wanted['kind']): boolean {
  if (kind === 'event') return line.kind === 'event';
  if (kind === 'change') return line.kind === 'change' || (line.kind === 'event' && line.changes.length > 0);
  if (kind === 'untaken') return line.kind === 'rejected' || line.kind === 'duplicate';
  return true;
}

function textsOf(line: Line): readonly string[] {
  if (line.kind === 'change') return [line.change.entity, line.change.segment];
  if (line.kind === 'rejected') return [line.rejected.name ?? '', line.rejected.reason];
  return [line.event.name, ...line.event.identifiers.map(({ value }) => value)];
}

/** What an entity is called outside, by its strongest identifier (the same question as `publicIdOf` of domain/event, which is code). */
export function idOf([first]: readonly Identifier[]): string {
  if (!first) return '';
  return first.type === 'user' && !first.value.includes(':') ? first.value : `${first.type}:${first.value}`;
}
