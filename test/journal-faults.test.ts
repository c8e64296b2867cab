import { afterEach, describe, expect, it } from 'vitest';
import { broken, faults, flip, kill, order, power, space, torn, unkept, withoutStrace } from '../scripts/crash-journal.mjs';
import { withoutPostgres } from '../scripts/postgres.mjs';

/** Short runs of scripts/crash-journal.mjs; evidence/crash-journal.md has the long ones. */
if (withoutStrace) process.stderr.write(`${withoutStrace}\n`);

describe('a journal', () => {
  it.concurrent('whose process is killed ten times loses nothing it acknowledged, invents nothing and counts nothing twice', async () => {
    expect(await kill(10)).toMatchObject({ kills: 10 });
  });

  it.concurrent.skipIf(withoutPostgres)('in PostgreSQL does not either', async () => {
    expect(await kill(4, { engine: 'postgres', seed: 3 })).toMatchObject({ kills: 4 });
  });

  it('whose log is cut or garbled in its last frames is a beginning of what it was', async () => {
    const { cuts, endings } = await torn({ step: 997 });
    expect(cuts).toBeGreaterThan(20);
    expect(endings).toContain('11');
  });

  it('with any byte of its file flipped is found damaged, or says the same as before', async () => {
    const { bytes, found, harmless } = await flip({ step: 499 });
    expect(found + harmless).toBe(bytes);
    expect(found).toBeGreaterThan(10);
  });

  it.skipIf(withoutStrace)('acknowledges nothing before the sync that keeps it', async () => {
    expect(await order({ groups: 20 })).toMatchObject({ acknowledged: 20 });
  });

  it.skipIf(withoutStrace)('refuses everything after a sync that failed, and is whole when it is opened again', async () => {
    const { 'fsync,fdatasync EIO': found } = await faults({ groups: 4, only: ['fsync,fdatasync'] });
    expect(found.refused).toBe(found.runs);
    expect(found.runs).toBeGreaterThan(10);
  });

  it.skipIf(withoutStrace)('does so after a write that failed', async () => {
    const { 'pwrite64 ENOSPC': found } = await faults({ step: 23, groups: 4, only: ['pwrite64'], errors: ['ENOSPC'] });
    expect(found.refused).toBeGreaterThan(2);
  });

  it.skipIf(withoutStrace)('survives a loss of power between any two calls', async () => {
    const { states } = await power({ groups: 8, step: 25 });
    expect(states).toBeGreaterThan(30);
  });

  it('on a disk that fills up keeps what it acknowledged', async (context) => {
    const found = await space();
    if (!found) return context.skip('no small disk can be mounted here');
    expect(found.found).toBeGreaterThanOrEqual(found.groupsKept);
  });

  it('keeps its promises', async () => {
    expect(await unkept()).toEqual([]);
  });
});

describe('a journal that is broken on purpose is found out', () => {
  let copy: ReturnType<typeof broken> | undefined;
  afterEach(() => {
    copy?.drop();
    copy = undefined;
  });
  const breaking = (...how: readonly [string, string, string]) => (copy = broken(...how)).dist;

  it.skipIf(withoutStrace).each([
    ['acknowledging before the commit', 'journal/open.js', 'await tables.write(', 'setImmediate(tables.write, '],
    ['committing after the answer', 'journal/sqlite.js', "run('COMMIT');", "setImmediate(() => run('COMMIT'));"],
    ['synchronous = NORMAL', 'adapters/sqlite.js', "'synchronous = FULL'", "'synchronous = NORMAL'"],
    ['synchronous = OFF', 'adapters/sqlite.js', "'synchronous = FULL'", "'synchronous = OFF'"],
  ])('by the order of its calls: %s', async (_, path, good, bad) => {
    await expect(order({ groups: 10, dist: breaking(path, good, bad) })).rejects.toThrow(/before it was synced|ended with 3/);
  });

  it.skipIf(withoutStrace).each([
    ['going on after a failure', 'journal/final.js', 'if (failure)', 'if (false)'],
    ['telling nobody of a failure', 'journal/final.js', 'throw told(cause);', 'return undefined;'],
    // The syncs before are of the opening.
  ])('by a sync that fails: %s', async (_, path, good, bad) => {
    await expect(faults({ groups: 6, first: 11, only: ['fsync,fdatasync'], dist: breaking(path, good, bad) })).rejects.toThrow(/went on as if|what came after it was accepted/);
  });

  it.skipIf(withoutStrace).each([
    ['message ids outside the transaction', 'journal/sqlite.js', 'if (message)', "if (message) queueMicrotask(() => run('INSERT OR REPLACE INTO messages VALUES (?, ?, ?)', message.seq, message.clock, message.sealed));\nif (false)"],
    ['changes outside the transaction', 'journal/sqlite.js', "insert('changes',", "((...all) => queueMicrotask(() => insert(...all)))('changes',"],
  ])('by a loss of power: %s', async (_, path, good, bad) => {
    await expect(power({ groups: 6, step: 4, dist: breaking(path, good, bad) })).rejects.toThrow('Power lost');
  });

  it.each([
    ['a month that is a millisecond too long', 'journal/messages.js', ') < memory', ') <= memory', 'a message is the same for 30 days, to the millisecond'],
    ['message ids forgotten at the end of the process', 'journal/messages.js', 'this.#index(opened);', '', 'a message is known after a restart'],
    ['erasing that keeps the key', 'journal/sqlite.js', 'hmac = NULL, key = NULL,', 'hmac = NULL,', 'erasing destroys the key, in the log as well'],
    ['erasing that leaves the key in the log', 'journal/open.js', 'await tables.scrub();', '', 'erasing destroys the key, in the log as well'],
    ['erasing that keeps the key in memory', 'journal/open.js', 'subjects.drop(name);', '', 'erasing destroys the key, in the log as well'],
    ['no look at the tag', 'journal/seal.js', 'decipher.final();', '', 'a record that was changed is not served'],
    ['sealed without its place', 'journal/seal.js', 'for (const number of numbers)', 'for (const number of [])', 'a record in the place of another is not served'],
    ['no look for gaps', 'journal/open.js', 'if (firstOf(row) !== next)', 'if (false)', 'a record that is gone is missed'],
    ['the same nonces again', 'journal/seal.js', 'randomFillSync(pool);', '', 'no nonce is used twice'],
    ['the same nonce for everybody\'s own texts', 'journal/open.js', 'packGroup(row, sealer.nonce())', 'packGroup(row, Buffer.alloc(12))', 'no nonce is used twice'],
    ['pruning past the snapshot', 'journal/open.js', 'Math.min(seq, snapshots.seq)', 'seq', 'nothing is pruned that the snapshot does not hold'],
  ])('by its promises: %s', async (_, path, good, bad, promise) => {
    expect(await unkept(breaking(path, good, bad), promise)).toEqual([promise]);
  });
});
