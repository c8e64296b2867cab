// Segments in a matrix of numbers that is already there: no files, no names. Run it: node examples/segment-a-matrix.mjs
import { assignRows, createContext, fitSegments } from 'shoal';

// 900 rows of two numbers: three groups, long in different directions. Columns are taken as they are, so put yours on comparable scales first.
const random = createContext({ seed: 1 }).rng('example');
const spread = () => random.next() + random.next() + random.next() - 1.5;
const groups = [{ at: [0, 0], wide: [3, 0.5] }, { at: [0, 4], wide: [3, 0.5] }, { at: [9, 2], wide: [0.5, 3] }];
const rows = Array.from({ length: 900 }, (_, i) => groups[i % 3].at.map((middle, j) => middle + groups[i % 3].wide[j] * spread()));

// Nothing said: the algorithm and the number of segments follow from the data.
const found = await fitSegments(rows, { algorithm: 'auto', names: ['x', 'y'] });
console.log(`${found.k} segments by ${found.algorithm}: ${found.choice.reason}`);

// An algorithm by name, with its own options.
const asked = await fitSegments(rows, { algorithm: 'gaussian-mixture', k: 3, settings: { covariance: 'full' }, names: ['x', 'y'] });

// The model is plain data: keep it, and place new rows with it later, here, in a warehouse or in a browser.
const kept = JSON.parse(JSON.stringify({ algorithm: asked.algorithm, params: asked.params }));
const fresh = assignRows(kept, [[1, 0.2], [9, 1]]);
console.log(`Two new rows go to segments ${[...fresh.labels].join(' and ')}, with strengths ${[...fresh.strength].map((s) => s.toFixed(2)).join(' and ')}.`);
console.log(asked.sql('my_table').slice(0, 60), '…');
console.log(asked.js().length, 'characters of JavaScript without dependencies');
