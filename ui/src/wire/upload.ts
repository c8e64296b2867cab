import type { StoredFile } from '../../../src/domain/file.js';
import type { Problem } from '../../../src/server/contract/contract.js';
import { ProblemError, type Wire } from './client.js';

/** Sends a file and tells how much of it has left (0–1): what `fetch` cannot tell. Rejects with the server's sentence. */
export function upload({ client, workspace }: Wire, name: string, content: Blob, told: (share: number) => void, signal: AbortSignal): Promise<StoredFile> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open('PUT', client.address('PUT /v1/files/:name', { params: { name }, body: content }));
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('shoal-workspace', workspace);
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? done(JSON.parse(request.responseText) as StoredFile) : failed(new ProblemError(problemOf(request))));
    request.onerror = () => failed(new Error('The server could not be reached. Is “shoal serve” still running?'));
    request.onabort = () => failed(new DOMException('stopped', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(content);
  });
}

function problemOf({ status, statusText, responseText }: XMLHttpRequest): Problem {
  try {
    const said = JSON.parse(responseText) as Problem;
    if (said.detail) return said;
  } catch {
    // No document: a proxy in between, or a server that broke off.
  }
  return { type: 'about:blank', title: statusText, status, detail: `The server answered ${status} ${statusText}.`, code: 'server/unreachable' };
}
