import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '../../../domain/event.js';
import { openJournal } from '../../../store/catalog.js';
import { discover } from '../../discover.js';
import { loadRun, type SavedRun } from '../../saved.js';
import { openLive, type Live } from '../live.js';
import { replay } from '../replay.js';
import type { FoundModel } from './model.js';
import { end, shoppers } from './shoppers.test.fixture.js';

const day = 86_400_000;
const quiet = { signal: new AbortController().signal, progress: () => {} };
const user = (value: string) => ({ type: 'user', value });
let folder: string, now: number;
let live: Live, run: SavedRun, model: FoundModel;

const opened = async () => openLive(await openJournal(folder, 'main', { clock: () => now }), { clock: () => now }, { failed: (error) => { throw error; } });

/** Waits until every segment serves. */
async function serving(version = 1): Promise<void> {
  for (;;) {
    const found = await live.segments();
    if (found.length > 0 && found.every((one) => one.state === 'live' && one.version >= version)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-found-live-'));
  now = end;
  live = await opened();
  const events = shoppers(90);
  for (let i = 0; i < events.length; i += 1000) await live.accept(events.slice(i, i + 1000));
  const exported = await live.export(folder);
  const found = await discover(exported, { seed: 1, predict: { target: 'any orders 60d', predictor: 'logistic-regression' } });
  await found.write(join(folder, 'run'));
  await found.close();
  run = await loadRun(join(folder, 'run'));
  model = JSON.parse(await readFile(join(folder, 'run', 'live.json'), 'utf8')) as FoundModel;
  await live.adopt(model);
  await serving();
}, 120_000);
afterAll(async () => {
  await live.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a segmentation of the journal, kept live', () => {
  it('has everybody in the segment, with the strength and the features, that the batch run gave them', async () => {
    const different: string[] = [];
    for (const [i, entity] of run.entities.entries()) {
      const { memberships, features } = (await live.entity(user(entity)))!;
      const segment = model.segments[run.assignment.labels[i]].id;
      const measured = Object.fromEntries(run.table.features.flatMap(({ name }, j) => (Number.isNaN(run.table.columns[j][i]) ? [] : [[name, run.table.columns[j][i]]])));
      if (memberships.length !== 1 || memberships[0].segment !== segment || memberships[0].strength !== run.assignment.strength[i]) different.push(entity);
      expect(features).toEqual(measured);
      expect(features['predicted_orders_60d']).toBeGreaterThan(0);
    }
    expect(different).toEqual([]);
  });

  it('moves somebody with the events that make them others, and says so once for each side', async () => {
    const before = (await live.entity(user('u0')))!.memberships[0].segment;
    const { changes } = await live.status();
    now = Math.floor(now / day) * day + 8 * 3_600_000;
    for (let i = 0; i < 40; i++) {
      now += day;
      const products = ['bread', 'milk', 'fruit'].map((category, j) => ({ product_id: `p${(i + j) % 40}`, category, price: 3.5, quantity: 2 }));
      const told = (name: string, properties: object) => ({ id: `${name}${i}`, kind: 'track' as const, name, at: now, received: now, identifiers: [user('u0')], payload: { properties: { ...properties }, context: { device: { type: 'desktop' } } } });
      await live.accept([told('Product Viewed', { product_id: 'p1', category: 'bread' }), told('Order Completed', { order_id: `again${i}`, products })]);
    }
    const after = (await live.entity(user('u0')))!.memberships;
    expect(after).toHaveLength(1);
    expect(after[0].segment).not.toBe(before);
    const told = (await live.changes(changes, 1000)).filter(({ entity }) => entity === 'u0');
    expect(told.map(({ segment, direction }) => [segment, direction])).toEqual(expect.arrayContaining([[before, 'left'], [after[0].segment, 'entered']]));
    expect(told.filter(({ direction }) => direction === 'left').length).toBe(told.filter(({ direction }) => direction === 'entered').length);
  });

  it('says why and why not of a found segment: the nearest and the next, how firmly, what holds on the border, when it was worked out, and the features that tell', async () => {
    const entity = (await live.entity(user('u1')))!;
    const [{ segment, strength }] = entity.memberships;
    const why = (await live.why(user('u1'), segment))!;
    expect(why.member).toBe(true);
    const { place } = why;
    expect(place).toMatchObject({ in: { segment }, nearest: { segment }, strength, margin: 0.05, against: place!.next });
    expect(place!.next!.segment).not.toBe(segment);
    expect(place!.at).toBeLessThanOrEqual(now);
    expect(place!.until).toBeGreaterThan(now);
    expect(place!.features.length).toBeGreaterThan(2);
    for (const { name, value } of place!.features) expect(value).toBe(entity.features[name]);
    // Together they speak for where somebody is, and the other way round where they are not.
    expect(place!.features.reduce((sum, { weight }) => sum + weight, 0)).toBeGreaterThan(0);
    const other = place!.next!.segment;
    const whyNot = (await live.why(user('u1'), other))!;
    expect(whyNot).toMatchObject({ member: false, place: { in: { segment }, against: { segment } } });
    expect(whyNot.place!.features.map(({ name, weight }) => [name, -weight])).toEqual(place!.features.map(({ name, weight }) => [name, weight]));
  });

  it('lets rules ask for features and for how firmly somebody is in a found segment, and time alone change the answer at the exact instant', async () => {
    await live.define({ segment: 'busy', name: 'Busy', version: 1, rule: { all: [{ kind: 'feature', feature: 'orders_30d', op: '>=', value: 5 }, { kind: 'segment', segment: model.segments[0].id, strength: 0.01 }] } });
    await live.define({ segment: 'recent', name: 'Recent', version: 1, rule: { kind: 'feature', feature: 'recency', op: '<', value: 10 } });
    const chance = (await live.entity(user('u0')))!.features['predicted_orders_60d'];
    await live.define({ segment: 'likely', name: 'Likely', version: 1, rule: { kind: 'feature', feature: 'predicted_orders_60d', op: '>=', value: Math.floor(chance * 1000) / 1000 } });
    await serving();
    expect((await live.entity(user('u0')))!.memberships.map(({ segment }) => segment)).toContain('likely');
    const { total } = await live.members('likely', { offset: 0, limit: 1000 });
    expect(total).toBeLessThan(90);
    const bought = now;
    expect((await live.entity(user('u0')))!.memberships.find(({ segment }) => segment === 'recent')?.until).toBe(bought + 10 * day);
    now = bought + 10 * day - 1;
    expect((await live.entity(user('u0')))!.memberships.map(({ segment }) => segment)).toContain('recent');
    now += 1;
    expect((await live.entity(user('u0')))!.memberships.map(({ segment }) => segment)).not.toContain('recent');
    const { items } = await live.members('busy', { offset: 0, limit: 1000 });
    for (const { entity } of items) expect((await live.entity(user(entity)))!.features.orders_30d).toBeGreaterThanOrEqual(5);
  });

  it('comes out the same from the journal, also where a new model took the place of the old one and months passed', async () => {
    const { id: _, ...rest } = model;
    await live.adopt({ id: 'another', ...rest, segments: model.segments.map((segment, i) => (i === 0 ? { id: 'renewed', name: 'Renewed' } : segment)) });
    await serving();
    expect((await live.segments()).map(({ segment }) => segment)).not.toContain(model.segments[0].id);
    for (let i = 0; i < 6; i++) {
      now += 20 * day;
      await live.accept([{ id: `late${i}`, kind: 'track', name: 'Product Viewed', at: now - 3 * day, received: now, identifiers: [user(`u${i}`)], payload: { properties: { product_id: 'p1', category: 'games' } } }]);
    }
    // Two people become one and are parted again, and somebody is forgotten.
    const told = (id: string, name: string, identifiers: Event['identifiers']): Event => ({ id, kind: 'track', name, at: now, received: now, identifiers, payload: { properties: { product_id: 'p1', category: 'bread' } } });
    await live.accept([told('x1', 'Product Viewed', [{ type: 'anonymous', value: 'browser' }])]);
    expect((await live.entity({ type: 'anonymous', value: 'browser' }))!.memberships.filter(({ segment }) => segment !== 'likely')).toHaveLength(1);
    const { seq } = await live.status();
    await live.accept([told('x2', 'Product Viewed', [user('u5'), { type: 'anonymous', value: 'browser' }])]);
    const together = (await live.entity(user('u5')))!.features.events_events;
    await live.unmerge(seq + 1);
    expect((await live.entity(user('u5')))!.features.events_events).toBeLessThan(together);
    await live.erase(user('u7'));
    await live.close();
    const journal = await openJournal(folder, 'main', { clock: () => now });
    const again = await replay(journal, quiet);
    await journal.close();
    live = await opened();
    expect(again.changes).toBeGreaterThan(90);
    expect(again.differing).toEqual([]);
    expect(again.memberships).toBe(again.before);
  });
});
