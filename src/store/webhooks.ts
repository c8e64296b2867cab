import { randomBytes } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { Change } from '../domain/live.js';
import { messageId, webhookTypes, type Delivery, type Webhook } from '../domain/webhook.js';
import { ShoalError } from '../errors.js';
import type { Change as Changing, Ledger } from './ledger.js';
import { release } from './outbox.js';
import { cursorOf, limitOf, pageOf } from './page.js';
import { isSealed, type Sealing } from './sealing.js';
import { newId } from './secret.js';
import type { Store, WebhookWish } from './store.js';
import type { Tables } from './tables.js';
import { bad, count, instant, json, line, maybe, oneOf } from './values.js';

type Row = Selectable<Tables['webhooks']>;
type DeliveryRow = Selectable<Tables['deliveries']>;

/** How long messages are signed with the old secret beside the new one. */
const overlap = 86_400_000;

/** Webhooks, and what became of what was sent to them. */
export function webhooksOf({ db, change, clock }: Ledger, sealing: Sealing): Store['webhooks'] {
  /** A change of one webhook. `work` gives the columns to write, or a problem. */
  const set = (id: string, by: Parameters<typeof change>[0], action: string, work: (row: Row, changing: Changing) => { set: Partial<Row>; before?: unknown; after?: unknown } | string) => change(by, async (changing) => {
    const row = await webhookNamed(changing.trx, id);
    const done = work(row, changing);
    if (typeof done === 'string') throw new ShoalError('store/conflict', { problem: `The webhook '${row.name}' ${done}` });
    await changing.trx.updateTable('webhooks').set(done.set).where('seq', '=', row.seq).execute();
    await changing.audit(`webhook.${action}`, topic(id), { before: done.before, after: done.after });
    return shown(changing.trx, { ...row, ...done.set }, changing.at);
  });
  return {
    create: ({ cursor, ...wish }, by) => change(by, async ({ trx, at, actor, audit }) => {
      const newest = await trx.selectFrom('webhooks').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
      const secret = newSigningSecret();
      const id = newId();
      const row: Row = {
        seq: (newest?.seq ?? 0) + 1, id, ...(columnsOf(wish) as Pick<Row, 'name' | 'url' | 'segments' | 'types'>), secret: sealing.seal(secret, id), old_secret: null, old_secret_until: null,
        disabled_at: null, disabled_why: null, cursor: count('cursor', cursor), last_success: null, last_failure: null, created_at: at, created_by: actor, removed_at: null,
      };
      await trx.insertInto('webhooks').values(row).execute();
      await audit('webhook.create', topic(row.id), { after: wish });
      return { webhook: await shown(trx, row, at), secret };
    }),
    edit: (id, wish, by) => set(id, by, 'edit', (row) => {
      const { name, url, segments, types } = row;
      return { set: columnsOf(wish), before: { name, url, segments: parsed(segments), types: parsed(types) }, after: wish };
    }),
    enable: (id, by, cursor) => set(id, by, 'enable', (row) => (row.disabled_at === null ? 'is enabled already.' : sealing.open(row.secret, id) === undefined ? 'has a secret that is sealed with the key of another data folder. Give it a new one first.' : {
      set: { disabled_at: null, disabled_why: null, ...(cursor !== undefined && { cursor: Math.max(row.cursor, count('cursor', cursor)) }) }, before: { reason: row.disabled_why },
    })),
    disable: (id, by) => set(id, by, 'disable', (row, { at, actor }) => (row.disabled_at !== null ? 'is disabled already.' : { set: { disabled_at: at, disabled_why: `${actor} disabled it` } })),
    rotate: (id, by) => {
      const secret = newSigningSecret();
      return set(id, by, 'rotate', (row, { at }) => ({ set: { secret: sealing.seal(secret, id), old_secret: row.secret, old_secret_until: at + overlap } })).then((webhook) => ({ webhook, secret }));
    },
    remove: (id, by) => set(id, by, 'remove', (row, { at }) => (row.removed_at !== null ? 'is removed already.' : { set: { removed_at: at } })),
    restore: (id, by) => set(id, by, 'restore', (row) => (row.removed_at === null ? 'is not removed.' : { set: { removed_at: null } })),
    get: async (id) => shown(db, await webhookNamed(db, id), clock()),
    async list({ removed = false } = {}) {
      let query = db.selectFrom('webhooks').selectAll();
      if (!removed) query = query.where('removed_at', 'is', null);
      const rows = await query.execute();
      const all = await Promise.all(rows.map((row) => shown(db, row, clock())));
      return all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.createdAt - b.createdAt));
    },
    async deliveries(id, { state, entity, ...paging } = {}) {
      const limit = limitOf(paging);
      const before = cursorOf(paging);
      const webhook = await webhookNamed(db, id);
      let query = db.selectFrom('deliveries').selectAll().where('webhook', '=', webhook.seq).orderBy('id', 'desc').limit(limit + 1);
      if (before !== undefined) query = query.where('id', '<', before);
      if (state !== undefined) query = query.where('state', '=', oneOf('state', state, ['waiting', 'delivered', 'dead']));
      if (entity !== undefined) query = query.where('entity', '=', JSON.stringify(entity));
      return pageOf(await query.execute(), limit, (row) => deliveryFrom(row, webhook), (row) => `${row.id}`);
    },
    async delivery(id, delivery) {
      const webhook = await webhookNamed(db, id);
      const row = await db.selectFrom('deliveries').selectAll().where('id', '=', count('id of the delivery', delivery)).where('webhook', '=', webhook.seq).executeTakeFirst();
      if (!row) throw new ShoalError('store/not-found', { kind: 'delivery', id: `${delivery}` });
      const log = await db.selectFrom('delivery_attempts').selectAll().where('delivery', '=', row.id).orderBy('number').execute();
      return { ...deliveryFrom(row, webhook), log: log.map(({ at, ms, status, fault }) => ({ at, ms, ...(status !== null && { status }), ...(fault !== null && { fault }) })) };
    },
    replay: (id, which, by) => change(by, async ({ trx, at, audit }) => {
      const { seq } = await webhookNamed(trx, id);
      let again = trx.updateTable('deliveries').set({ state: 'waiting', attempts: 0, due: null, settled_at: null, why: null }).where('webhook', '=', seq);
      if ('ids' in which) again = again.where('state', '!=', 'waiting').where('id', 'in', which.ids.slice(0, 1000).map((one) => count('id of the delivery', one)));
      else {
        again = again.where('state', '=', oneOf('state', which.state, ['dead', 'delivered']));
        if (which.since !== undefined) again = again.where('at', '>=', instant('since', which.since));
        if (which.until !== undefined) again = again.where('at', '<', instant('until', which.until));
      }
      const replayed = 'ids' in which && which.ids.length === 0 ? 0 : Number((await again.executeTakeFirst()).numUpdatedRows);
      await release(trx, seq, at);
      await audit('webhook.replay', topic(id), { after: { ...which, deliveries: replayed } });
      return replayed;
    }),
  };
}

