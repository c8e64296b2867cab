import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../src/context.js';
import { openEngine } from '../src/engine/catalog.js';
import type { Engine } from '../src/engine/engine.js';
import { describe as sayInferred, toConfig } from '../src/ingest/describe.js';
import { ingest, type Ingested } from '../src/ingest/ingest.js';
import type { IngestInput } from '../src/ingest/options.js';

const data = process.env['SHOAL_DATA'] ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
const present = existsSync(data);
if (!present) console.warn(`Skipped: no real data in ${data} (set SHOAL_DATA).`);

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await openEngine();
  folder = mkdtempSync(join(tmpdir(), 'ingest-real-'));
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const read = (files: string, options: IngestInput = {}): Promise<Ingested> => ingest(files.split(' ').map((f) => join(data, f)), options, engine, createContext());
const roles = (made: Ingested, source = 0) => Object.fromEntries(made.sources[source].columns.map((c) => [c.name, c.role]));
const rolesOf = (made: Ingested, name: string) => roles(made, made.sources.findIndex((s) => s.name === name));
const finding = (made: Ingested, kind: string) => made.sources[0].audit.findings.filter((f) => f.kind === kind);
const same = (made: Ingested) => made.sources.every((s) => s.audit.rowsIn === s.audit.rowsKept + s.audit.rowsRejected);

