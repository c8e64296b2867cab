// A load generator that costs little itself: plain sockets, requests made beforehand, one under way per connection. Open loop: every request has its instant, whether the server keeps up or not, and its latency counts from then.
import { connect } from 'node:net';

/** Latencies in buckets of at most 1.6 % width, as HDR histograms have it: nothing is averaged away, and a million of them take a few kilobytes. */
export function createHistogram() {
  const counts = new Uint32Array(64 * 40);
  let total = 0, most = 0;
  const bucketOf = (us) => {
    if (us < 64) return us;
    const power = 31 - Math.clz32(us);
    return (power - 5) * 64 + ((us >>> (power - 6)) & 63);
  };
  const topOf = (bucket) => (bucket < 64 ? bucket : (64 + (bucket & 63) + 1) * 2 ** ((bucket >> 6) - 1));
  return {
    /** @param ms at most half an hour */
    add(ms) {
      const us = Math.min(2 ** 31 - 1, Math.max(0, Math.round(ms * 1000)));
      counts[bucketOf(us)]++;
      total++;
      if (ms > most) most = ms;
    },
    get total() {
      return total;
    },
    summary() {
      const at = (share) => {
        let left = Math.ceil(total * share);
        for (let bucket = 0; bucket < counts.length; bucket++) if ((left -= counts[bucket]) <= 0) return Math.min(topOf(bucket) / 1000, most);
        return most;
      };
      return total === 0 ? undefined : { n: total, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), most };
    },
  };
}

/** The bytes of a request. */
export function requestOf({ host, port }, method, path, key, body = '') {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n\r\n`), bytes]);
}

/** First in, first out, at the same cost however many wait. */
function createQueue() {
  let into = [], from = [];
  return {
    push: (item) => void into.push(item),
    shift() {
      if (from.length === 0) [from, into] = [into.reverse(), from];
      return from.pop();
    },
    get length() {
      return into.length + from.length;
    },
  };
}

/** Connections that are kept, each used in its turn, so that none is idle for long; `send` waits for a free one. */
export function openPool({ host, port }, size) {
  const free = createQueue();
  const waiting = createQueue();
  const sockets = new Set();
  let open = true;
  const give = (socket) => {
    const next = waiting.shift();
    if (next) next(socket);
    else free.push(socket);
  };
  /** Undefined where none is free: those that were closed meanwhile are passed over. */
  const take = () => {
    for (let socket; (socket = free.shift());) if (sockets.has(socket)) return socket;
    return undefined;
  };
  const add = () => {
    const socket = connect({ host, port, noDelay: true });
    sockets.add(socket);
    let got = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
      const answer = answerIn(got);
      if (!answer) return;
      got = Buffer.alloc(0);
      // Said before anything was asked (408): it is about to be closed, and must not be used any more.
      if (!socket.done) return void socket.destroy();
      const done = socket.done;
      socket.done = undefined;
      give(socket);
      done(answer);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      socket.done?.({ status: 0, body: '' });
      if (open) add();
    });
    socket.once('connect', () => give(socket));
  };
  for (let i = 0; i < size; i++) add();
  return {
    /** @returns {Promise<{ status: number, body: string }>} status 0 where the connection broke */
    send: (bytes) => new Promise((resolve) => {
      const go = (socket) => {
        socket.done = resolve;
        socket.write(bytes);
      };
      const socket = take();
      if (socket) go(socket);
      else waiting.push(go);
    }),
    get waiting() {
      return waiting.length;
    },
    close() {
      open = false;
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Undefined where it is not all there yet. The body is made a text only for whoever asks. */
function answerIn(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  // As our server writes it; else as it may be written.
  const named = bytes.indexOf('content-length: ');
  const length = named >= 0 && named < end ? parseInt(bytes.latin1Slice(named + 16, Math.min(named + 28, end)), 10) : Number(/content-length: *(\d+)/i.exec(bytes.latin1Slice(0, end))?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  return {
    status: (bytes[9] - 48) * 100 + (bytes[10] - 48) * 10 + bytes[11] - 48,
    get body() {
      return bytes.utf8Slice(end + 4, end + 4 + length);
    },
  };
}

/**
 * Sends `rate` requests a second for `seconds`, each at its own instant. `make(i)` gives the bytes; `told(answer, i)` is called with each answer. What has not been answered `patience`
 * seconds after the end counts as status 0.
 */
export async function openLoop({ pool, rate, seconds, make, told = () => {}, patience = 10 }) {
  const latency = createHistogram();
  const statuses = {};
  const total = Math.round(rate * seconds);
  const began = performance.now();
  let sent = 0, answered = 0, lag = 0, last = began;
  await new Promise((resolve) => {
    let over;
    const end = () => {
      clearTimeout(over);
      resolve();
    };
    const tick = () => {
      const now = performance.now();
      while (sent < total && began + (sent * 1000) / rate <= now) {
        const due = began + (sent * 1000) / rate;
        lag = Math.max(lag, now - due);
        const i = sent++;
        void pool.send(make(i)).then((answer) => {
          last = performance.now();
          latency.add(last - due);
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
          told(answer, i, due);
          if (++answered === total) end();
        });
      }
      if (sent < total) setTimeout(tick, 1);
      else over = setTimeout(end, patience * 1000);
    };
    tick();
  });
  if (answered < total) statuses[0] = (statuses[0] ?? 0) + total - answered;
  return { rate, seconds, sent, answered, statuses, good: statuses[200] ?? 0, took: (last - began) / 1000, latency: latency.summary(), generatorLag: lag };
}

/** As many as can be had: every connection sends the next request as soon as it has its answer. */
export async function closedLoop({ pool, connections, seconds, make }) {
  const until = performance.now() + seconds * 1000;
  const statuses = {};
  let i = 0;
  await Promise.all(Array.from({ length: connections }, async () => {
    while (performance.now() < until) {
      const { status } = await pool.send(make(i++));
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  }));
  return { seconds, statuses, rate: (statuses[200] ?? 0) / seconds };
}
