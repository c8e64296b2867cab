// A million customers, each with an instant at which they leave a segment, most of them on the disk and not in memory: how late exits are told while events come in and questions are answered, what memory it takes, and how long it
// takes to open. The live side by itself, on a journal on the disk, with a clock that is put forward to shortly before the first exit.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHistogram } from './open-loop.mjs';
import { flags, machine, main, report, root, say } from './measure.mjs';

const { openLive } = await import(join(root, 'dist/flow/live/live.js'));
const { openJournal } = await import(join(root, 'dist/store/catalog.js'));
const { createRng } = await import(join(root, 'dist/util/rng.js'));

const DAY = 86_400_000;
const at0 = Date.now();
let ahead = 0;
const clock = () => Date.now() + ahead;
const named = (name) => [{ column: 'event', op: '=', value: name }];

let made = 0;
const event = (who, name, at) => ({
  id: `m${made++}`, kind: 'track', name, at, received: clock(), identifiers: [{ type: 'user', value: `u${who}` }],
  payload: { properties: { total: (made * 37) % 500, currency: 'EUR', category: `c${made % 20}` }, context: { page: { path: `/p/${made % 100}` }, device: { type: 'mobile' }, timezone: 'Europe/Berlin' } },
});

const told = ({ p50, p99, p999, most }) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, p99.9 ${p999.toFixed(1)} ms, most ${most.toFixed(1)} ms`;
const memory = () => process.memoryUsage().rss;
const peak = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;
const megabytes = (bytes) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;

await main(async () => {
  const { entities, leaving, rate, seconds } = flags({ entities: 1_000_000, leaving: 3000, rate: 2000, seconds: 15 });
  const load = loadavg()[0];
  const folder = mkdtempSync(join(tmpdir(), 'shoal-live-entities-'));
  try {
    const filled = await fill({ folder, entities, leaving });
    say(`filled: ${JSON.stringify(filled)}`);
    const before = performance.now();
    const live = await opened(folder);
    const opening = performance.now() - before;
    say(`opened again in ${Math.round(opening)} ms, ${megabytes(memory())}`);
    // Five seconds before the first one leaves.
    ahead = at0 + DAY - 5000 - Date.now();
    const run = await measured({ live, entities, rate, leaving, seconds });
    const rss = memory();
    say(`exits ${told(run.late)} late; reads ${told(run.reads)}; the longest turn of the loop ${run.longest.toFixed(1)} ms; ${run.cores.toFixed(2)} cores; ${megabytes(rss)}`);
    const closing = performance.now();
    await live.close();
    const result = { entities, leaving, rate, seconds, filled, openingMs: opening, closingMs: performance.now() - closing, rss, peak: peak(), ...run };
    report('live-entities', { date: new Date().toISOString(), machine: { ...machine(), load }, contenders: {}, ratios: {}, ...result }, [
      { what: `exits within 50 ms of their instant (${told(run.late)}, ${run.late.n} of them)`, met: run.late.n > 0.95 * leaving * seconds && run.late.most <= 50 },
      { what: `reads within 5 ms p99 meanwhile (${told(run.reads)})`, met: run.reads.p99 <= 5 },
      { what: `${megabytes(peak())} at most in memory, of 4 GB`, met: peak() < 4e9 },
      { what: `opened again within 10 s (${(opening / 1000).toFixed(1)} s)`, met: opening < 10_000 },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

async function opened(folder) {
  return openLive(await openJournal(folder, 'w', { clock, entry: join(root, 'dist/store/journal/main.js') }), { clock }, { failed: (error) => { throw error; } });
}

/** Everybody once, in an order that is not that in which they leave; then closed. */
async function fill({ folder, entities, leaving }) {
  // A claim to be of the future is not believed: the clock is ahead of them all.
  ahead = Math.ceil((entities * 1000) / leaving);
  const live = await opened(folder);
  const began = performance.now(), cpu = process.cpuUsage();
  const performed = (name, more) => ({ kind: 'performed', source: 'events', where: named(name), op: '>=', value: 1, ...more });
  const rules = [performed('Seen', { window: { last: 1, unit: 'days' } }), ...Array.from({ length: 19 }, (_, i) => performed(['Seen', 'Bought', 'Read'][i % 3], { value: 2 + (i % 4), window: { last: 2 + i, unit: 'days' }, ...(i % 2 && { sum: 'properties.total' }) }))];
  for (const [i, rule] of rules.entries()) await live.define({ segment: `s${i}`, name: `Segment ${i}`, version: 1, rule });
  while ((await live.segments()).some(({ state }) => state !== 'live')) await new Promise((resolve) => setTimeout(resolve, 50));
  const waiting = new Set();
  for (let i = 0; i < entities;) {
    const events = [];
    for (; events.length < 1000 && i < entities; i++) {
      const who = (i * 7919) % entities;
      events.push(event(who, 'Seen', at0 + Math.floor((who * 1000) / leaving)));
    }
    const sent = live.accept(events);
    waiting.add(sent.finally(() => waiting.delete(sent)));
    if (waiting.size >= 4) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  const used = process.cpuUsage(cpu), wall = (performance.now() - began) / 1000, rss = memory();
  const from = performance.now();
  await live.close();
  return { seconds: wall, cpuPerEvent: (used.user + used.system) / entities, rss, closingMs: performance.now() - from };
}

/** Events, questions and exits at once. */
async function measured({ live, entities, rate, seconds }) {
  const late = createHistogram(), reads = createHistogram();
  const rng = createRng(3, 'bench');
  const stop = live.news((news) => {
    if ('change' in news && news.change.segment === 's0' && news.change.direction === 'left') late.add(Math.max(0, clock() - news.change.at));
  }, 'changes');
  const began = performance.now(), cpu = process.cpuUsage();
  let sent = 0, asked = 0, longest = 0, last = began, open = 0;
  while (performance.now() - began < (seconds + 5) * 1000) {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    const due = Math.floor(((now - began) / 1000) * rate);
    // Those who are about to leave are left alone: they would stay.
    if (due > sent) void live.accept(Array.from({ length: due - sent }, () => event(Math.floor(entities * (0.2 + 0.8 * rng.next())), rng.int(2) ? 'Bought' : 'Read', clock())));
    sent = due;
    const questions = Math.floor((now - began) / 20);
    for (; asked < questions && open < 50; asked++) {
      const from = performance.now();
      open++;
      void live.entity({ type: 'user', value: `u${rng.int(entities)}` }).then(() => {
        open--;
        reads.add(performance.now() - from);
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  stop();
  const { user, system } = process.cpuUsage(cpu);
  return { cores: (user + system) / 1000 / (performance.now() - began), late: late.summary(), reads: reads.summary(), longest, sent };
}
