// Why is one customer where it is, and what would move it? Run it: node examples/explain.mjs
import { createContext, discover, simulate } from 'shoal';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const out = await mkdtemp(join(tmpdir(), 'shoal-example-'));
const market = await simulate({ customers: 2000, seed: 7, out, only: ['orders'] }, createContext({ seed: 7 }));
const found = await discover([market.files.orders], { seed: 7 });

const border = found.assignment.strength.indexOf(Math.min(...found.assignment.strength));
const { entity, segmentName, sentences, moves } = found.explain(found.entities[border]);
console.log(`${entity} is in “${segmentName}”.`);
for (const sentence of sentences) console.log(sentence);
for (const move of moves) console.log(move.sentence);
await found.close();