/** Seals the secrets that an earlier version wrote as they are, and switches off what has its secret under another key: nothing can be signed with that. */
export async function sealSecrets({ db, database, clock }: Ledger, { seal, open }: Sealing): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await database.lock(trx);
    for (const { seq, id, secret, old_secret, disabled_at } of await trx.selectFrom('webhooks').selectAll().execute()) {
      const sealed = (text: string) => (isSealed(text) ? text : seal(text, id));
      const lost = open(sealed(secret), id) === undefined && disabled_at === null;
      if (!lost && isSealed(secret) && (old_secret === null || isSealed(old_secret))) continue;
      await trx.updateTable('webhooks').set({ secret: sealed(secret), old_secret: old_secret && sealed(old_secret), ...(lost && { disabled_at: Math.round(clock()), disabled_why: 'its secret is sealed with the key of another data folder; give it a new one' }) }).where('seq', '=', seq).execute();
    }
  });
}

/** A secret to sign with, as Standard Webhooks writes it: 'whsec_' and 32 random bytes in base64. */
const newSigningSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

function columnsOf({ name, url, segments, types }: Partial<WebhookWish>): Partial<Row> {
  const listed = (what: string, values: readonly string[]) => json(what, values.map((value) => line(what, value)));
  return {
    ...(name !== undefined && { name: line('name of the webhook', name) }), ...(url !== undefined && { url: line('address of the webhook', url, 2000) }),
    ...(segments !== undefined && { segments: maybe(listed, 'segments', segments) }), ...(types !== undefined && { types: maybe(listed, 'types', types?.map((type) => oneOf('type', type, webhookTypes))) }),
  };
}

async function webhookNamed(db: Kysely<Tables>, id: string): Promise<Row> {
  const row = await db.selectFrom('webhooks').selectAll().where('id', '=', line('id of the webhook', id)).executeTakeFirst();
  if (!row) throw new ShoalError('store/not-found', { kind: 'webhook', id });
  return row;
}

const topic = (id: string) => ({ kind: 'webhook', id });

async function shown(db: Kysely<Tables>, row: Row, now: number): Promise<Webhook> {
  const counted = async (state: Delivery['state']) => Number((await db.selectFrom('deliveries').select(({ fn }) => fn.countAll().as('n')).where('webhook', '=', row.seq).where('state', '=', state).executeTakeFirstOrThrow()).n);
  return {
    id: row.id, name: row.name, url: row.url, ...(row.segments !== null && { segments: parsed(row.segments) as string[] }), ...(row.types !== null && { types: parsed(row.types) as Webhook['types'] }),
    enabled: row.disabled_at === null, ...(row.disabled_at !== null && { disabled: { at: row.disabled_at, reason: row.disabled_why ?? '' } }), cursor: row.cursor, waiting: await counted('waiting'), dead: await counted('dead'),
    ...(row.last_success !== null && { lastSuccessAt: row.last_success }), ...(row.last_failure !== null && { lastFailureAt: row.last_failure }), createdAt: row.created_at, createdBy: row.created_by,
    ...(row.removed_at !== null && { removedAt: row.removed_at }), ...(row.old_secret_until !== null && row.old_secret_until > now && { oldSecretUntil: row.old_secret_until }),
  };
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

function deliveryFrom(row: DeliveryRow, { id }: Row): Delivery {
  const { entity, segment, direction, sequence } = JSON.parse(row.change) as Change;
  const state = row.state as Delivery['state'];
  if (!(state === 'waiting' || state === 'delivered' || state === 'dead')) throw bad('state of the delivery', `is '${state}'`);
  return {
    id: row.id, message: messageId(id, row.n), type: `segment.member.${direction}`, entity, segment, at: row.at, n: row.n, sequence, state, attempts: row.attempts,
    ...(row.due !== null && { next: row.due }), ...(row.settled_at !== null && { settledAt: row.settled_at }), ...(row.why !== null && { reason: row.why }),
  };
}
