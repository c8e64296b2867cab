import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../context.js';
import { ShoalError } from '../errors.js';
import type { Dialect } from './records.js';

/** A quoted value longer than this never closes: its quote was only a character. */
const longestValue = 1 << 16;

/**
 * Rewrites text that a strict reader would refuse (blanks as delimiter, stray or backslashed quotes, mixed line ends) as plain CSV:
 * comma, doubled quotes, line feeds, no header. Every record keeps its width, so ragged rows stay ragged.
 */
export async function tidy(from: string, to: string, dialect: Dialect, skip: number, context: Context): Promise<void> {
  const decoder = new StringDecoder('utf8');
  const rewrite = rewriter(dialect, skip);
  const transform = new Transform({
    transform: (chunk: Buffer, _, done) => done(null, rewrite(decoder.write(chunk), false)),
    flush: (done) => done(null, rewrite(decoder.end(), true)),
  });
  try {
    await pipeline(createReadStream(from, { highWaterMark: 1 << 20 }), transform, createWriteStream(to), { signal: context.signal });
  } catch (cause) {
    if (context.signal.aborted) throw new ShoalError('run/aborted', {}, { cause });
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new ShoalError('run/write-failed', { path: to, reason: code === 'ENOSPC' ? 'The disk is full.' : `${message}.` }, { cause });
  }
}

function rewriter(dialect: Dialect, skip: number): (text: string, end: boolean) => string {
  let rest = '';
  let skipped = 0;
  return (text, end) => {
    rest += text;
    const out: string[] = [];
    let at = 0;
    while (skipped < skip) {
      const line = lineEnd(rest, at, end);
      if (line < 0) return '';
      at = line;
      skipped++;
    }
    while (at < rest.length) {
      const next = dialect.runs ? blankRecord(rest, at, end, out) : quotedRecord(rest, at, end, dialect, out);
      if (next < 0) break;
      at = next;
    }
    rest = rest.slice(at);
    return out.join('');
  };
}

/** The index after the line that begins at `at`; −1 where more text is needed. */
function lineEnd(text: string, at: number, end: boolean): number {
  for (let i = at; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) return i + 1;
    if (c === 13) {
      if (i + 1 === text.length && !end) return -1;
      return text.charCodeAt(i + 1) === 10 ? i + 2 : i + 1;
    }
  }
  return end ? text.length : -1;
}

function blankRecord(text: string, at: number, end: boolean, out: string[]): number {
  const next = lineEnd(text, at, end);
  if (next < 0) return -1;
  const line = text.slice(at, next).trim();
  if (line) out.push(line.split(/[ \t]+/).map(cell).join(','), '\n');
  return next;
}

function quotedRecord(text: string, start: number, end: boolean, { delimiter, quote }: Dialect, out: string[]): number {
  const values: string[] = [];
  let at = start;
  for (;;) {
    if (quote && text[at] === quote) {
      const close = closing(text, at, delimiter, quote);
      if (close < 0 && !end && text.length - at < longestValue) return -1;
      if (close >= 0) {
        values.push(text.slice(at + 1, close).replaceAll(`\\${quote}`, quote).replaceAll(quote + quote, quote));
        at = close + 1;
      } else at = bare(text, at, delimiter, values);
    } else at = bare(text, at, delimiter, values);
    if (at >= text.length && !end) return -1;
    if (text[at] === delimiter) {
      at++;
      continue;
    }
    if (text[at] === '\r' && at + 1 === text.length && !end) return -1;
    const next = text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1;
    if (values.length > 1 || values[0].trim() !== '') out.push(values.map(cell).join(','), '\n');
    return Math.min(next, text.length);
  }
}

function bare(text: string, at: number, delimiter: string, values: string[]): number {
  let end = at;
  while (end < text.length) {
    const c = text[end];
    if (c === delimiter || c === '\n' || c === '\r') break;
    end++;
  }
  values.push(text.slice(at, end));
  return end;
}

/** The quote that ends the value opened at `at`: one before a delimiter, a line end or the end. −1 where there is none. */
function closing(text: string, at: number, delimiter: string, quote: string): number {
  for (let i = at + 1; ; i++) {
    i = text.indexOf(quote, i);
    if (i < 0 || i - at > longestValue) return -1;
    if (text[i + 1] === quote && text[i - 1] !== '\\') i++;
    else if (text[i - 1] === '\\' && !(text[i + 1] === '\n' || text[i + 1] === '\r')) continue;
    else if (i + 1 >= text.length || text[i + 1] === delimiter || text[i + 1] === '\n' || text[i + 1] === '\r') return i;
  }
}

const cell = (value: string): string => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
