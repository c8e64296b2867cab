import type { FastifyReply } from 'fastify';

/** Milliseconds between two signs of life on a stream that has nothing to say. */
const heartbeat = 15_000;

/** Milliseconds that a refusal is waited for before the stream is begun. */
const doubt = 200;

/**
 * Sends every item as a server-sent event until they end or the caller goes. The first is waited for a moment before anything is sent, so that a refusal still is one. Whoever loses the
 * stream asks again: it begins with how things are.
 */
export async function sendEvents(reply: FastifyReply, items: AsyncIterable<unknown>, retry = 1000): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const first = iterator.next();
  await Promise.race([first, new Promise((resolve) => setTimeout(resolve, doubt))]);
  const { raw } = reply;
  reply.hijack();
  // Whoever has gone by now is told nothing any more, and 'close' does not come again.
  if (raw.destroyed) {
    first.catch(() => undefined);
    void iterator.return?.();
    return;
  }
  raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  raw.write(`retry: ${retry}\n\n`);
  const beat = setInterval(() => raw.write(': still there\n\n'), heartbeat).unref();
  const gone = new Promise<void>((resolve) => raw.once('close', resolve));
  try {
    let next = await Promise.race([first, gone]);
    for (let id = 1; next && !next.done; id++) {
      // A slow reader is waited for, so that what it does not take does not pile up here.
      if (!raw.write(`id: ${id}\ndata: ${JSON.stringify(next.value)}\n\n`)) await Promise.race([gone, new Promise<void>((resolve) => raw.once('drain', resolve))]);
      next = await Promise.race([iterator.next(), gone]);
    }
  } finally {
    clearInterval(beat);
    void iterator.return?.();
    raw.end();
  }
}
