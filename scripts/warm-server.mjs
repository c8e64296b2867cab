// A process that has loaded the server and waits to be told how to run: one line of JSON on its input, the arguments of `shoal serve`. It then is the built command itself, as anybody starts it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

const bin = join(root, 'dist', 'bin');
for (const file of readdirSync(bin)) if (/^(serve|sqlite)-/.test(file)) await import(pathToFileURL(join(bin, file)).href);
const line = await new Promise((resolve) => {
  let text = '';
  process.stdin.on('data', (part) => (text += part).includes('\n') && resolve(text));
  process.stdin.on('end', () => process.exit());
});
process.stdin.destroy();
process.argv = [process.argv[0], join(bin, 'shoal.js'), ...JSON.parse(line)];
await import(pathToFileURL(process.argv[1]).href);
