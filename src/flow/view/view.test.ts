import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import { openEngine } from '../../engine/catalog.js';
import { adjustedRand } from '../../util/agreement.js';
import { loadRun, type SavedRun } from '../saved.js';
import { marketRun, testFolder } from './run.test.fixture.js';
import { openView, type RunView } from './view.js';

const { path, remove } = testFolder();
const context = createContext();
const engine = await openEngine();
let view: RunView, whole: SavedRun;
beforeAll(async () => {
  await marketRun(path('run'), 700);
  [view, whole] = [await openView(path('run'), context), await loadRun(path('run'), context)];
});
afterAll(async () => {
  await view.close();
  await engine.close();
  remove();
});

const raw = (name: string) => whole.table.columns[whole.table.features.findIndex((feature) => feature.name === name)];
const labels = () => [...whole.assignment.labels];

describe('a view of a run', () => {
  it('knows its report, its model, how many there are and how old the data is', () => {
    expect(view.report).toEqual(whole.report);
    expect(view.model).toEqual(whole.model);
    expect(view.entities).toBe(whole.entities.length);
    const { asOf } = view.report.run;
    expect(view.freshness()).toEqual({ asOf, days: Math.max(0, Math.floor((context.clock() - asOf) / 86_400_000)) });
  });

  it('has the memberships and the features that the run wrote', async () => {
    const { segment, strength, second, tier } = await view.membership();
    expect([...segment]).toEqual(labels());
    expect([...strength]).toEqual([...whole.assignment.strength]);
    expect([...second]).toEqual([...whole.assignment.second]);
    const { columns: [written] } = await engine.columns(`SELECT tier FROM '${path('run/membership.parquet')}'`);
    expect([...tier].map((t) => view.report.tiers[t]?.name ?? null)).toEqual(written.values);
    for (const { name } of whole.table.features) expect(await view.column(name)).toEqual(raw(name));
  });

  it('knows where nearly all values of a feature lie', () => {
    const j = whole.table.features.findIndex(({ name }) => name === 'spend');
    const { low, median, high } = view.ranges()[j];
    const below = (value: number) => raw('spend').filter((x) => x <= value).length / 700;
    expect([below(low), below(median), below(high)].map((share) => Math.round(share * 20) / 20)).toEqual([0.05, 0.5, 0.95]);
  });

  it('puts everyone where the report puts its sample', async () => {
    const { x, y, segment, bounds, method, rows } = await view.map();
    const { map } = view.report;
    expect([rows, method]).toEqual([700, map.method]);
    expect([...segment]).toEqual(labels());
    map.entity.forEach((id, i) => {
      const row = whole.entities.indexOf(id);
      expect(x[row]).toBeCloseTo(map.x[i], 2);
      expect(y[row]).toBeCloseTo(map.y[i], 2);
    });
    expect(bounds).toEqual({ x: [Math.min(...x), Math.max(...x)], y: [Math.min(...y), Math.max(...y)] });
  });

  it('gives arrays that nobody else holds', async () => {
    (await view.column('spend')).fill(0);
    (await view.membership()).segment.fill(9);
    (await view.map()).x.fill(0);
    expect(await view.column('spend')).toEqual(raw('spend'));
    expect([...(await view.membership()).segment]).toEqual(labels());
    expect((await view.map()).x.some((value) => value !== 0)).toBe(true);
  });
});

describe('colours', () => {
  it('part everyone into bins of about as many, as far as values differ', async () => {
    for (const name of ['spend', 'orders', 'one_time', 'recency']) {
      const { bins, edges, counts, missing, legend } = await view.colours(name, 6);
      const values = raw(name);
      expect(counts.length).toBeLessThanOrEqual(6);
      expect(legend.length).toBe(counts.length);
      values.forEach((value, row) => {
        const bin = bins[row];
        if (Number.isNaN(value)) return expect(bin).toBe(255);
        expect(value).toBeGreaterThanOrEqual(edges[bin]);
        if (bin + 1 < counts.length) expect(value).toBeLessThan(edges[bin + 1]);
      });
      expect(counts).toEqual(counts.map((_, b) => bins.filter((bin) => bin === b).length));
      expect(missing).toBe(bins.filter((bin) => bin === 255).length);
    }
    expect((await view.colours('one_time')).counts.length).toBe(2);
    expect((await view.colours('spend', 6)).counts.every((n) => n > 100 && n < 133)).toBe(true);
  });

  it('of an unknown feature are refused with a suggestion', async () => {
    await expect(view.colours('spnd')).rejects.toMatchObject({ code: 'explain/unknown-feature', message: expect.stringContaining("Did you mean 'spend'?") });
    await expect(view.column('__proto__')).rejects.toMatchObject({ code: 'explain/unknown-feature' });
  });
});

