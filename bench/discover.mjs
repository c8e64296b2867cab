// online-retail (541,909 rows), end to end: process start to report written, against the same steps scripted in polars and scikit-learn.
import { dataFile, compare, flags, main, report, requirePeer } from './measure.mjs';
import { peer, shoal, usualPeer } from './segmentation.mjs';

await main(async () => {
  const { pairs, usual } = flags({ pairs: 5, usual: false });
  requirePeer('polars', 'sklearn');
  const files = [dataFile('online-retail/online_retail.csv.gz')];
  const expected = { customers: 4_372, features: 60 };
  const ours = shoal(files, expected);
  const script = peer(files, expected);
  const result = await compare({ contenders: usual ? [ours, script, usualPeer(files, expected)] : [ours, script], pairs });
  const wall = result.contenders[ours.name].wall.median;
  const ratio = result.ratios[script.name].median;
  report('discover', result, [
    { what: `under 2 s (${wall.toFixed(2)} s)`, met: wall < 2 },
    { what: `at least 2× faster than the script (${ratio.toFixed(2)}×)`, met: ratio >= 2 },
  ]);
});