describe.skipIf(!present)('real files, read with no option', () => {
  it('online-retail: the published counts, to the row', async () => {
    const made = await read('online-retail/online_retail.csv.gz');
    const [source] = made.sources;
    expect(source.kind).toBe('transactions');
    expect(roles(made)).toEqual({
      InvoiceNo: 'order', StockCode: 'product', Description: 'ignore', Quantity: 'quantity', InvoiceDate: 'time', UnitPrice: 'price', CustomerID: 'entity', Country: 'attribute',
    });
    expect(source.audit).toMatchObject({ rowsIn: 541_909, rowsKept: 406_829, rowsRejected: 135_080, rejected: [{ reason: 'no CustomerID', rows: 135_080 }] });
    expect(made.entity).toMatchObject({ word: { one: 'customer', many: 'customers' }, count: 4372 });
    const distinct = new Map(source.columns.map((c) => [c.name, c.distinct]));
    expect([distinct.get('InvoiceNo'), distinct.get('CustomerID'), distinct.get('StockCode')]).toEqual([25_900, 4372, 4070]);
    expect(finding(made, 'cancellations')).toMatchObject([{ column: 'InvoiceNo', rows: 9288, sentence: expect.stringContaining("begins with 'C'") }]);
    expect(finding(made, 'duplicates')).toMatchObject([{ rows: 5268 }]);
    expect(await engine.rows(`SELECT CAST(sum(quantity) AS BIGINT) AS q, CAST(sum(amount) AS DOUBLE) AS a, count(DISTINCT order_id) AS o, count(*) FILTER (returned) AS r, any_value(typeof(entity)) AS t, any_value(typeof(amount)) AS d FROM "${source.table}"`))
      .toEqual([{ q: 4_906_888, a: 8_300_065.814, o: 22_190, r: 8905, t: 'BIGINT', d: 'DECIMAL(18,4)' }]);
    expect(source.has).toEqual(['entity', 'at', 'order_id', 'quantity', 'price', 'amount', 'product', 'product_name', 'returned']);
    expect(await engine.rows(`SELECT "row", reason, content FROM ${made.rejectedTable} ORDER BY "row" LIMIT 1`)).toMatchObject([{ row: 623, reason: 'no CustomerID', content: '536414,22139,,56.0,2010-12-01 11:52:00,0.0,,United Kingdom' }]);
    expect(toConfig(made).options).toMatchObject({ entity: 'CustomerID', time: 'InvoiceDate', order: 'InvoiceNo', amount: 'Quantity * UnitPrice' });
    expect(sayInferred(made)[0]).toContain('541,909 rows, transactions; who = CustomerID');
  });

  it('online-retail with its header scrambled: the values give the same parts', async () => {
    const text = gunzipSync(readFileSync(join(data, 'online-retail/online_retail.csv.gz'))).toString('latin1');
    const body = text.slice(text.indexOf('\n') + 1);
    const path = join(folder, 'scrambled.csv');
    // The first 120,000 lines, so that the test stays quick.
    let end = 0;
    for (let i = 0; i < 120_000; i++) end = body.indexOf('\n', end) + 1;
    writeFileSync(path, `fa,fb,fc,fd,fe,ff,fg,fh\n${body.slice(0, end)}`, 'latin1');
    const made = await ingest([path], {}, engine, createContext());
    expect(made.sources[0].kind).toBe('transactions');
    expect(roles(made)).toMatchObject({ fa: 'order', fb: 'product', fd: 'quantity', fe: 'time', ff: 'price', fg: 'entity', fh: 'attribute' });
    expect(made.sources[0].columns.find((c) => c.name === 'fg')?.reason).toContain('by its values');
  });

  it('cdnow master: blanks, leading zeros, YYYYMMDD', async () => {
    const made = await read('cdnow/CDNOW_master.txt.gz');
    expect(roles(made)).toEqual({ customer_id: 'entity', date: 'time', number_of_cds: 'quantity', dollar_value: 'amount' });
    expect(made.entity.count).toBe(23_570);
    expect(made.sources[0].audit.rowsIn).toBe(69_659);
    expect(made.span).toEqual({ from: Date.UTC(1997, 0, 1), to: Date.UTC(1998, 5, 30) });
    expect(await engine.rows(`SELECT CAST(sum(amount) AS DOUBLE) AS a, min(entity) AS e FROM "${made.sources[0].table}"`)).toEqual([{ a: 2_500_315.63, e: '00001' }]);
  });

  it('cdnow sample: no header, so the values decide', async () => {
    const made = await read('cdnow/CDNOW_sample.txt');
    expect(Object.values(roles(made))).toEqual(['entity', 'ignore', 'time', 'quantity', 'amount']);
    expect(made.entity.count).toBe(2357);
    expect(made.sources[0].audit).toMatchObject({ rowsIn: 6919, rowsKept: 6919 });
    expect(made.sources[0].columns[1].reason).toContain("one to one with 'column1'");
  });

  it.each([['telco-churn-ibm/telco_churn_7043.csv', 7043, true, 'total_charges'], ['telco-churn-ibm/telco_churn_7032_with_ids.csv.gz', 7032, false, 'total_charge']])('%s: one row per customer, churn is an outcome', async (file, rows, numbered, total) => {
    const made = await read(file);
    const [source] = made.sources;
    expect(source).toMatchObject({ kind: 'entities', audit: { rowsIn: rows, rowsKept: rows } });
    expect(made.entity.count).toBe(rows);
    expect(source.attributes.find((a) => a.column === 'churn')).toMatchObject({ label: true, type: 'flag' });
    expect(source.attributes.filter((a) => a.sensitive).map((a) => a.column)).toEqual([numbered ? 'female' : 'gender']);
    expect(source.attributes.find((a) => a.column === total)).toMatchObject({ type: 'number' });
    expect(await engine.rows(`SELECT entity FROM "${source.table}" LIMIT 1`)).toEqual([{ entity: numbered ? 'row 1' : '7590-VHVEG' }]);
  });

  it('telco without ids: the 11 missing totals are told', async () => {
    const made = await read('telco-churn-ibm/telco_churn_7043.csv');
    expect(made.sources[0].columns.find((c) => c.name === 'total_charges')).toMatchObject({ missing: 11, type: 'number' });
    expect(finding(made, 'other').map((f) => f.sentence).join(' ')).toContain('each row stands for itself');
  });

  it('mall-customers: 200 customers, gender protected', async () => {
    const made = await read('mall-customers/Mall_Customers.csv');
    expect(roles(made)).toEqual({ CustomerID: 'entity', Gender: 'attribute', Age: 'attribute', 'Annual Income (k$)': 'attribute', 'Spending Score (1-100)': 'attribute' });
    expect(made.entity.count).toBe(200);
    expect(made.sources[0].attributes.find((a) => a.column === 'Gender')).toMatchObject({ sensitive: true, values: [{ value: 'Female', rows: 112 }, { value: 'Male', rows: 88 }] });
  });

  it('marketing-campaign: semicolons, byte order mark, a joining date that is an attribute', async () => {
    const made = await read('marketing-campaign/marketing_campaign.csv');
    const [source] = made.sources;
    expect(source.columns).toHaveLength(29);
    expect(source).toMatchObject({ kind: 'entities', audit: { rowsIn: 2240, rowsKept: 2240 } });
    expect(source.columns[0]).toMatchObject({ name: 'ID', role: 'entity', distinct: 2240 });
    expect(source.columns.find((c) => c.name === 'Income')).toMatchObject({ missing: 24 });
    const by = new Map(source.attributes.map((a) => [a.column, a]));
    expect(by.get('Dt_Customer')).toMatchObject({ type: 'time' });
    expect(by.get('Year_Birth')).toMatchObject({ type: 'number' });
    expect(by.get('Response')).toMatchObject({ label: true });
    expect(by.get('Marital_Status')).toMatchObject({ sensitive: true });
    expect(by.has('Z_CostContact') || by.has('Z_Revenue')).toBe(false);
  });

  it('crm-sales-opportunities: four tables, one misspelt key', async () => {
    const folder = 'crm-sales-opportunities';
    const made = await read(['accounts', 'products', 'sales_pipeline', 'sales_teams'].map((f) => `${folder}/${f}.csv`).join(' '));
    expect(made.sources.map((s) => [s.name, s.kind])).toEqual([['sales_pipeline', 'transactions'], ['accounts', 'entities'], ['sales_teams', 'lookup'], ['products', 'lookup']]);
    expect(rolesOf(made, 'sales_pipeline')).toEqual({
      opportunity_id: 'order', sales_agent: 'key', product: 'product', account: 'entity', deal_stage: 'event', engage_date: 'time', close_date: 'time', close_value: 'amount',
    });
    expect(made.entity).toMatchObject({ word: { one: 'account', many: 'accounts' }, count: 85, sources: ['sales_pipeline', 'accounts'] });
    expect(made.sources[0].audit).toMatchObject({ rowsIn: 8800, rowsKept: 7375, rejected: [{ reason: 'no account', rows: 1425 }] });
    expect(finding(made, 'unmatched-key')).toMatchObject([{ column: 'product', rows: 1480, sentence: expect.stringContaining("'GTXPro' is 'GTX Pro'") }]);
    expect(await engine.rows(`SELECT count(*) AS n FROM "${made.sources[0].table}" WHERE product = 'GTXPro' OR category IS NULL OR manager IS NULL`)).toEqual([{ n: 0 }]);
    expect(made.unused).toEqual([]);
  });

  it('complete-journey: eight tables, five of use to households', async () => {
    const files = ['campaign_descriptions.csv', 'campaigns.csv', 'coupon_redemptions.csv', 'coupons.csv.gz', 'demographics.csv', 'products.csv.gz', 'promotions_sample.csv.gz', 'transactions_sample.csv.gz'];
    const made = await read(files.map((f) => `complete-journey-sample/${f}`).join(' '));
    const kinds = Object.fromEntries(made.sources.map((s) => [s.name, s.kind]));
    expect(kinds).toEqual({
      transactions_sample: 'transactions', campaigns: 'events', coupon_redemptions: 'events', demographics: 'entities', products: 'lookup', campaign_descriptions: 'lookup', coupons: 'lookup', promotions_sample: 'lookup',
    });
    expect(made.entity.word.one).toBe('household');
    expect(await engine.rows(`SELECT count(DISTINCT entity) AS n, count(*) AS r FROM "${made.sources[0].table}"`)).toEqual([{ n: 2377, r: 75_000 }]);
    expect(made.sources[0].has).toEqual(['entity', 'at', 'order_id', 'quantity', 'amount', 'discount', 'product', 'product_name', 'category']);
    expect(made.unused.map((u) => u.source).sort()).toEqual(['coupons', 'promotions_sample']);
    expect(made.unused[0].reason).toContain('would multiply rows');
    expect(made.sources[0].columns.find((c) => c.name === 'product_id')?.links).toEqual({ source: 'products', column: 'product_id' });
    expect(same(made)).toBe(true);
  });

  it('student-performance: rows are students; two files are one table', async () => {
    const one = await read('student-performance/student_mat_new.csv');
    expect(one.entity).toMatchObject({ word: { one: 'student' }, count: 395 });
    expect(one.sources[0].attributes.filter((a) => a.label).map((a) => a.column)).toEqual(['class']);
    const two = await read('student-performance/student_mat_new.csv student-performance/student_por_new.csv');
    expect(two.entity.count).toBe(395 + 649);
    expect(two.sources[0].attributes.at(-1)).toMatchObject({ column: 'file', values: [{ value: 'student_por_new', rows: 649 }, { value: 'student_mat_new', rows: 395 }] });
  });

  it('diabetes-readmission: encounters of repeated patients, ? for missing', async () => {
    const made = await read('diabetes-readmission/diabetic_data.csv.gz');
    expect(made.sources[0].kind).toBe('events');
    expect(made.entity).toMatchObject({ word: { one: 'patient' }, count: 71_518 });
    expect(made.sources[0].attributes.find((a) => a.column === 'readmitted')).toMatchObject({ label: true });
    expect(made.sources[0].columns.find((c) => c.name === 'weight')).toMatchObject({ missing: 98_569 });
    expect(finding(made, 'missing').at(-1)?.sentence).toContain('192,849 values');
  });

  it.each([
    ['hillstrom-email/hillstrom.csv.gz', 'entities', 64_000, 64_000],
    ['womens-clothing-reviews/womens_clothing_reviews.csv.gz', 'entities', 23_486, 23_486],
    ['german-credit/GermanCredit.csv', 'entities', 1000, 1000],
    ['german-credit/german_data_credit_readable.csv', 'entities', 1000, 1000],
    ['adult-census/adult_train.csv.gz', 'entities', 32_561, 32_561],
    ['splink-datasets/historical_figures_with_errors_50k.parquet', 'entities', 50_578, 50_578],
    ['splink-datasets/transactions_origin.parquet', 'entities', 45_326, 45_326],
    ['splink-datasets/fake_1000.csv', 'entities', 1000, 1000],
    ['cdnow/example_transactions.csv', 'events', 15_273, 5000],
    ['cdnow/donations.csv', 'entities', 22, 22],
    ['cdnow/cdnow_customers_summary.csv', 'entities', 2357, 2357],
    ['febrl/dataset1.csv', 'entities', 1000, 1000],
    ['lalonde-nsw/lalonde.csv', 'entities', 445, 445],
    ['open-bandit-small/bts_men.csv.gz', 'entities', 10_000, 10_000],
  ] as const)('%s: %s, %i rows, %i of them', async (file, kind, rows, entities) => {
    const made = await read(file);
    expect(made.sources[0].kind).toBe(kind);
    expect(made.sources[0].audit.rowsIn).toBe(rows);
    expect(made.entity.count).toBe(entities);
    expect(same(made)).toBe(true);
  });

  it('clothing reviews: the text is found, the row number is not taken for anyone', async () => {
    const made = await read('womens-clothing-reviews/womens_clothing_reviews.csv.gz');
    expect(made.sources[0].has).toEqual(['entity', 'text']);
    expect(roles(made)).toMatchObject({ column1: 'ignore', 'Review Text': 'text', Rating: 'attribute' });
  });

  it('two files that share nothing: one is used, the other is said to be left', async () => {
    const made = await read('online-retail/online_retail.csv.gz german-credit/GermanCredit.csv');
    expect(made.entity.count).toBe(4372);
    expect(made.unused).toEqual([{ source: 'GermanCredit', path: expect.stringContaining('GermanCredit.csv'), reason: 'it shares no key with the other files' }]);
  });

  it('the SELECT of every source makes its table again, row for row', async () => {
    const made = await read('crm-sales-opportunities/accounts.csv crm-sales-opportunities/products.csv crm-sales-opportunities/sales_pipeline.csv');
    for (const source of made.sources) {
      const [row] = await engine.rows(`SELECT count(*) AS n FROM ((SELECT * FROM (${source.select}) EXCEPT ALL FROM "${source.table}") UNION ALL (FROM "${source.table}" EXCEPT ALL SELECT * FROM (${source.select})))`);
      expect(row['n']).toBe(0);
    }
  });

  it('gives the same rows in the same order, whatever the threads', async () => {
    const files = ['crm-sales-opportunities/sales_pipeline.csv', 'crm-sales-opportunities/products.csv'].map((f) => join(data, f));
    const prints: string[] = [];
    for (const threads of [1, 4]) {
      const own = await openEngine({ threads });
      const made = await ingest(files, {}, own, createContext());
      const [row] = await own.rows(`SELECT md5(string_agg(CAST(t AS VARCHAR), '|' ORDER BY rowid)) AS h FROM "${made.sources[0].table}" AS t`);
      prints.push(String(row['h']));
      await own.close();
    }
    expect(prints[0]).toBe(prints[1]);
  });
});
