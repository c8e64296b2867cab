// Shared by discover.mjs and large.mjs: the two contenders and what a good result of each is.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { must, peerPython, requirePeer, root } from './measure.mjs';

/** @typedef {{ customers?: number, least?: number, features: number }} Expected Customers to be kept (exactly, or at least), and features to be computed. */

/** `shoal discover`, all of it: inference, audit, features, gates, stability, explanation, report. */
export function shoal(files, expected) {
  return {
    name: 'shoal discover',
    command: process.execPath,
    args: (folder) => [join(root, 'dist/bin/shoal.js'), 'discover', ...files, '--out', join(folder, 'out'), '--quiet'],
    check({ folder }) {
      written(join(folder, 'out'), ['report.html', 'segments.json', 'membership.parquet', 'membership.csv', 'model.json', 'assign.sql', 'rejected.csv', 'run.json']);
      const found = JSON.parse(readFileSync(join(folder, 'out', 'segments.json'), 'utf8'));
      const { timings } = JSON.parse(readFileSync(join(folder, 'out', 'run.json'), 'utf8'));
      const facts = { customers: found.totals.entities, features: found.features.length, segments: found.segments.length, verdict: found.choice.verdict, timings };
      return good(facts, expected);
    },
  };
}

/** The scripts that Shoal is compared with: what each loads, and where it is. */
const scripts = {
  polars: { modules: ['polars', 'sklearn'], path: 'bench/peers/discover.py' },
  pandas: { modules: ['pandas', 'pyarrow', 'sklearn'], path: 'bench/peers/discover_pandas.py' },
};

/** Refuses a peer that is not known, or whose packages are missing. */
export function requireScript(name) {
  if (!Object.hasOwn(scripts, name)) throw new Error(`There is no peer '${name}'. Peers: ${Object.keys(scripts).join(', ')}.`);
  requirePeer(...scripts[name].modules);
}

/** A script of `scripts`: the same data to features, scored k-means, membership and a table of means. */
export function peer(files, expected, script = 'polars', extra = []) {
  return {
    name: `${script} script`,
    command: peerPython,
    args: (folder) => [join(root, scripts[script].path), ...files, join(folder, 'out'), ...extra],
    check({ folder, stdout }) {
      written(join(folder, 'out'), ['membership.parquet', 'membership.csv', 'profile.csv']);
      const { customers, features, k, seconds, versions } = JSON.parse(stdout.trim().split('\n').at(-1));
      return good({ customers, features, segments: k, seconds, versions }, expected);
    },
  };
}

/** The polars script with the clustering written in the usual one-liners. */
export const usualPeer = (files, expected) => ({ ...peer(files, expected, 'polars', ['--usual']), name: 'polars script, usual lines' });

/** The polars script with k chosen on 50,000 customers and fitted once on all. */
export const samplingPeer = (files, expected) => ({ ...peer(files, expected, 'polars', ['--select-rows', '50000']), name: 'polars script, k on a sample' });

function written(folder, files) {
  for (const file of files) must(existsSync(join(folder, file)) && statSync(join(folder, file)).size > 0, `'${file}' was not written.`);
}

function good(facts, { customers, least = customers, features }) {
  if (customers !== undefined) must(facts.customers === customers, `${facts.customers} customers were kept, not ${customers}.`);
  must(facts.customers >= least, `${facts.customers} customers were kept, fewer than ${least}.`);
  must(facts.features >= features, `${facts.features} features were computed, fewer than ${features}.`);
  return facts;
}
