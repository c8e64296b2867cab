import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../context.js';
import { openEngine } from '../engine/catalog.js';
import type { Engine } from '../engine/engine.js';
import { ShoalError } from '../errors.js';
import { parseExpression } from './expression.js';
import { ingest } from './ingest.js';
import type { IngestInput } from './options.js';

let folder: string;
let engine: Engine;
const context = createContext({ clock: () => Date.UTC(2025, 0, 1) });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ingest-bad-'));
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
const lines = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join('\n');
const read = (name: string, content: string | Buffer, options: IngestInput = {}) => ingest([write(name, content)], options, engine, context);
const failure = async (work: Promise<unknown>): Promise<ShoalError> => {
  const error = await work.then(() => undefined, (e: unknown) => e);
  if (!(error instanceof ShoalError)) throw error ?? new Error('did not fail');
  return error;
};
const log = `customer_id,order_date,amount\n${lines(30, (i) => `c${i % 5},2024-01-${String(1 + (i % 28)).padStart(2, '0')},${i}.5`)}\n`;

describe('files that are no table', () => {
  const cases: [string, string | Buffer, string, RegExp][] = [
    ['empty.csv', '', 'ingest/empty-file', /is empty/],
    ['blank.csv', ' \n\n ', 'ingest/empty-file', /is empty/],
    ['header.csv', 'a,b,c\n', 'ingest/no-rows', /header but no rows/],
    ['picture.csv', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'ingest/binary-file', /PNG image/],
    ['book.csv', Buffer.from('504b03041400060008000000', 'hex'), 'ingest/binary-file', /save it as CSV/],
    ['old.csv', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'ingest/binary-file', /save it as CSV/],
    ['noise.csv', Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256)), 'ingest/binary-file', /binary file/],
    ['page.csv', '<!DOCTYPE html><html><body>Sign in</body></html>', 'ingest/binary-file', /web page/],
    ['zipped.csv', gzipSync(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')), 'ingest/binary-file', /PNG image/],
    ['cut.csv.gz', gzipSync(log.repeat(50)).subarray(0, 300), 'ingest/unreadable-file', /not a whole gzip file/],
    ['one.csv', 'only\n1\n2\n3\n', 'ingest/one-column', /single column \('only'\)/],
    ['prose.txt', 'Dear all,\nthis is a letter.\nIt has, now and then, commas.\nYours\n', 'ingest/one-column', /--delimiter/],
    ['ragged.csv', `a,b,c\n${lines(40, (i) => (i % 2 ? '1,2,3' : '1,2'))}\n`, 'ingest/not-a-table', /another number of columns/],
    ['wide.csv', `${lines(1, () => Array.from({ length: 10_000 }, (_, k) => `c${k}`).join(','))}\n${Array.from({ length: 10_000 }, () => '1').join(',')}\n`, 'ingest/too-many-columns', /10000 columns; at most 2000/],
    ['arrays.json', '[[1,2],[3,4]]', 'ingest/unreadable-file', /without names/],
    ['broken.json', '[{"a": 1, "b": 2}, {"a": ]', 'ingest/unreadable-file', /cannot be read/],
    ['ids.csv', `customer_id,amount,date\n${lines(20, (i) => `,${i}.5,2024-01-02`)}\n`, 'ingest/all-ids-missing', /All 20 rows/],
    ['single.csv', `customer_id,amount,date\n${lines(20, (i) => `7,${i}.5,2024-01-0${1 + (i % 9)}`)}\n`, 'ingest/one-entity', /nobody to compare/],
    ['future.csv', log.replaceAll('2024-', '2096-'), 'ingest/all-rows-rejected', /30: order_date in the future/],
  ];
  it.each(cases)('%s', async (name, content, code, sentence) => {
    const error = await failure(read(name, content));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(sentence);
    expect(error.exit).toBe(2);
    expect(error.message.split('\n')).toHaveLength(1);
  });

  it('says which file is near when there is none of that name', async () => {
    write('orders.csv', log);
    const error = await failure(ingest([join(folder, 'order.csv')], {}, engine, context));
    expect(error.code).toBe('ingest/no-such-file');
    expect(error.message).toMatch(/Did you mean '.*orders\.csv'\?/);
  });

  it('names the files of a folder given in place of a file', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'a.csv'), log);
    expect((await failure(ingest([join(folder, 'data')], {}, engine, context))).message).toMatch(/it is a folder.*'a\.csv'/);
  });

  it('answers for 10,000 columns within a second', async () => {
    const from = performance.now();
    await failure(read('wide2.csv', `${Array.from({ length: 10_000 }, (_, k) => `c${k}`).join(';')}\n${Array.from({ length: 10_000 }, () => '1').join(';')}\n`));
    expect(performance.now() - from).toBeLessThan(1000);
  });

  it('stops when asked to, and leaves no temporary files', async () => {
    const stop = new AbortController();
    stop.abort();
    const error = await failure(ingest([write('stop.csv', log)], {}, engine, createContext({ signal: stop.signal })));
    expect(error.code).toBe('run/aborted');
  });
});

