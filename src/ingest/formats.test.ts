import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ingest, type Ingested } from './ingest.js';
import type { IngestInput } from './options.js';

let folder: string;
let engine: Engine;
const context = createContext({ clock: () => Date.UTC(2025, 0, 1) });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ingest-test-'));
  engine = await openEngine();
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const write = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const read = (name: string, content: string | Buffer, options: IngestInput = {}): Promise<Ingested> => ingest([write(name, content)], options, engine, context);
const rows = (made: Ingested, columns: string, order = 'rowid') => engine.rows(`SELECT ${columns} FROM "${made.sources[0].table}" ORDER BY ${order}`);
const column = (made: Ingested, name: string) => made.sources[0].columns.find((c) => c.name === name);
const said = (made: Ingested) => made.sources.flatMap((s) => s.audit.findings.map((f) => f.sentence)).join('\n');

const lines = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join('\n');

describe('delimiters, encodings and number formats', () => {
  it('reads a German export: semicolons, decimal comma, thousands point, latin-1, day first', async () => {
    const text = `Kundennummer;Bestellnummer;Datum;Artikel;Menge;Preis;Umsatz\r\n${lines(40, (i) => `${1000 + (i % 8)};B${i};${String(13 + (i % 15)).padStart(2, '0')}.03.2024;Käse;${1 + (i % 3)};1.234,50 €;${(1 + (i % 3)) * 1234}${i % 2 ? ',50' : ',00'}`)}\r\n`;
    const made = await read('umsatz.csv', Buffer.from(text.replaceAll('€', '\u0080'), 'latin1'));
    const [source] = made.sources;
    expect(source.kind).toBe('transactions');
    expect(source.format).toContain('semicolon');
    expect(Object.fromEntries(source.columns.map((c) => [c.name, c.role]))).toEqual({ Kundennummer: 'entity', Bestellnummer: 'order', Datum: 'time', Artikel: 'ignore', Menge: 'quantity', Preis: 'price', Umsatz: 'amount' });
    expect(await rows(made, 'entity, CAST("at" AS VARCHAR) AS at, quantity, price, amount').then((r) => r[1])).toEqual({ entity: 1001, at: '2024-03-14 00:00:00', quantity: 2, price: 1234.5, amount: 2468.5 });
    expect(made.entity).toMatchObject({ word: { one: 'customer', many: 'customers' }, count: 8 });
    expect(said(made)).toContain('Windows-1252');
  });

  it.each([
    ['a tab', '\t', 'log.tsv'], ['a pipe', '|', 'log.txt'], ['a comma', ',', 'log.csv'], ['a semicolon', ';', 'log2.csv'],
  ])('reads %s', async (_, d, name) => {
    const made = await read(name, `customer_id${d}date${d}amount\n${lines(30, (i) => `c${i % 5}${d}2024-01-${String(1 + (i % 28)).padStart(2, '0')}${d}${i}.5`)}\n`);
    expect(made.entity.count).toBe(5);
    expect(await rows(made, 'sum(amount) AS s', '1')).toEqual([{ s: 450 }]);
  });

  it('reads blanks as the delimiter, with blanks in front and runs of them', async () => {
    const made = await read('log.txt', lines(30, (i) => ` 000${i % 6}  199701${String(1 + i).padStart(2, '0')}   ${1 + (i % 4)}  ${(i * 1.25).toFixed(2)}`));
    const [source] = made.sources;
    expect(source.columns.map((c) => c.role)).toEqual(['entity', 'time', 'quantity', 'amount']);
    expect(await rows(made, 'entity, quantity, amount').then((r) => r[1])).toEqual({ entity: '0001', quantity: 2, amount: 1.25 });
    expect(said(made)).toContain('no header line');
  });

  it.each([['utf-16le', '\ufeff'], ['utf-16be', '\ufeff']])('reads %s with its byte order mark', async (encoding, mark) => {
    let bytes = Buffer.from(`${mark}id,city,score\n${lines(25, (i) => `${i + 7},Zürich,${i}.5`)}\n`, 'utf16le');
    if (encoding === 'utf-16be') bytes = bytes.swap16();
    const made = await read(`${encoding}.csv`, bytes);
    expect(made.sources[0].audit.rowsIn).toBe(25);
    expect(column(made, 'city')?.examples).toEqual(['Zürich']);
  });

  it('reads UTF-8 with a byte order mark, gzipped or not, whatever the extension says', async () => {
    const text = `\ufeffID;Income;Kids\n${lines(25, (i) => `${i * 3};${i * 1000};${i % 3}`)}\n`;
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const made = await read('plain.csv', bytes);
      expect(made.sources[0].columns.map((c) => [c.name, c.role])).toEqual([['ID', 'entity'], ['Income', 'attribute'], ['Kids', 'attribute']]);
    }
  });

  it('reads latin-1 bytes that only turn up far into a UTF-8 file, and says how many lines', async () => {
    const head = `customer_id,city,spend\n${lines(40_000, (i) => `${i},Lyon,${i % 50}.25`)}\n`;
    const made = await read('late.csv', Buffer.concat([Buffer.from(head), Buffer.from('40001,Orl\xe9ans,1.5\n', 'latin1'), Buffer.from('40002,Köln,2.5\n')]));
    expect(made.sources[0].audit).toMatchObject({ rowsIn: 40_002, rowsRejected: 0 });
    expect(await engine.rows(`SELECT city FROM "late" WHERE customer_id > 40000 ORDER BY customer_id`)).toEqual([{ city: 'Orléans' }, { city: 'Köln' }]);
    expect(said(made)).toContain('1 lines are not UTF-8');
  });

  it('understands thousands, currency signs, percent and brackets for minus', async () => {
    const made = await read('ledger.csv', `customer_id,date,total,rate\n${lines(30, (i) => `k${i % 4},2024-02-${String(1 + (i % 28)).padStart(2, '0')},"${i === 3 ? '($1,250.75)' : `$${i + 1},000.50`}",${i % 7}%`)}\n`);
    expect(column(made, 'total')).toMatchObject({ role: 'amount', type: 'number', min: -1250.75, max: 30000.5 });
    expect(column(made, 'rate')).toMatchObject({ type: 'integer', max: 6 });
    expect(made.currency).toBe('$');
    expect(await rows(made, 'amount, returned').then((r) => r[3])).toEqual({ amount: -1250.75, returned: true });
  });

  it('keeps quoted delimiters, doubled quotes and line breaks inside values', async () => {
    const made = await read('quotes.csv', `user_id,note,n\n${lines(20, (i) => `${i + 100},"said ""hi"", then\nleft ${i}",${i}`)}\n`);
    expect(made.sources[0].audit).toMatchObject({ rowsIn: 20, rowsKept: 20 });
    expect(await engine.rows(`SELECT note FROM "quotes" LIMIT 1`)).toEqual([{ note: 'said "hi", then\nleft 0' }]);
  });

  it('reads a file with mixed line ends and one lone quote without losing a row', async () => {
    const made = await read('mixed.csv', `user_id,size,n\r\n${lines(20, (i) => `${i + 100},${i === 4 ? '"6 inch' : 'big'},${i}`)}\r\n200,small,1\r201,small,2\n`);
    expect(made.sources[0].audit).toMatchObject({ rowsIn: 22, rowsKept: 22 });
  });

  it('skips titles above the table and the sep= line of Excel', async () => {
    const made = await read('excel.csv', `sep=;\nMonthly export\n\nmember_id;visits;city\n${lines(25, (i) => `${i + 500};${i % 9};Rome`)}\n`);
    expect(made.sources[0].columns.map((c) => c.name)).toEqual(['member_id', 'visits', 'city']);
    expect(made.sources[0].audit.rowsIn).toBe(25);
    expect(made.entity.word).toEqual({ one: 'member', many: 'members' });
  });

  it('joins a date and a time of day that stand in two columns', async () => {
    const made = await read('two.csv', `client,Date,Time,amount\n${lines(30, (i) => `c${i % 6},2024-05-0${1 + (i % 9)},${String(8 + (i % 12)).padStart(2, '0')}:30,${i}.25`)}\n`);
    expect(await rows(made, 'CAST("at" AS VARCHAR) AS at').then((r) => r[2])).toEqual({ at: '2024-05-03 10:30:00' });
  });
});

