import { closeSync, openSync, writeSync } from 'node:fs';
import { ShoalError } from '../errors.js';

const ZERO = 48;

/**
 * A CSV file written as bytes through one fixed buffer: no strings per row, and no more memory for the last row than for the first.
 * A row is a sequence of calls ending in `end()`; no row may be longer than `rowLimit` bytes.
 */
export class CsvFile {
  rows = 0;
  private readonly bytes: Uint8Array;
  private at = 0;
  private closed = false;
  private readonly file: number;

  constructor(
    private readonly path: string,
    header: string,
    capacity = 1 << 20,
    private readonly rowLimit = 2048,
  ) {
    this.bytes = new Uint8Array(capacity);
    this.file = guard(path, () => openSync(path, 'w'));
    this.raw(encode(`${header}\n`));
  }

  /** Bytes as they are. */
  raw(piece: Uint8Array): this {
    const bytes = this.bytes;
    let at = this.at;
    for (let i = 0; i < piece.length; i++) bytes[at++] = piece[i];
    this.at = at;
    return this;
  }

  comma(): this {
    this.bytes[this.at++] = 44;
    return this;
  }

  byte(code: number): this {
    this.bytes[this.at++] = code;
    return this;
  }

  /** A whole number, with a sign where negative. */
  int(value: number): this {
    let n = value;
    if (n < 0) {
      this.bytes[this.at++] = 45;
      n = -n;
    }
    let width = 1;
    for (let p = 10; p <= n; p *= 10) width++;
    return this.padded(n, width);
  }

  /** A non-negative whole number with leading zeros. */
  padded(value: number, width: number): this {
    const bytes = this.bytes;
    const end = this.at + width;
    let n = value;
    for (let at = end - 1; at >= this.at; at--) {
      const q = Math.floor(n / 10);
      bytes[at] = ZERO + n - q * 10;
      n = q;
    }
    this.at = end;
    return this;
  }

  /** Hundredths as a decimal with two places. */
  cents(value: number): this {
    const whole = (value / 100) | 0;
    const part = value - whole * 100;
    const tens = (part / 10) | 0;
    this.int(whole);
    this.bytes[this.at++] = 46;
    this.bytes[this.at++] = ZERO + tens;
    this.bytes[this.at++] = ZERO + part - tens * 10;
    return this;
  }

  /** Seconds of the day as ' HH:MM:SS'. */
  clock(second: number): this {
    const bytes = this.bytes;
    const h = (second / 3600) | 0;
    const m = ((second - h * 3600) / 60) | 0;
    const s = second - h * 3600 - m * 60;
    let at = this.at;
    const h1 = (h / 10) | 0;
    const m1 = (m / 10) | 0;
    const s1 = (s / 10) | 0;
    bytes[at++] = 32;
    bytes[at++] = ZERO + h1;
    bytes[at++] = ZERO + h - h1 * 10;
    bytes[at++] = 58;
    bytes[at++] = ZERO + m1;
    bytes[at++] = ZERO + m - m1 * 10;
    bytes[at++] = 58;
    bytes[at++] = ZERO + s1;
    bytes[at++] = ZERO + s - s1 * 10;
    this.at = at;
    return this;
  }

  /** Where the row being written began, for `repeat`. */
  get position(): number {
    return this.at;
  }

  /** Ends the row. */
  end(): void {
    this.bytes[this.at++] = 10;
    this.rows++;
    if (this.at > this.bytes.length - this.rowLimit) this.flush();
  }

  /** Writes again the row that began at `from` and has just been written but for its end: call it right before `end()`. */
  repeat(from: number): void {
    const length = this.at - from;
    this.bytes[this.at++] = 10;
    this.bytes.copyWithin(this.at, from, from + length);
    this.at += length;
    this.rows++;
  }

  close(): void {
    if (this.closed) return;
    this.flush();
    this.abandon();
  }

  /** Closes without writing what is left. */
  abandon(): void {
    if (!this.closed) closeSync(this.file);
    this.closed = true;
  }

  private flush(): void {
    guard(this.path, () => {
      for (let from = 0; from < this.at; ) from += writeSync(this.file, this.bytes, from, this.at - from);
    });
    this.at = 0;
  }
}

export const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A field of text, quoted as CSV wants it. */
export const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function guard<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new ShoalError('run/write-failed', { path, reason: `${(cause as Error).message}.` }, { cause });
  }
}
