// Builds dist/edge/decider.js: the live state of one visitor for browsers (src/flow/live/edge/decider.ts) with the live faces of the rules, from the same sources as the server's.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, parseAst } from 'vite';
import { root } from './run.mjs';

/** Faces of a kind of condition, of a test and of a comparison that nobody asks for in a browser. */
const faces = new Set(['title', 'schema', 'words', 'sql', 'bits', 'reads', 'example', 'failing', 'evidence', 'over']);

/** Rules were checked before they came into a module: what is wrong with one is never said there. */
const checks = { 'src/errors.ts': 'export class ShoalError extends Error {}', 'src/domain/rule.ts': 'export const conditionSchemas = {};' };

/**
 * Writes the text of `openDecider` and what it needs, without imports and exports, and gives its bytes. `change`: given the path (from the root) and the text of each source, its text.
 * @param {{ out?: string, change?: (path: string, text: string) => string }} [options]
 */
export async function buildEdge({ out = join(root, 'dist/edge/decider.js'), change = (_, text) => text } = {}) {
  const code = await edgeRuntime(change);
  await mkdir(dirname(out), { recursive: true });
  await writeFile(`${out}.partial`, code);
  await rename(`${out}.partial`, out);
  return { path: out, bytes: Buffer.byteLength(code) };
}

/** @param {(path: string, text: string) => string} [change] */
export async function edgeRuntime(change = (_, text) => text) {
  const { output: [{ code }] } = (await build({
    configFile: false, root, logLevel: 'error',
    plugins: [{
      name: 'edge', enforce: 'pre',
      load: (id) => checks[id.slice(root.length + 1)],
      transform(text, id) {
        const path = id.slice(root.length).replace(/^\//, '');
        const source = change(path, text);
        return { code: path.startsWith('src/segment/rules/') ? withoutFaces(source) : source, map: null, moduleSideEffects: false };
      },
    }],
    build: {
      write: false, target: 'es2022', minify: false, modulePreload: false,
      lib: { entry: join(root, 'src/flow/live/edge/decider.ts'), formats: ['es'], fileName: 'decider' },
      rolldownOptions: { treeshake: { moduleSideEffects: false, propertyReadSideEffects: false, unknownGlobalSideEffects: false }, output: { codeSplitting: false, minify: true } },
    },
  }))[0];
  const given = /export\s*\{\s*(\w+) as openDecider\s*\};?\s*$/.exec(code);
  if (!given || /\bimport\b/.test(code)) throw new Error('The decider was not bundled into one piece');
  return `const openDecider=(()=>{${code.slice(0, given.index)}return ${given[1]}})();\n`;
}

/** The source without those properties of object literals. */
function withoutFaces(text) {
  const cuts = [];
  const visit = (node) => {
    if (!node || typeof node !== 'object') return;
    if (Array.isArray(node)) return node.forEach(visit);
    if (node.type === 'ObjectExpression') for (const each of node.properties) if (each.type === 'Property' && !each.computed && faces.has(each.key.name ?? each.key.value)) cuts.push([each.start, each.end]);
    Object.values(node).forEach(visit);
  };
  visit(parseAst(text, { lang: 'ts' }));
  // An outer one takes the inner ones with it.
  const outer = cuts.sort((a, b) => a[0] - b[0]).filter(([start], i) => !cuts.slice(0, i).some(([from, to]) => from < start && start < to));
  let left = '', at = 0;
  for (const [start, end] of outer) {
    left += text.slice(at, start);
    at = end + (/^\s*,/.exec(text.slice(end))?.[0].length ?? 0);
  }
  return left + text.slice(at);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${(await buildEdge()).bytes} bytes\n`);
