// Lists the benchmarks with the purpose of each, or runs one: `npm run bench -- discover --pairs 7`. A benchmark is a file of bench/ whose first line says its purpose.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { main, node, root } from './run.mjs';

const folder = join(root, 'bench');
/** Files of bench/ that benchmarks share. */
const shared = new Set(['fits', 'growth', 'measure', 'open-loop', 'segmentation']);

await main(async () => {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined || name === '--help' || name === '-h') return list();
  if (!benchmarks().includes(name)) throw new Error(`There is no benchmark '${name}'. There are: ${benchmarks().join(', ')}.`);
  if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) throw new Error("Nothing is built yet. Run 'npm run build' first.");
  await node(join(folder, `${name}.mjs`), args);
});

function list() {
  const names = benchmarks();
  const width = Math.max(...names.map((name) => name.length));
  process.stdout.write(`npm run bench -- <name>\n\n${names.map((name) => `  ${name.padEnd(width)}  ${purpose(name)}`).join('\n')}\n\nbench/README.md says what each needs.\n`);
}

function benchmarks() {
  return readdirSync(folder).filter((file) => file.endsWith('.mjs')).map((file) => file.slice(0, -4)).filter((name) => !shared.has(name)).sort();
}

function purpose(name) {
  return readFileSync(join(folder, `${name}.mjs`), 'utf8').split('\n', 1)[0].replace(/^\/\/ ?/, '');
}
