import { setTimeout as wait } from 'node:timers/promises';
import { ShoalError } from '../../errors.js';

/** Bytes of a batch; the server takes a little more. */
const largest = 400 * 1024;
/** Seconds between tries while the server is not there. */
const pauses = [1, 2, 4, 8, 15, 30];

export interface Sent {
  readonly taken: number;
  readonly rejected: readonly { readonly reason: string }[];
}

/**
 * Sends messages in batches, one after the other, and comes again when the server is busy, or away for a minute. What is sent twice is counted once.
 * @throws `cli/failed` where the server refuses, or does not come back; `run/aborted`
 */
export async function sendMessages(messages: readonly unknown[], { server, token }: { readonly server: string; readonly token: string }, signal: AbortSignal): Promise<Sent> {
  const sent = { taken: 0, rejected: [] as { reason: string }[] };
  for (const batch of batches(messages)) {
    const { rejected = [] } = await sendBatch(JSON.stringify({ batch }), server, token, signal);
    sent.taken += batch.length - rejected.length;
    sent.rejected.push(...rejected);
  }
  return sent;
}

function* batches(messages: readonly unknown[]): Generator<readonly unknown[]> {
  let batch: unknown[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(JSON.stringify(message)) + 1;
    if (bytes + size > largest && batch.length) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length) yield batch;
}

async function sendBatch(body: string, server: string, token: string, signal: AbortSignal): Promise<{ rejected?: { reason: string }[] }> {
  for (let tries = 0; ; tries++) {
    if (signal.aborted) throw new ShoalError('run/aborted', {});
    const answer = await fetch(`${server}/v1/batch`, { method: 'POST', signal, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body }).catch((error: Error) => error);
    if (signal.aborted) throw new ShoalError('run/aborted', {});
    if (!(answer instanceof Error)) {
      const said = (await answer.json().catch(() => ({}))) as { readonly message?: string; readonly rejected?: { reason: string }[] };
      if (answer.ok) return said;
      // The whole of a batch can be what is wrong with it: then it is told like the parts of others.
      if (answer.status < 500 && answer.status !== 429 && answer.status !== 408) throw new ShoalError('cli/failed', { sentence: `The server refused (${answer.status}): ${said.message ?? 'it did not say why'}` });
      if (answer.status === 429) tries--;
    }
    if (tries >= pauses.length) throw new ShoalError('cli/failed', { sentence: `${server} does not take events just now. Run the same command again later: what it has already is not counted twice.` });
    const seconds = answer instanceof Error ? pauses[tries] : Number(answer.headers.get('retry-after') ?? 1);
    await wait(seconds * 1000, undefined, { signal }).catch(() => {});
  }
}