describe('a page', () => {
  it('lists and counts the same rows, sorted as asked, missing values last', async () => {
    for (const by of ['spend', 'interval_mean', 'strength', 'entity']) {
      for (const descending of [false, true]) {
        for (const segment of [undefined, 0, 1]) {
          const of = segment === undefined ? ({ kind: 'everyone' } as const) : ({ kind: 'segment', segment } as const);
          const key = by === 'strength' ? Float64Array.from(whole.assignment.strength) : by === 'entity' ? Float64Array.from(whole.entities.keys()) : raw(by);
          const wanted = labels().flatMap((label, row) => (segment === undefined || label === segment ? [row] : []))
            .sort((a, b) => Number(Number.isNaN(key[a])) - Number(Number.isNaN(key[b])) || (Number.isNaN(key[a]) || key[a] === key[b] ? a - b : (key[a] - key[b]) * (descending ? -1 : 1)));
          const got = await view.page({ of, sort: { by, descending }, offset: 7, limit: 40, columns: ['spend'] });
          expect(got.total).toBe(wanted.length);
          expect(got.rows.map(({ row }) => row)).toEqual(wanted.slice(7, 47));
          expect(got.rows.map(({ entity, segment: s, strength, values: [{ value }] }) => [entity, s, strength, value]))
            .toEqual(got.rows.map(({ row }) => [whole.entities[row], labels()[row], whole.assignment.strength[row], raw('spend')[row]]));
        }
      }
    }
  });

  it('takes rows as bits, and none that are not there', async () => {
    const bits = new Uint32Array(22);
    for (const row of [3, 31, 32, 699]) bits[row >>> 5] |= 1 << (row & 31);
    bits[21] |= 0xf0000000; // behind the last row
    const { total, rows } = await view.page({ of: { kind: 'rows', name: 'drawn', bits } });
    expect([total, rows.map(({ row }) => row)]).toEqual([4, [3, 31, 32, 699]]);
  });

  it('says what it cannot show', async () => {
    await expect(view.page({ columns: ['nothing'] })).rejects.toMatchObject({ code: 'explain/unknown-feature' });
    await expect(view.page({ sort: { by: 'nothing' } })).rejects.toMatchObject({ code: 'explain/unknown-feature' });
    await expect(view.page({ of: { kind: 'segment', segment: 99 } })).rejects.toMatchObject({ code: 'explain/unknown-segment' });
    await expect(view.page({ of: { kind: 'segment', segment: 0.5 } })).rejects.toMatchObject({ code: 'explain/unknown-segment' });
    await expect(view.page({ of: { kind: 'tier', tier: -1 } })).rejects.toMatchObject({ code: 'explain/unknown-tier' });
    expect(await view.page({ of: { kind: 'segment', segment: -1 } })).toMatchObject({ total: 0, rows: [] });
    expect((await view.page({ offset: -3, limit: Number.NaN })).rows).toEqual([]);
  });
});

