import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildEdge } from '../scripts/build-edge.mjs';
import type { LiveDefinition } from '../src/domain/live.js';
import type { Rule } from '../src/domain/rule.js';
import { edgeModule } from '../src/flow/edge.js';
import { importText, type EdgeExports } from './support/edge.js';
import { emptyFolder, shoal } from './support/shoal.js';

const MINUTE = 60_000, start = Date.parse('2024-06-12T10:00:00Z');
const event = (name: string) => ({ source: 'events', where: [{ column: 'event', op: '=' as const, value: name }] });
const defined = (segment: string, rule: Rule, more: Partial<LiveDefinition> = {}): LiveDefinition => ({ segment, name: segment, version: 1, rule, ...more });
const rules: Record<string, Rule> = {
  'left-a-cart': { kind: 'sequence', first: event('Product Added'), then: event('Order Completed'), followed: false, within: { length: 30, unit: 'minutes' }, per: 'properties.cart' },
  'many-views': { kind: 'performed', ...event('Product Viewed'), op: '>=', value: 3, window: { last: 10, unit: 'minutes' } },
  'this-visit': { kind: 'performed', source: 'events', distinct: 'properties.product', op: '>=', value: 2, window: { session: 30, unit: 'minutes' } },
  'big-spender': { kind: 'performed', ...event('Order Completed'), sum: 'properties.price', op: '>', value: 500, window: { last: 90, unit: 'days' } },
  'new-here': { kind: 'first', source: 'events', op: '<', value: 1, unit: 'days' },
  'quiet': { kind: 'last', source: 'events', op: '>=', value: 7, unit: 'days' },
  'pro': { kind: 'attribute', source: 'traits', column: 'plan', op: 'in', values: ['pro', 'team'] },
  'evening': { kind: 'performed', source: 'events', where: [{ column: 'local.hour', op: '>=', value: 18 }], op: '>=', value: 1 },
  'phone': { all: [{ kind: 'performed', source: 'events', where: [{ column: 'context.device.type', op: '=', value: 'phone' }], op: '>', value: 0 }, { not: { kind: 'segment', segment: 'pro' } }] },
  'paid-by-mail': { any: [{ kind: 'performed', source: 'events', where: [{ column: 'context.campaign.medium', op: 'contains', value: 'mail' }], op: '>=', value: 1 }, { kind: 'segment', segment: 'many-views' }] },
};
const ten = Object.entries(rules).map(([segment, rule]) => defined(segment, rule));
const viewed = (at: number, more: object = {}) => ({ type: 'track', event: 'Product Viewed', timestamp: new Date(at).toISOString(), ...more });

beforeAll(() => buildEdge(), 60_000);

