import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { ownColumns, rowsOf, type TrackedColumn } from '../../../ingest/track/rows-of.js';
import { trackedLine, type TrackedFiles } from '../../../ingest/track/tracked.js';
import type { Vocabulary } from '../../../segment/rules/vocabulary.js';
import type { Journal } from '../../../store/journal.js';
import type { LiveState } from '../state/state.js';

/** The journal's events as files to `discover` in, and the last record that is in them. */
export interface Exported extends TrackedFiles {
  readonly seq: number;
  readonly rows: number;
  /** Of the content: the same events give the same. */
  readonly fingerprint: string;
}

/** Values that are carried at most, and what says who or where rather than what: no kind of anything. */
const most = 30;
const saysWho = /(^|[._])(id|ids|url|path|referrer|href|search|title|name|phone|email|ip|token|ua|user_?agent|date|time|timestamp|version|locale|timezone|key)$|Id$|^context\.(ip|library|userAgent|page|campaign)/i;
/** What rows have of themselves. */
const own = /^properties\.(product_id|productId|sku|product|category|order_id|orderId|transaction_id|quantity|discount|currency)$|\.products\.|\.\d+(\.|$)/;

/**
 * Writes the rows of every event that can be read, up to the last record there is now, under the public id that its entity has now. The files hold personal data: whoever asks for them deletes them.
 */
export async function exportEvents(journal: Journal, state: LiveState, folder: string): Promise<Exported> {
  const { seq: last } = await journal.head();
  const asOf = state.clock;
  const vocabulary = state.vocabulary();
  const columns = carriedOf(vocabulary);
  const hash = createHash('sha256');
  const files = { events: join(folder, 'events.ndjson'), orders: join(folder, 'orders.ndjson') };
  const handles: Record<string, FileHandle> = { events: await open(files.events, 'w', 0o600), orders: await open(files.orders, 'w', 0o600) };
  let rows = 0, orders = 0;
  try {
    for await (const records of journal.read(0)) {
      const text = { events: '', orders: '' };
      for (const { seq, clock, entry } of records) {
        if (seq > last) break;
        if (entry.kind !== 'event') continue;
        const entity = state.ownerOf(entry.event.identifiers);
        if (entity === undefined) continue;
        for (const row of rowsOf(entry.event, Math.max(0, Math.min(entry.event.at, clock)), columns)) {
          text[row.source] += trackedLine(entity, row);
          rows++;
          if (row.source === 'orders') orders++;
        }
      }
      for (const source of ['events', 'orders'] as const) {
        hash.update(text[source]);
        await handles[source].write(text[source]);
      }
      if (records[records.length - 1].seq >= last) break;
    }
  } finally {
    for (const handle of Object.values(handles)) await handle.close();
  }
  const currency = vocabulary.sources[0].columns.find(({ name }) => name === 'properties.currency')?.values?.[0];
  return { events: files.events, ...(orders > 0 && { orders: files.orders }), columns, asOf, ...(currency && /^[A-Z]{3}$/.test(currency) && { currency }), seq: last, rows, fingerprint: hash.digest('hex').slice(0, 16) };
}

const reserved: ReadonlySet<string> = new Set(ownColumns);

/** What was seen in events and could be a kind, a number or a yes or no of theirs. */
function carriedOf({ sources }: Vocabulary): TrackedColumn[] {
  const taken = new Set<string>();
  const columns: TrackedColumn[] = [];
  for (const { name, type } of sources[0].columns) {
    if (columns.length >= most) break;
    if (!/^(properties|context)\./.test(name) || type === 'time' || saysWho.test(name) || own.test(name)) continue;
    const plain = name.replace(/^(properties|context)\./, '').replace(/[^\p{L}\p{N}]+/gu, '_').toLowerCase();
    let column = reserved.has(plain) ? `${plain}_value` : plain;
    for (let n = 2; taken.has(column); n++) column = `${plain}_${n}`;
    taken.add(column);
    columns.push({ column, path: name, type });
  }
  return columns;
}
