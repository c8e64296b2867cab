// Live memberships against the rules' SQL and a naive look at every event: `node scripts/parity-live.mjs 1000000 --seed 1 [--out evidence/parity-live.json]`.
// `--instants`: at how many each history is looked at (20 by default): fewer make many pairs quicker.
// A pair is a rule and a history. Rounds are independent of each other: a difference names the seed of its round, which alone brings it back (`node scripts/parity-live.mjs 1 --seed <it>`).
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { importBundle } from '../test/parity-live/bundle.mjs';

if (isMainThread) await main();
else await work(workerData);

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { seed: { type: 'string', default: '1' }, threads: { type: 'string', default: String(availableParallelism()) }, out: { type: 'string' }, instants: { type: 'string' } } });
  const wanted = Number(positionals[0] ?? 10_000), first = Number(values.seed), threads = Number(values.threads);
  const started = Date.now();
  const total = { pairs: 0, rounds: 0, compared: 0, asked: 0, changes: 0, differences: [] };
  let next = first, told = 0;
  const workers = Array.from({ length: threads }, () => new Worker(fileURLToPath(import.meta.url), { workerData: { ...(values.instants && { checkpoints: Number(values.instants) }) } }));
  await Promise.all(workers.map((worker) => new Promise((resolve, reject) => {
    let open = 0;
    const give = () => {
      if (total.pairs >= wanted || total.differences.length >= 20) return worker.postMessage(undefined);
      open = next++;
      worker.postMessage(open);
    };
    worker.on('message', (outcome) => {
      if (outcome !== 'ready') {
        total.rounds++;
        for (const key of ['pairs', 'compared', 'asked', 'changes']) total[key] += outcome[key];
        total.differences.push(...outcome.differences);
        for (const difference of outcome.differences) console.error(difference);
        if (Date.now() - told > 10_000) console.log(`${total.pairs.toLocaleString('en-GB')} pairs, ${total.differences.length} differences, ${Math.round((Date.now() - started) / 1000)} s`, (told = Date.now()) && '');
      }
      give();
    });
    worker.on('error', reject);
    worker.on('exit', resolve);
  })));
  const result = { ...total, seeds: [first, next - 1], seconds: Math.round((Date.now() - started) / 1000), node: process.version, when: new Date().toISOString() };
  console.log(JSON.stringify(result, undefined, 2));
  if (values.out) await writeFile(values.out, `${JSON.stringify(result, undefined, 2)}\n`);
  process.exitCode = total.differences.length > 0 ? 1 : 0;
}

async function work(options) {
  const { runRound, subject, openEngine } = await importBundle('test/parity-live/run.ts');
  const engine = await openEngine({ threads: 1 });
  parentPort.postMessage('ready');
  for await (const [seed] of messages()) {
    if (seed === undefined) break;
    parentPort.postMessage(await runRound(seed, subject, engine, options));
  }
  await engine.close();
  parentPort.close();
}

async function* messages() {
  const waiting = [];
  let wake;
  parentPort.on('message', (message) => {
    waiting.push(message);
    wake?.();
  });
  for (;;) {
    while (waiting.length) yield [waiting.shift()];
    await new Promise((resolve) => (wake = resolve));
  }
}