describe('one entity', () => {
  it('is explained like by the run itself', async () => {
    for (const id of whole.entities.slice(0, 6)) expect((await view.entity(id)).explanation).toEqual(whole.explain(id));
  });

  it('stands among everyone and among its own where counting says', async () => {
    const all = labels();
    for (const row of [0, 99, 300]) {
      const { features, segmentName, segmentId } = await view.entity(whole.entities[row]);
      const own = all[row];
      expect([segmentName, segmentId]).toEqual([view.report.segments[own].name, view.report.segments[own].id]);
      features.forEach(({ feature, value, percentile, percentileInSegment }) => {
        const mine = raw(feature)[row];
        const standing = (values: number[]) => (values.filter((v) => v < mine).length + values.filter((v) => v === mine).length / 2) / values.length;
        const known = [...raw(feature)].map((v, i) => ({ v, i })).filter(({ v }) => !Number.isNaN(v));
        if (Number.isNaN(mine)) return expect([value, percentile, percentileInSegment]).toEqual([null, null, null]);
        expect(value).toBe(mine);
        expect(percentile).toBeCloseTo(standing(known.map(({ v }) => v)), 12);
        expect(percentileInSegment).toBeCloseTo(standing(known.filter(({ i }) => all[i] === own).map(({ v }) => v)), 12);
      });
    }
  });

  it('is like those whose encoded rows are nearest', async () => {
    const { d, stride, data } = whole.matrix;
    for (const row of [5, 250]) {
      const distance = (other: number) => Math.sqrt(Array.from({ length: d }, (_, j) => (data[row * stride + j] - data[other * stride + j]) ** 2).reduce((a, b) => a + b, 0));
      const nearest = [...whole.entities.keys()].filter((other) => other !== row).sort((a, b) => distance(a) - distance(b) || a - b).slice(0, 8);
      const { similar } = await view.entity(whole.entities[row]);
      expect(similar.map((one) => one.row)).toEqual(nearest);
      similar.forEach((one) => {
        expect(one.distance).toBeCloseTo(distance(one.row), 6);
        expect([one.entity, one.segment]).toEqual([whole.entities[one.row], labels()[one.row]]);
      });
    }
  });

  it('names the next segment first among the alternatives', async () => {
    for (const row of [1, 2, 3]) {
      const { alternatives } = await view.entity(whole.entities[row]);
      expect(alternatives.length).toBe(view.report.segments.length - 1);
      expect(alternatives[0].segment).toBe(whole.assignment.second[row]);
      expect(alternatives.every(({ times }) => times > 0)).toBe(true);
    }
  });

  it('that is not there is refused, with one that nearly is', async () => {
    await expect(view.entity('C0000012x')).rejects.toMatchObject({ code: 'explain/unknown-entity', message: expect.stringContaining("Did you mean 'C0000012'?") });
    await expect(view.timeline('')).rejects.toMatchObject({ code: 'explain/unknown-entity' });
  });
});

describe('a timeline', () => {
  it('has every event of the files, orders as one, newest first, a part at a time', async () => {
    const file = (name: string) => `read_csv('${path('run-data')}/${name}.csv')`;
    const id = whole.entities[12];
    const [{ n }] = await engine.rows(`SELECT sum(n) AS n FROM (${['events', 'emails', 'reviews', 'support'].map((name) => `SELECT count(*) AS n FROM ${file(name)} WHERE customer_id = '${id}'`).join(' UNION ALL ')})`);
    const orders = await engine.rows(`SELECT order_id, max(ordered_at) AS at, round(sum(quantity * unit_price), 2) AS amount FROM ${file('orders')} WHERE customer_id = '${id}' GROUP BY order_id`);
    const { total, events } = await view.timeline(id, { limit: 500 });
    expect(total).toBe(Number(n) + orders.length);
    expect(events.length).toBe(total);
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort((a, b) => b - a));
    const ours = events.filter(({ source }) => source === 'orders');
    for (const { order_id: order, at, amount } of orders) {
      const found = ours.find(({ words }) => words.includes(String(order)));
      expect(found).toMatchObject({ at: Date.parse(String(at)), kind: 'transactions' });
      expect(found?.amount).toBeCloseTo(Number(amount), 2);
    }
    for (const { words } of ours) {
      const named = words.slice(words.indexOf(':') + 1).split(', ').filter((thing) => !/ more$/.test(thing));
      expect(new Set(named).size).toBe(named.length);
    }
    const parts = [];
    for (let offset = 0; offset < total; offset += 7) parts.push(...(await view.timeline(id, { offset, limit: 7 })).events);
    expect(parts).toEqual(events);
    const middle = events[Math.floor(total / 2)].at;
    const earlier = await view.timeline(id, { before: middle, limit: 500 });
    expect(earlier.events).toEqual(events.filter(({ at }) => at < middle));
    expect(earlier.total).toBe(earlier.events.length);
    expect((await view.timeline(id, { offset: 10_000 })).total).toBe(total);
    for (const { name } of (await view.timeline(id)).sources) expect((await view.timeline(id, { source: name, limit: 500 })).events).toEqual(events.filter(({ source }) => source === name));
    expect(await view.timeline(id, { source: 'nothing' })).toMatchObject({ total: 0, events: [] });
  });
});

