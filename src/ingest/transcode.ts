import { isUtf8 } from 'node:buffer';
import { Transform } from 'node:stream';

/** Any encoding the Encoding standard names → UTF-8. */
export function decodeWith(encoding: string): Transform {
  const decoder = new TextDecoder(encoding);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      done(null, Buffer.from(decoder.decode(chunk, { stream: true })));
    },
    flush(done) {
      done(null, Buffer.from(decoder.decode()));
    },
  });
}

/** UTF-8 line by line, and Windows-1252 for the lines that are not: serves whole latin-1 files and files pasted together alike. */
export function decodeMixed(): { transform: Transform; lines: () => number } {
  let rest: Buffer = Buffer.alloc(0);
  let lines = 0;
  const decodeLines = (block: Buffer): Buffer => {
    if (isUtf8(block)) return block;
    const out: Buffer[] = [];
    for (let from = 0; from < block.length; ) {
      const end = block.indexOf(10, from);
      const to = end < 0 ? block.length : end + 1;
      const line = block.subarray(from, to);
      if (isUtf8(line)) out.push(line);
      else {
        lines++;
        out.push(Buffer.from(windows1252(line)));
      }
      from = to;
    }
    return Buffer.concat(out);
  };
  const transform = new Transform({
    transform(chunk: Buffer, _, done) {
      const block = rest.length ? Buffer.concat([rest, chunk]) : chunk;
      const end = block.lastIndexOf(10) + 1;
      rest = block.subarray(end);
      done(null, end ? decodeLines(block.subarray(0, end)) : null);
    },
    flush(done) {
      done(null, rest.length ? decodeLines(rest) : null);
    },
  });
  return { transform, lines: () => lines };
}

/** The 27 characters where Windows-1252 differs from latin-1 (0x80–0x9f); some Node versions decode that label as plain latin-1. */
const high = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function windows1252(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/[\u0080-\u009f]/g, (c) => high[c.charCodeAt(0) - 0x80]);
}
