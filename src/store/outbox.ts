import { sql, type Transaction } from 'kysely';
import type { Change } from '../domain/live.js';
import type { Ledger } from './ledger.js';
import type { Sealing } from './sealing.js';
import type { DeliveryOutcome, Store } from './store.js';
import type { Tables } from './tables.js';
import { count, line, maybe } from './values.js';

/** Rows per statement. */
const chunk = 500;

/** Deliveries, as the dispatcher makes and settles them. None of it waits for the disk: where power is lost, changes are taken from the feed again, and what was sent and not written down is sent again. */
export function outboxOf({ db, database, changeSoon, clock }: Ledger, { open }: Sealing): Store['outbox'] {
  const alone = <T>(work: (trx: Transaction<Tables>) => Promise<T>) => database.soon(async (trx) => {
    await database.lock(trx);
    return work(trx);
  });
  return {
    async targets(webhook) {
      let query = db.selectFrom('webhooks').selectAll();
      query = webhook === undefined ? query.where('disabled_at', 'is', null).where('removed_at', 'is', null) : query.where('id', '=', webhook);
      const rows = await query.orderBy('seq').execute();
      const now = clock();
      return rows.map((row) => ({
        seq: row.seq, id: row.id, url: row.url, segments: listOf<string>(row.segments), types: listOf<never>(row.types), cursor: row.cursor, ...(row.last_success !== null && { lastSuccessAt: row.last_success }),
        secrets: [row.secret, ...(row.old_secret !== null && now < row.old_secret_until! ? [row.old_secret] : [])].flatMap((sealed) => open(sealed, row.id) ?? []),
      }));
    },
    async waiting(webhook) {
      return Number((await db.selectFrom('deliveries').select(({ fn }) => fn.countAll().as('n')).where('webhook', '=', webhook).where('state', '=', 'waiting').executeTakeFirstOrThrow()).n);
    },
    take: (taken) => alone(async (trx) => {
      const at = Math.round(clock());
      const newest = await trx.selectFrom('deliveries').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst();
      let id = newest?.id ?? 0;
      for (const { webhook, cursor, changes } of taken) {
        for (let i = 0; i < changes.length; i += chunk) {
          const rows = changes.slice(i, i + chunk).map((one): Tables['deliveries'] => ({
            id: ++id, webhook, n: one.n, entity: JSON.stringify(one.entity), at: Math.round(one.at), change: JSON.stringify(one), state: 'waiting', attempts: 0, due: null, settled_at: null, why: null,
          }));
          const all = ['id', 'webhook', 'n', 'entity', 'at', 'change', 'state', 'attempts', 'due', 'settled_at', 'why'] as const;
          await trx.insertInto('deliveries').columns(all).expression(database.given('deliveries', all, rows)).onConflict((same) => same.columns(['webhook', 'n']).doNothing()).execute();
          await release(trx, webhook, at, rows.map(({ entity }) => entity));
        }
        await trx.updateTable('webhooks').set({ cursor }).where('seq', '=', webhook).where('cursor', '<', count('cursor', cursor)).execute();
      }
    }),
    async due(webhook, at, limit) {
      const rows = await db.selectFrom('deliveries').select(['id', 'change', 'attempts']).where('webhook', '=', webhook).where('due', '<=', Math.floor(at)).orderBy('due').orderBy('id').limit(limit).execute();
      return rows.map((row) => ({ id: row.id, change: JSON.parse(row.change) as Change, attempts: row.attempts }));
    },
    async next(webhooks) {
      const times = await Promise.all(webhooks.map(({ webhook, beside }) => {
        const query = db.selectFrom('deliveries').select('due').where('webhook', '=', webhook).where('due', 'is not', null).orderBy('due').limit(1);
        return (beside.length > 0 ? query.where('id', 'not in', beside) : query).executeTakeFirst();
      }));
      const least = Math.min(...times.map((row) => row?.due ?? Infinity));
      return Number.isFinite(least) ? least : undefined;
    },
    settle: (outcomes) => changeSoon({ actor: 'system' }, async ({ trx, at: now, audit, nothingToDo }) => {
      nothingToDo();
      const through = new Map<number, string[]>();
      const tried: DeliveryOutcome[] = [];
      for (const outcome of outcomes) {
        const { delivery, webhook, at, then } = outcome;
        const waits = typeof then === 'object' && 'due' in then;
        const set = waits ? { due: Math.round(then.due) } : { state: then === 'delivered' ? then : 'dead', due: null, settled_at: at, why: then === 'delivered' ? null : line('reason', then.dead, 500) };
        const row = await trx.updateTable('deliveries').set(({ eb }) => ({ ...set, attempts: eb('attempts', '+', 1) })).where('id', '=', delivery).where('webhook', '=', webhook).where('state', '=', 'waiting').returning('entity').executeTakeFirst();
        // Forgotten meanwhile.
        if (!row) continue;
        tried.push(outcome);
        if (!waits) through.set(webhook, [...(through.get(webhook) ?? []), row.entity]);
      }
      await addAttempts(trx, tried);
      for (const webhook of new Set(outcomes.map((outcome) => outcome.webhook))) {
        const all = outcomes.filter((outcome) => outcome.webhook === webhook);
        const newest = (ok: boolean) => Math.max(...all.filter(({ status = 0 }) => (status >= 200 && status < 300) === ok).map(({ at }) => at));
        const [success, failure] = [newest(true), newest(false)];
        await trx.updateTable('webhooks').set({ seq: webhook, ...(success > -Infinity && { last_success: success }), ...(failure > -Infinity && { last_failure: failure }) }).where('seq', '=', webhook).execute();
        const reason = all.find(({ disable }) => disable !== undefined)?.disable;
        if (reason !== undefined) {
          const row = await trx.updateTable('webhooks').set({ disabled_at: now, disabled_why: line('reason', reason, 500) }).where('seq', '=', webhook).where('disabled_at', 'is', null).returning('id').executeTakeFirst();
          if (row) await audit('webhook.disable', { kind: 'webhook', id: row.id }, { after: { reason } });
        }
        const entities = through.get(webhook);
        if (entities) await release(trx, webhook, now, entities);
      }
    }),
    prune: (before) => alone(async (trx) => {
      const old = (await trx.selectFrom('deliveries').select('id').where('settled_at', '<', Math.round(before)).orderBy('settled_at').limit(chunk).execute()).map(({ id }) => id);
      if (old.length === 0) return 0;
      await trx.deleteFrom('delivery_attempts').where('delivery', 'in', old).execute();
      await trx.deleteFrom('deliveries').where('id', 'in', old).execute();
      return old.length;
    }),
  };
}

