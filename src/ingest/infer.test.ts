import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { describe as say, toConfig } from './describe.js';
import { ingest } from './ingest.js';
import type { IngestInput } from './options.js';
import { entityName, isLabelName, isSensitiveName, nameScore, tokens } from './name.js';

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ingest-infer-'));
  engine = await openEngine();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const lines = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join('\n');
const read = (files: Record<string, string>, options: IngestInput = {}) => {
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  return ingest(paths, options, engine, createContext({ clock: () => Date.UTC(2025, 0, 1) }));
};
const roles = (made: Awaited<ReturnType<typeof read>>, name: string) => Object.fromEntries(made.sources.find((s) => s.name === name)!.columns.map((c) => [c.name, c.role]));
const day = (i: number) => `2024-${String(1 + (i % 9)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')}`;

it('cuts names into words, glued or not', () => {
  expect(tokens('InvoiceNo')).toEqual(['invoice', 'no']);
  expect(tokens('customerid')).toEqual(['customer', 'id']);
  expect(tokens('Kunden-Nr.')).toEqual(['kunden', 'nr']);
  expect(tokens('Stückpreis')).toEqual(['stuckpreis']);
  expect(tokens('customer_ID')).toEqual(['customer', 'id']);
});

it('knows who a row belongs to in several languages, and what is only about them', () => {
  for (const name of ['customer_id', 'CustomerID', 'Kundennummer', 'client', 'cliente_id', 'household_key', 'patient_nbr', 'user', 'memberId', 'cust_no', 'customer_unique_id']) expect(entityName(name).score, name).toBeGreaterThanOrEqual(90);
  for (const name of ['customer_city', 'customer_age', 'account_balance', 'member_since', 'user_agent', 'client_type', 'city', 'amount']) expect(entityName(name).score, name).toBe(0);
  expect(entityName('patient_nbr').word).toEqual(['patient', 'patients']);
});

it('tells outcomes and protected characteristics by name', () => {
  expect(['churn', 'Response', 'class', 'y', 'default', 'readmitted', 'credit_risk', 'class-label'].every(isLabelName)).toBe(true);
  expect(['Class Name', 'response_time', 'risk_id', 'years', 'visit_id'].some(isLabelName)).toBe(false);
  expect(['Sex', 'race', 'Geschlecht', 'native_country', 'marital-status', 'foreign_worker'].every(isSensitiveName)).toBe(true);
  expect(['city', 'country', 'age', 'genre'].some(isSensitiveName)).toBe(false);
  expect(nameScore('number_of_cds', 'quantity')).toBe(0);
});

it('finds customer, order, product, quantity and price by their values alone', async () => {
  const rows = lines(4000, (i) => {
    const order = Math.floor(i / 4);
    const item = (i * 31 + order * 7) % 60;
    return [`T${10000 + order}`, `${day(order)} ${String(order % 24).padStart(2, '0')}:15:00`, 5000 + ((order * 17) % 211), `sku${item}`, 1 + (i % 5), (5 + item * 1.35).toFixed(2), ['north', 'south'][((order * 17) % 211) % 2]].join(',');
  });
  const made = await read({ 'blind.csv': `qa,qb,qc,qd,qe,qf,qg\n${rows}\n` });
  expect(made.sources[0].kind).toBe('transactions');
  expect(roles(made, 'blind')).toEqual({ qa: 'order', qb: 'time', qc: 'entity', qd: 'product', qe: 'quantity', qf: 'price', qg: 'attribute' });
});

it('finds that one number is the product of two others', async () => {
  const rows = lines(900, (i) => `k${i % 70},${day(i)},${1 + (i % 4)},${(2.5 + (i % 9)).toFixed(2)},${((1 + (i % 4)) * (2.5 + (i % 9))).toFixed(2)},p${(i * 7) % 40}`);
  const made = await read({ 'triple.csv': `wa,wb,wc,wd,we,wf\n${rows}\n` });
  expect(roles(made, 'triple')).toMatchObject({ wa: 'entity', wb: 'time', wc: 'quantity', wd: 'price', we: 'amount' });
  expect(made.sources[0].columns[4].reason).toContain("'wc' × 'wd'");
});

