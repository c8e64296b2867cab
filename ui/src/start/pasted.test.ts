import { describe, expect, it } from 'vitest';
import { filesIn, looksLikeTable } from './pasted.js';

const data = (text: string, files: readonly File[] = []) => ({ files: files as unknown as FileList, getData: () => text });

describe('what is pasted', () => {
  it('is a table where two lines share a separator', () => {
    expect(looksLikeTable('id,amount\n1,20')).toBe(true);
    expect(looksLikeTable('id\tamount\r\n1\t20')).toBe(true);
    expect(looksLikeTable('id;amount\n1;20\n')).toBe(true);
  });

  it('is no table where it is a sentence, one line, or two lines that share nothing', () => {
    expect(looksLikeTable('Hello, world')).toBe(false);
    expect(looksLikeTable('Hello, world\nbye')).toBe(false);
    expect(looksLikeTable('')).toBe(false);
  });

  it('becomes a file named by its separator', async () => {
    const [csv] = filesIn(data('id,amount\n1,20'));
    expect([csv.name, await csv.text()]).toEqual(['pasted.csv', 'id,amount\n1,20']);
    expect(filesIn(data('id\tamount\n1\t20'))[0].name).toBe('pasted.tsv');
  });

  it('is taken as it is where it holds files', () => {
    const file = new File(['x'], 'orders.csv');
    expect(filesIn(data('id,amount\n1,20', [file]))).toEqual([file]);
  });

  it('is nothing where it is plain words', () => expect(filesIn(data('just words'))).toEqual([]));
});
