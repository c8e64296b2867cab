import { createHash } from 'node:crypto';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { AuditCheck, AuditEntry, AuditHead } from '../domain/audit-entry.js';
import type { Topic } from '../domain/note.js';
import type { Tables } from './tables.js';
import { json, line, maybe } from './values.js';
import { pause } from './pause.js';

type Row = Selectable<Tables['audit']>;

/** The hash before the first entry. */
export const zeros = '0'.repeat(64);

interface Said {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: Topic;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason: string | null;
  readonly request: string | null;
}

/** Adds an entry after the newest one. Inside a transaction that holds the lock. */
export async function appendAudit(trx: Transaction<Tables>, { at, actor, action, subject, before, after, reason, request }: Said): Promise<AuditEntry> {
  const head = await headOf(trx);
  const content = {
    seq: head.seq + 1, at, actor, action: line('action', action, 100), subject_kind: line('kind of the subject', subject.kind, 100), subject: line('subject', subject.id, 500),
    before: maybe(json, 'state before', before), after: maybe(json, 'state after', after), reason, request, previous: head.hash,
  };
  const row = { ...content, hash: hashOf(content) };
  await trx.insertInto('audit').values(row).execute();
  return entryOf(row);
}

/** SHA-256 of the stored columns as a JSON array, that of the entry before among them. */
export function hashOf({ seq, at, actor, action, subject_kind, subject, before, after, reason, request, previous }: Omit<Row, 'hash'>): string {
  const columns = [seq, at, actor, action, subject_kind, subject, before, after, reason, request, previous];
  return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

export async function headOf(db: Kysely<Tables>): Promise<AuditHead> {
  return (await db.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst()) ?? { seq: 0, hash: zeros };
}

/**
 * Reads a chain from its beginning and names the first entry that is not as it was written: edited, missing, moved or put in.
 * The chain alone cannot show that its newest entries were cut off, or that all of it was written anew: a head that was kept elsewhere can.
 */
export async function verifyChain(db: Kysely<Tables>, kept?: AuditHead): Promise<AuditCheck> {
  let head: AuditHead = { seq: 0, hash: zeros };
  let keptHash = kept?.seq === 0 ? zeros : undefined;
  const fault = (seq: number, problem: string): AuditCheck => ({ entries: head.seq, head, fault: { seq, problem } });
  let last: number | undefined;
  for (;;) {
    const after = last;
    const rows = await db.selectFrom('audit').selectAll().$if(after !== undefined, (q) => q.where('seq', '>', after!)).orderBy('seq').limit(1000).execute();
    for (const row of rows) {
      const seq = head.seq + 1;
      if (row.seq !== seq) return fault(seq, typeof row.seq === 'number' && row.seq > seq ? `entry ${seq} is missing` : `entry ${row.seq} is where entry ${seq} should be`);
      if (row.previous !== head.hash) return fault(seq, 'it does not follow the entry before: one of the two was replaced');
      if (row.hash !== hashOf(row)) return fault(seq, 'its content is not what was hashed when it was written');
      head = { seq, hash: row.hash };
      if (kept?.seq === seq) keptHash = row.hash;
    }
    if (rows.length < 1000) break;
    last = head.seq;
    await pause();
  }
  if (kept && kept.seq > head.seq) return fault(head.seq + 1, `the log ends at entry ${head.seq}, but the head that was kept is of entry ${kept.seq}: entries were cut off its end`);
  if (kept && keptHash !== kept.hash) return fault(kept.seq, 'its hash is not that of the head that was kept: the log was written anew');
  return { entries: head.seq, head };
}

export function entryOf(row: Row): AuditEntry {
  return {
    seq: row.seq, at: row.at, actor: row.actor, action: row.action, subject: { kind: row.subject_kind, id: row.subject },
    ...(row.before !== null && { before: JSON.parse(row.before) as unknown }), ...(row.after !== null && { after: JSON.parse(row.after) as unknown }),
    ...(row.reason !== null && { reason: row.reason }), ...(row.request !== null && { request: row.request }), previous: row.previous, hash: row.hash,
  };
}
