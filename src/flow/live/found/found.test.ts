import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf, type TrackedColumn, type TrackedRow } from '../../../ingest/track/rows-of.js';
import { trackedLine } from '../../../ingest/track/tracked.js';
import { discover } from '../../discover.js';
import { loadRun, type SavedRun } from '../../saved.js';
import type { FoundModel } from './model.js';
import { placing, type Placing } from './place.js';
import type { Rows } from './rows.js';
import { end, shoppers } from './shoppers.test.fixture.js';

const columns: TrackedColumn[] = [{ column: 'rating', path: 'properties.rating', type: 'number' }, { column: 'device_type', path: 'context.device.type', type: 'text' }];
const rows = new Map<string, { events: TrackedRow[]; orders: TrackedRow[] }>();
let folder: string;
let run: SavedRun;
let place: Placing;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-found-'));
  const lines = { events: '', orders: '' };
  for (const event of shoppers(240)) {
    const entity = event.identifiers[0].value;
    const own = rows.get(entity) ?? { events: [], orders: [] };
    rows.set(entity, own);
    for (const row of rowsOf(event, event.at, columns)) {
      own[row.source].push(row);
      lines[row.source] += trackedLine(entity, row);
    }
  }
  const files = { events: join(folder, 'events.ndjson'), orders: join(folder, 'orders.ndjson') };
  await writeFile(files.events, lines.events);
  await writeFile(files.orders, lines.orders);
  const found = await discover({ ...files, columns, asOf: end }, { seed: 1 });
  await found.write(join(folder, 'run'));
  await found.close();
  run = await loadRun(join(folder, 'run'));
  place = placing(JSON.parse(await readFile(join(folder, 'run', 'live.json'), 'utf8')) as FoundModel);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a segmentation that was found in the events of the journal', () => {
  it('has features of orders, of what was done, and of what events carry', () => {
    const names = run.table.features.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['orders', 'spend', 'night_share', 'returned_share', 'events_sessions', 'events_rating', 'events_device_type_phone']));
    expect(names.length).toBeGreaterThan(65);
    expect(place.model.columns).toEqual(columns);
  });

  it('gives every entity the same features live as in the batch, to the bit', () => {
    let compared = 0;
    run.table.entities.forEach((entity, i) => {
      const { values } = place.at(rows.get(entity)!, end);
      run.table.features.forEach(({ name }, j) => {
        if (!Object.is(run.table.columns[j][i] + 0, values[j] + 0)) throw new Error(`${name} of ${entity}: batch ${run.table.columns[j][i]}, live ${values[j]}`);
        compared++;
      });
    });
    expect(compared).toBeGreaterThan(15_000);
  });

  it('and the same segment with the same strength', () => {
    expect(run.entities.map((entity) => place.at(rows.get(entity)!, end).place)).toEqual(run.entities.map((_, i) => ({ segment: run.assignment.labels[i], strength: run.assignment.strength[i] })));
    expect(new Set(run.assignment.labels).size).toBeGreaterThan(1);
  });

  it('does not depend on the order of the rows, and overlooks later ones', () => {
    const own = rows.get('u1')!;
    const later: TrackedRow = { source: 'events', at: end + 1, event: 'Product Viewed' };
    const shuffled: Rows = { events: [later, ...[...own.events].reverse()], orders: [...own.orders].reverse() };
    expect(place.at(shuffled, end)).toEqual(place.at(own, end));
  });

  it('says of whom nothing was seen that they are in no segment', () => {
    expect(place.at({ events: [], orders: [] }, end).place).toEqual({ segment: -1, strength: 0 });
  });

  it('knows the next instant at which a row leaves a window', () => {
    const at = end - 10 * 86_400_000;
    const own: Rows = { events: [{ source: 'events', at, event: 'Product Viewed' }], orders: [] };
    const edge = place.edge(own, end);
    expect(edge).toBe(at + 30 * 86_400_000);
    const countAt = (when: number) => place.at(own, when).values[run.table.features.findIndex(({ name }) => name === 'events_events_30d')];
    expect([countAt(edge - 1), countAt(edge)]).toEqual([1, 0]);
  });
});
