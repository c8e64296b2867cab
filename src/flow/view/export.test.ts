import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createContext } from '../../context.js';
import type { ExportFormat } from '../../domain/answer.js';
import { openEngine } from '../../engine/catalog.js';
import { marketRun, testFolder } from './run.test.fixture.js';
import { headsOf, writeLines, writeTable } from './table.js';
import { openView, type RunView } from './view.js';

const { path, remove } = testFolder();
const engine = await openEngine();
let view: RunView;
beforeAll(async () => {
  await marketRun(path('run'), 300);
  view = await openView(path('run'), createContext());
});
afterAll(async () => {
  await view.close();
  await engine.close();
  remove();
});

/** CSV as a spreadsheet reads it: rows of cells, quotes taken off. */
function decoded(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '', quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      rows[rows.length - 1].push(cell);
      cell = '';
      if (c === '\n') rows.push([]);
    } else cell += c;
  }
  return rows.slice(0, -1);
}

const list = async (columns: readonly string[], rows: readonly (readonly (string | number | boolean | null)[])[], format: ExportFormat = 'csv') => {
  const file = path(`list.${format}`);
  const exported = await view.export({ what: 'list', columns, rows }, format, file);
  return { exported, text: format === 'parquet' ? '' : readFileSync(file, 'utf8'), file };
};

describe('CSV', () => {
  it('has no cell that a spreadsheet takes for a formula, whatever the text; a word can still be read', async () => {
    const start = fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠', '"', ',', ';', "'", ' ', 'a', '5', '.');
    const text = fc.tuple(start, fc.string({ unit: fc.constantFrom('=', '-', '1', 'A', '(', ')', '"', ',', '\n', '\r', "'", '\0', 'é', '\u{1f41f}'), maxLength: 8 })).map((parts) => parts.join(''));
    await fc.assert(fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 20 }), async (cells) => {
      const { text: csv } = await list(['=name', 'b'], cells.map((cell) => [cell, 'end']));
      const [head, ...rows] = decoded(csv);
      expect(head).toEqual(["'=name", 'b']);
      expect(rows.length).toBe(cells.length);
      rows.forEach(([cell, last], i) => {
        const kept = cells[i].replaceAll('\0', '');
        expect(last).toBe('end');
        expect(cell === kept || cell === `'${kept}`).toBe(true);
        if (!/^-?\d+(\.\d+)?$/.test(cell)) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        if (!/^[=+\-@\t\r\n＝＋－＠]/.test(kept)) expect(cell).toBe(kept);
      });
    }), { numRuns: 60 });
  });

  it('leaves numbers numbers, and says nothing where nothing is known', async () => {
    const { text, exported } = await list(['n', 'yes', 'who'], [[-1.5, true, '-7'], [3, false, '-7a'], [null, null, null], [Number.NaN, true, 'x']]);
    expect(decoded(text).slice(1)).toEqual([['-1.5', 'true', '-7'], ['3.0', 'false', "'-7a"], ['', '', ''], ['', 'true', 'x']]);
    expect(exported).toMatchObject({ rows: 4, bytes: Buffer.byteLength(text), mediaType: 'text/csv; charset=utf-8' });
    expect(existsSync(path('list.csv.rows'))).toBe(false);
  });

  it('keeps columns apart that are called alike', async () => {
    expect(decoded((await list(['a', 'A', ''], [[1, 2, 3]])).text)[0]).toEqual(['a', 'A 2', 'column']);
  });
});

describe('a list', () => {
  it('comes back from every format', async () => {
    const rows = [['=1+1', 2, true], ['2020-01-01', -0.5, false], ["it's, \"quoted\"\n", null, null]] as const;
    const named = rows.map(([a, b, c]) => ({ a, b, c }));
    expect(JSON.parse((await list(['a', 'b', 'c'], rows, 'json')).text)).toEqual(named);
    expect((await list(['a', 'b', 'c'], rows, 'ndjson')).text.trim().split('\n').map((line) => JSON.parse(line))).toEqual(named);
    expect(await engine.rows(`FROM '${(await list(['a', 'b', 'c'], rows, 'parquet')).file}'`)).toEqual(named);
    expect(JSON.parse((await list(['a'], [], 'json')).text)).toEqual([]);
  });
});

