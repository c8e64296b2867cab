// online-retail (541,909 rows), end to end: process start to report written, against the same steps scripted in polars (or pandas) and scikit-learn.
import { dataFile, compare, flags, main, report } from './measure.mjs';
import { peer, requireScript, shoal, usualPeer } from './segmentation.mjs';

await main(async () => {
  const { pairs, usual, peer: name } = flags({ pairs: 5, usual: false, peer: 'polars' });
  requireScript(name);
  const files = [dataFile('online-retail/online_retail.csv.gz')];
  const expected = { customers: 4_372, features: 60 };
  const ours = shoal(files, expected);
  const script = peer(files, expected, name);
  const result = await compare({ contenders: usual ? [ours, script, usualPeer(files, expected)] : [ours, script], pairs });
  const wall = result.contenders[ours.name].wall.median;
  const ratio = result.ratios[script.name].median;
  report(name === 'polars' ? 'discover' : `discover-${name}`, result, [
    { what: `under 2 s (${wall.toFixed(2)} s)`, met: wall < 2 },
    { what: `at least 2× faster than the ${name} script (${ratio.toFixed(2)}×)`, met: ratio >= 2 },
  ]);
});