describe('groups', () => {
  it('overlap as counting says', async () => {
    const { tier } = await view.membership();
    const groups = [{ kind: 'everyone' }, { kind: 'segment', segment: 0 }, { kind: 'segment', segment: 1 }, { kind: 'tier', tier: 0 }] as const;
    const members = [labels().map(() => true), labels().map((l) => l === 0), labels().map((l) => l === 1), [...tier].map((t) => t === 0)];
    const { both, jaccard, sizes, names } = await view.overlap(groups);
    expect(names.slice(1)).toEqual([view.report.segments[0].name, view.report.segments[1].name, view.report.tiers[0].name]);
    members.forEach((a, i) => {
      expect(sizes[i]).toBe(a.filter(Boolean).length);
      members.forEach((b, j) => {
        expect(both[i][j]).toBe(a.filter((is, row) => is && b[row]).length);
        expect(jaccard[i][j]).toBeCloseTo(both[i][j] / a.filter((is, row) => is || b[row]).length, 12);
      });
    });
    expect((await view.overlap([{ kind: 'rows', name: 'none', bits: new Uint32Array(22) }])).jaccard).toEqual([[0]]);
  });

  it('are worth what their members spent', async () => {
    const { entities, revenue, revenueShare } = await view.figures({ kind: 'segment', segment: 0 });
    const profile = view.report.segments[0];
    expect([entities, revenue]).toEqual([profile.entities, profile.revenue]);
    expect(revenueShare).toBeCloseTo(profile.revenueShare!, 9);
  });

  it('compared with each other differ by what their profiles tell', async () => {
    const { features, sizes } = await view.compare({ kind: 'segment', segment: 0 }, { kind: 'segment', segment: 1 }, 12);
    expect(sizes).toEqual([0, 1].map((s) => labels().filter((l) => l === s).length));
    expect(features.length).toBe(12);
    expect(Math.abs(features[0].effect)).toBeGreaterThan(1);
    for (const { feature, a, b, effect } of features) if (a.value !== b.value && a.value !== null && b.value !== null) expect([feature, Math.sign(a.value - b.value)]).toEqual([feature, Math.sign(effect)]);
    expect((await view.compare({ kind: 'segment', segment: 0 }, { kind: 'segment', segment: -1 })).features).toEqual([]);
  });

  it('compared with themselves do not differ', async () => {
    const everyone = { kind: 'everyone' } as const;
    for (const { effect } of (await view.compare(everyone, everyone)).features) expect(Math.abs(effect)).toBeLessThan(1e-9);
  });
});

describe('a segment', () => {
  it('has its members counted by strength, next segment and tier', async () => {
    const { tier } = await view.membership();
    const found = await view.segment(1);
    const rows = labels().flatMap((label, row) => (label === 1 ? [row] : []));
    expect(found.entities).toBe(rows.length);
    expect(found.strength).toEqual(Array.from({ length: 10 }, (_, b) => rows.filter((row) => Math.min(9, Math.floor(whole.assignment.strength[row] * 10)) === b).length));
    for (const { segment, entities } of found.nextNearest) expect(entities).toBe(rows.filter((row) => whole.assignment.second[row] === segment).length);
    expect(found.tiers).toEqual(view.report.tiers.map((_, t) => rows.filter((row) => tier[row] === t).length));
    expect(found.noTier + found.tiers.reduce((a, b) => a + b, 0)).toBe(rows.length);
    await expect(view.segment(-1)).rejects.toMatchObject({ code: 'explain/unknown-segment' });
  });

  it('is spread over a feature as the report says', async () => {
    for (const said of view.report.distributions.slice(0, 5)) expect(await view.distribution(said.feature)).toEqual(said);
  });
});

