import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.js';
import { beginningOf, examplesIn } from './rejected.js';

describe('rows that were left out', () => {
  it('are read from CSV with quotes, commas and line breaks inside cells', () => {
    expect(parseCsv('a,b\r\n"x, ""y""\nz",2\n')).toEqual([['a', 'b'], ['x, "y"\nz', '2']]);
    expect(parseCsv('')).toEqual([]);
  });

  it('lose a last row that was cut off inside quotes', () => expect(parseCsv('a,b\n1,"cut o')).toEqual([['a', 'b']]));

  it('are shown a few of each source and reason', () => {
    const lines = Array.from({ length: 8 }, (_, i) => `orders,${i + 2},no customer_id,"x${i},y"`);
    const examples = examplesIn(['source,row,reason,content', ...lines, 'visits,7,no customer_id,z', 'cut'].join('\n'));
    expect(examples.map((e) => [e.source, e.reason, e.rows.length])).toEqual([['orders', 'no customer_id', 5], ['visits', 'no customer_id', 1]]);
    expect(examples[0].rows[0]).toEqual({ row: '2', content: 'x0,y' });
  });

  it('are shown as they stood in the file, without the apostrophe that guards a spreadsheet', () => {
    const [{ rows }] = examplesIn(`source,row,reason,content\norders,1,odd,"'=1+1,x"\norders,2,odd,"'s-Gravenhage"\n`);
    expect(rows.map(({ content }) => content)).toEqual(['=1+1,x', "'s-Gravenhage"]);
  });

  it('are not fetched beyond what is wanted', async () => {
    let cancelled = false;
    const stream = new ReadableStream({ pull: (c) => c.enqueue(new TextEncoder().encode('x'.repeat(100))), cancel: () => void (cancelled = true) });
    expect((await beginningOf(new Response(stream), 250)).length).toBe(300);
    expect(cancelled).toBe(true);
  });
});