describe('a module of ten rules', () => {
  let text: string, module: EdgeExports;
  let now = start;
  const open = (more: object = {}) => module.createDecider({ clock: () => now, timezone: 'UTC', ...more });
  beforeAll(async () => {
    text = await edgeModule(ten);
    module = await importText(text);
  });

  it('is smaller than 12 kB gzipped', () => expect(gzipSync(text).length).toBeLessThan(12_000));

  it('imports nothing and makes no code out of text', () => {
    expect(text).not.toMatch(/\bimport\b|\brequire\b|\beval\b|\bFunction\b|<\/script|\bprocess\b|\bBuffer\b/);
    expect([...text.matchAll(/^export (const )?(\w+)/gm)].map(([, , name]) => name)).toEqual(['names', 'features', 'createDecider']);
  });

  it('says who is in, since when, and the millisecond at which it ends', () => {
    now = start;
    const decider = open();
    for (const at of [0, 1, 2]) {
      now = start + at * MINUTE;
      expect(decider.track(viewed(now))).toBe(true);
    }
    expect(decider.decide()['many-views']).toEqual({ member: true, since: start + 2 * MINUTE, until: start + 10 * MINUTE });
    expect(decider.decide(start + 10 * MINUTE - 1)['many-views'].member).toBe(true);
    expect(decider.decide(start + 10 * MINUTE)['many-views']).toEqual({ member: false });
  });

  it('enters by time alone, when it was not looked at too', () => {
    now = start;
    const decider = open();
    decider.track({ type: 'track', event: 'Product Added', properties: { cart: 'c1' }, timestamp: new Date(start) });
    expect(decider.decide()['left-a-cart']).toEqual({ member: false, until: start + 30 * MINUTE });
    expect(decider.decide(start + 40 * MINUTE)['left-a-cart']).toEqual({ member: true, since: start + 30 * MINUTE });
    now = start + 41 * MINUTE;
    decider.track({ type: 'track', event: 'Order Completed', properties: { cart: 'c1', price: 20 } });
    // The order came too late for that cart.
    expect(decider.decide()['left-a-cart'].member).toBe(true);
  });

  it('reads traits, other segments, and the local time of the message before that of the browser', () => {
    now = Date.parse('2024-06-12T16:30:00Z');
    const decider = open();
    decider.track(viewed(now, { context: { device: { type: 'phone' } } }));
    expect(decider.decide()).toMatchObject({ phone: { member: true }, pro: { member: false }, evening: { member: false } });
    decider.identify({ plan: 'pro' });
    expect(decider.decide()).toMatchObject({ phone: { member: false }, pro: { member: true } });
    decider.track(viewed(now, { context: { timezone: 'Europe/Berlin' } }));
    expect(decider.decide().evening.member).toBe(true);
  });

  it('begins with the history and the traits that it is given', () => {
    now = start + 3 * MINUTE;
    const decider = open({ history: [viewed(start + MINUTE), viewed(start), viewed(start + 2 * MINUTE), 'rubbish'], traits: { plan: 'team' } });
    expect(decider.decide()).toMatchObject({ 'many-views': { member: true, since: start + 2 * MINUTE }, pro: { member: true } });
  });

  it('goes on from what was kept, and takes nothing for kept that is not', () => {
    now = start;
    const decider = open();
    for (let i = 0; i < 3; i++) decider.track(viewed(now = start + i * MINUTE));
    const saved = decider.save();
    const again = open();
    expect(again.load(saved)).toBe(true);
    expect(again.decide()).toEqual(decider.decide());
    for (const bad of ['', '{', 'null', '[]', '{"v":2}', saved.replace('"rows":[[', '"rows":[["x",'), saved.replace(/"clock":\d+/, '"clock":1e300'), saved.replace(/"clock":\d+/, '"clock":"x"'), saved.replace('"traits":[]', '"traits":[["plan",1,1,{}]]')]) {
      expect(again.load(bad)).toBe(false);
      expect(again.decide()).toEqual(decider.decide());
    }
  });

  it('never hangs over kept rows that claim the future', () => {
    now = start;
    const decider = open();
    decider.track(viewed(now));
    const saved = JSON.parse(decider.save()) as { rows: unknown[][] };
    saved.rows = saved.rows.flatMap((row) => [row, [1e15, 2, ...row.slice(2)], [-1e300, 3, ...row.slice(2)]]);
    expect(decider.load(JSON.stringify(saved))).toBe(true);
    expect(decider.decide(start + 365 * 24 * 60 * MINUTE)['many-views'].member).toBe(false);
  });

  it('keeps only what its rules read, and only as long as it counts', async () => {
    const { createDecider } = await importText(await edgeModule([defined('many-views', rules['many-views'])]));
    now = start;
    const decider = createDecider({ clock: () => now });
    for (let i = 0; i < 20_000; i++) {
      now += MINUTE;
      decider.track(viewed(now, { properties: { secret: 'card number' } }));
      decider.track({ type: 'track', event: 'Other' });
    }
    const { rows } = JSON.parse(decider.save()) as { rows: unknown[] };
    // Ten minutes, and a day for what comes late.
    expect(rows.length).toBe(24 * 60 + 10);
    expect(decider.dropped).toBe(0);
    expect(decider.save()).not.toMatch(/secret|card|Other/);
  });

  it('keeps at most so many rows, and says how many it had to drop', async () => {
    const { createDecider } = await importText(await edgeModule([defined('ever', { kind: 'performed', ...event('Product Viewed'), op: '>=', value: 300 })]));
    const decider = createDecider({ clock: () => start, rows: 100 });
    for (let i = 0; i < 1000; i++) decider.track(viewed(start));
    expect(decider.dropped).toBeGreaterThan(850);
    expect((JSON.parse(decider.save()) as { rows: unknown[] }).rows.length).toBeLessThanOrEqual(100);
  });

  it('takes no harm from what a page may pass to it', () => {
    now = start;
    const decider = open();
    const round: Record<string, unknown> = { type: 'track', event: 'x' };
    round.self = round;
    for (const message of [undefined, null, 5, 'track', [], {}, { type: 'track' }, { type: '__proto__' }, { type: 'track', event: {} }, round, { type: 'track', event: 'x', toJSON: () => { throw new Error('no'); } }, { type: 'track', event: 'x', properties: { long: 'x'.repeat(40_000) } }]) {
      expect(decider.track(message)).toBe(false);
    }
    expect(decider.track(JSON.parse('{"type":"identify","traits":{"__proto__":{"plan":"pro"},"constructor":"x","plan":{"plan":"pro"}},"properties":{"__proto__":{"polluted":1}}}'))).toBe(true);
    expect(decider.track(viewed(start, { timestamp: 'yesterday', properties: { cart: { toString: 'no' }, price: '12' }, context: { timezone: '<script>' } }))).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(decider.decide().pro.member).toBe(false);
  });
});