describe('dates', () => {
  const log = (date: (i: number) => string) => `customer_id,order_date,amount\n${lines(60, (i) => `c${i % 9},${date(i)},${i}.5`)}\n`;
  const first = (made: Ingested) => rows(made, `strftime("at", '%Y-%m-%d %H:%M:%S') AS at`).then((r) => r[0]['at']);

  it('decides day or month first from all values', async () => {
    const us = await read('us.csv', log((i) => `${1 + (i % 12)}/${1 + (i % 28)}/2023 3:0${i % 10} PM`));
    expect(await first(us)).toBe('2023-01-01 15:00:00');
    expect(said(us)).toContain("Dates in 'order_date' are read month first");
    const uk = await read('uk.csv', log((i) => `${String(1 + (i % 28)).padStart(2, '0')}/0${1 + (i % 9)}/2023`));
    expect(said(uk)).toContain('day first');
    expect(uk.span).toEqual({ from: Date.UTC(2023, 0, 1), to: Date.UTC(2023, 8, 27) });
  });

  it('decides an ambiguous file by the order of its rows, and says so', async () => {
    const made = await read('ordered.csv', log((i) => `0${1 + Math.floor(i / 7)}/0${1 + (i % 7)}/2023`));
    expect(said(made)).toContain('both readings fit every value, but only this one keeps the rows in order');
  });

  it('reads YYYYMMDD, epoch seconds, epoch milliseconds and months in letters', async () => {
    expect(await first(await read('a.csv', log((i) => `202401${String(1 + (i % 31)).padStart(2, '0')}`)))).toBe('2024-01-01 00:00:00');
    expect(await first(await read('b.csv', log((i) => String(1_700_000_000 + i * 5000)).replace('order_date', 'created')))).toBe('2023-11-14 22:13:20');
    expect(await first(await read('c.csv', log((i) => String(1_700_000_000_123 + i * 5000)).replace('order_date', 'timestamp')))).toBe('2023-11-14 22:13:20');
    expect(await first(await read('d.csv', log((i) => `"Jan ${1 + (i % 28)}, 2024"`)))).toBe('2024-01-01 00:00:00');
    expect(await first(await read('e.csv', log((i) => `${1 + (i % 28)}-Jan-24`)))).toBe('2024-01-01 00:00:00');
  });

  it('keeps the local clock of times with an offset', async () => {
    const made = await read('offset.csv', log((i) => `2024-01-05 2${i % 4}:15:00 -0500`));
    expect(await first(made)).toBe('2024-01-05 20:15:00');
    expect(said(made)).toContain('carry a UTC offset');
  });

  it('takes a year of birth for a number and a birthday for an attribute', async () => {
    const made = await read('people.csv', `customer_id,Year_Birth,birthday,spend\n${lines(40, (i) => `${i},${1950 + i},19${50 + i}-03-0${1 + (i % 9)},${(i * 7) % 40}`)}\n`);
    expect(made.sources[0].kind).toBe('entities');
    expect(made.sources[0].attributes.map((a) => [a.column, a.type])).toEqual([['Year_Birth', 'number'], ['birthday', 'time'], ['spend', 'number']]);
  });
});

