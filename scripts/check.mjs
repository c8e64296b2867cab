// The structure of the code, held: types, imports that run strictly downward, no cycles (type imports count), nothing ambient.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bin, main, node, root } from './run.mjs';

const stages = ['ingest', 'unify', 'featurize', 'segment', 'explain', 'predict', 'act', 'measure', 'watch', 'govern', 'text'];
const ports = ['engine', 'kernel', 'store', 'stream', 'language'];
/** Lowest first. A file may import from its own folder and from strictly lower layers. */
const layers = [['util'], ['errors', 'context', 'options'], ['domain'], ports, stages, ['flow', 'templates', 'simulate'], ['server'], ['cli', 'index']];
const ambient = /\bMath\.random\(|\bDate\.now\(|\bprocess\.env\b/;
const ambientHomes = ['context.ts', `cli${sep}`, `server${sep}config.ts`];

export async function check() {
  const src = join(root, 'src');
  const files = walk(src).filter((f) => f.endsWith('.ts') && !f.includes(`${sep}assembly${sep}`));
  const problems = [];
  const graph = new Map();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const here = relative(src, file);
    const test = /\.test(\.fixture)?\.ts$/.test(file);
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((m) => resolve(dirname(file), m[1]).replace(/\.js$/, '.ts'));
    if (!test) graph.set(file, imports.filter((i) => !i.endsWith('.json')));
    for (const target of imports) {
      const problem = test ? undefined : upward(here, relative(src, target));
      if (problem) problems.push(`${here}: ${problem}`);
    }
    if (!test && ambient.test(text) && !ambientHomes.some((home) => here.startsWith(home))) problems.push(`${here}: uses ambient time, randomness or environment; take it from Context`);
    if (!test && /^export default /m.test(text)) problems.push(`${here}: has a default export; name it`);
    if (/\bthrow new Error\(/.test(text) && !test && here !== 'errors.ts') problems.push(`${here}: throws a bare Error; use ShoalError or assert`);
  }
  problems.push(...uiProblems());
  for (const cycle of cycles(graph)) problems.push(`import cycle: ${cycle.map((f) => relative(src, f)).join(' → ')}`);
  if (problems.length) throw new Error(`The structure does not hold:\n  ${problems.join('\n  ')}`);
  await node(bin('typescript', 'tsc'), ['-p', 'ui']);
}

/** The pages take types of the contract and of the nouns, and one piece of code: the client, which imports nothing. */
function uiProblems() {
  const ui = join(root, 'ui', 'src');
  const files = walk(ui).filter((f) => /\.tsx?$/.test(f) && !/\.test\.tsx?$/.test(f));
  return files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (type )?[^;]*?from '((?:\.\.\/)+src\/[^']+)'/gm)].flatMap(([, type, target]) => {
      const path = relative(join(root, 'src'), resolve(dirname(file), target)).split(sep).join('/');
      const allowed = path === 'server/client.js' || (type && /^(domain|server\/contract)\//.test(path));
      return allowed ? [] : [`ui/src/${relative(ui, file)}: imports ${path}; pages take only types, of domain and server/contract (and the client)`];
    }),
  );
}

function upward(from, to) {
  const a = place(from);
  const b = place(to);
  if (a.folder === b.folder) return adapter(from, to);
  if (a.layer === undefined || b.layer === undefined) return `is in no known layer (${a.layer === undefined ? a.folder : b.folder})`;
  if (b.layer >= a.layer && !(a.layer === 1 && b.layer === 1)) return `imports ${to}: imports run downward only`;
  return adapter(from, to);
}

/** Other folders reach adapters through the port's catalogue only. */
function adapter(from, to) {
  const match = to.match(/^((engine|store|stream)\/\w+|segment\/algorithms|featurize\/aggregates)\//);
  if (!match || from.split('/')[0] === to.split('/')[0] || to.endsWith('catalog.ts')) return undefined;
  return `imports ${to}: adapters are named only in their catalog.ts`;
}

function place(path) {
  const folder = path.split(sep)[0].replace(/\.ts$/, '');
  const layer = layers.findIndex((names) => names.includes(folder));
  return { folder, layer: layer < 0 ? undefined : layer };
}

function cycles(graph) {
  const found = [];
  const state = new Map();
  const visit = (file, path) => {
    if (state.get(file) === 2 || !graph.has(file)) return;
    if (state.get(file) === 1) return void found.push([...path.slice(path.indexOf(file)), file]);
    state.set(file, 1);
    for (const next of graph.get(file)) visit(next, [...path, file]);
    state.set(file, 2);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

function walk(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(check);
