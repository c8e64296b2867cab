import { STATUS_CODES } from 'node:http';
import { ShoalError, type ErrorCode } from '../errors.js';
import type { Problem } from './contract/contract.js';

/** Sentences can hold what a caller sent; nobody needs a megabyte of it back. */
const longest = 2000;

/** Failures that name folders, hosts and what an engine said: callers are told that it happened, the server's log tells the rest. */
const masked: Partial<Record<ErrorCode, string>> = {
  'run/write-failed': "This could not be written. Nothing was left half-written. The server's log says why.",
  'store/unavailable': "The server's records do not answer just now. Try again in a while; the server's log says why.",
  'store/damaged': "The server's records are damaged. Whoever runs the server finds in its log what to do.",
  'engine/failed': "The query engine failed. The server's log says why.",
};

/** What a caller was not told of a failure, for the log. */
export function untold(error: unknown): string | undefined {
  if (!(error instanceof ShoalError)) return undefined;
  const known: ShoalError = error;
  return sentenceOf(known) === known.message ? undefined : short(known.message);
}

/** Our own words on a write that failed help whoever uploads, and name nothing but the file as the caller does. */
function sentenceOf(error: ShoalError): string {
  if (error.code !== 'run/write-failed') return masked[error.code] ?? error.message;
  const { path, reason } = (error as ShoalError<'run/write-failed'>).details;
  return /^The (disk is full|upload broke off)\.?/.test(reason) && !/[\\/]/.test(path) ? error.message : masked[error.code]!;
}

/** Any failure as a problem document (RFC 9457). What we did not expect says nothing about itself. */
export function problemOf(error: unknown, request: string): Problem {
  const known = error instanceof ShoalError ? error : expected(error);
  const title = STATUS_CODES[known.status] ?? (known.status === 499 ? 'Stopped' : 'Problem');
  return {
    type: `urn:shoal:${known.code}`, title, status: known.status, detail: short(sentenceOf(known)), code: known.code,
    ...(known.code === 'server/invalid' && { problems: (known as ShoalError<'server/invalid'>).details.problems.map(({ at, message }) => ({ at: short(at), message: short(message) })) }),
    request,
  };
}

/** As JSON in which no value could be taken for markup, whoever shows it. */
export function problemText(problem: Problem): string {
  return JSON.stringify(problem).replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The framework's own refusals in our words; all else is our fault. */
function expected(error: unknown): ShoalError {
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_ASYNC_CONSTRAINT' || statusCode === 414) return new ShoalError('server/bad-address', {});
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || (error as Error)?.name === 'AbortError') return new ShoalError('run/aborted', {});
  return new ShoalError('server/failed', {});
}

const short = (text: string) => (text.length > longest ? `${text.slice(0, longest)}…` : text);

/** Kind and place of a failure. Its message is left out: it may hold what somebody sent. */
export function faultOf(error: unknown): string {
  const { name, stack } = error instanceof Error ? error : { name: typeof error, stack: '' };
  return [name, ...(stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 5).map((line) => line.trim())].join(' ');
}