async function addAttempts(trx: Transaction<Tables>, outcomes: readonly DeliveryOutcome[]): Promise<void> {
  if (outcomes.length === 0) return;
  const before = await trx.selectFrom('delivery_attempts').select(['delivery', ({ fn }) => fn.countAll().as('n')]).where('delivery', 'in', outcomes.map(({ delivery }) => delivery)).groupBy('delivery').execute();
  const numbers = new Map(before.map(({ delivery, n }) => [delivery, Number(n)]));
  await trx.insertInto('delivery_attempts').values(outcomes.map(({ delivery, at, ms, status, fault }) => ({
    delivery, number: (numbers.get(delivery) ?? 0) + 1, at, ms: count('duration', ms), status: status ?? null, fault: maybe(line, 'fault', fault),
  }))).execute();
}

/** Lets the earliest waiting delivery of each entity be made, unless one of that entity can be already. Entities as stored; all of the webhook where absent. */
export async function release(trx: Transaction<Tables>, webhook: number, at: number, entities?: readonly string[]): Promise<void> {
  let first = trx.selectFrom('deliveries').select(({ fn }) => fn.min('id').as('id')).where('webhook', '=', webhook).where('state', '=', 'waiting').groupBy('entity').having(({ fn }) => fn.max('due'), 'is', null);
  if (entities) first = first.where('entity', 'in', [...new Set(entities)]);
  await trx.updateTable('deliveries').set({ due: at }).where('id', 'in', sql<number>`(${first})`).execute();
}

const listOf = <T>(text: string | null): readonly T[] | null => (text === null ? null : JSON.parse(text) as T[]);
