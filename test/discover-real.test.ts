import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../src/domain/report.js';
import { openEngine } from '../src/engine/catalog.js';
import { dataFolder, emptyFolder, type Finished, shoal } from './support/shoal.js';

/** What each real file must come out as. `labels` never take part in the segments; `verdict` is given where it is clear. */
const expected: readonly {
  name: string; files: readonly string[]; entities: number; rows: number; rejected: number; word: string;
  kinds: Record<string, string>; labels?: readonly string[]; revenue?: number; orders?: number; verdict?: Report['choice']['verdict']; minFeatures: number;
}[] = [
  { name: 'online-retail', files: ['online-retail/online_retail.csv.gz'], entities: 4372, rows: 541_909, rejected: 135_080, word: 'customer', kinds: { online_retail: 'transactions' }, minFeatures: 60 },
  { name: 'cdnow', files: ['cdnow/CDNOW_master.txt.gz'], entities: 23_570, rows: 69_659, rejected: 0, word: 'customer', kinds: { CDNOW_master: 'transactions' }, revenue: 2_500_315.63, minFeatures: 45 },
  { name: 'telco-churn-ibm', files: ['telco-churn-ibm/telco_churn_7043.csv'], entities: 7043, rows: 7043, rejected: 0, word: 'customer', kinds: { telco_churn_7043: 'entities' }, labels: ['churn'], minFeatures: 20 },
  { name: 'telco-churn-ibm with ids', files: ['telco-churn-ibm/telco_churn_7032_with_ids.csv.gz'], entities: 7032, rows: 7032, rejected: 0, word: 'customer', kinds: { telco_churn_7032_with_ids: 'entities' }, labels: ['churn'], minFeatures: 20 },
  { name: 'mall-customers', files: ['mall-customers/Mall_Customers.csv'], entities: 200, rows: 200, rejected: 0, word: 'customer', kinds: { Mall_Customers: 'entities' }, minFeatures: 4 },
  { name: 'marketing-campaign', files: ['marketing-campaign/marketing_campaign.csv'], entities: 2240, rows: 2240, rejected: 0, word: 'customer', kinds: { marketing_campaign: 'entities' }, labels: ['Response'], minFeatures: 20 },
  {
    name: 'crm-sales-opportunities', files: ['accounts', 'products', 'sales_pipeline', 'sales_teams'].map((f) => `crm-sales-opportunities/${f}.csv`),
    entities: 85, rows: 8927, rejected: 1425, word: 'account', kinds: { sales_pipeline: 'transactions', accounts: 'entities', products: 'lookup', sales_teams: 'lookup' }, minFeatures: 45,
  },
  {
    name: 'complete-journey-sample',
    files: ['campaign_descriptions.csv', 'campaigns.csv', 'coupon_redemptions.csv', 'coupons.csv.gz', 'demographics.csv', 'products.csv.gz', 'promotions_sample.csv.gz', 'transactions_sample.csv.gz'].map((f) => `complete-journey-sample/${f}`),
    entities: 2379, rows: 653_589, rejected: 0, word: 'household', kinds: { transactions_sample: 'transactions', demographics: 'entities', products: 'lookup' }, minFeatures: 60,
  },
  { name: 'student-performance', files: ['student-performance/student_mat_new.csv'], entities: 395, rows: 395, rejected: 0, word: 'student', kinds: { student_mat_new: 'entities' }, labels: ['class'], verdict: 'no-proven-structure', minFeatures: 30 },
];

/** What `shoal discover` made of files of the data folder: once for all who ask. */
const runs = new Map<string, Promise<Finished & { readonly out: string }>>();

function discovered(files: readonly string[]): Promise<Finished & { readonly out: string }> {
  const key = files.join();
  if (!runs.has(key)) {
    runs.set(key, (async () => {
      const out = join(await emptyFolder(), 'out');
      return { out, ...(await shoal(['discover', ...files.map((file) => join(dataFolder!, file)), '--out', out, '--json'])) };
    })());
  }
  return runs.get(key)!;
}

