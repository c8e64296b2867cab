import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';

/** A database of `scripts/postgres.mjs`, which listens on a socket in its folder, over the network: Shoal reads no others. */
export async function overTheNetwork(inside: string): Promise<{ readonly url: string; close(): void }> {
  const gate = createServer((from) => {
    const to = connect(join(new URL(inside).searchParams.get('host')!, '.s.PGSQL.5432'));
    for (const [one, other] of [[from, to], [to, from]]) one.on('error', () => other.destroy()).pipe(other);
  }).listen(0, '127.0.0.1');
  await once(gate, 'listening');
  return { url: `postgres://shoal@127.0.0.1:${(gate.address() as AddressInfo).port}${new URL(inside).pathname}`, close: () => void gate.close() };
}
