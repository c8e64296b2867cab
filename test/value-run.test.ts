import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PurchaseWorth, SubscriptionWorth } from '../src/domain/value.js';
import { discover, type Discovery } from '../src/flow/discover.js';
import { loadRun } from '../src/flow/saved.js';
import { market, subscribers } from './support/value-data.js';

let folder: string;
const opened: Discovery[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'value-run-'));
});
afterAll(async () => {
  for (const one of opened) await one.close();
  rmSync(folder, { recursive: true });
});

async function found(path: string, options: Parameters<typeof discover>[1]): Promise<Discovery> {
  const one = await discover([path], options);
  opened.push(one);
  return one;
}

describe('worth beside the segments of a run', () => {
  it('of a log of purchases: everyone, each segment, and features that rules can ask and that decide nothing', async () => {
    const path = market(folder, 'run', 900);
    const plain = await found(path, { k: 3 });
    expect(plain.report.worth).toBeUndefined();
    const valued = await found(path, { k: 3, value: { horizonDays: 120 } });
    const worth = valued.report.worth as PurchaseWorth;
    expect([worth.kind, worth.by, worth.horizonDays]).toEqual(['purchases', 'model', 120]);
    // The segments are those that are found without it.
    expect(valued.assignment.labels).toEqual(plain.assignment.labels);
    expect(worth.segments.map((one) => one?.segment)).toEqual(valued.report.segments.map(({ id }) => id));
    const sum = (of: (one: PurchaseWorth['all']) => number) => worth.segments.reduce((total, one) => total + of(one!), 0);
    expect(sum(({ entities }) => entities)).toBe(900);
    expect(sum(({ purchases }) => purchases)).toBeCloseTo(worth.all.purchases, 6);
    expect(sum(({ value }) => value!)).toBeCloseTo(worth.all.value!, 4);
    expect(sum(({ share }) => share)).toBeCloseTo(1, 9);
    expect(sum(({ spent }) => spent!)).toBeCloseTo(valued.report.totals.revenue!, 0);
    for (const { value, interval: [low, high] } of [worth.all, ...worth.segments.map((one) => one!)]) expect(low < value! && value! < high).toBe(true);
    expect(worth.covers).toMatch(/in 80 % of cases.*no seasons, campaigns or trends.*that the model itself may be wrong/);
    expect(worth.trial).toMatch(/^Fitted to all but the last \d+ days, /);
    const features = valued.report.features.filter(({ name }) => worth.features.includes(name));
    expect(features.map(({ name, encoding }) => [name, encoding])).toEqual([['value_alive', undefined], ['value_purchases', undefined], ['value_expected', undefined], ['value_at_least', undefined], ['value_at_most', undefined]]);
    const out = join(folder, 'out');
    await valued.write(out);
    const { table, entities } = await loadRun(out);
    const at = (name: string) => table.columns[table.features.findIndex((one) => one.name === name)];
    expect(at('value_expected').reduce((total, v) => total + v, 0)).toBeCloseTo(worth.all.value!, 4);
    entities.forEach((_, i) => {
      expect(at('value_alive')[i] > 0 && at('value_alive')[i] <= 1).toBe(true);
      expect(at('value_at_least')[i]).toBeLessThanOrEqual(at('value_at_most')[i]);
    });
  }, 120_000);

  it('of subscriptions: how long those of each segment stay, with the time by which half have left', async () => {
    const valued = await found(subscribers(folder), { k: 2, value: true });
    const worth = valued.report.worth as SubscriptionWorth;
    expect([worth.kind, worth.time, worth.all.entities]).toEqual(['subscriptions', 'tenure', 2_000]);
    const curves = worth.segments.map((one) => one!);
    expect(curves.reduce((sum, { entities }) => sum + entities, 0)).toBe(2_000);
    expect(curves.reduce((sum, { stays }) => sum + stays, 0)).toBeCloseTo(worth.all.stays, 6);
    for (const { points, median, medianLow, medianHigh } of [worth.all, ...curves]) {
      for (let i = 1; i < points.length; i++) expect(points[i].share).toBeLessThanOrEqual(points[i - 1].share);
      for (const { share, low, high } of points) expect(low <= share && share <= high).toBe(true);
      if (median !== undefined) expect(medianLow! <= median && (medianHigh === undefined || median <= medianHigh)).toBe(true);
    }
    expect(worth.risks[0].name).toMatch(/^Plan/);
    expect(worth.features).toEqual(['value_stays', 'value_expected']);
  }, 120_000);

  it('of columns that are called as its own are: both are kept, and the curves say which of them segments were found by', async () => {
    const [head, ...lines] = readFileSync(subscribers(folder), 'utf8').trim().split('\n');
    const path = join(folder, 'named.csv');
    writeFileSync(path, `${[`${head.replace('tenure', 'Tenure in Months').replace('paid_so_far', 'other')},value_stays`, ...lines.map((line, i) => `${line},${i % 7}`)].join('\n')}\n`);
    const { report } = await found(path, { k: 2, value: true });
    const worth = report.worth as SubscriptionWorth;
    expect(worth.features).toEqual(['value_stays_', 'value_expected']);
    expect(report.features.filter(({ name }) => name.startsWith('value_stays')).map(({ name }) => name)).toEqual(['value_stays', 'value_stays_']);
    expect(worth.time).toBe('Tenure in Months');
    expect(worth.notes[0]).toMatch(/^'Tenure in Months' is one of the features that segments were found by/);
  }, 120_000);

  it('of data that cannot tell: says why, and the run is as it would be', async () => {
    const path = join(folder, 'people.csv');
    writeFileSync(path, `customer_id,age,visits,city\n${Array.from({ length: 80 }, (_, i) => `P${i},${20 + (i % 40)},${(i * 7) % 23},${['Rome', 'Oslo', 'Bonn'][i % 3]}`).join('\n')}\n`);
    const { report } = await found(path, { value: true });
    expect(report.worth).toEqual({ kind: 'none', why: [expect.stringMatching(/needs a log of purchases/)] });
  }, 60_000);
});
