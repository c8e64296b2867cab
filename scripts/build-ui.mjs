// Builds both pages. The report template: one HTML file with its script and styles inside, which asks nothing of the network and works from file://.
// The workspace: dist/ui/workspace/, a page and its hashed assets, which the server gives out.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PLACEHOLDER = '<!--shoal:report-->';

/**
 * Writes the template to `out` (default dist/ui/report.html) and gives its path and size in bytes.
 * @param {{ out?: string }} [options]
 * @returns {Promise<{ path: string, bytes: number }>}
 */
export async function buildUi({ out = join(root, 'dist/ui/report.html') } = {}) {
  const { output } = await built({
    configFile: join(root, 'ui/vite.config.ts'),
    configLoader: 'runner',
    build: { write: false },
  });
  const script = text(output.find((part) => part.type === 'chunk'));
  const styles = text(output.find((part) => part.fileName.endsWith('.css')));
  const page = await readFile(join(root, 'ui/report.html'), 'utf8');
  const html = inline(page, script, styles);
  await mkdir(dirname(out), { recursive: true });
  const partial = `${out}.partial`;
  await writeFile(partial, html);
  await rename(partial, out);
  return { path: out, bytes: Buffer.byteLength(html) };
}

/**
 * Writes the workspace to `out` (default dist/ui/workspace) and gives the gzipped bytes that its first page takes:
 * the HTML, and the scripts and styles of the frame and of the Overview.
 * @param {{ out?: string }} [options]
 * @returns {Promise<{ path: string, firstLoad: number }>}
 */
export async function buildWorkspace({ out = join(root, 'dist/ui/workspace') } = {}) {
  await built({ configFile: join(root, 'ui/vite.config.ts'), configLoader: 'runner', mode: 'workspace', build: { outDir: out } });
  const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
  const wanted = new Set(['workspace.html', ...['workspace.html', 'src/overview/OverviewPage.tsx'].flatMap((entry) => filesOf(manifest, entry))]);
  const sizes = await Promise.all([...wanted].map(async (file) => gzipSync(await readFile(join(out, file))).length));
  return { path: out, firstLoad: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Builds for users, whoever asks: a test runner's NODE_ENV would bring the packages' developers' editions. */
async function built(config) {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    return await build(config);
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

/** Every file that an entry of the manifest takes before it can be shown. */
function filesOf(manifest, name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const { file, css = [], imports = [] } = manifest[name];
  return [file, ...css, ...imports.flatMap((next) => filesOf(manifest, next, seen))];
}

function inline(page, script, styles) {
  const safeScript = script.trim().replace(/<\/(script)/gi, '<\\/$1').replace(/<!--/g, '<\\!--');
  const safeStyles = styles.trim().replace(/<\/(style)/gi, '<\\/$1');
  // The policy forbids every request and every script but this one, so that even a fault in escaping could not run or send anything.
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(safeScript).digest('base64')}'`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const html = page
    .replace('<meta charset="utf-8" />', (meta) => `${meta}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`)
    .replace('</head>', () => `  <style>${safeStyles}</style>\n  </head>`)
    .replace(/\s*<script type="module" src="[^"]*"><\/script>/, () => `\n    <script type="module">${safeScript}</script>`);
  if (html.split(PLACEHOLDER).length !== 2) throw new Error(`bug: the report template must hold ${PLACEHOLDER} exactly once`);
  return html;
}

function text(part) {
  if (!part) throw new Error('bug: the page builder gave no script or no stylesheet');
  return part.type === 'chunk' ? part.code : Buffer.from(part.source).toString('utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { path, bytes } = await buildUi({ out: process.argv[2] });
  console.log(`${path}  ${(bytes / 1000).toFixed(0)} kB`);
  const workspace = await buildWorkspace();
  console.log(`${workspace.path}  ${(workspace.firstLoad / 1000).toFixed(0)} kB gzipped at first load`);
}
