// How long it takes to place somebody in a found segment as an event arrives: every feature measured over their rows, and the model asked. `node bench/live-found.mjs`
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { discover } from '../dist/index.js';
import { placing } from '../dist/flow/live/found/place.js';
import { stand } from '../dist/flow/live/state/places.js';
import { rowsOf } from '../dist/ingest/track/rows-of.js';
import { trackedLine } from '../dist/ingest/track/tracked.js';

const day = 86_400_000, end = Date.parse('2025-10-28T00:00:00Z');
const columns = [{ column: 'rating', path: 'properties.rating', type: 'number' }, { column: 'device_type', path: 'context.device.type', type: 'text' }];
let state = 7;
const random = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32);
const pick = (of) => of[Math.floor(random() * of.length)];

const folder = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
try {
  const rows = new Map(), lines = { events: [], orders: [] };
  for (let i = 0; i < 400; i++) {
    const own = { events: [], orders: [] };
    rows.set(`u${i}`, own);
    for (let v = 0; own.events.length + own.orders.length < 50; v++) {
      const at = end - Math.floor(random() * 300) * day - Math.floor((i % 2 ? 20 : 8) * 3_600_000 + random() * 3_600_000);
      const category = pick(i % 2 ? ['audio', 'games'] : ['bread', 'milk', 'fruit']);
      const buys = random() < 0.4;
      const products = Array.from({ length: 2 }, () => ({ product_id: `p${Math.floor(random() * 40)}`, category, price: i % 2 ? 90 + random() * 100 : 1 + random() * 9, quantity: 1 + Math.floor(random() * 3) }));
      const event = { id: `${i}-${v}`, kind: 'track', name: buys ? 'Order Completed' : 'Product Viewed', payload: { properties: buys ? { order_id: `${i}-${v}`, products, rating: 3 } : { product_id: 'p1', category, rating: Math.floor(random() * 5) }, context: { device: { type: pick(['phone', 'desktop']) } } } };
      for (const row of rowsOf(event, at, columns)) {
        own[row.source].push(row);
        lines[row.source].push(trackedLine(`u${i}`, row));
      }
    }
  }
  const files = { events: join(folder, 'events.ndjson'), orders: join(folder, 'orders.ndjson') };
  for (const source of ['events', 'orders']) await writeFile(files[source], lines[source].join(''));
  const found = await discover({ ...files, columns, asOf: end });
  await found.write(join(folder, 'run'));
  await found.close();
  const model = JSON.parse(await readFile(join(folder, 'run', 'live.json'), 'utf8'));
  const place = placing(model);
  const all = [...rows.values()];
  const timed = (what, work) => {
    for (let i = 0; i < 2000; i++) work(all[i % all.length], i);
    const times = [];
    for (let i = 0; i < 10_000; i++) {
      const from = performance.now();
      work(all[i % all.length], i);
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    const at = (share) => (times[Math.floor(share * times.length)] * 1000).toFixed(0);
    console.log(`${what.padEnd(52)} median ${at(0.5)} µs, p99 ${at(0.99)} µs`);
  };
  console.log(`${model.plan.features.length} features, ${model.model.encoder.features.length} of them decide, ${model.segments.length} segments, 50 rows per entity; ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`);
  timed('features and segment at one moment', (own, i) => place.at(own, end + i));
  timed('the same with a look ahead, as for each event', (own, i) => stand(place, 0, own, 0, end + i));
} finally {
  await rm(folder, { recursive: true, force: true });
}
