// Who orders again within two months, and whom to write to first. Run it: node examples/predict.mjs [files…]
import { createContext, predict, simulate } from 'shoal';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let files = process.argv.slice(2);
if (files.length === 0) {
  const out = await mkdtemp(join(tmpdir(), 'shoal-example-'));
  const market = await simulate({ customers: 1000, seed: 7, out, only: ['orders', 'products'] }, createContext({ seed: 7 }));
  files = Object.values(market.files);
}

const found = await predict(files, { target: { any: 'orders', within: 60 }, predictor: 'logistic-regression', capacity: 100, seed: 7 });
const [{ model, predictions }] = found.targets;
console.log(model.card.question);
for (const sentence of [...model.card.result, ...model.card.limits]) console.log(`- ${sentence}`);
for (const { entity, probability, reasons } of predictions.filter(({ chosen }) => chosen).slice(0, 5)) console.log(entity, probability.toFixed(2), (reasons ?? []).join('; '));
await found.close();
