import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { emptyFolder, shoal } from './support/shoal.js';

/** A small but sufficient order log; `rows` customers × 4 orders, never random. */
function orders(customers: number, extra: (i: number, j: number) => string = () => ''): string {
  const lines = ['order_id,customer_id,ordered_at,product,quantity,unit_price'];
  for (let i = 0; i < customers; i++) {
    for (let j = 0; j < 4; j++) {
      const day = 1 + ((i * 7 + j * 5) % 27);
      const changed = extra(i, j);
      lines.push(changed || `${i * 10 + j},C${1000 + i},2025-0${1 + ((i + j * 2) % 9)}-${String(day).padStart(2, '0')} ${10 + (i % 9)}:15:00,P${(i + j) % 12},${1 + (i % 4)},${(3 + ((i * j) % 50)).toFixed(2)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const scenarios: { name: string; file: string; content: string | Buffer; says: RegExp }[] = [
  { name: 'an empty file', file: 'empty.csv', content: '', says: /is empty/ },
  { name: 'an empty gzip file', file: 'empty.csv.gz', content: gzipSync(''), says: /is empty/ },
  { name: 'a header only', file: 'header.csv', content: 'order_id,customer_id,ordered_at,amount\n', says: /no rows/ },
  { name: 'a picture', file: 'picture.csv', content: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0]), says: /not a table/ },
  { name: 'a zip or spreadsheet', file: 'book.xlsx', content: Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200)]), says: /not a table|save/i },
  { name: 'noise bytes', file: 'noise.csv', content: Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919 + ((i * i) >> 3)) & 255)), says: /not a table|cannot be read/ },
  { name: 'broken JSON', file: 'broken.json', content: '[{"customer_id": 1, "amount": 2},', says: /cannot be read|could not|not valid/i },
  { name: 'a truncated gzip', file: 'cut.csv.gz', content: gzipSync(orders(200)).subarray(0, 500), says: /cannot be read|damaged|truncated/i },
  { name: 'a single column', file: 'one.csv', content: `customer_id\n${Array.from({ length: 60 }, (_, i) => `C${i}`).join('\n')}\n`, says: /single column/ },
  { name: 'a single customer', file: 'lonely.csv', content: orders(1), says: /belong to one customer/ },
  { name: 'all ids missing', file: 'noid.csv', content: orders(50, (i, j) => `${i * 10 + j},,2025-03-0${1 + j} 10:00:00,P${i % 5},1,2.50`), says: /customer_id|--entity/ },
  { name: '10,000 columns', file: 'wide.csv', content: `${Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(',')}\n${`${Array.from({ length: 10_000 }, (_, i) => i % 7).join(',')}\n`.repeat(30)}`, says: /10,?000 columns/ },
];

for (const { name, file, content, says } of scenarios) {
  it(`answers ${name} with one clear sentence, a non-zero exit and nothing written`, async () => {
    const cwd = await emptyFolder();
    await writeFile(join(cwd, file), content);
    const { code, stdout, stderr } = await shoal(['discover', file], { cwd });
    expect(stderr).toMatch(says);
    expect(stderr.trim().split('\n').length, stderr).toBe(1);
    expect(stderr).not.toMatch(/at .*\.js:\d+|undefined|\[object/);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(await readdir(cwd)).toEqual([file]);
  });
}

it('says that a file does not exist, and which was perhaps meant', async () => {
  const cwd = await emptyFolder();
  await writeFile(join(cwd, 'orders.csv'), orders(60));
  const { code, stderr } = await shoal(['discover', 'order.csv'], { cwd });
  expect(code).toBe(2);
  expect(stderr).toMatch(/There is no file 'order\.csv'/);
  expect(stderr).toMatch(/orders\.csv/);
});

it('refuses a folder, an unknown flag, an unknown column and a hostile expression, each in a sentence', async () => {
  const cwd = await emptyFolder();
  await mkdir(join(cwd, 'sub'));
  await writeFile(join(cwd, 'orders.csv'), orders(60));
  for (const [args, says] of [
    [['sub'], /folder/],
    [['orders.csv', '--entiti', 'customer_id'], /Did you mean '--entity'/],
    [['orders.csv', '--entity', 'custmer_id'], /Did you mean 'customer_id'/],
    [['orders.csv', '--amount', "1); DROP TABLE x; --"], /cannot be used/],
    [['orders.csv', '--seed', 'abc'], /must be a number/],
    [[], /needs/],
  ] as const) {
    const { code, stderr } = await shoal(['discover', ...args], { cwd });
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  }
  expect((await readdir(cwd)).sort()).toEqual(['orders.csv', 'sub']);
});

it('keeps every row accounted for when rows are ragged, dates are in the future and values are hostile', async () => {
  const cwd = await emptyFolder();
  const text = orders(80, (i, j) => {
    if (i === 3 && j === 0) return '30,C1003,2025-03-01 10:00:00,P1';
    if (i === 4 && j === 0) return '40,C1004,2999-03-01 10:00:00,P1,1,2.00';
    if (i === 5 && j === 0) return '50,C1005,not a date,P1,1,2.00';
    if (i === 6 && j === 0) return '60,"<script>alert(1)</script>",2025-03-01 10:00:00,"=cmd|calc",1,2.00';
    return '';
  });
  await writeFile(join(cwd, 'orders.csv'), text);
  const { code, stdout, stderr } = await shoal(['discover', 'orders.csv', '--json'], { cwd });
  expect(stderr.includes('should not'), stderr).toBe(false);
  expect(code, stderr).toBe(0);
  const [{ audit }] = JSON.parse(stdout).sources;
  expect(audit.rowsIn).toBe(320);
  expect(audit.rowsIn).toBe(audit.rowsKept + audit.rowsRejected);
  expect(audit.rowsRejected).toBe(3);
  const { readFile } = await import('node:fs/promises');
  const rejected = await readFile(join(cwd, 'shoal-out', 'rejected.csv'), 'utf8');
  expect(rejected.trim().split('\n').length).toBe(1 + 3);
  expect(rejected).toMatch(/2999/);
});

it('takes a column named __proto__ for what it is', async () => {
  const cwd = await emptyFolder();
  const rows = Array.from({ length: 120 }, (_, i) => `C${i},${i % 9},${(i * 31) % 17},${i % 5}`);
  await writeFile(join(cwd, 'people.csv'), `customer_id,__proto__,constructor,toString\n${rows.join('\n')}\n`);
  const { code, stdout, stderr } = await shoal(['discover', 'people.csv', '--json'], { cwd });
  expect(code, stderr).toBe(0);
  const names = JSON.parse(stdout).sources[0].columns.map((c: { name: string }) => c.name);
  expect(names).toEqual(['customer_id', '__proto__', 'constructor', 'toString']);
});

it('reads a file whose name is not UTF-8', async (test) => {
  const cwd = await emptyFolder();
  const odd = Buffer.concat([Buffer.from(`${cwd}/caf`), Buffer.from([0xe9]), Buffer.from('.csv')]);
  try {
    await writeFile(odd, orders(60));
  } catch {
    return test.skip('this file system refuses names that are not UTF-8');
  }
  // A shell glob hands the raw bytes to the program; Node shows them as replacement characters.
  const result = await new Promise<{ code: number; err: string }>((done) => {
    import('node:child_process').then(({ execFile }) => {
      execFile('/bin/sh', ['-c', `cd '${cwd}' && '${process.execPath}' '${new URL('../dist/cli/main.js', import.meta.url).pathname}' discover *.csv`], { env: { ...process.env, NO_COLOR: '1' } }, (error, _, err) =>
        done({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, err }));
    });
  });
  // Either it works, or one sentence says what to do.
  if (result.code !== 0) {
    expect(result.err.trim().split('\n').length).toBe(1);
    expect(result.err).toMatch(/There is no file|name/);
  } else expect(existsSync(join(cwd, 'shoal-out', 'report.html'))).toBe(true);
});

it('stops on Ctrl-C with exit 130 and leaves nothing behind', async () => {
  const cwd = await emptyFolder();
  // Enough to go on for seconds after the first word.
  await writeFile(join(cwd, 'orders.csv'), orders(400_000));
  const { code, stderr } = await shoal(['discover', 'orders.csv'], { cwd, during: (child) => void child.stderr!.once('data', () => child.kill('SIGINT')) });
  expect(code, stderr).toBe(130);
  expect(stderr).toMatch(/Stopped/);
  expect(await readdir(cwd)).toEqual(['orders.csv']);
});

it('says that the disk is full and leaves nothing half-written', async (test) => {
  const cwd = await emptyFolder();
  const small = join(cwd, 'small');
  await mkdir(small);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'ignore' });
  } catch {
    return test.skip('a small disk to fill can only be mounted by the administrator');
  }
  try {
    await writeFile(join(cwd, 'orders.csv'), orders(300));
    const { code, stderr } = await shoal(['discover', join(cwd, 'orders.csv'), '--out', join(small, 'out')], { cwd });
    expect(stderr).toMatch(/disk is full/);
    expect(code).toBe(3);
    expect(await readdir(small)).toEqual([]);
  } finally {
    execFileSync('umount', [small]);
  }
});
