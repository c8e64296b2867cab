import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The bundled module that a process or thread of the server runs: beside the command, or in the build output of an uncompiled checkout. */
export function entry(name: 'job' | 'desk' | 'live' | 'journal'): string {
  const beside = fileURLToPath(new URL(`../bin/${name}.js`, import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL(`../../dist/bin/${name}.js`, import.meta.url));
}
