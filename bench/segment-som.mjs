// Self-organising maps: Shoal against minisom on the same grid and as many looks at each row, at equal errors, and how the cost grows.
import { fileURLToPath } from 'node:url';
import { blobs, grow, pointsIn, threads } from './growth.mjs';
import { flags, main, must, requirePeer } from './measure.mjs';

await main(async () => {
  const [mode, path, size] = process.argv.slice(2);
  if (mode === 'fit') return fit(path, JSON.parse(size));
  const { pairs } = flags({ pairs: 3 });
  requirePeer('numpy', 'minisom');
  const at = (rows, d, side, over) => [
    `${rows.toLocaleString('en')} × ${d}, ${side} × ${side} nodes${over.alone ? '' : over.batch ? ', batch' : ', row by row'}`, { rows, d, side, epochs: 10, draw: blobs(8, 2), ...over },
  ];
  // minisom's batch map is the same algorithm; its map trained row by row is a little quicker and lies closer, so both are compared. The reach at the end
  // is chosen so that both errors come out like the peer's: its batch map ends with a stiffer sheet than its map trained row by row.
  const batch = { batch: true, reach: 1.5 };
  const online = { batch: false, reach: 0.7 };
  await grow({
    name: 'segment-som', peer: 'minisom', script: 'som.py', here: fileURLToPath(import.meta.url), pairs,
    sizes: Object.fromEntries([
      at(10_000, 10, 20, online), at(10_000, 10, 20, batch), at(2_500, 10, 20, batch), at(20_000, 10, 20, batch), at(10_000, 50, 20, batch), at(10_000, 10, 10, batch), at(10_000, 10, 40, { ...batch, reach: 3 }),
      at(50_000, 10, 20, { ...online, alone: true }), at(1_000_000, 10, 20, { ...online, alone: true }),
    ]),
    quality(ours, theirs) {
      const { quantizationError, topographicError } = ours;
      if (!theirs) return { quantizationError, topographicError };
      must(quantizationError <= 1.01 * theirs.quantizationError, `rows are ${quantizationError} from their nodes, and ${theirs.quantizationError} in the peer's map.`);
      must(topographicError <= theirs.topographicError + 0.01, `${topographicError} of the rows are torn apart, and ${theirs.topographicError} in the peer's map.`);
      return { quantizationError, theirs: theirs.quantizationError, topographicError, 'theirs ': theirs.topographicError };
    },
    targets: (measured) => {
      const ratios = Object.values(measured).flatMap(({ ratio }) => ratio ?? []);
      return [{ what: `at least 10× faster at equal errors on 10,000 × 10, row by row and batch (${ratios[0].toFixed(0)}× and ${ratios[1].toFixed(0)}×; least of all sizes ${Math.min(...ratios).toFixed(0)}×)`, met: Math.min(ratios[0], ratios[1]) >= 10 }];
    },
  });
});

async function fit(path, { d, side, epochs, reach }) {
  const { createContext } = await import('../dist/context.js');
  const { openKernel } = await import('../dist/kernel/catalog.js');
  const { fitSom, som } = await import('../dist/segment/algorithms/som.js');
  const kernel = await openKernel({ threads });
  const x = pointsIn(path, d);
  // One small map first: threads are awake and loops compiled, as libraries are warm on the other side.
  const small = Math.min(2_000, x.rows);
  await fitSom({ ...x, rows: small, data: x.data.subarray(0, small * d) }, som.options.parse({ width: 20, height: 20, epochs: 10 }), createContext({ threads }), kernel);
  const start = performance.now();
  const { quantizationError, topographicError } = await fitSom(x, som.options.parse({ grid: 'rectangular', width: side, height: side, epochs, reach }), createContext({ seed: 1, threads }), kernel);
  process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - start) / 1000, quantizationError, topographicError })}\n`);
  await kernel.close();
}
