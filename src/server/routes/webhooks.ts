import type { webhookRoutes } from '../contract/webhooks.js';
import type { Handlers } from '../handler.js';

/** Telling other programs who enters and leaves. */
export const webhookHandlers: Handlers<keyof typeof webhookRoutes> = {
  async 'GET /v1/webhooks'({ query: { removed }, place }) {
    const { store, sending } = await place();
    return { items: await store.webhooks.list({ removed }), ...(sending.problem !== undefined && { problem: sending.problem }) };
  },
  async 'POST /v1/webhooks'({ body: { name, url, segments = null, types = null, from }, by, place }) {
    const { store, sending, live } = await place();
    sending.check(url);
    const cursor = from === 'start' ? 0 : (await live().status()).changes;
    const made = await store.webhooks.create({ name, url, segments, types, cursor }, by);
    await sending.wake();
    return made;
  },
  async 'GET /v1/webhooks/:webhook'({ params, place }) {
    return (await place()).store.webhooks.get(params.webhook);
  },
  async 'PATCH /v1/webhooks/:webhook'({ params: { webhook }, body: { enabled, skip, why: _, ...wish }, by, place }) {
    const { store: { webhooks }, sending, live } = await place();
    if (wish.url !== undefined) sending.check(wish.url);
    const before = await webhooks.get(webhook);
    if (Object.values(wish).some((one) => one !== undefined)) await webhooks.edit(webhook, wish, by);
    if (enabled === true && !before.enabled) await webhooks.enable(webhook, by, skip ? (await live().status()).changes : undefined);
    if (enabled === false && before.enabled) await webhooks.disable(webhook, by);
    await sending.wake();
    return webhooks.get(webhook);
  },
  async 'DELETE /v1/webhooks/:webhook'({ params, by, place }) {
    const { store, sending } = await place();
    await store.webhooks.remove(params.webhook, by);
    await sending.wake();
    return undefined;
  },
  async 'POST /v1/webhooks/:webhook/restore'({ params, by, place }) {
    const { store, sending } = await place();
    const restored = await store.webhooks.restore(params.webhook, by);
    await sending.wake();
    return restored;
  },
  async 'POST /v1/webhooks/:webhook/rotate'({ params, by, place }) {
    const { store, sending } = await place();
    const rotated = await store.webhooks.rotate(params.webhook, by);
    await sending.wake();
    return rotated;
  },
  async 'POST /v1/webhooks/:webhook/test'({ params: { webhook }, by, place, signal }) {
    const { store, sending } = await place();
    const answer = await sending.test(webhook, signal);
    await store.audit.record({ action: 'webhook.test', subject: { kind: 'webhook', id: webhook }, after: 'fault' in answer ? { fault: answer.fault } : { status: answer.status } }, by);
    return 'fault' in answer ? answer : { status: answer.status, ms: answer.ms };
  },
  async 'GET /v1/webhooks/:webhook/deliveries'({ params, query, place }) {
    const { items, next } = await (await place()).store.webhooks.deliveries(params.webhook, query);
    return { items: [...items], next };
  },
  async 'GET /v1/webhooks/:webhook/deliveries/:delivery'({ params: { webhook, delivery }, place }) {
    return (await place()).store.webhooks.delivery(webhook, delivery);
  },
  async 'POST /v1/webhooks/:webhook/replay'({ params: { webhook }, body: { ids, state = 'dead', since, until }, by, place }) {
    const { store, sending } = await place();
    const deliveries = await store.webhooks.replay(webhook, ids ? { ids } : { state, since, until }, by);
    await sending.wake();
    return { deliveries };
  },
};