describe.skipIf(!dataFolder)('discover on real files, with no flag (needs the data folder: SHOAL_DATA)', () => {
  for (const want of expected) {
    it(want.name, async () => {
      const { out, code, stdout, stderr } = await discovered(want.files);
      expect(code, stderr).toBe(0);
      const report: Report = JSON.parse(stdout);
      expect(report.totals.entities).toBe(want.entities);
      expect(report.totals.rows).toBe(want.rows);
      expect(report.entityWord.one).toBe(want.word);
      expect(sum(report.sources.map(({ audit }) => audit.rowsRejected))).toBe(want.rejected);
      for (const { audit } of report.sources) expect(audit.rowsIn).toBe(audit.rowsKept + audit.rowsRejected);
      for (const [source, kind] of Object.entries(want.kinds)) expect(report.sources.find(({ name }) => name === source)?.kind, source).toBe(kind);
      for (const label of want.labels ?? []) {
        expect(report.sources.flatMap(({ columns }) => columns).find(({ name }) => name === label)?.role).toBe('label');
        expect(report.features.filter((f) => f.role === 'label' && f.encoding)).toEqual([]);
      }
      if (want.revenue) expect(report.totals.revenue).toBeCloseTo(want.revenue, 1);
      if (want.verdict) expect(report.choice.verdict).toBe(want.verdict);
      expect(report.features.length).toBeGreaterThanOrEqual(want.minFeatures);
      tellsEverything(report);
      const files = await readdir(out);
      expect(files.sort()).toEqual(['assign.js', 'assign.sql', 'features.parquet', 'membership.csv', 'membership.parquet', 'model.json', 'rejected.csv', 'report.html', 'run.json', 'segments.json']);
      const rejected = await lines(join(out, 'rejected.csv'));
      expect(rejected).toBe(want.rejected);
    });
  }

  it('online-retail: exactly 25,900 invoices, 4,372 customers, 135,080 rows without id, 9,288 cancellation rows', async () => {
    const { stdout } = await discovered(['online-retail/online_retail.csv.gz']);
    const report: Report = JSON.parse(stdout);
    const [{ columns, audit }] = report.sources;
    expect(columns.find(({ role }) => role === 'order')).toMatchObject({ name: 'InvoiceNo', distinct: 25_900 });
    expect(columns.find(({ role }) => role === 'entity')).toMatchObject({ name: 'CustomerID', distinct: 4372, missing: 135_080 });
    expect(audit.rejected).toEqual([{ reason: expect.stringMatching(/no CustomerID/), rows: 135_080 }]);
    expect(audit.findings.find(({ rows }) => rows === 9288)?.sentence).toMatch(/cancel/i);
  });

  for (const [name, source, file] of [
    ['online-retail', 'online_retail', 'online-retail/online_retail.csv.gz'],
    ['telco with ids', 'telco_churn_7032_with_ids', 'telco-churn-ibm/telco_churn_7032_with_ids.csv.gz'],
    ['cdnow', 'CDNOW_master', 'cdnow/CDNOW_master.txt.gz'],
  ] as const) {
    it(`assign.sql gives the library's membership for every row of ${name}, with the raw file loaded by DuckDB itself`, async () => {
      const { out } = await discovered([file]);
      const engine = await openEngine();
      try {
        const reader = file.endsWith('.txt.gz')
          ? `SELECT f[1] AS customer_id, f[-3] AS date, f[-2] AS number_of_cds, f[-1] AS dollar_value FROM (SELECT regexp_split_to_array(trim(line), ' +') AS f FROM read_csv('${join(dataFolder!, file)}', columns = {line: 'VARCHAR'}, delim = '\t', header = true, quote = ''))`
          : `FROM read_csv('${join(dataFolder!, file)}', sample_size = -1, auto_type_candidates = ['BIGINT', 'DOUBLE', 'TIMESTAMP', 'VARCHAR'])`;
        await engine.run(`CREATE TABLE "${source}" AS ${reader}`);
        await engine.run(`CREATE TABLE scored AS ${(await readFile(join(out, 'assign.sql'), 'utf8')).replace(/;\s*$/, '')}`);
        const [row] = await engine.rows(`SELECT count(*) AS n, count(*) FILTER (s.segment = m.segment) AS same
          FROM read_csv('${join(out, 'membership.csv')}', types = {entity: 'VARCHAR'}) m FULL JOIN scored s ON s.entity::VARCHAR = m.entity`);
        expect(row.same).toBe(row.n);
        expect(row.n).toBe(expected.find(({ files }) => files[0] === file)!.entities);
      } finally {
        await engine.close();
      }
    });
  }
});

it('the same input and seed give the same bytes, whatever the number of threads', async () => {
  const cwd = await emptyFolder();
  expect((await shoal(['demo', '--customers', '1500', '--seed', '5', '--out', 'market', '--quiet'], { cwd })).code).toBe(0);
  const files = ['customers', 'products', 'orders', 'events', 'emails'].map((name) => `market/${name}.csv`);
  for (const threads of ['1', '2', '4']) expect((await shoal(['discover', ...files, '--threads', threads, '--out', `out${threads}`, '--quiet'], { cwd })).code).toBe(0);
  for (const name of await readdir(join(cwd, 'out1'))) {
    if (name === 'run.json') continue;
    const one = await readFile(join(cwd, 'out1', name));
    for (const other of ['out2', 'out4']) expect(one.equals(await readFile(join(cwd, other, name))), `${name} of ${other}`).toBe(true);
  }
});

