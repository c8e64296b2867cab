import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLiveThread } from './thread.js';

it('leaves nobody without an answer when it is closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-thread-'));
  try {
    const entry = join(folder, 'silent.mjs');
    await writeFile(entry, "import { parentPort } from 'node:worker_threads';\nparentPort.on('message', (message) => 'close' in message && parentPort.postMessage({ id: message.close, answer: undefined }));\n");
    const live = openLiveThread({ entry, store: folder, workspace: 'main', failed: () => undefined });
    const asked = [live.status(), live.accept([{ id: 'm', kind: 'track', name: 'Seen', at: 1, received: 1, identifiers: [], payload: {} }])].map((answer: Promise<unknown>) => answer.catch((error: { code: string }) => error.code));
    await live.close();
    expect(await Promise.all(asked)).toEqual(['live/stopped', 'live/stopped']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