describe('rows that cannot be used', () => {
  it('keeps count of every row and says why, with its number in the file', async () => {
    const made = await read('rows.csv', [
      'customer_id,order_date,amount', 'a,2024-01-01,1.5', 'a,2024-01-02', ',2024-01-03,2.5', 'b,1066-10-14,3.5', 'b,soon,4.5', 'b,2091-01-01,5.5', 'c,2024-01-07,6.5,extra', 'c,2024-01-08,7.5', ',,', 'd,,1.25',
      ...Array.from({ length: 60 }, (_, i) => `e${i % 4},2024-02-01,${i}.25`),
    ].join('\n'));
    const { audit } = made.sources[0];
    expect(audit).toMatchObject({ rowsIn: 70, rowsKept: 62, rowsRejected: 8 });
    const rejected = await engine.rows(`SELECT "row", reason, content FROM ${made.rejectedTable} ORDER BY "row"`);
    expect(rejected.map((r) => [r['row'], r['reason']])).toEqual([
      [2, 'fewer columns than the header'], [3, 'no customer_id'], [4, 'order_date before 1900'], [5, 'unreadable order_date'],
      [6, 'order_date in the future'], [7, 'more columns than the header'], [9, 'empty row'], [10, 'no order_date'],
    ]);
    expect(rejected.map((r) => r['content'])).toEqual(['a,2024-01-02', ',2024-01-03,2.5', 'b,1066-10-14,3.5', 'b,soon,4.5', 'b,2091-01-01,5.5', 'c,2024-01-07,6.5,extra', ',,', 'd,,1.25']);
  });

  it('counts exact repeats: kept in logs, dropped in tables with one row per customer', async () => {
    const events = await read('twice.csv', `${log}c1,2024-01-02,1.5\nc1,2024-01-02,1.5\n`);
    expect(events.sources[0].audit).toMatchObject({ rowsIn: 32, rowsKept: 32 });
    expect(events.sources[0].audit.findings.find((f) => f.kind === 'duplicates')).toMatchObject({ rows: 2 });
    expect((await read('twice2.csv', `${log}c1,2024-01-02,1.5\nc1,2024-01-02,1.5\n`, { duplicates: 'drop' })).sources[0].audit).toMatchObject({ rowsKept: 30, rejected: [{ reason: 'the same row again', rows: 2 }] });
    const table = await read('people.csv', `customer_id,age,city\n${lines(99, (i) => `${i},${20 + (i % 40)},Rome`)}\n5,25,Rome\n6,99,Oslo\n`);
    expect(table.sources[0].audit).toMatchObject({ rowsIn: 101, rowsKept: 99, rejected: [{ reason: 'a second row for the same customer_id', rows: 1 }, { reason: 'the same row again', rows: 1 }] });
  });

  it('reads ? NA and NULL as missing, but keeps Namibia', async () => {
    const made = await read('codes.csv', `customer_id,weight,country,grade\n${lines(30, (i) => `${i * 3},${i % 5 ? i : '?'},${['NA', 'DE', 'FR', 'US'][i % 4]},${i % 3 ? 'None' : 'NULL'}`)}\n`);
    const by = new Map(made.sources[0].columns.map((c) => [c.name, c]));
    expect(by.get('weight')).toMatchObject({ type: 'integer', missing: 6 });
    expect(by.get('country')).toMatchObject({ missing: 0, distinct: 4 });
    expect(by.get('grade')).toMatchObject({ missing: 10 });
    expect(made.sources[0].audit.findings.map((f) => f.sentence).join(' ')).toContain(`stand for "missing" in 'weight' and 'grade' (16 values)`);
  });
});

