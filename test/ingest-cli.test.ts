import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ShoalError } from '../src/errors.js';
import { by, listening, type Listening } from '../src/server/app.test.fixture.js';
import { memoryIntake } from '../src/server/track/memory-intake.test.fixture.js';
import { emptyFolder, shoal } from './support/shoal.js';

/** `shoal ingest …` as a person runs it, against a server that listens. */
const intake = memoryIntake();
let server: Listening, folder: string, key: string;
const file = (name: string) => join(folder, name);
const replay = (...args: string[]) => shoal(['ingest', 'replay', ...args], { env: { SHOAL_URL: server.server, SHOAL_KEY: key } });
const taken = () => intake.events.filter(({ id }) => id.startsWith('replay-'));

beforeAll(async () => {
  server = await listening({ intake });
  key = (await server.home.keys.create({ name: 'history', only: ['POST /v1/batch'] }, by)).secret;
  folder = await emptyFolder('shoal-replay');
  const rows = Array.from({ length: 1200 }, (_, i) => `o${i};c${i % 70};${1 + (i % 28)}.03.2024 1${i % 10}:05;${i % 90},50;${i % 3 ? '' : 'SPRING'}`);
  await writeFile(file('orders.csv'), `order_id;customer;date;total;coupon\n${[...rows, rows[5]].join('\n')}\n`);
  await writeFile(file('people.json'), JSON.stringify(Array.from({ length: 60 }, (_, i) => ({ customer_id: `c${i}`, plan: ['free', 'pro'][i % 2], city: ['Bonn', 'Rome', 'Lyon'][i % 3], age: 20 + i }))));
});
afterEach(() => intake.fail(undefined));
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

it('replay sends every row of a log at the time it happened; the same file again adds nothing', async () => {
  const first = await replay(file('orders.csv'), '--event', 'Order Completed', '--json');
  expect([first.code, first.stderr.includes('bug')]).toEqual([0, false]);
  expect(JSON.parse(first.stdout)).toEqual({ sent: 1201, rejected: 0, reasons: {} });
  expect(taken()).toHaveLength(1201);
  expect(taken().find(({ payload }) => (payload.properties as { order_id: string }).order_id === 'o30')).toMatchObject({
    kind: 'track', name: 'Order Completed', at: Date.UTC(2024, 2, 3, 10, 5), identifiers: [{ type: 'user', value: 'c30' }], payload: { properties: { amount: 30.5, coupon: 'SPRING' } },
  });
  expect((await replay(file('orders.csv'), '--event', 'Order Completed')).stdout).toMatch(/1,201 events are in the journal/);
  expect(taken()).toHaveLength(1201);
});

it('replay sends a table with a row per customer as what they are', async () => {
  expect((await replay(file('people.json'))).code).toBe(0);
  const people = taken().filter(({ kind }) => kind === 'identify');
  expect(people).toHaveLength(60);
  expect(people[1]).toMatchObject({ identifiers: [{ type: 'user', value: 'c1' }], payload: { traits: { plan: 'pro', city: 'Rome', age: 21 } } });
});

it('replay can be told where the parts of a message are, and says what it does not know', async () => {
  const { code } = await replay(file('orders.csv'), '--event', '$.coupon', '--map', 'kind=page', '--map', 'messageId=$.order_id', '--map', 'anonymousId=$.entity');
  expect(code).toBe(0);
  expect(intake.events.find(({ id }) => id === 'o3')).toMatchObject({ kind: 'page', name: 'SPRING', identifiers: [{ type: 'user', value: 'c3' }, { type: 'anonymous', value: 'c3' }] });
  expect((await replay(file('orders.csv'), '--map', 'usrId=$.a')).stderr).toMatch(/a message has no part 'usrId'. Did you mean 'userId'/);
});

it('replay waits while the server is busy or away, and tells a key that is no good', async () => {
  const before = intake.events.length;
  intake.fail(new ShoalError('server/too-many', { seconds: 1 }));
  const running = replay(file('people.json'), '--map', 'messageId=again');
  await expect.poll(() => server.logged.some(({ route, status }) => route === '/v1/batch' && status === 429)).toBe(true);
  intake.fail(undefined);
  expect((await running).code).toBe(0);
  expect(intake.events.length).toBe(before + 1);
  const refused = await shoal(['ingest', 'replay', file('people.json'), '--key', 'shl_no', '--url', server.server]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('This write key is not known')]);
  expect((await shoal(['ingest', 'replay', file('people.json')], { env: { SHOAL_KEY: '' } })).stderr).toMatch(/set SHOAL_KEY/);
});
