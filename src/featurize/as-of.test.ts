import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import type { FeatureTable } from '../domain/feature.js';
import type { Source } from '../domain/source.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { DAY, log, START } from '../predict/past.test.fixture.js';
import { openPast, type PastOptions } from './as-of.js';

let engine: Engine;
let sources: Source[];
beforeAll(async () => {
  engine = await openEngine({ threads: 2 });
  sources = await log(engine);
});
afterAll(() => engine.close());

const first = START + 120 * DAY;
const cut = START + 210 * DAY;
const past = (of: readonly Source[], options: PastOptions = {}) => openPast(of, first, options, engine, createContext());
const bytes = ({ entities, features, columns }: FeatureTable) => ({ entities, names: features.map(({ name }) => name), columns: columns.map((column) => Buffer.from(column.buffer, column.byteOffset, column.byteLength).toString('base64')) });

/** The same sources as if the data had ended at an instant. */
async function endingAt(instant: number): Promise<Source[]> {
  const at = new Date(instant).toISOString().replace('T', ' ').replace('Z', '');
  await engine.run(`CREATE OR REPLACE TABLE ended AS SELECT * FROM log WHERE "at" <= TIMESTAMP '${at}'`);
  return sources.map((source) => (source.name === 'log' ? { ...source, table: 'ended' } : source));
}

describe('features as of a past instant', () => {
  it('are byte-identical when every row after it is deleted', async () => {
    const whole = bytes(await (await past(sources)).at(cut, 'whole'));
    const ended = bytes(await (await past(await endingAt(cut))).at(cut, 'ended_features'));
    expect(ended).toEqual(whole);
    expect(whole.names.length).toBeGreaterThan(25);
  });

  it('at the first instant too: what comes later decides neither which features there are nor what they say', async () => {
    const whole = bytes(await (await past(sources)).at(first, 'whole'));
    expect(bytes(await (await past(await endingAt(first))).at(first, 'ended_features'))).toEqual(whole);
  });

  it('have the same columns at each instant', async () => {
    const opened = await past(sources);
    expect((await opened.at(cut, 'a')).features).toEqual((await opened.at(first, 'b')).features);
  });

  it('never hold a column, or a kind, that was only there later', async () => {
    const { names } = bytes(await (await past(sources)).at(START + 390 * DAY, 'late'));
    expect(names.filter((name) => /promised|app|outcome/.test(name))).toEqual([]);
    expect(names.filter((name) => /channel/.test(name)).length).toBeGreaterThan(0);
  });

  it('know nobody who had not been there', async () => {
    const table = await (await past(sources)).at(first, 'early');
    const [{ n }] = await engine.rows(`SELECT count(DISTINCT entity) AS n FROM log WHERE "at" <= make_timestamp(${first} * 1000)`);
    expect(table.rows).toBe(Number(n));
    expect(table.rows).toBeLessThan(200);
  });

  it('do not know an instant that had not come: what was ordered a day ago has not been shipped', async () => {
    const table = await (await past(sources)).at(cut, 'shipping');
    const shipped = table.columns[table.features.findIndex(({ name }) => name === 'days_since_shipped')];
    expect(Math.min(...shipped.filter((value) => !Number.isNaN(value)))).toBeGreaterThanOrEqual(0);
  });

  it('leave out labels and columns without times, saying so; when somebody began is known', async () => {
    const { leftOut } = await past(sources);
    expect(leftOut.map(({ name, why }) => [name, why])).toEqual([['outcome', 'label'], ['lifetime_orders', 'untimed'], ['last_seen', 'untimed']]);
    expect(leftOut[1].sentence).toBe("'lifetime_orders' of 'log_people' has no time: it says how things are now, not how they were. If it was known at every moment, say so (known).");
    const { names } = bytes(await (await past(sources, { known: ['lifetime_orders'] })).at(cut, 'known'));
    expect(names).toContain('log_people_lifetime_orders');
    expect(names).toContain('log_people_days_since_signup_date');
  });

  it('refuse a column that is said to be known and is not there', async () => {
    await expect(past(sources, { known: ['lifetime'] })).rejects.toThrow(/There is no column 'lifetime'/);
  });
});