describe('ids', () => {
  it('keeps leading zeros, reads float text as whole numbers, and never rounds long ids', async () => {
    const zeros = await read('zeros.csv', `customer_id,x\n${lines(30, (i) => `${String(i).padStart(5, '0')},${i * 2}`)}\n`);
    expect((await rows(zeros, 'entity'))[7]).toEqual({ entity: '00007' });
    const floats = await read('floats.csv', `customer_id,date,x\n${lines(30, (i) => `${i === 5 ? '' : `${17850 + (i % 7)}.0`},2024-01-02,${i}`)}\n`);
    expect((await rows(floats, 'entity'))[0]).toEqual({ entity: 17850 });
    const long = await read('long.csv', `customer_id,x\n${lines(30, (i) => `9007199254740${String(993 + i).padStart(4, '0')},${i}`)}\n`);
    expect((await rows(long, 'entity')).map((r) => r['entity']).slice(0, 2)).toEqual(['90071992547400993', '90071992547400994']);
  });

  it('does not lose a leading zero or a letter that first comes after the sample', async () => {
    const body = lines(60_000, (i) => `${20000 + (i % 70000)},${i % 13},2024-01-0${1 + (i % 9)}`);
    const made = await read('late-zero.csv', `customer_id,amount,date\n${body}\n00042,1,2024-01-01\n`);
    expect(await engine.rows(`SELECT count(*) AS n FROM "${made.sources[0].table}" WHERE entity = '00042'`)).toEqual([{ n: 1 }]);
    const coded = await read('late-letter.csv', `customer_id,amount,date\n${body}\nC20001,1,2024-01-01\n`);
    expect(await engine.rows(`SELECT count(*) AS n FROM "${coded.sources[0].table}" WHERE entity = 'C20001'`)).toEqual([{ n: 1 }]);
  });

  it('does not round a decimal that first comes after the sample', async () => {
    const made = await read('late-decimal.csv', `customer_id,quantity,unit_price,date\n${lines(60_000, (i) => `${i % 999},${i % 13},2,2024-01-0${1 + (i % 9)}`)}\n5,1.5,2,2024-01-01\n`);
    expect(await engine.rows(`SELECT max(amount) FILTER (quantity = 1.5) AS m FROM "${made.sources[0].table}"`)).toEqual([{ m: 3 }]);
  });
});