describe('a table of no run', () => {
  it('is written from its rows, which may come one by one, and says what it could not write', async () => {
    const heads = headsOf(['who', 'n', 'yes'], [['=A1', 1, true], [null, null, false]]);
    expect(heads.map(({ type }) => type)).toEqual(['VARCHAR', 'DOUBLE', 'BOOLEAN']);
    await writeLines(path('lines'), heads, (async function* () { yield* [['=A1', 1, true], [undefined, Number.NaN, false]]; })());
    expect(await writeTable(heads, path('lines'), 'csv', path('table.csv'))).toMatchObject({ rows: 2, mediaType: 'text/csv; charset=utf-8' });
    expect(decoded(readFileSync(path('table.csv'), 'utf8'))).toEqual([['who', 'n', 'yes'], ["'=A1", '1.0', 'true'], ['', '', 'false']]);
    await expect(writeTable(heads, path('none'), 'csv', path('none.csv'))).rejects.toMatchObject({ code: 'run/write-failed' });
    expect(existsSync(path('none.csv'))).toBe(false);
    await expect(writeLines(path('half'), heads, (async function* () { yield ['a', 1, true]; throw new Error('gone'); })())).rejects.toThrow('gone');
    expect(existsSync(path('half'))).toBe(false);
  });
});

describe('people', () => {
  it.each([[{ by: 'recency', descending: true }], [{ by: 'orders' }], [{ by: 'strength' }], [{ by: 'entity', descending: true }], [undefined]] as const)('come in the order of the list: %j', async (sort) => {
    const { rows } = await view.page({ limit: 1000, ...(sort && { sort }) });
    await view.export({ what: 'members', of: { kind: 'everyone' }, columns: ['orders'], ...(sort && { sort }) }, 'json', path('sorted.json'));
    expect((JSON.parse(readFileSync(path('sorted.json'), 'utf8')) as { entity: string }[]).map(({ entity }) => entity)).toEqual(rows.map(({ entity }) => entity));
  });

  it('are written with their memberships and features, those of a group alone', async () => {
    const { segment } = await view.membership();
    const { rows } = await view.page({ of: { kind: 'segment', segment: 1 }, limit: 1000, columns: ['spend', 'orders'] });
    for (const format of ['csv', 'parquet', 'json', 'ndjson'] as const) {
      const file = path(`members.${format}`);
      expect((await view.export({ what: 'members', of: { kind: 'segment', segment: 1 }, columns: ['spend', 'orders'] }, format, file)).rows).toBe(rows.length);
      const from = { csv: `read_csv('${file}')`, parquet: `'${file}'`, json: `read_json('${file}')`, ndjson: `read_json('${file}')` }[format];
      const got = await engine.rows(`FROM ${from}`);
      expect(got.map(({ entity, segment: s, segment_id: id, spend, orders }) => ({ entity, s, id, spend, orders })))
        .toEqual(rows.map(({ entity, values }) => ({ entity, s: 1, id: view.report.segments[1].id, spend: values[0].value, orders: values[1].value })));
    }
    expect((await view.export({ what: 'features', columns: ['spend', 'spend'] }, 'parquet', path('twice.parquet'))).rows).toBe(view.entities);
    const everyone = path('everyone.parquet');
    await view.export({ what: 'memberships' }, 'parquet', everyone);
    expect((await engine.columns(`SELECT segment FROM '${everyone}'`)).columns[0].values).toEqual(Float64Array.from(segment));
    expect(await engine.rows(`SELECT count(*) AS n FROM (SELECT entity, segment, segment_name, strength, next_nearest, tier FROM '${everyone}' EXCEPT FROM '${path('run/membership.parquet')}')`)).toEqual([{ n: 0 }]);
    const features = path('features.parquet');
    await view.export({ what: 'features' }, 'parquet', features);
    expect(await engine.rows(`SELECT count(*) AS n FROM (FROM '${features}' EXCEPT ALL FROM '${path('run/features.parquet')}')`)).toEqual([{ n: 0 }]);
  });

  it('cannot be written where one may not, and nothing is left there', async () => {
    const file = path('no-such-folder/members.csv');
    await expect(view.export({ what: 'memberships' }, 'csv', file)).rejects.toMatchObject({ code: 'run/write-failed' });
    await expect(list(['a'], [[1]]).then(() => view.export({ what: 'list', columns: ['a'], rows: [[1]] }, 'csv', file))).rejects.toMatchObject({ code: 'run/write-failed' });
    await expect(view.export({ what: 'features', columns: ['nothing'] }, 'csv', path('x.csv'))).rejects.toMatchObject({ code: 'explain/unknown-feature' });
    expect(existsSync(path('x.csv'))).toBe(false);
  });
});
