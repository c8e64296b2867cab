import { ShoalError } from '../errors.js';

/** Keys that could change how objects behave. No answer of ours needs them, so they are refused rather than dropped. */
const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * A JSON document from bytes of UTF-8. Stricter than JSON.parse: a key given twice, a key that could reach a prototype, and nesting deeper than `depth` are refused.
 * @throws `server/bad-json`
 */
export function parseJson(bytes: Uint8Array, depth = 32): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('its bytes are not UTF-8.');
  }
  if (!text.trim()) return refuse('it is empty.');
  inspect(text, depth);
  try {
    return JSON.parse(text);
  } catch (error) {
    return refuse(`${/position \d+/.exec((error as Error).message)?.[0] ?? 'its end'} is not as JSON is written.`);
  }
}

/** One pass over the text, before anything is built of it. What is no JSON at all is left for JSON.parse to refuse. */
function inspect(text: string, depth: number): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '{' || letter === '[') {
      open.push(letter === '{' ? new Set() : undefined);
      if (open.length > depth) refuse(`it is nested deeper than ${depth} levels.`);
    } else if (letter === '}' || letter === ']') {
      open.pop();
    } else if (letter === '"') {
      const start = at;
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
      const keys = open[open.length - 1];
      if (keys && colonFollows(text, at + 1)) note(keys, text.slice(start + 1, at));
    }
  }
}

function colonFollows(text: string, at: number): boolean {
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return text[at] === ':';
}

function note(keys: Set<string>, raw: string): void {
  const key = raw.includes('\\') ? unescaped(raw) : raw;
  if (forbidden.has(key)) refuse(`it has a key '${key}', which is not taken anywhere. Leave it out.`);
  if (keys.has(key)) refuse(`it has the key '${key.slice(0, 50)}' twice in one object.`);
  keys.add(key);
}

function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`);
  } catch {
    return raw;
  }
}

function refuse(reason: string): never {
  throw new ShoalError('server/bad-json', { reason });
}