describe('JSON and Parquet', () => {
  it('reads NDJSON of web events with nested objects, epoch milliseconds and a broken line', async () => {
    const text = lines(50, (i) => (i === 7 ? '{"event": "broken"' : JSON.stringify({ event: i % 3 ? 'view' : 'buy', ts: 1_700_000_000_000 + i * 60_000, user: { id: `u${i % 6}`, plan: i % 2 ? 'free' : 'pro' }, tags: ['a', 'b'], props: { deep: { x: i } } })));
    const made = await read('events.ndjson', text);
    const [source] = made.sources;
    expect(source.kind).toBe('events');
    expect(source.has).toEqual(['entity', 'at', 'event']);
    expect(source.audit).toMatchObject({ rowsIn: 50, rowsKept: 49, rejected: [{ reason: 'not valid JSON, or empty', rows: 1 }] });
    expect(source.attributes.map((a) => a.column)).toContain('user.plan');
    expect(await engine.rows(`SELECT "row" FROM ${made.rejectedTable}`)).toEqual([{ row: 8 }]);
    expect((await rows(made, `strftime("at", '%H:%M') AS t, entity`))[1]).toEqual({ t: '22:14', entity: 'u1' });
  });

  it('reads a JSON array, and one wrapped in an object, with values of many kinds', async () => {
    const list = Array.from({ length: 30 }, (_, i) => ({ customer_id: i % 5, paid: i * 1.5, created: `2024-03-0${1 + (i % 9)}T10:00:00Z`, code: `00${i % 10}`, __proto__x: 1, constructor: 'a' }));
    for (const [name, value] of [['list.json', list], ['wrapped.json', { data: list, next: null }]] as const) {
      const made = await read(name, JSON.stringify(value, null, 1));
      expect(made.sources[0].audit.rowsIn).toBe(30);
      expect(made.sources[0].kind).toBe('transactions');
      expect(made.entity.count).toBe(5);
    }
  });

  it('reads Parquet with decimals, dates, structs and booleans', async () => {
    const path = join(folder, 'orders.parquet');
    await engine.run(`COPY (SELECT (i % 7)::INTEGER AS customer_id, (DATE '2024-01-01' + (i % 30)::INTEGER) AS order_date, (i * 1.25)::DECIMAL(9, 2) AS amount, i % 2 = 0 AS gift, {'city': 'Oslo', 'zip': '0001'} AS address FROM range(60) t(i)) TO '${path}' (FORMAT parquet)`);
    const made = await ingest([path], {}, engine, context);
    expect(made.sources[0]).toMatchObject({ kind: 'transactions', format: 'Parquet', has: ['entity', 'at', 'amount'] });
    expect(made.sources[0].columns.map((c) => [c.name, c.type])).toContainEqual(['address.zip', 'string']);
    expect(made.sources[0].attributes.find((a) => a.column === 'gift')).toMatchObject({ type: 'flag', values: [{ value: 'false', rows: 30 }, { value: 'true', rows: 30 }] });
  });

  it("takes what a data frame writes for nothing ('nan') as missing, not as a number above all others", async () => {
    const csv = await read('scores.csv', ['customer,score,visits', ...Array.from({ length: 90 }, (_, i) => `c${i},${i % 3 ? i * 1.5 : 'nan'},${i % 5}`)].join('\n'));
    expect(csv.sources[0].columns.find((c) => c.name === 'score')).toMatchObject({ type: 'number', missing: 30, max: 133.5 });
    const path = join(folder, 'scores.parquet');
    await engine.run(`COPY (SELECT 'c' || i AS customer, CASE WHEN i % 3 = 0 THEN CAST('NaN' AS FLOAT) ELSE i * 1.5 END AS score, i % 5 AS visits FROM range(90) t(i)) TO '${path}' (FORMAT parquet)`);
    expect((await ingest([path], {}, engine, context)).sources[0].columns.find((c) => c.name === 'score')).toMatchObject({ type: 'number', missing: 30, max: 133.5 });
  });

  it('reads charges like a payment provider writes them', async () => {
    const text = lines(40, (i) => JSON.stringify({ id: `ch_${i}x${i * 7}`, object: 'charge', amount: 1000 + i * 10, amount_refunded: 0, currency: 'eur', created: 1_650_000_000 + i * 86_400, customer: `cus_${i % 8}ab`, paid: true, status: 'succeeded', description: null }));
    const made = await read('charges.jsonl', text);
    expect(Object.fromEntries(made.sources[0].columns.map((c) => [c.name, c.role]))).toMatchObject({ customer: 'entity', amount: 'amount', created: 'time', object: 'ignore' });
    expect(said(made)).toContain("'created' counts seconds since 1970");
  });
});