it('--json prints only JSON, --quiet nothing, and neither a colour code when asked not to', async () => {
  const cwd = await emptyFolder();
  await shoal(['demo', '--customers', '400', '--only', 'orders', '--out', 'market', '--quiet'], { cwd });
  const quiet = await shoal(['discover', 'market/orders.csv', '--quiet'], { cwd });
  expect([quiet.code, quiet.stdout, quiet.stderr]).toEqual([0, '', '']);
  const json = await shoal(['discover', 'market/orders.csv', '--json'], { cwd });
  expect(JSON.parse(json.stdout).segments.length).toBeGreaterThan(1);
  const plain = await shoal(['discover', 'market/orders.csv'], { cwd });
  expect(plain.stdout).toMatch(/report\.html/);
  expect(plain.stdout + plain.stderr).not.toContain('\x1b[');
});

it('explain says why one customer is where it is, from the folder of a run', async () => {
  const cwd = await emptyFolder();
  await shoal(['demo', '--customers', '400', '--only', 'orders', '--out', 'market', '--quiet'], { cwd });
  await shoal(['discover', 'market/orders.csv', '--quiet'], { cwd });
  const [, first] = (await readFile(join(cwd, 'shoal-out/membership.csv'), 'utf8')).split('\n');
  const [id, segment, name] = first.split(',');
  const told = await shoal(['explain', id, '--json'], { cwd });
  expect(JSON.parse(told.stdout)).toMatchObject({ entity: id, segment: Number(segment), segmentName: name.replaceAll('"', '') });
  const unknown = await shoal(['explain', `${id}x`], { cwd });
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/There is no customer/);
  const nowhere = await shoal(['explain', id, '--out', 'elsewhere'], { cwd });
  expect(nowhere.stderr).toMatch(/holds no run/);
});

it('init writes a configuration that discover uses, and does not replace one unasked', async () => {
  const cwd = await emptyFolder();
  await shoal(['demo', '--customers', '400', '--only', 'orders', '--out', 'market', '--quiet'], { cwd });
  expect((await shoal(['init', 'market/orders.csv'], { cwd })).code).toBe(0);
  expect(await readFile(join(cwd, 'shoal.config.ts'), 'utf8')).toMatch(/entity: "customer_id", \/\/ /);
  const again = await shoal(['init', 'market/orders.csv'], { cwd });
  expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/--force/)]);
  const run = await shoal(['discover', '--json'], { cwd });
  expect(run.code, run.stderr).toBe(0);
  expect(JSON.parse(run.stdout).sources[0].name).toBe('orders');
});

/** Every segment is told as fully, proven or not. */
function tellsEverything(report: Report): void {
  expect(new Set(report.segments.map(({ name }) => name)).size).toBe(report.segments.length);
  expect(sum(report.segments.map(({ entities }) => entities))).toBe(report.totals.entities);
  expect(report.choice.reason.length).toBeGreaterThan(80);
  expect(report.choice.candidates.length).toBeGreaterThan(1);
  for (const segment of report.segments) {
    expect(segment.name.trim().length).toBeGreaterThan(3);
    expect(segment.narrative.split(/[.!] /).length).toBeGreaterThanOrEqual(2);
    expect(segment.narrative).toMatch(/\d/);
    expect(segment.traits.length).toBeGreaterThan(0);
    for (const trait of segment.traits) expect(trait.interval[0]).toBeLessThanOrEqual(trait.effect);
    expect(segment.rule.conditions.length).toBeLessThanOrEqual(4);
    expect(segment.rule.fidelity).toBeGreaterThan(0);
    expect(segment.typical.length).toBeGreaterThan(0);
    expect(segment.brief.text.length).toBeGreaterThan(20);
    expect(segment.stability.jaccard).toBeGreaterThanOrEqual(0);
  }
  // The quoted one is SQL, in the tree that tells the segments apart.
  expect(JSON.stringify(report).replaceAll("'NaN'", '')).not.toMatch(/undefined|NaN|\[object/);
}

async function lines(path: string): Promise<number> {
  const engine = await openEngine();
  try {
    const [{ n }] = await engine.rows(`SELECT count(*) AS n FROM read_csv('${path}', all_varchar = true, max_line_size = 16000000)`);
    return n as number;
  } finally {
    await engine.close();
  }
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
