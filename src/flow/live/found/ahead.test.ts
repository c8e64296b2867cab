import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PredictionStory } from '../../../domain/prediction.js';
import type { Report } from '../../../domain/report.js';
import { rowsOf, type TrackedRow } from '../../../ingest/track/rows-of.js';
import { trackedLine } from '../../../ingest/track/tracked.js';
import { askRule } from '../../ask-rule.js';
import { discover } from '../../discover.js';
import { openView, type RunView } from '../../view/view.js';
import { createContext } from '../../../context.js';
import type { FoundModel } from './model.js';
import { placing, type Placing } from './place.js';
import { end as last, shoppers } from './shoppers.test.fixture.js';

/** Everybody in the fixture has a set number of visits: towards its end nobody has any left. */
const end = last - 60 * 86_400_000;

const rows = new Map<string, { events: TrackedRow[]; orders: TrackedRow[] }>();
let folder: string, report: Report, view: RunView, place: Placing;
let told: PredictionStory, ids: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-ahead-'));
  const lines = { events: '', orders: '' };
  for (const event of shoppers(300).filter(({ at }) => at <= end)) {
    const entity = event.identifiers[0].value;
    const own = rows.get(entity) ?? { events: [], orders: [] };
    rows.set(entity, own);
    for (const row of rowsOf(event, event.at, [])) {
      own[row.source].push(row);
      lines[row.source] += trackedLine(entity, row);
    }
  }
  const files = { events: join(folder, 'events.ndjson'), orders: join(folder, 'orders.ndjson') };
  await writeFile(files.events, lines.events);
  await writeFile(files.orders, lines.orders);
  const found = await discover({ ...files, columns: [], asOf: end }, { seed: 1, predict: { predictor: 'logistic-regression', horizon: 30 } });
  ({ report } = found);
  await found.write(join(folder, 'run'), { workspace: true });
  await found.close();
  view = await openView(join(folder, 'run'), createContext());
  place = placing(JSON.parse(await readFile(join(folder, 'run', 'live.json'), 'utf8')) as FoundModel);
  ids = found.entities;
  told = report.predictions!.targets[0];
}, 120_000);
afterAll(async () => {
  await view.close();
  await rm(folder, { recursive: true, force: true });
});

describe('what people are expected to do next, as part of a run', () => {
  it('is told in the report, with how well it did on time that was not learnt from', () => {
    expect(report.predictions!.targets.map(({ name }) => name)).toEqual(['orders_30d', 'no_orders_30d']);
    expect(told.evaluation).toMatchObject({ task: 'binary' });
    expect(told.card.learned.until!).toBeLessThanOrEqual(told.card.tested.cuts[0]);
    expect(told.counts.reduce((sum, { entities }) => sum + entities, 0)).toBe(300);
    expect(told.segments.every((mean) => mean !== null && mean > 0 && mean < 1)).toBe(true);
    expect(told.card.limits.length + told.card.result.length).toBeGreaterThan(0);
  });

  it('is a feature of everyone: in lists, in rules, and never in what decides the segments', async () => {
    const feature = report.features.find(({ name }) => name === told.feature)!;
    expect(feature).toMatchObject({ family: 'prediction', kind: 'share', role: 'profile' });
    expect(feature.encoding).toBeUndefined();
    const column = await view.column(told.feature!);
    expect(column.every((value) => value >= 0 && value <= 1)).toBe(true);
    const likely = await askRule(join(folder, 'run'), { kind: 'feature', feature: told.feature, op: '>=', value: 0.2 });
    expect(likely.entities).toBe(column.filter((value) => value >= 0.2).length);
    expect(likely.entities).toBeGreaterThan(0);
    // Those who only look (every third) are less likely to buy than those who buy often.
    const mean = (kind: number) => { const of = ids.flatMap((id, row) => (Number(id.slice(1)) % 3 === kind ? [column[row]] : [])); return of.reduce((sum, value) => sum + value, 0) / of.length; };
    expect(mean(1)).toBeGreaterThan(1.5 * mean(2));
  });

  it('is the same live as in the batch, to the bit, also for those who are not asked about', async () => {
    const names = report.predictions!.targets.map(({ feature }) => feature!);
    let asked = 0, unasked = 0;
    for (const name of names) {
      const column = await view.column(name);
      for (let row = 0; row < view.entities; row++) {
        const live = place.foretold(place.names.indexOf(name), rows.get(ids[row])!, end);
        if (!Object.is(live, column[row])) throw new Error(`${name} of ${ids[row]}: batch ${column[row]}, live ${live}`);
        if (Number.isNaN(live)) unasked++;
        else asked++;
      }
    }
    expect(asked).toBeGreaterThan(350);
    expect(unasked).toBeGreaterThan(10);
  });

  it('changes with time and with what somebody does', () => {
    const own = rows.get('u1')!;
    const position = place.names.indexOf(told.feature!);
    expect(place.foretold(position, own, end + 200 * 86_400_000)).not.toBe(place.foretold(position, own, end));
    expect(place.foretold(position, { events: [], orders: [] }, end)).toBeNaN();
  });
});
