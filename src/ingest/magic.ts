import { isUtf8 } from 'node:buffer';

const starts: readonly (readonly [string, string])[] = [
  ['50415231', 'parquet'],
  ['504b0304', 'a zip archive or an Excel workbook: in Excel, save it as CSV'],
  ['504b0506', 'an empty zip archive'],
  ['d0cf11e0', 'an old Excel or Office file: in Excel, save it as CSV'],
  ['89504e47', 'a PNG image'],
  ['ffd8ff', 'a JPEG image'],
  ['47494638', 'a GIF image'],
  ['25504446', 'a PDF'],
  ['28b52ffd', 'a Zstandard archive: decompress it first'],
  ['425a68', 'a bzip2 archive: decompress it first'],
  ['fd377a585a00', 'an xz archive: decompress it first'],
  ['377abcaf271c', 'a 7-Zip archive: decompress it first'],
  ['526172211a07', 'a RAR archive: decompress it first'],
  ['53514c69746520666f726d6174', 'a SQLite database'],
  ['4152524f5731', 'an Arrow file: save it as Parquet'],
  ['4f626a01', 'an Avro file: save it as Parquet'],
  ['4f5243', 'an ORC file: save it as Parquet'],
  ['7f454c46', 'a program'],
  ['4d5a90', 'a program'],
];

/** What the first bytes say a file is: 'parquet', words for what cannot be read, or undefined for (perhaps) text. */
export function binaryKind(start: Buffer): string | undefined {
  const hex = start.subarray(0, 16).toString('hex');
  for (const [magic, kind] of starts) if (hex.startsWith(magic)) return kind;
  if (start.subarray(257, 262).toString('latin1') === 'ustar') return 'a tar archive: unpack it first';
  if (start.subarray(8, 12).toString('latin1') === 'DUCK') return 'a DuckDB database';
  const text = start.subarray(0, 200).toString('latin1').trimStart().toLowerCase();
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) return 'a web page';
  if (text.startsWith('<?xml')) return 'an XML document';
  return undefined;
}

/** 'utf-8', 'utf-16le', 'utf-16be' or 'windows-1252' from a byte order mark or the bytes themselves; undefined for what is not text. */
export function textKind(start: Buffer, whole: boolean): string | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  let control = 0;
  const n = Math.min(start.length, 1 << 16);
  for (let i = 0; i < n; i++) {
    const byte = start[i];
    if (byte === 0) zeros[i & 1]++;
    else if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12) control++;
  }
  if (zeros[1] > 0.3 * n && zeros[0] < 0.05 * n) return 'utf-16le';
  if (zeros[0] > 0.3 * n && zeros[1] < 0.05 * n) return 'utf-16be';
  if (zeros[0] + zeros[1] > 0.001 * n || control > 0.02 * n) return undefined;
  return isUtf8(whole ? start : cutAtCharacter(start)) ? 'utf-8' : 'windows-1252';
}

/** Drops a UTF-8 character cut in two at the end of a sample. */
function cutAtCharacter(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && (bytes[end - 1] & 0xc0) === 0x80) end--;
  return end > 0 && bytes[end - 1] >= 0xc0 ? bytes.subarray(0, end - 1) : bytes;
}