describe('other exports', () => {
  it('reads orders like a shop system writes them: several lines per order, totals on the first', async () => {
    const head = 'Name,Email,Financial Status,Paid at,Currency,Subtotal,Total,Discount Amount,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Id';
    const text = lines(60, (i) => {
      const order = Math.floor(i / 2);
      const main = i % 2 === 0;
      return `#${1001 + order},ann${order % 12}@shop.test,${main ? 'paid' : ''},${main ? `2024-01-${String(1 + (order % 28)).padStart(2, '0')} 10:2${order % 10}:00 +0100` : ''},EUR,${main ? '30.00' : ''},${main ? '35.00' : ''},${main ? '0.00' : ''},${1 + (i % 3)},Mug ${i % 5},10.00,MUG-${i % 5},${main ? 5_000_000 + order : ''}`;
    });
    const made = await read('orders_export.csv', `${head}\n${text}\n`);
    const roles = Object.fromEntries(made.sources[0].columns.map((c) => [c.name, c.role]));
    expect(roles).toMatchObject({ Email: 'entity', 'Paid at': 'time', 'Lineitem quantity': 'quantity', 'Lineitem price': 'price' });
    expect(made.entity.count).toBe(12);
    expect(roles['Name']).toBe('order');
    expect(made.sources[0].audit).toMatchObject({ rowsIn: 60, rowsKept: 60 });
    expect(await rows(made, 'sum(amount) AS s', '1')).toEqual([{ s: 1200 }]);
  });

  it('puts files with the same columns together', async () => {
    const year = (y: number) => `customer_id,order_id,order_date,amount\n${lines(30, (i) => `${i % 9},${y}${i},${y}-02-0${1 + (i % 9)},${i}.5`)}\n`;
    const made = await ingest([write('orders-2022.csv', year(2022)), write('orders-2023.csv', year(2023))], {}, engine, context);
    expect(made.sources).toHaveLength(1);
    expect(made.sources[0].audit.rowsIn).toBe(60);
    expect(said(made)).toContain("2 files have the same columns and were put together: 'orders-2022' and 'orders-2023'");
  });

  it('shares an order total that stands on every line of the order', async () => {
    const made = await read('lines.csv', `customer_id,order_id,order_date,sku,total_amount\n${lines(90, (i) => `${Math.floor(i / 3) % 7},${Math.floor(i / 3)},2024-02-01,S${i % 11},${100 + Math.floor(i / 3)}`)}\n`);
    expect(await rows(made, 'sum(amount) AS s', '1')).toEqual([{ s: 3435 }].map(() => expect.objectContaining({ s: expect.closeTo(3435, 1) })));
    expect(said(made)).toContain("the order's total");
  });
});

describe('a large table', () => {
  it('that needs no cleaning is not copied: what is kept is asked of the rows as they were read, again on the same engine too', async () => {
    const text = `customer_id,date,amount\n${lines(1_000_100, (i) => `${i % 101 === 0 ? '' : `c${i % 1000}`},2024-01-${10 + (i % 15)},${i % 7}.5`)}\n`;
    const kind = async (made: Ingested) => (await engine.rows(`SELECT table_type AS t FROM information_schema.tables WHERE table_name = '${made.sources[0].table}'`))[0].t;
    const made = await read('large.csv', text);
    const { audit, table, select } = made.sources[0];
    expect(audit).toMatchObject({ rowsIn: 1_000_100, rowsKept: 990_198, rowsRejected: 9_902 });
    expect(await kind(made)).toBe('VIEW');
    const questions = 'count(*) AS n, sum(amount) AS amount, min("at") = TIMESTAMP \'2024-01-10\' AS at, count(DISTINCT entity) AS entities';
    const [asked] = await engine.rows(`SELECT ${questions} FROM "${table}"`);
    expect(asked).toEqual((await engine.rows(`SELECT ${questions} FROM (${select})`))[0]);
    expect(asked).toMatchObject({ n: 990_198, at: true, entities: 1000 });
    expect(await kind(await read('large.csv', text.slice(0, 100_000)))).toBe('BASE TABLE');
    expect((await read('large.csv', text)).sources[0].audit.rowsKept).toBe(990_198);
  });
});
