// What scripts/crash-journal.mjs lets a process do to a journal until it dies, what the journal must show then, and small checks that planted faults must fail.
import { createHash } from 'node:crypto';
import { openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const from = (dist, path) => import(pathToFileURL(join(dist, path)).href);
const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const sizes = [1, 1, 1, 2, 5, 16, 60];
const users = 17;

const user = (value) => ({ type: 'user', value });
const event = (id, who, note = '') => ({ kind: 'event', event: { id, kind: 'track', name: 'Order', at: start, received: start, identifiers: [user(who)], payload: { properties: { note } } } });
const change = (n, entity) => ({ n, entity, segment: 's', version: 1, direction: 'entered', at: start, seq: 1, reason: 'because', sequence: n });

/** Group `k`: the same whoever writes it. Its first event was in the group before as well; every seventh group erases somebody. */
function group(k) {
  const size = sizes[createHash('sha256').update(`${k}`).digest()[0] % sizes.length];
  const entries = Array.from({ length: size }, (_, i) => event(`${k}.${i}`, `u${(k + i) % users}`, 'x'.repeat(50 * (k % 5))));
  if (k > 0) entries.unshift(event(`${k - 1}.0`, `u${(k - 1) % users}`));
  if (k % 7 === 6) entries.push({ kind: 'erase', identifiers: [user(`u${k % users}`)], entities: [k % 3], nodes: [], told: 0 });
  return { clock: start + 1000 * k, entries, changes: [change(k + 1, `u${k % users}`)] };
}

/** What a journal shows after the first `groups` groups. */
function expected(groups) {
  const records = [];
  let changes = [];
  for (let k = 0; k < groups; k++) {
    const { clock, entries, changes: news } = group(k);
    changes.push(...news.map(({ n, entity }) => ({ n, entity })));
    for (const [i, entry] of entries.entries()) {
      if (k > 0 && i === 0) continue;
      if (entry.kind === 'erase') {
        const gone = entry.identifiers[0].value;
        for (const record of records) if (record.who === gone) [record.is, record.who] = ['erased', undefined];
        changes = changes.filter(({ entity }) => entity !== gone);
        records.push({ seq: records.length + 1, clock, is: 'erase' });
      } else records.push({ seq: records.length + 1, clock, is: entry.event.id, who: entry.event.identifiers[0].value });
    }
  }
  return { records, changes };
}

/** Opens the journal that a process left, reads everything, and gives after how many groups it is: one of `allowed`. It throws where it is anything else. */
export async function reached(dist, place, allowed) {
  const { openJournal } = await from(dist, 'store/catalog.js');
  const journal = await openJournal(place, 'main', { clock: () => start });
  try {
    const { seq } = await journal.head();
    const shown = [];
    for await (const records of journal.read(0)) for (const { entry, ...place } of records) shown.push({ ...place, ...(entry.kind === 'event' ? { is: entry.event.id, who: entry.event.identifiers[0].value } : { is: entry.kind }) });
    const changes = (await journal.changes(0, 1e6)).map(({ n, entity }) => ({ n, entity }));
    const saved = await journal.saved();
    const said = new Map();
    for (const n of allowed) {
      const { records, changes: known } = expected(n);
      const kept = records.slice(records.length - shown.length);
      if (records.length === seq && JSON.stringify(kept) === JSON.stringify(shown) && JSON.stringify(known) === JSON.stringify(changes)) {
        if (saved) for (const [i, bytes] of (await journal.states(saved.due.map(({ entity }) => entity))).entries()) if (`${Buffer.from(bytes)}` !== `${saved.due[i].entity} of ${Buffer.from(saved.rest)}`) throw new Error('A state is not of its snapshot.');
        // What came must still be known to have come.
        if (n > 0) {
          const last = group(n - 1);
          const again = last.entries.filter(({ kind }) => kind === 'event');
          const answers = await journal.append({ clock: last.clock, entries: again });
          if (!answers.every((answer) => answer.duplicate)) throw new Error(`After ${n} groups a message was counted twice.`);
        }
        return n;
      }
      said.set(n, records.length);
    }
    throw new Error(`The journal ends at record ${seq} (${shown.length} shown, ${changes.length} changes); allowed were ${[...said].map(([n, records]) => `${records} after ${n} groups`).join(', ')}.`);
  } finally {
    await journal.close();
  }
}

/** The process: writes groups from `first` on, `count` of them or for ever, saying which it begins and which it was told is kept; then it closes the journal, or is killed. */
export async function work(dist, place, first, count, ending = 'closed') {
  const { openJournal } = await from(dist, 'store/catalog.js');
  // Also into a file, where strace can see it among the calls on files.
  const beside = place.startsWith('postgres') ? undefined : openSync(join(place, 'said'), 'a');
  const say = (text) => {
    writeSync(1, `${text}\n`);
    if (beside === undefined) return;
    try {
      writeSync(beside, `${text}\n`);
    } catch {
      // The disk may be full.
    }
  };
  let journal;
  let k = first;
  let closing = false;
  try {
    // A file is written by a thread of its own, as in a server.
    journal = await openJournal(place, 'main', { clock: () => start, entry: join(dist, 'store/journal/main.js') });
    say('ready');
    for (; k < first + count; k++) {
      say(`> ${k}`);
      await journal.append(group(k));
      say(`< ${k}`);
      const { seq } = await journal.head();
      if (k % 10 === 9) await journal.save({ seq, rest: Buffer.from(`${k}`), states: [0, 1, 2, 3].map((entity) => ({ entity, bytes: Buffer.from(`${entity} of ${k}`), due: start + k })) });
      if (k % 40 === 39) await journal.prune({ bytes: 50_000 });
      // The event loop turns, as it does in a server.
      await new Promise(setImmediate);
    }
    if (ending === 'killed') process.kill(process.pid, 'SIGKILL');
    closing = true;
    await journal.close();
  } catch (error) {
    say(`! ${error.code ?? error}`);
    // Once more, as if nothing had been: it must be refused.
    say(`after ${journal && !closing ? await journal.append(group(k)).then(() => 'accepted', ({ code }) => code) : error.code}`);
    process.exit(3);
  }
}

/** Small checks of what a journal promises, by name: gives those that do not hold. */
export async function checks(dist, place, only) {
  const { openJournal } = await from(dist, 'store/catalog.js');
  const { openSqlite } = await from(dist, 'store/adapters/sqlite-library.js');
  const { sealerOf } = await from(dist, 'store/journal/seal.js');
  const failed = [];
  for (const [i, [name, check]] of Object.entries(promises).entries()) {
    if (only !== undefined && name !== only) continue;
    const folder = join(place, `${i}`);
    const open = () => openJournal(folder, 'main', { clock: () => start });
    const files = join(folder, 'workspaces', 'main');
    const sql = (text) => {
      const connection = openSqlite(join(files, 'journal.sqlite'));
      try {
        return connection.prepare(text)[/^SELECT/.test(text) ? 'all' : 'run']([]);
      } finally {
        connection.prepare('PRAGMA journal_mode = DELETE').all([]);
        connection.close();
      }
    };
    const bytes = () => Buffer.concat(readdirSync(files).map((file) => readFileSync(join(files, file))));
    const holds = await check({ open, sql, bytes, sealer: sealerOf('main') }).catch((error) => (process.env.WHY && console.error(name, error), false));
    if (!holds) failed.push(name);
  }
  return failed;
}

const put = (journal, at, ...entries) => journal.append({ clock: at, entries });
const all = async (journal) => {
  const found = [];
  for await (const records of journal.read(0)) found.push(...records);
  return found;
};
const isDamaged = (work) => work.then(() => false, ({ code }) => code === 'store/damaged');

const promises = {
  async 'a message is the same for 30 days, to the millisecond'({ open }) {
    const journal = await open();
    await put(journal, start, event('a', 'u'));
    const [[before], [after]] = [await put(journal, start + 30 * day - 1, event('a', 'u')), await put(journal, start + 30 * day, event('a', 'u'))];
    await journal.close();
    return before.duplicate && !after.duplicate;
  },
  async 'a message is known after a restart'({ open }) {
    let journal = await open();
    await put(journal, start, event('a', 'u'));
    await journal.close();
    journal = await open();
    const [answer] = await put(journal, start, event('a', 'u'));
    await journal.close();
    return answer.duplicate;
  },
  async 'erasing destroys the key, in the log as well'({ open, sql, bytes }) {
    let journal = await open();
    await put(journal, start, event('a', 'ada'));
    await journal.close();
    const [{ key, hmac }] = sql('SELECT key, hmac FROM subjects WHERE number = 1');
    journal = await open();
    await put(journal, start, event('b', 'ada'));
    await put(journal, start, { kind: 'erase', identifiers: [user('ada')], entities: [], nodes: [], told: 0 });
    const kinds = (await all(journal)).map(({ entry }) => entry.kind);
    const left = bytes();
    await journal.close();
    return `${kinds}` === 'erased,erased,erase' && !left.includes(key) && !left.includes(hmac);
  },
  async 'a record that was changed is not served'({ open, sql }) {
    let journal = await open();
    await put(journal, start, event('a', 'u'));
    await journal.close();
    const [{ payload }] = sql('SELECT hex(payload) AS payload FROM records WHERE seq = 1');
    const other = (Number.parseInt(payload.slice(60, 62), 16) ^ 1).toString(16).padStart(2, '0');
    sql(`UPDATE records SET payload = x'${payload.slice(0, 60)}${other}${payload.slice(62)}' WHERE seq = 1`);
    journal = await open();
    const damaged = await isDamaged(all(journal));
    await journal.close();
    return damaged;
  },
  async 'a record in the place of another is not served'({ open, sql }) {
    let journal = await open();
    for (const id of ['a', 'b']) await put(journal, start, event(id, 'u'));
    await journal.close();
    sql('UPDATE records SET payload = (SELECT payload FROM records WHERE seq = 1) WHERE seq = 2');
    journal = await open();
    const damaged = await isDamaged(all(journal));
    await journal.close();
    return damaged;
  },
  async 'a record that is gone is missed'({ open, sql }) {
    let journal = await open();
    for (const id of ['a', 'b', 'c']) await put(journal, start, event(id, 'u'));
    await journal.close();
    sql('DELETE FROM records WHERE seq = 2');
    journal = await open();
    const damaged = await isDamaged(all(journal));
    await journal.close();
    return damaged;
  },
  async 'no nonce is used twice'({ open, sql, sealer }) {
    const journal = await open();
    for (let i = 0; i < 1100; i++) await put(journal, start, event(`${i}`, 'u'), event(`and ${i}`, 'v'));
    await journal.close();
    const [{ key }] = sql('SELECT hex(key) AS key FROM subjects WHERE number = 0');
    const rows = sql('SELECT seq, clock, kind, subject, upto, first, hex(payload) AS payload FROM records');
    const nonces = new Set();
    for (const { payload, ...row } of rows) {
      const sealed = Buffer.from(payload, 'hex');
      const numbers = [row.seq, row.clock, row.kind, row.subject, row.upto, row.first];
      // That of the row, and in it that under which what is of each person is encrypted.
      for (const nonce of [sealed.subarray(4, 16), sealer.open(Buffer.from(key, 'hex'), 'groups', numbers, sealed).subarray(0, 12)]) nonces.add(nonce.toString('hex'));
    }
    return nonces.size === 2 * 1100;
  },
  async 'nothing is pruned that the snapshot does not hold'({ open }) {
    const journal = await open();
    for (let i = 0; i < 9; i++) await put(journal, start, event(`${i}`, 'u'));
    await journal.save({ seq: 4, rest: Buffer.alloc(0), states: [] });
    const gone = await journal.prune({ bytes: 0 });
    const left = (await all(journal)).length;
    await journal.close();
    return gone === 4 && left === 5;
  },
};
