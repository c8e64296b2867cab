import { ShoalError } from '../errors.js';

const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;
const control = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/**
 * A name for the disk, made of what a file is called outside: letters, digits, spaces and a few signs, at most 120 bytes, no path, not hidden, the extensions kept.
 * @throws `files/bad-name` for what is no plain file name
 */
export function diskName(name: string): string {
  const refuse = (reason: string) => new ShoalError('files/bad-name', { reason });
  if (name.trim() === '') throw refuse('it is empty.');
  if (Buffer.from(name).toString() !== name) throw refuse('it is not well-formed Unicode.');
  if (Buffer.byteLength(name) > 255) throw refuse(`it has ${Buffer.byteLength(name)} bytes; at most 255 are allowed. Shorten it.`);
  if (control.test(name)) throw refuse('it holds control characters. Rename the file.');
  if (/[/\\]/.test(name)) throw refuse('it holds a path. Give the name alone.');
  if (/^\.+$/.test(name.trim())) throw refuse('it is made of dots. Rename the file.');
  if (reserved.test(name.split('.')[0].trim())) throw refuse(`'${name.split('.')[0].trim()}' is a reserved name. Rename the file.`);
  const plain = name.normalize('NFC').replace(/[^\p{L}\p{M}\p{N} ._()+,=@-]/gu, '_').replace(/^[.\s-]+/, '').replace(/[.\s]+$/, '');
  const [, stem, extensions] = /^(.*?)((?:\.[A-Za-z0-9]{1,8}){0,2})$/s.exec(plain)!;
  return `${shortened(stem || 'file', 120 - extensions.length)}${extensions}`;
}

function shortened(text: string, bytes: number): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > bytes) break;
    kept += character;
  }
  return kept;
}