describe('hostile names and values', () => {
  it('takes column names like __proto__, constructor, quotes and SQL for what they are: names', async () => {
    const names = ['customer_id', '__proto__', 'constructor', 'a"b', "it's", 'x; DROP TABLE r;--', 'rowid', 'r', 'entity', 'at', '', 'Customer_ID'];
    const made = await read('na"me\'s.csv', `${names.map((n) => `"${n.replaceAll('"', '""')}"`).join(',')}\n${lines(30, (i) => names.map((_, k) => (k === 0 ? i * 7 : (i * (k + 3)) % 13)).join(','))}\n`);
    const [source] = made.sources;
    expect(source.columns.map((c) => c.name)).toEqual(['customer_id', '__proto__', 'constructor', 'a"b', "it's", 'x; DROP TABLE r;--', 'rowid_2', 'r', 'entity', 'at', 'column11', 'Customer_ID_2']);
    expect(source.audit).toMatchObject({ rowsIn: 30, rowsKept: 30 });
    expect(source.attributes.find((a) => a.column === '__proto__')).toMatchObject({ type: 'number' });
    expect(source.attributes.map((a) => a.column)).toContain('entity_2');
    expect(await engine.rows(`SELECT count(*) AS n FROM (${source.select})`)).toEqual([{ n: 30 }]);
  });

  it('reads files whose names are patterns, and rejects rows of such tables', async () => {
    const made = await read('data[1]*?.csv', log.replace('c1,', ','));
    expect(made.sources[0].audit.rowsRejected).toBe(1);
  });

  it('finds a file whose name is not UTF-8', async () => {
    if (process.platform !== 'linux') return;
    const bytes = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.csv')]);
    writeFileSync(bytes, log);
    const made = await ingest([bytes.toString('utf8')], {}, engine, context);
    expect(made.sources[0].audit.rowsIn).toBe(30);
  });

  it('never lets an expression become anything but arithmetic', () => {
    const names = ['Quantity', 'Unit Price', 'a"b', '2nd', 'x-y'];
    const sqlOf = (name: string) => `r."${name.replaceAll('"', '""')}"`;
    const good = (text: string) => parseExpression(text, names, sqlOf, 'orders').sql;
    expect(good('Quantity * Unit Price')).toBe('(r."Quantity" * r."Unit Price")');
    expect(good('-[Unit Price] * (quantity + 2.5) / 100')).toBe('(((- r."Unit Price") * (r."Quantity" + CAST(2.5 AS DOUBLE))) / NULLIF(CAST(100 AS DOUBLE), 0))');
    expect(good('`a"b` + x-y')).toBe('(r."a""b" + r."x-y")');
    for (const text of ["Quantity'; DROP TABLE r; --", 'Quantity)', '(Quantity', 'Quantity Quantity', 'read_csv(Quantity)', 'Quantity -- x', '1 + 2', '', '*', 'Quantity || 1', '"Quantity', `${'('.repeat(80)}Quantity${')'.repeat(80)}`])
      expect(() => good(text)).toThrow(ShoalError);
    expect(() => good('Quantty * 2')).toThrow("Did you mean 'Quantity'?");
    fc.assert(fc.property(fc.string({ maxLength: 60, unit: fc.constantFrom(...'Quantity Unit Price"\'`[]();-*/+.0123456789 \n\\,$'.split('')) }), (text) => {
      try {
        expect(good(text)).toMatch(/^(\(|\)| |r\."(Quantity|Unit Price|a""b|2nd|x-y)"|CAST\([\d.e+-]+ AS DOUBLE\)|NULLIF|, 0|[*+/-])+$/i);
      } catch (error) {
        if (!(error instanceof ShoalError)) throw error;
      }
    }), { numRuns: 2000 });
  });
});

describe('overrides', () => {
  it('says all that is wrong with the options at once, and what was meant', async () => {
    const error = await failure(read('o.csv', log, { entitty: 'x', kind: { o: 'orders' }, duplicates: 'maybe' } as unknown as IngestInput));
    expect(error.code).toBe('config/invalid');
    expect(error.message).toMatch(/'entitty' is not an option\. Did you mean 'entity'\?/);
    expect(error.message.split('\n').length).toBeGreaterThanOrEqual(4);
  });

  it('takes columns, kinds and expressions from the caller', async () => {
    const text = `who,when,what,n,each\n${lines(40, (i) => `${i % 6},2024-01-0${1 + (i % 9)},p${i % 4},${1 + (i % 3)},2.5`)}\n`;
    const made = await read('given.csv', text, { entity: 'WHO', time: 'when', product: 'given.what', amount: 'n * each', kind: 'given.csv=transactions' as never });
    expect(made.sources[0]).toMatchObject({ kind: 'transactions' });
    expect(made.sources[0].has).toEqual(expect.arrayContaining(['entity', 'at', 'amount', 'product']));
    expect(await engine.rows(`SELECT CAST(sum(amount) AS DOUBLE) AS s FROM "${made.sources[0].table}"`)).toEqual([{ s: 197.5 }]);
  });

  it.each([
    [{ entity: 'custmer_id' }, /no column 'custmer_id'\. Did you mean 'customer_id'\?/],
    [{ amount: 'amont * 2' }, /no column 'amont'\. Did you mean 'amount'\?/],
    [{ encoding: 'klingon' }, /encoding: 'klingon' is not known/],
    [{ asOf: 'yesterday' as never }, /must be a date/],
    [{ kind: { nothere: 'events' } }, /there is no file 'nothere'/],
  ] as [IngestInput, RegExp][])('refuses %j', async (options, sentence) => {
    expect((await failure(read('customers.csv', log, options))).message).toMatch(sentence);
  });
});

it('quotes what a rejected row holds, so that its line can be put back', async () => {
  const made = await read('quoted.csv', ['customer_id,order_date,note', ',2024-01-03,"one, two"', ',2024-01-03,"said ""hm"""', ...Array.from({ length: 60 }, (_, i) => `e${i % 4},2024-02-01,n${i % 7}`)].join('\n'));
  const rejected = await engine.rows(`SELECT content FROM ${made.rejectedTable} ORDER BY "row"`);
  expect(rejected.map((r) => r['content'])).toEqual([',2024-01-03,"one, two"', ',2024-01-03,"said ""hm"""']);
});

it('refuses JSON that breaks off, and ids of which none is filled in', async () => {
  await expect(read('cut.json', '[{"customer_id": 1, "amount": 2}, {"customer_id": 2, "amount": 3},')).rejects.toMatchObject({ code: 'ingest/unreadable-file', message: expect.stringContaining('breaks off') });
  const rows = Array.from({ length: 80 }, (_, i) => `${i},,2024-01-0${1 + (i % 9)},P${i % 5},2.50`).join('\n');
  await expect(read('nobody.csv', `order_id,customer_id,ordered_at,product,amount\n${rows}\n`)).rejects.toMatchObject({ code: 'ingest/all-ids-missing' });
});