it('joins order lines to their customers over the orders, and products by id', async () => {
  const made = await read({
    'orders.csv': `order_id,customer_id,ordered_at,status\n${lines(300, (i) => `o${i},c${(i * 13) % 41},${day(i)} 10:00:00,${i % 9 ? 'shipped' : 'lost'}`)}\n`,
    'order_items.csv': `order_id,line,product_id,quantity,price\n${lines(700, (i) => `o${(i * 3) % 300},${1 + (i % 3)},${1 + (i % 25)},${1 + (i % 3)},${(2 + (i % 25)).toFixed(2)}`)}\n`,
    'products.csv': `id,name,category\n${lines(25, (i) => `${i + 1},Thing ${i},${['toys', 'food', 'books'][i % 3]}`)}\n`,
  });
  expect(made.sources.map((s) => [s.name, s.kind])).toEqual([['order_items', 'transactions'], ['orders', 'lookup'], ['products', 'lookup']]);
  expect(roles(made, 'order_items')).toMatchObject({ order_id: 'order', product_id: 'product', quantity: 'quantity', price: 'price', customer_id: 'entity', ordered_at: 'time' });
  expect(made.sources[0].has).toEqual(['entity', 'at', 'order_id', 'quantity', 'price', 'amount', 'product', 'product_name', 'category', 'event']);
  expect(made.entity.count).toBe(41);
  expect(made.unused).toEqual([]);
  const [row] = await engine.rows(`SELECT count(*) AS n FROM ((SELECT * FROM (${made.sources[0].select}) EXCEPT ALL FROM "${made.sources[0].table}") UNION ALL (FROM "${made.sources[0].table}" EXCEPT ALL SELECT * FROM (${made.sources[0].select})))`);
  expect(row['n']).toBe(0);
});

it('takes the coarser id where a table of customers has one per order and one per person', async () => {
  const made = await read({
    'customers.csv': `customer_id,customer_unique_id,customer_city\n${lines(400, (i) => `a${i}x,u${i % 90}q,${['Rio', 'Bahia'][i % 2]}`)}\n`,
    'orders.csv': `order_id,customer_id,order_purchase_timestamp\n${lines(400, (i) => `o${i}z,a${i}x,${day(i)} 08:00:00`)}\n`,
    'order_items.csv': `order_id,product_id,price\n${lines(800, (i) => `o${i % 400}z,p${i % 30},${(1 + (i % 30)).toFixed(2)}`)}\n`,
  });
  expect(made.entity.count).toBe(90);
  expect(made.sources[0]).toMatchObject({ name: 'order_items', kind: 'transactions' });
  expect(roles(made, 'order_items')).toMatchObject({ customer_unique_id: 'entity', order_purchase_timestamp: 'time', price: 'price' });
});

it('takes "id" in users.csv for the user of the other files', async () => {
  const made = await read({
    'users.csv': `id,country,plan\n${lines(50, (i) => `${i + 1},${['FR', 'DE'][i % 2]},${['free', 'pro', 'team'][i % 3]}`)}\n`,
    'events.csv': `user_id,event,time\n${lines(600, (i) => `${1 + (i % 50)},${['open', 'click', 'buy'][i % 3]},${day(i)} 12:00:00`)}\n`,
  });
  expect(made.sources.map((s) => [s.name, s.kind, s.has[0]])).toEqual([['events', 'events', 'entity'], ['users', 'entities', 'entity']]);
  expect(made.entity).toMatchObject({ word: { one: 'user', many: 'users' }, count: 50 });
});

it('names joined columns so that they make sense away from their table', async () => {
  const made = await read({
    'sales.csv': `customer_id,date,product_id,amount,name\n${lines(300, (i) => `${i % 40},${day(i)},P${i % 20},${i}.5,${['a', 'b'][i % 2]}`)}\n`,
    'products.csv': `product_id,price,shelf\n${lines(20, (i) => `P${i},${i + 0.5},${['top', 'low'][i % 2]}`)}\n`,
  });
  expect(made.sources[0].has).toContain('category');
  expect(made.sources[0].attributes.map((a) => [a.column, a.title])).toEqual([['name', 'Name'], ['product_price', 'Product price']]);
});

it('keeps no date of today in the query that is kept', async () => {
  const made = await read({ 'ahead.csv': `customer_id,date,amount\n${lines(60, (i) => `${i % 9},${i === 3 ? '2030-01-01' : day(i)},${i}.5`)}\n` });
  expect(made.sources[0].audit.rejected).toEqual([{ reason: 'date in the future', rows: 1 }]);
  expect(made.sources[0].select).toContain('now()');
  expect(made.sources[0].select).not.toContain('2025-01-02');
});

it('does not join what would multiply rows, and says so', async () => {
  const made = await read({
    'sales.csv': `customer_id,date,product_id,amount\n${lines(300, (i) => `${i % 40},${day(i)},${i % 20},${i}.5`)}\n`,
    'offers.csv': `product_id,week,leaflet\n${lines(200, (i) => `${i % 20},${i % 10},${['A', 'B'][i % 2]}`)}\n`,
  });
  expect(made.unused).toEqual([{ source: 'offers', path: join(folder, 'offers.csv'), reason: "several of its rows have the same 'product_id', so joining it would multiply rows" }]);
  expect(made.sources[0].audit.rowsKept).toBe(300);
});