describe('another number of segments', () => {
  it('parts everyone, says how far it agrees and where everyone goes', async () => {
    const k = view.report.segments.length === 3 ? 4 : 3;
    const { segments, flows, agreement, silhouette } = await view.whatIf(k);
    expect(segments.length).toBe(k);
    expect(segments.reduce((sum, { entities }) => sum + entities, 0)).toBe(700);
    expect(new Set(segments.map(({ name }) => name)).size).toBe(k);
    expect(flows.reduce((sum, { entities }) => sum + entities, 0)).toBe(700);
    const pairs = flows.flatMap(({ from, to, entities }) => Array.from({ length: entities }, () => [from, to]));
    expect(agreement).toBeCloseTo(adjustedRand(pairs.map(([from]) => from), pairs.map(([, to]) => to)), 12);
    expect(silhouette).toBeGreaterThan(0);
    expect(await view.whatIf(k)).toBe(await view.whatIf(k));
  });

  it('that is the run\'s own is the run\'s own', async () => {
    const { agreement, segments } = await view.whatIf(view.report.segments.length);
    expect(agreement).toBe(1);
    expect(segments.map(({ name, entities }) => [name, entities])).toEqual(view.report.segments.map(({ name, entities }) => [name, entities]));
  });

  it('nests, and its tree joins the finest into the broader ones', async () => {
    const { levels, tree, homes = [] } = await view.levels([3, 8]);
    expect(levels.map((level) => level.length)).toEqual([3, 8]);
    expect(tree.heights.length).toBe(7);
    expect(tree.heights).toEqual([...tree.heights].sort((a, b) => a - b));
    const nodes = levels[1].map(({ segment }) => [segment]);
    tree.merges.forEach((node, i) => { if (i % 2) nodes.push([...nodes[tree.merges[i - 1]], ...nodes[node]]); });
    const cut = nodes.slice(8, 8 + 5).reduce((groups, joined) => [...groups.filter((group) => !group.every((s) => joined.includes(s))), joined], levels[1].map(({ segment }) => [segment]));
    const broad = levels[0].map(({ segment }) => levels[1].filter(({ parent }) => parent === segment).map(({ segment: own }) => own));
    const sorted = (groups: number[][]) => groups.map((group) => [...group].sort((a, b) => a - b).join()).sort();
    expect(sorted(cut)).toEqual(sorted(broad));
    // No segment can hold more members of groups at home in it than it has; most of a group is at home.
    for (const { segment, entities } of view.report.segments)
      expect(homes.reduce((sum, home, g) => (home.segment === segment ? sum + home.share * levels[1][g].entities : sum), 0)).toBeLessThanOrEqual(entities + 1e-6);
    expect(homes.length).toBe(8);
    for (const home of homes) expect(home.share).toBeGreaterThanOrEqual(1 / (view.report.segments.length + 1));
    for (const wrong of [[1], [51], [2.5], [Number.NaN]]) await expect(view.levels(wrong)).rejects.toMatchObject({ code: 'config/invalid' });
  });

  it('asks as many questions as one likes', async () => {
    expect(await view.tree()).toEqual(view.report.tree);
    const more = await view.tree(12);
    expect(more!.leaves).toBeLessThanOrEqual(12);
    expect(more).toEqual(whole.tree(12));
  });
});

describe('a view that is made ready', () => {
  it('answers as it does without, while it is being made ready too', async () => {
    const other = await openView(path('run'), context);
    const id = whole.entities[4];
    const [person] = await Promise.all([other.entity(id), other.ready(), other.ready()]);
    expect(person).toEqual(await view.entity(id));
    expect(await other.entity(id)).toEqual(person);
    expect(await other.timeline(id)).toEqual(await view.timeline(id));
    await other.close();
  });

  it('has the timelines that are read one by one without', async () => {
    const other = await openView(path('run'), context);
    await other.ready();
    for (const id of whole.entities.slice(0, 6)) {
      const { sources: [{ name: source }], total, events } = await view.timeline(id);
      const asks = [{}, { source }, { source: 'nothing' }, { before: events[total >> 1]?.at ?? 0 }, { offset: 1, limit: 2 }, { limit: 0 }, { offset: 10_000 }];
      for (const ask of asks) expect(await other.timeline(id, ask)).toEqual(await view.timeline(id, ask));
    }
    await other.close();
  });

  it('does it once, however often it is asked to', async () => {
    const other = await openView(path('run'), context);
    const made = other.ready();
    expect(other.ready()).toBe(made);
    await made;
    expect(other.ready()).toBe(made);
    await other.close();
  });

  it('stops when it is asked to', async () => {
    const stop = new AbortController();
    const other = await openView(path('run'), createContext({ signal: stop.signal }));
    const made = other.ready();
    stop.abort();
    await expect(made).rejects.toMatchObject({ code: 'run/aborted' });
    await other.close();
  });
});

describe('a run that kept nothing for a view', () => {
  it('answers the same, but for what its sources would tell', async () => {
    mkdirSync(path('plain'));
    for (const file of readdirSync(path('run'))) if (!/^(source-|everyone|map)/.test(file)) copyFileSync(join(path('run'), file), join(path('plain'), file));
    const plain = await openView(path('plain'), context);
    const id = whole.entities[4];
    expect(await plain.entity(id)).toEqual(await view.entity(id));
    expect(await plain.map()).toEqual(await view.map());
    expect(await plain.page({ sort: { by: 'spend' } })).toEqual(await view.page({ sort: { by: 'spend' } }));
    expect(await plain.timeline(id)).toEqual({ entity: id, sources: [], total: 0, events: [] });
    await plain.close();
    writeFileSync(path('plain/everyone.columns'), 'not whole');
    const again = await openView(path('plain'), context);
    expect(await again.colours('spend')).toEqual(await view.colours('spend'));
    await again.close();
  });

  it('is told from a folder that holds none', async () => {
    await expect(openView(path('nowhere'), context)).rejects.toMatchObject({ code: 'explain/no-run' });
  });
});