it("holds names such as '__proto__' as names, and nothing that ends a script element", async () => {
  const text = await edgeModule([
    defined('__proto__', { kind: 'attribute', source: 'traits', column: '__proto__', op: '=', value: '</script><script>alert(1)' }, { name: '`${alert(1)}\u2028' }),
    defined('constructor', { kind: 'performed', source: 'events', where: [{ column: 'properties.__proto__', op: '=', value: 'x' }], op: '>=', value: 1 }),
  ]);
  expect(text).not.toMatch(/<\/script|\u2028/);
  const { names, createDecider } = await importText(text);
  expect(Object.entries(names)).toEqual([['__proto__', '`${alert(1)}\u2028'], ['constructor', 'constructor']]);
  const decider = createDecider({ clock: () => start });
  decider.track(JSON.parse('{"type":"track","event":"e","properties":{"__proto__":"x"}}'));
  decider.identify(JSON.parse('{"__proto__":"</script><script>alert(1)"}') as Record<string, string>);
  expect(Object.entries(decider.decide()).map(([id, { member }]) => [id, member])).toEqual([['__proto__', true], ['constructor', true]]);
});

it('takes features and a found segment from the page', async () => {
  const assign = 'export const segments = ["a"];\n/** One row in. */\nexport function assign(row) {\n  return { segment: row.spend > 100 ? 1 : 0, strength: 0.8, second: 0 };\n}\n';
  const words = { features: [{ name: 'spend', title: 'Spend', description: '', kind: 'money' as const } as never], segments: [{ segment: 1, id: 'loyal', name: 'Loyal' }] };
  const definitions = [defined('rich', { kind: 'feature', feature: 'spend', op: '>', value: 50 }), defined('both', { all: [{ kind: 'segment', segment: 'loyal', strength: 0.7 }, { kind: 'segment', segment: 'rich' }] }), defined('loyal', { kind: 'segment', segment: 'loyal' })];
  await expect(edgeModule(definitions, words)).rejects.toMatchObject({ code: 'live/edge-needs' });
  const { features, createDecider } = await importText(await edgeModule(definitions, words, { assign, ids: ['others', 'loyal'], features: ['spend', 'orders'] }));
  expect(features).toEqual(['spend', 'orders']);
  const decider = createDecider({ clock: () => start });
  expect(decider.decide()).toEqual({ rich: { member: false }, both: { member: false }, loyal: { member: false } });
  decider.measure({ spend: 60 });
  expect(decider.decide()).toMatchObject({ rich: { member: true }, both: { member: false }, loyal: { member: false } });
  decider.measure({ spend: 120 });
  expect(decider.decide()).toMatchObject({ rich: { member: true }, both: { member: true }, loyal: { member: true } });
});

it.each([
  ['what cannot be live', [defined('drawn', { kind: 'drawn', run: 'r', points: [[0, 0], [1, 0], [0, 1]] })], 'rules/not-live'],
  ['a segment that is not there', [defined('a', { kind: 'segment', segment: 'b' })], 'rules/unknown-segment'],
  ['segments that look at each other', [defined('a', { kind: 'segment', segment: 'b' }), defined('b', { not: { kind: 'segment', segment: 'a' } })], 'live/segment-cycle'],
  ['values of another type', [defined('a', { kind: 'attribute', source: 'traits', column: 'age', op: '>', value: 5 }, { types: { traits: { age: 'text' } } })], 'rules/wrong-type'],
] as const)('refuses %s', async (_, definitions, code) => {
  await expect(edgeModule(definitions)).rejects.toMatchObject({ code });
});

it('is written by the command line, which says what is wrong with a rule', async () => {
  const folder = await emptyFolder('shoal-edge');
  const write = (given: unknown) => writeFile(join(folder, 'rules.json'), JSON.stringify(given));
  const run = () => shoal(['segment', 'edge', '--rules', 'rules.json', '-o', 'edge.js'], { cwd: folder });
  await write([{ segment: 'many-views', rule: rules['many-views'], words: 'as the server lists it' }]);
  expect((await run()).stdout).toMatch(/^edge\.js: one segment, \d\.\d kB gzipped\.\n$/);
  const { createDecider, names } = await importText(await readFile(join(folder, 'edge.js'), 'utf8'));
  expect(names).toEqual({ 'many-views': 'many-views' });
  expect(createDecider().decide()).toEqual({ 'many-views': { member: false } });
  await write([{ segment: 'a', rule: { kind: 'performed', source: 'events', op: '>=' } }]);
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('0.rule.value is missing') as string });
  await write([{ segment: 'a', rule: rules.pro }, { segment: 'a', rule: rules.quiet }]);
  expect((await run()).stderr).toContain('two segments of the same id');
  await rm(folder, { recursive: true });
});