it('learns what begins the ids of cancellations, whatever the letter', async () => {
  const made = await read({ 'returns.csv': `customer_id,invoice_no,date,quantity,unit_price\n${lines(400, (i) => `${i % 30},${i % 10 === 0 ? 'RX-' : ''}${1000 + i},${day(i)},${i % 10 === 0 ? -1 : 2},3.5`)}\n` });
  expect(made.sources[0].audit.findings.find((f) => f.kind === 'cancellations')).toMatchObject({ rows: 40, sentence: expect.stringContaining("'RX-'") });
  expect(await engine.rows(`SELECT CAST(sum(amount) AS DOUBLE) AS s, count(*) FILTER (returned) AS r FROM "${made.sources[0].table}"`)).toEqual([{ s: 360 * 7 - 40 * 3.5, r: 40 }]);
});

it('writes the inference as options that give the same inference again', async () => {
  const text = `Kunde,Datum,Artikel,Menge,Einzelpreis\n${lines(300, (i) => `K${i % 30},${day(i)},A${i % 12},${1 + (i % 3)},${(i % 12) + 1.5}`)}\n`;
  const first = await read({ 'verkauf.csv': text });
  const { options, comments, notes } = toConfig(first);
  expect(options).toMatchObject({ entity: 'Kunde', time: 'Datum', product: 'Artikel', quantity: 'Menge', price: 'Einzelpreis', amount: 'Menge * Einzelpreis', kind: { verkauf: 'transactions' } });
  expect(comments['entity']).toContain('30 values');
  expect(notes).toEqual(say(first));
  const second = await read({ 'verkauf.csv': text }, options);
  expect(second.sources[0].columns.map((c) => c.role)).toEqual(first.sources[0].columns.map((c) => c.role));
  expect(second.sources[0].has).toEqual(first.sources[0].has);
});

it('a refunded order counts as returned and brings no money; a cancelled one never happened', async () => {
  const status = ['completed', 'completed', 'completed', 'Refunded', 'cancelled'];
  const rows = lines(400, (i) => `O${i},C${i % 40},${day(i)},${i % 2 ? '10.50' : '9.50'},${status[i % 5]}`);
  const made = await read({ 'orders.csv': `order_id,customer_id,order_date,total,order_status\n${rows}\n` });
  const [source] = made.sources;
  expect(source.kind).toBe('transactions');
  expect(source.audit).toMatchObject({ rowsIn: 400, rowsKept: 320, rejected: [{ reason: "order_status is 'cancelled'", rows: 80 }] });
  expect(source.audit.findings.filter((f) => f.kind === 'cancellations' || (f.kind === 'returns' && f.column))).toMatchObject([
    { kind: 'cancellations', rows: 80 }, { kind: 'returns', column: 'order_status', rows: 80, sentence: "Rows whose 'order_status' is 'Refunded' count as returned and bring no money." },
  ]);
  expect(await engine.rows(`SELECT count(*) FILTER (returned) AS back, CAST(sum(amount) AS DOUBLE) AS money FROM "${source.table}"`)).toEqual([{ back: 80, money: 2400 }]);
  expect(await engine.rows(`SELECT count(*) AS n FROM (FROM (${source.select}) EXCEPT ALL FROM "${source.table}")`)).toEqual([{ n: 0 }]);
});

it('a yes/no column says it as well, and a column of other words says nothing', async () => {
  const rows = lines(300, (i) => `O${i},C${i % 30},${day(i)},${5 + (i % 7)}.25,${i % 10 === 0 ? 'True' : 'False'},${['paid', 'shipped'][i % 2]}`);
  const made = await read({ 'sales.csv': `order_id,customer_id,order_date,total,is_returned,payment_status\n${rows}\n` });
  expect(made.sources[0].audit).toMatchObject({ rowsKept: 300 });
  expect(await engine.rows(`SELECT count(*) FILTER (returned) AS back FROM "${made.sources[0].table}"`)).toEqual([{ back: 30 }]);
});

it('rows that name nobody are customers, unless names say otherwise', async () => {
  const table = (extra: string) => `${extra},income,spend\n${lines(60, (i) => `${20 + (i % 40)},${30_000 + i * 311},${(i * 37) % 900}`)}\n`;
  const plain = await read({ 'table.csv': table('age') });
  expect(plain.entity).toMatchObject({ word: { one: 'customer', many: 'customers' }, count: 60 });
  expect(say(plain)).toContain('60 customers: no column names them, so each row stands for one.');
  expect((await read({ 'table.csv': table('applicant_age') })).entity.word.many).toBe('applicants');
  expect((await read({ 'students.csv': table('age') })).entity.word.one).toBe('student');
});

it('messages of several words are text, however often the same ones come again', async () => {
  const said = ['Where is my parcel?', 'How do I use my voucher?', 'Please cancel the order today', 'The box came broken'];
  const rows = lines(400, (i) => `C${i % 50},${day(i)} 10:${String(i % 60).padStart(2, '0')}:00,${['email', 'chat'][i % 2]},${said[i % 4]} ${i % 30 ? i % 30 : ''}`);
  const made = await read({ 'support.csv': `customer_id,at,channel,message\n${rows}\n` });
  expect(made.sources[0]).toMatchObject({ kind: 'text', has: ['entity', 'at', 'text'] });
});
